//! The public front over the demo's two houses and its town.

use reqwest::Method;
use serde_json::Value;
use sqlx::PgPool;

use crate::pages::{page, submit};
use crate::support::socket::Socket;
use crate::support::{ARENA_SEATS, Reply, TestApp};

async fn town(pool: PgPool) -> TestApp {
    let now = chrono::Utc::now().into();
    operations::demo_house::load_with_arena(&pool, now, ARENA_SEATS)
        .await
        .unwrap();
    operations::demo_house::load_town(&pool, now).await.unwrap();
    TestApp::start(pool).await
}

fn html(reply: &Reply) -> &str {
    reply.body.as_str().unwrap()
}

/// The next message, which is of this type.
async fn heard(socket: &mut Socket, kind: &str) -> Value {
    let message = socket.hear().await;
    assert_eq!(message["type"], kind, "{message}");
    message
}

/// What a page says to machines.
fn data(html: &str) -> Vec<Value> {
    let scripts = html.split("<script type=\"application/ld+json\">").skip(1);
    scripts
        .map(|script| serde_json::from_str(script.split("</script>").next().unwrap()).unwrap())
        .collect()
}

/// A page of each kind.
const PLACES: [&str; 13] = [
    "/",
    "/events",
    "/events/boiler-night",
    "/events/salon-of-questions",
    "/categories/music",
    "/cities/tokyo",
    "/artists",
    "/artists/mira-falk",
    "/venues",
    "/venues/lindenhof-theatre",
    "/blog",
    "/blog/a-room-of-limewood",
    "/newsletter",
];

#[sqlx::test(migrations = "../migrations")]
async fn every_page_is_there_in_both_languages_complete_and_without_anything_inline(pool: PgPool) {
    let app = town(pool).await;
    for place in PLACES {
        for (prefix, lang) in [("", "en"), ("/en", "en"), ("/de", "de")] {
            let address = if place == "/" && !prefix.is_empty() {
                prefix.to_owned()
            } else {
                format!("{prefix}{place}")
            };
            let shown = page(&app, &address, "").await;
            assert_eq!(shown.status, 200, "{address}: {}", html(&shown));
            let text = html(&shown);
            assert!(
                text.contains(&format!("<html lang=\"{lang}\"")),
                "{address}"
            );
            let canonical = if place == "/" {
                format!("/{lang}")
            } else {
                format!("/{lang}{place}")
            };
            assert!(
                text.contains(&format!(
                    "<link rel=\"canonical\" href=\"{}{canonical}\">",
                    app.base
                )),
                "{address}"
            );
            assert!(
                text.contains("hreflang=\"de\"") && text.contains("property=\"og:title\""),
                "{address}"
            );
            assert!(
                !text.contains(" style=")
                    && !text.contains("<style")
                    && !text.contains(" onclick="),
                "{address}"
            );
            let inline = text.split("<script").skip(1).all(|script| {
                script.contains("src=") || script.starts_with(" type=\"application/ld+json\"")
            });
            assert!(inline, "{address}");
            assert!(!data(text).is_empty(), "{address}");
            assert!(text.len() < 120_000, "{address}: {} bytes", text.len());
        }
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_prefix_the_account_and_then_the_browser_choose_the_language(pool: PgPool) {
    let app = town(pool).await;
    let asked = |cookie: String| {
        let request = app
            .request(Method::GET, "/events")
            .header("accept", "text/html");
        request
            .header("accept-language", "de-DE,en;q=0.5")
            .header("cookie", cookie)
    };
    let german = Reply::of(asked(String::new()).send().await.unwrap()).await;
    assert!(html(&german).contains("<html lang=\"de\""));
    assert!(
        german.header("vary").contains("accept-language"),
        "{german:?}"
    );
    let cookie = app.sign_in("artist").await;
    let form = [("language", "en"), ("place", "/events?q=falk")];
    let chosen = submit(&app, "/de/language", &cookie, &form).await;
    assert_eq!(
        (chosen.status, chosen.header("location")),
        (303, "/en/events?q=falk")
    );
    let english = Reply::of(asked(cookie).send().await.unwrap()).await;
    assert!(
        html(&english).contains("<html lang=\"en\""),
        "the account comes first"
    );
    for foreign in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let form = [("language", "de"), ("place", foreign)];
        assert_eq!(
            submit(&app, "/language", "", &form)
                .await
                .header("location"),
            "/de",
            "{foreign}"
        );
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn filters_combine_and_live_in_the_address(pool: PgPool) {
    let app = town(pool).await;
    let titles = async |address: &str| {
        let shown = page(&app, address, "").await;
        assert_eq!(shown.status, 200, "{address}");
        let main = html(&shown)
            .split("<div class=\"results\">")
            .nth(1)
            .unwrap()
            .to_owned();
        let main = main.split("id=\"close-to-it\"").next().unwrap().to_owned();
        let parts = main.split("class=\"event-title\">").skip(1);
        parts
            .map(|part| part.split('<').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let jazz = titles("/events?category=jazz").await;
    assert_eq!(jazz.len(), 3, "{jazz:?}");
    assert_eq!(titles("/events?category=jazz&city=new-york").await.len(), 2);
    assert_eq!(
        titles("/events?category=jazz&city=new-york&q=okonjo").await,
        ["Okonjo &amp; Band"]
    );
    assert_eq!(
        titles("/events?artist=mira-falk&venue=speicher-studio").await,
        ["Small Hours"]
    );
    assert_eq!(titles("/events?category=jazz&city=tokyo").await.len(), 0);
    assert_eq!(titles("/events?q=tempset").await[0], "The Tempest");
    let by_title = titles("/events?category=comedy&sort=title").await;
    let mut sorted = by_title.clone();
    sorted.sort_by_key(|title| title.to_lowercase());
    assert_eq!(by_title, sorted);
    let first = titles("/events").await;
    let second = titles("/events?page=2").await;
    assert_eq!(first.len(), 24);
    assert!(second.iter().all(|title| !first.contains(title)));
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_finds_nothing_suggests_what_has_most_of_the_words(pool: PgPool) {
    let app = town(pool).await;
    let suggested = async |address: &str| {
        let shown = page(&app, address, "").await;
        assert_eq!(shown.status, 200, "{address}");
        let text = html(&shown);
        assert!(!text.contains("class=\"count quiet\""), "{address}");
        let close = text.split("id=\"close-to-it\"").nth(1).unwrap();
        let first = close.split("class=\"event-title\">").nth(1).unwrap();
        first.split('<').next().unwrap().to_owned()
    };
    assert_eq!(
        suggested("/en/events?q=tempest%20qqqq").await,
        "The Tempest"
    );
    assert_eq!(
        suggested("/en/events?q=qqqq%20tempest&city=tokyo").await,
        "The Tempest",
        "rather than what is on in the city"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn people_find_things_by_the_words_of_their_language(pool: PgPool) {
    let app = town(pool).await;
    for (words, same) in [
        ("klassik", "category=classical"),
        ("Wien", "city=vienna"),
        ("%C3%B6sterreich", "city=vienna"),
    ] {
        let titles = async |query: &str| {
            let shown = page(&app, &format!("/de/events?{query}&sort=title"), "").await;
            let parts = html(&shown).split("class=\"event-title\">").skip(1);
            let titles = parts.map(|part| part.split('<').next().unwrap().to_owned());
            (
                html(&shown).contains("class=\"count quiet\""),
                titles.collect::<Vec<_>>(),
            )
        };
        let found = titles(&format!("q={words}")).await;
        assert!(found.0, "{words}");
        assert_eq!(found, titles(same).await, "{words}");
    }
    let chosen = page(&app, "/de/events?q=klassik", "").await;
    assert!(html(&chosen).contains(">„klassik“"), "quoted as Germans do");
    assert!(!html(&chosen).contains("“klassik”"));
    let vienna = page(&app, "/de/cities/vienna", "").await;
    assert!(html(&vienna).contains("<h1>Wien</h1>"));
    let answer = app.get("/api/public/events?city=vienna").await;
    let session = answer.body["items"][0]["sessions"][0]["sessionId"].as_str();
    let session = page(&app, &format!("/de/sessions/{}", session.unwrap()), "").await;
    assert!(
        html(&session).contains(", Wien</p>"),
        "a performance's page, too"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn lists_that_read_alike_have_one_address_and_each_page_its_own(pool: PgPool) {
    let app = town(pool).await;
    for (address, canonical) in [
        ("/events?page=2", "/events?page=2"),
        ("/events?page=1&sort=title", "/events"),
        ("/events?page=99", "/events"),
        ("/events?category=music", "/categories/music"),
        ("/categories/music?sort=price", "/categories/music"),
        ("/events?city=berlin&page=1", "/cities/berlin"),
        (
            "/events?city=berlin&category=music",
            "/events?category=music&amp;city=berlin",
        ),
        (
            "/cities/berlin?category=music",
            "/events?category=music&amp;city=berlin",
        ),
        ("/events?venue=kesselhalle", "/events?venue=kesselhalle"),
    ] {
        let shown = page(&app, &format!("/de{address}"), "").await;
        let said = format!(
            "<link rel=\"canonical\" href=\"{}/de{canonical}\">",
            app.base
        );
        assert!(html(&shown).contains(&said), "{address}: {}", html(&shown));
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sale_to_come_is_told_so_that_the_page_can_open_it_by_itself(pool: PgPool) {
    let app = TestApp::start(pool.clone()).await;
    sqlx::query("update event_session set on_sale_from = '2999-01-01T12:00:00Z', on_sale_until = null, starts_at = '2999-02-01T12:00:00Z' where session_id = $1::uuid")
        .bind(app.session.clone())
        .execute(&pool)
        .await
        .unwrap();
    let shown = page(&app, "/en/events/small-hours", "").await;
    let text = html(&shown);
    let watched = format!(
        "data-standing=\"to_come\" data-left=\"{}:enough:0:32472187200\"",
        app.session
    );
    assert!(text.contains(&watched), "{text}");
    let opens = "data-until-opening>from Tue 1 Jan, 13:00<span class=\"your-time\" data-instant=\"2999-01-01T12:00:00+00:00\" \
                 data-zone=\"Europe/Berlin\">";
    assert!(text.contains(opens), "{text}");
    for later in [
        "<span class=\"price\" data-from-opening hidden>",
        "<p data-from-opening hidden><a class=\"button large\"",
    ] {
        assert!(text.contains(later), "{text}");
    }
    let mut socket = Socket::at(&app, "/live/left").await;
    socket
        .say(serde_json::json!({"type": "watch", "sessions": [app.session]}))
        .await;
    let told = heard(&mut socket, "left").await;
    assert_eq!(told["sessions"][0]["left"], "enough");
    let now = chrono::Utc::now().timestamp_millis();
    assert!(
        (now - told["now"].as_i64().unwrap()).abs() < 60_000,
        "{told}"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn bad_input_gets_a_helpful_page_of_the_right_status(pool: PgPool) {
    sqlx::query("insert into category (category_id, name, slug) values (gen_random_uuid(), '<i>Void</i>', 'void')")
        .execute(&pool)
        .await
        .unwrap();
    let app = town(pool).await;
    let long = "x".repeat(10_000);
    let cases = [
        ("/events/none", 404),
        ("/artists/none", 404),
        ("/venues/%00", 404),
        ("/categories/none", 404),
        ("/cities/none", 404),
        ("/blog/none", 404),
        ("/blog?category=none", 404),
        ("/blog?page=99", 404),
        ("/de/events/none", 404),
        ("/events?page=99", 404),
        ("/events?page=0", 200),
        ("/events?page=-1", 200),
        ("/events?page=99999999999999999999", 200),
        ("/events?from=tomorrow&to=9999-99-99", 200),
        ("/events?from=2999-01-01", 200),
        ("/events?from=2027-02-01&to=2026-01-01", 200),
        (
            "/events?category=none&city=none&artist=none&venue=none",
            200,
        ),
        ("/events?sort=none", 200),
        ("/categories/void", 200),
        ("/events/salon-of-questions", 200),
        ("/events?q=%00", 200),
        ("/events?q=%3Cscript%3Ealert(1)%3C/script%3E", 200),
        ("/art/none/1/a/tall.svg", 404),
        ("/art/rings/1/a/none.svg", 404),
        ("/art/rings/1/a/tall.png", 404),
        ("/art/rings/1/%3Ca%3E/tall.svg", 404),
        ("/sessions/none/calendar.ics", 404),
        ("/events/none/calendar.ics", 404),
    ];
    for (address, status) in cases {
        let shown = page(&app, address, "").await;
        assert_eq!(shown.status, status, "{address}: {}", html(&shown));
        assert!(!html(&shown).contains("<script>"), "{address}");
        assert!(!html(&shown).contains('\0'), "{address}");
    }
    let beyond = page(&app, "/events?page=99", "").await;
    assert!(
        html(&beyond).contains("There is no such page of results"),
        "{beyond:?}"
    );
    let turned = page(&app, "/events?from=2027-02-01&to=2026-01-01", "").await;
    assert!(html(&turned).contains("name=\"from\" type=\"date\" value=\"2026-01-01\""));
    let shown = page(&app, &format!("/events?q={long}"), "").await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let void = page(&app, "/categories/void", "").await;
    assert!(html(&void).contains("&lt;i&gt;Void&lt;/i&gt;") && !html(&void).contains("<i>Void"));
    let nothing = page(&app, "/events?q=tempest&city=tokyo", "").await;
    assert!(
        html(&nothing).contains("Nothing fits all of that")
            && html(&nothing).contains("Close to it")
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn html_in_every_text_is_text(pool: PgPool) {
    let evil = "<img src=x onerror=alert(1)></script><script>";
    let app = town(pool.clone()).await;
    for statement in [
        "update event set title = $1, description = $1 where slug = 'boiler-night'",
        "update artist set name = $1, description = $1 where slug = 'volta-nord'",
        "update venue set name = $1, description = $1, directions = $1, address = $1 where slug = 'kesselhalle'",
        "update city set name = $1 where slug = 'berlin'",
        "update article set title = $1, summary = $1, body = $1, author = $1 where slug = 'a-room-of-limewood'",
    ] {
        sqlx::query(statement)
            .bind(evil)
            .execute(&pool)
            .await
            .unwrap();
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    for address in [
        "/",
        "/events",
        "/events/boiler-night",
        "/artists",
        "/artists/volta-nord",
        "/venues",
        "/venues/kesselhalle",
        "/cities/berlin",
        "/blog",
        "/blog/a-room-of-limewood",
    ] {
        let shown = page(&app, address, "").await;
        assert_eq!(shown.status, 200, "{address}");
        assert!(
            !html(&shown).contains("<img src=x") && !html(&shown).contains("</script><script>"),
            "{address}"
        );
    }
    let feed = app.get("/blog/feed.xml").await;
    assert!(!html(&feed).contains("<img"), "{feed:?}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_renamed_slug_leads_on_for_good(pool: PgPool) {
    let app = town(pool.clone()).await;
    for (table, former, now, place) in [
        ("event", "boiler-night", "boiler-day", "/events"),
        ("artist", "mira-falk", "mira-berg", "/artists"),
        ("venue", "kesselhalle", "kesselhaus", "/venues"),
        ("city", "tokyo", "tokio", "/cities"),
        ("category", "jazz", "jazz-blues", "/categories"),
        ("article", "a-room-of-limewood", "limewood", "/blog"),
    ] {
        let statement = format!("update {table} set slug = '{now}' where slug = '{former}'");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&pool)
            .await
            .unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        let moved = page(&app, &format!("/de{place}/{former}"), "").await;
        let location = format!("/de{place}/{now}");
        assert_eq!(
            (moved.status, moved.header("location")),
            (301, location.as_str()),
            "{table}"
        );
        assert_eq!(page(&app, &location, "").await.status, 200, "{table}");
    }
    app.close().await;
}

/// The fields that Google requires and recommends of an event.
/// When a performance ends is not known, and not claimed.
const FIELDS: [&str; 19] = [
    "/name",
    "/startDate",
    "/location/name",
    "/location/address/addressLocality",
    "/location/address/addressCountry",
    "/location/address/streetAddress",
    "/description",
    "/image/0",
    "/eventStatus",
    "/eventAttendanceMode",
    "/offers/url",
    "/offers/availability",
    "/offers/priceCurrency",
    "/offers/validFrom",
    "/offers/price",
    "/organizer/name",
    "/organizer/url",
    "/performer/0/name",
    "/performer/0/url",
];

/// Asserts that an event has all fields, and answers what is left of it.
fn complete(app: &TestApp, event: &Value) -> String {
    let text = |path: &str| {
        event
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    for path in FIELDS {
        assert!(!text(path).is_empty(), "{path} is missing: {event}");
    }
    chrono::DateTime::parse_from_rfc3339(&text("/startDate")).unwrap();
    text("/offers/price").parse::<f64>().unwrap();
    assert!(text("/image/0").starts_with(&app.base) && text("/image/0").ends_with(".png"));
    text("/offers/availability")
        .trim_start_matches("https://schema.org/")
        .to_owned()
}

#[sqlx::test(migrations = "../migrations")]
async fn events_say_to_machines_what_they_need_to_know(pool: PgPool) {
    let app = town(pool).await;
    let slugs = [
        (
            "boiler-night",
            vec!["InStock", "LimitedAvailability", "PreOrder"],
        ),
        (
            "maren-soe-knife-season",
            vec!["SoldOut", "LimitedAvailability", "InStock", "PreOrder"],
        ),
        ("fog-horn-symphony", vec!["OutOfStock"]),
        ("small-hours", vec!["InStock"]),
    ];
    for (slug, availabilities) in slugs {
        let shown = page(&app, &format!("/en/events/{slug}"), "").await;
        assert_eq!(shown.status, 200, "{slug}");
        let all = data(html(&shown));
        let graph = all
            .iter()
            .find_map(|data| data["@graph"].as_array())
            .unwrap();
        let seen: Vec<String> = graph.iter().map(|event| complete(&app, event)).collect();
        for availability in availabilities {
            assert!(
                seen.iter().any(|it| it == availability),
                "{slug}: {availability} not in {seen:?}"
            );
        }
        let image = graph[0]["image"][0]
            .as_str()
            .unwrap()
            .trim_start_matches(&app.base)
            .to_owned();
        let png = app.request(Method::GET, &image).send().await.unwrap();
        assert_eq!(png.headers()["content-type"], "image/png");
        assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG"));
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_page_is_told_from_its_former_self_by_its_tag(pool: PgPool) {
    let app = town(pool.clone()).await;
    let first = page(&app, "/en/events/boiler-night", "").await;
    let tag = first.header("etag").to_owned();
    assert_eq!(first.header("cache-control"), "no-cache");
    let again = async || {
        let request = app
            .request(Method::GET, "/en/events/boiler-night")
            .header("accept", "text/html");
        request
            .header("if-none-match", &tag)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(again().await, 304);
    sqlx::query("update event set description = 'Other.' where slug = 'boiler-night'")
        .execute(&pool)
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(again().await, 200, "what is changed is sent anew");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_badge_changes_over_the_socket_and_on_the_next_page(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let address = "/en/events/small-hours";
    let before = page(&app, address, "").await;
    assert!(
        html(&before).contains("data-standing=\"on_sale\""),
        "{before:?}"
    );
    let mut socket = Socket::at(&app, "/live/left").await;
    let watched =
        serde_json::json!({"type": "watch", "sessions": [app.session, uuid::Uuid::nil()]});
    socket.say(watched).await;
    let told = heard(&mut socket, "left").await;
    assert_eq!(
        told["sessions"],
        serde_json::json!([{"sessionId": app.session, "left": "enough"}])
    );
    // Sixty seats and 120 standing places: all but three are held and paid.
    let section = app.standing_section().await;
    for first in (0..60).step_by(10) {
        let seats: Vec<u32> = (first..first + 10).collect();
        app.paid_order(&seats).await;
    }
    for quantity in [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 7] {
        app.paid_standing(&section, quantity).await;
    }
    let last = loop {
        let told = heard(&mut socket, "left").await;
        if told["sessions"][0]["count"] == 3 {
            break told;
        }
    };
    assert_eq!(last["sessions"][0]["left"], "last");
    let after = page(&app, address, "").await;
    assert!(
        html(&after).contains("Last 3") && html(&after).contains("LimitedAvailability"),
        "{after:?}"
    );
    app.paid_standing(&section, 3).await;
    let gone = heard(&mut socket, "left").await;
    assert_eq!(gone["sessions"][0]["left"], "nothing");
    assert!(html(&page(&app, address, "").await).contains("data-standing=\"sold_out\""));
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_socket_of_badges_answers_odd_questions_and_foreign_pages(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let mut socket = Socket::at(&app, "/live/left").await;
    let many: Vec<String> = (0..401).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    for (question, code) in [
        (
            serde_json::json!({"type": "watch", "sessions": many}),
            "too_many_sessions",
        ),
        (serde_json::json!({"type": "watch"}), "invalid_message"),
        (serde_json::json!({"type": "other"}), "invalid_message"),
    ] {
        socket.say(question).await;
        assert_eq!(heard(&mut socket, "error").await["code"], code);
    }
    let plain = app.get("/live/left").await;
    assert_eq!(plain.status, 426);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn calendars_feeds_and_maps_for_machines_are_whole(pool: PgPool) {
    let app = town(pool).await;
    let session = app
        .get(&format!("/sessions/{}/calendar.ics", app.session))
        .await;
    assert_eq!(
        session.header("content-type"),
        "text/calendar; charset=utf-8"
    );
    let text = html(&session);
    assert!(
        text.starts_with("BEGIN:VCALENDAR") && text.matches("BEGIN:VEVENT").count() == 1,
        "{text}"
    );
    for (address, at_least) in [
        ("/artists/mira-falk/calendar.ics", 5),
        ("/venues/harrow-rooms/calendar.ics", 20),
        ("/events/late-at-harrow/calendar.ics", 20),
    ] {
        let calendar = app.get(address).await;
        let entries = html(&calendar).matches("BEGIN:VEVENT").count();
        assert!(entries >= at_least, "{address}: {entries}");
    }
    let postponed = app.get("/events/fog-horn-symphony/calendar.ics").await;
    assert!(html(&postponed).contains("STATUS:TENTATIVE"));
    let feed = app.get("/blog/feed.xml").await;
    assert_eq!(html(&feed).matches("<item>").count(), 6);
    let map = app.get("/sitemap.xml").await;
    assert!(html(&map).contains(&format!("<loc>{}/de/events/boiler-night</loc>", app.base)));
    let robots = app.get("/robots.txt").await;
    assert!(html(&robots).contains(&format!("Sitemap: {}/sitemap.xml", app.base)));
    for prefix in ["", "/en", "/de"] {
        for place in ["gateway/", "login", "door"] {
            let line = format!("Disallow: {prefix}/{place}");
            assert!(html(&robots).lines().any(|it| it == line), "{line}");
        }
    }
    let art = app.get("/art/waves/3/tempest/tall.svg").await;
    assert_eq!(art.header("content-type"), "image/svg+xml");
    assert!(art.header("cache-control").contains("immutable"));
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_newsletter_is_noted_as_pending_and_never_tells_who_is_known(pool: PgPool) {
    let app = TestApp::start(pool.clone()).await;
    for _ in 0..2 {
        let done = submit(&app, "/de/newsletter", "", &[("email", "ada@example.org")]).await;
        assert_eq!(done.status, 200, "{done:?}");
        assert!(html(&done).contains("Fast geschafft"));
    }
    let wrong = submit(&app, "/en/newsletter", "", &[("email", "<b>@")]).await;
    assert_eq!(wrong.status, 422);
    assert!(html(&wrong).contains("value=\"&lt;b&gt;@\""), "{wrong:?}");
    let request = app.request(Method::POST, "/en/newsletter");
    let request = request
        .header("accept", "text/html")
        .header("origin", &app.base);
    let in_a_browser = Reply::of(request.form(&[("email", "<b>@")]).send().await.unwrap()).await;
    assert_eq!(in_a_browser.status, 422);
    assert!(
        html(&in_a_browser).contains("value=\"&lt;b&gt;@\""),
        "{in_a_browser:?}"
    );
    let robot = [
        ("email", "robot@example.org"),
        ("website", "https://a.example"),
    ];
    assert_eq!(submit(&app, "/newsletter", "", &robot).await.status, 200);
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("select email, state, language from newsletter_subscription")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(
        rows,
        [(
            "ada@example.org".to_owned(),
            "pending".to_owned(),
            "de".to_owned()
        )]
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_api_searches_as_forgivingly_as_the_pages(pool: PgPool) {
    let app = town(pool).await;
    for words in ["tempset", "the tempest", "Lindenhof Ensemble"] {
        let address = format!("/api/public/events?q={}", words.replace(' ', "%20"));
        let found = app.get(&address).await;
        let items = found.body["items"].as_array().unwrap();
        let titles: Vec<&str> = items.iter().filter_map(|it| it["title"].as_str()).collect();
        assert!(titles.contains(&"The Tempest"), "{words}: {titles:?}");
        assert!(titles.len() < 10, "{words}: {titles:?}");
    }
    let nothing = app.get("/api/public/events?q=xyzzyqq").await;
    assert_eq!(nothing.body["items"], serde_json::json!([]));
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn without_the_database_known_words_are_searched_and_of_others_it_is_said(pool: PgPool) {
    let app = town(pool.clone()).await;
    let tempest = |reply: &Reply| html(reply).contains("The Tempest");
    assert!(tempest(&page(&app, "/events?q=tempest", "").await));
    pool.close().await;
    let known = page(&app, "/events?q=Tempest&sort=title", "").await;
    assert!(known.status == 200 && tempest(&known), "{}", html(&known));
    let new = page(&app, "/events?q=tempets", "").await;
    assert_eq!(new.status, 503, "{}", html(&new));
    assert!(html(&new).contains("Searching is not possible right now"));
    let asked = app.get("/api/public/events?q=tempets").await;
    assert_eq!(asked.status, 503, "{asked:?}");
    app.close().await;
}
