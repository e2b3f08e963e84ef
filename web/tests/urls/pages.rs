use reqwest::Method;
use sqlx::PgPool;

use crate::support::{Reply, TestApp};

pub async fn page(app: &TestApp, path: &str, cookie: &str) -> Reply {
    let request = app.request(Method::GET, path).header("accept", "text/html");
    Reply::of(request.header("cookie", cookie).send().await.unwrap()).await
}

pub async fn submit(app: &TestApp, path: &str, cookie: &str, form: &[(&str, &str)]) -> Reply {
    let request = app.request(Method::POST, path).header("origin", &app.base);
    Reply::of(
        request
            .header("cookie", cookie)
            .form(form)
            .send()
            .await
            .unwrap(),
    )
    .await
}

pub fn hidden(html: &str, name: &str) -> String {
    let field = html
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap();
    field.split('"').next().unwrap().to_owned()
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_are_complete_without_a_script_and_allow_none_inline(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let event = page(&app, "/events/small-hours", "").await;
    assert!(
        event
            .body
            .as_str()
            .unwrap()
            .contains(&format!("/sessions/{}", app.session))
    );
    let (order, _) = app.paid_order(&[1]).await;
    let session = page(&app, &format!("/sessions/{}", app.session), "").await;
    let html = session.body.as_str().unwrap();
    assert!(html.contains("<seat-map"), "{html}");
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick="));
    assert!(
        html.split("<script")
            .skip(1)
            .all(|script| script.contains("src=")
                || script.starts_with(" type=\"application/ld+json\"")),
        "{html}"
    );
    let policy = session.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(session.header("x-content-type-options"), "nosniff");
    let foreign = page(&app, &format!("/gateway/orders/{}", order.id), "").await;
    assert_eq!(foreign.status, 403, "an order's page needs its secret");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_can_be_read_section_by_section_without_a_script(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.paid_order(&[1]).await;
    let session = page(&app, &format!("/sessions/{}", app.session), "").await;
    let html = session.body.as_str().unwrap().to_owned();
    let path = format!("/sessions/{}/sections/", app.session);
    let link = html
        .split(&path)
        .nth(1)
        .expect("a seated section is linked");
    let section = link.split('"').next().unwrap();
    let shown = page(&app, &format!("{path}{section}"), "").await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let html = shown.body.as_str().unwrap();
    assert!(html.contains("<td>sold</td>"), "{html}");
    assert!(html.contains("<td>free</td>"), "{html}");
    let unknown = format!("{path}01990000-0000-7000-8000-000000000000");
    assert_eq!(page(&app, &unknown, "").await.status, 404);
    assert_eq!(page(&app, &format!("{path}none"), "").await.status, 404);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_door_judges_what_is_typed(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, paid) = app.paid_order(&[1]).await;
    let path = format!("/door/{}", app.session);
    let sent_away = page(&app, &path, "").await;
    assert_eq!(sent_away.header("location"), format!("/login?next={path}"));
    let (email, password) = app.login_of("studio");
    let form = [
        ("email", email),
        ("password", password),
        ("next", path.as_str()),
    ];
    let signed_in = submit(&app, "/login", "", &form).await;
    assert_eq!(signed_in.header("location"), path);
    let cookie = signed_in.cookie();
    let nonce = hidden(
        page(&app, &path, &cookie).await.body.as_str().unwrap(),
        "nonce",
    );
    let code = paid["tickets"][0]["code"].as_str().unwrap();
    let scanned = submit(&app, &path, &cookie, &[("typed", code), ("nonce", &nonce)]).await;
    assert!(
        scanned
            .body
            .as_str()
            .unwrap()
            .contains("data-verdict=\"admitted\""),
        "{scanned:?}"
    );
    let pnr = paid["pnr"].as_str().unwrap();
    let found = submit(
        &app,
        &path,
        &cookie,
        &[("typed", pnr), ("nonce", "another")],
    )
    .await;
    assert!(
        found
            .body
            .as_str()
            .unwrap()
            .contains("data-verdict=\"found\""),
        "{found:?}"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_confirmation_and_each_ticket_show_their_codes_to_the_owner_alone(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, paid) = app.paid_order(&[1, 2]).await;
    let cookie = format!("order_{}={}", order.id, order.secret);
    let path = format!("/gateway/orders/{}/confirmation", order.id);
    let shown = page(&app, &path, &cookie).await;
    let html = shown.body.as_str().unwrap();
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(
        html.matches("<svg xmlns").count(),
        2,
        "a code for each ticket"
    );
    assert!(!html.contains(" style="), "{html}");
    for ticket in paid["tickets"].as_array().unwrap() {
        let code = ticket["code"].as_str().unwrap();
        assert!(html.contains(&format!("data-code=\"{code}\"")), "{html}");
        let id = ticket["ticketId"].as_str().unwrap();
        let address = format!("/gateway/orders/{}/tickets/{id}", order.id);
        assert!(html.contains(&format!("href=\"{address}\"")), "{html}");
        let alone = page(&app, &address, &cookie).await;
        assert!(alone.body.as_str().unwrap().contains(code), "{alone:?}");
        assert_eq!(page(&app, &address, "").await.status, 403);
    }
    assert_eq!(page(&app, &path, "").await.status, 403);
    let unknown = format!("/gateway/orders/{}/tickets/{}", order.id, order.id);
    assert_eq!(page(&app, &unknown, &cookie).await.status, 404);

    let open = app.order().await;
    let cookie = format!("order_{}={}", open.id, open.secret);
    let path = format!("/gateway/orders/{}", open.id);
    let early = page(&app, &format!("{path}/confirmation"), &cookie).await;
    let location = early.header("location");
    assert_eq!(
        (early.status, location),
        (303, format!("{path}/amount").as_str())
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn staff_find_their_own_doors_and_nobody_elses(pool: PgPool) {
    let app = TestApp::start(pool).await;
    assert_eq!(
        page(&app, "/door", "").await.header("location"),
        "/login?next=/door"
    );
    let own = format!("href=\"/door/{}\"", app.session);
    let studio = app.sign_in("studio").await;
    let doors = page(&app, "/door", &studio).await;
    let html = doors.body.as_str().unwrap();
    assert!(
        html.contains(&own) && !html.contains("The Tempest"),
        "{html}"
    );
    let theatre = app.sign_in("theatre").await;
    let doors = page(&app, "/door", &theatre).await;
    let html = doors.body.as_str().unwrap();
    assert!(
        !html.contains(&own) && html.contains("The Tempest"),
        "{html}"
    );
    let foreign = page(&app, &format!("/door/{}", app.session), &theatre).await;
    assert_eq!(foreign.status, 403);
    let (email, password) = app.login_of("studio");
    let form = [("email", email), ("password", password), ("next", "/")];
    let signed_in = submit(&app, "/login", "", &form).await;
    assert_eq!(signed_in.header("location"), "/door");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_door_alone_may_use_a_camera_and_compiled_code(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let cookie = app.sign_in("studio").await;
    let door = page(&app, &format!("/door/{}", app.session), &cookie).await;
    let camera = "camera=(self), geolocation=(), microphone=()";
    assert_eq!(door.header("permissions-policy"), camera);
    let policy = door.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
        "{policy}"
    );
    for path in ["/", "/door", "/login"] {
        let other = page(&app, path, &cookie).await;
        assert!(
            other.header("permissions-policy").starts_with("camera=()"),
            "{path}"
        );
        assert!(
            !other.header("content-security-policy").contains("unsafe"),
            "{path}"
        );
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_browser_loads_is_sent_packed_to_those_who_take_it(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let login = page(&app, "/login", "").await;
    let html = login.body.as_str().unwrap();
    let start = html.find("/assets/site-").expect("web/ui was built before");
    let style = html[start..].split('"').next().unwrap();
    let asked = |encoding: &'static str| {
        let request = app.request(Method::GET, style);
        request.header("accept-encoding", encoding).send()
    };
    let (plain, packed) = (
        asked("identity").await.unwrap(),
        asked("gzip").await.unwrap(),
    );
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["vary"], "accept-encoding");
    assert!(!plain.headers().contains_key("content-encoding"));
    let (plain, packed) = (plain.bytes().await.unwrap(), packed.bytes().await.unwrap());
    assert!(
        packed.len() * 2 < plain.len(),
        "{} of {}",
        packed.len(),
        plain.len()
    );
    let tight = asked("gzip, br").await.unwrap();
    assert_eq!(tight.headers()["content-encoding"], "br");
    assert_eq!(tight.headers()["content-type"], "text/css; charset=utf-8");
    let tight = tight.bytes().await.unwrap();
    let mut unpacked = Vec::new();
    brotli::BrotliDecompress(&mut &*tight, &mut unpacked).unwrap();
    assert!(unpacked == plain && tight.len() < packed.len());
    app.close().await;
}
