use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::socket::seat_of;
use crate::support::{Reply, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn events_are_listed_with_their_sessions(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let listed = app.get("/api/public/events").await;
    let items = listed.body["items"].as_array().unwrap();
    let small = items
        .iter()
        .find(|event| event["title"] == "Small Hours")
        .unwrap();
    assert_eq!(small["sessions"][0]["sessionId"], app.session);
    assert_eq!(small["sessions"][0]["onSale"], true);
    assert!(listed.body.as_object().unwrap().contains_key("nextPage"));
    let found = app
        .get("/api/public/events?q=small%20hours&category=music")
        .await;
    assert_eq!(
        found.body["items"].as_array().unwrap().len(),
        1,
        "{found:?}"
    );
    let none = app.get("/api/public/events?from=2999-01-01").await;
    assert_eq!(none.body["items"], json!([]));
    for query in ["from=tomorrow", "page=x", "page=0"] {
        let refused = app.get(&format!("/api/public/events?{query}")).await;
        refused.is_problem(422, "invalid_fields");
    }
    let odd = app
        .get("/api/public/events?q=%00%25_%27&page=4294967295")
        .await;
    assert_eq!(odd.status, 200, "{odd:?}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_says_when_where_and_how_it_is_sold(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let session = app
        .get(&format!("/api/public/sessions/{}", app.session))
        .await;
    assert_eq!(session.body["event"]["title"], "Small Hours");
    assert_eq!(session.body["timeZone"], "Europe/Berlin");
    assert_eq!(session.body["status"], "on_sale");
    assert_eq!(session.body["maxPerOrder"], 10);
    assert_eq!(session.body["currency"], "EUR");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_manifest_is_dense_cacheable_and_compressed(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let path = format!("/api/public/sessions/{}/manifest", app.session);
    let manifest = app.get(&path).await;
    let sections = manifest.body["sections"].as_array().unwrap();
    let seats = sections
        .iter()
        .flat_map(|section| section["seats"].as_array().into_iter().flatten());
    let indexes: Vec<u64> = seats.map(|seat| seat["index"].as_u64().unwrap()).collect();
    assert_eq!(
        indexes,
        (0..u64::try_from(indexes.len()).unwrap()).collect::<Vec<_>>()
    );
    let standing = sections
        .iter()
        .find(|section| section["kind"] == "standing")
        .unwrap();
    assert_eq!(standing["capacity"], 120);
    assert!(standing.get("seats").is_none());

    let etag = manifest.header("etag").to_owned();
    let request = app
        .request(Method::GET, &path)
        .header("if-none-match", &etag);
    let same = Reply::of(request.send().await.unwrap()).await;
    assert_eq!((same.status, same.header("etag")), (304, etag.as_str()));
    let request = app
        .request(Method::GET, &path)
        .header("accept-encoding", "gzip");
    let packed = request.send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let gzip = packed.bytes().await.unwrap();
    assert!(gzip.starts_with(&[0x1f, 0x8b]));

    let request = app.request(Method::GET, &path);
    let request = request.header("accept-encoding", "gzip, br");
    let reply = request.send().await.unwrap();
    assert_eq!(reply.headers()["etag"], etag);
    assert_eq!(reply.headers()["content-encoding"], "br");
    let tight = reply.bytes().await.unwrap();
    let mut unpacked = Vec::new();
    brotli::BrotliDecompress(&mut &*tight, &mut unpacked).unwrap();
    assert!(tight.len() < gzip.len());
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&unpacked).unwrap(),
        manifest.body
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn columns_say_what_the_manifest_says_in_much_less(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let path = format!("/api/public/sessions/{}/manifest", app.session);
    let manifest = app.get(&path).await;
    let mut columns = app.get(&format!("{path}/columns")).await;
    assert_ne!(columns.header("etag"), manifest.header("etag"));
    let (bytes, all) = (
        columns.body.to_string().len(),
        manifest.body.to_string().len(),
    );
    assert!(bytes * 2 < all, "{bytes} of {all}");
    // Where seats stand is checked in the browser, which has the other half of the course.
    let mut manifest = manifest.body;
    for section in manifest["sections"].as_array_mut().unwrap() {
        let seats = section.get_mut("seats").and_then(Value::as_array_mut);
        for seat in seats.into_iter().flatten() {
            let seat = seat.as_object_mut().unwrap();
            for name in ["positionX", "positionY", "rotation"] {
                seat.remove(name).unwrap();
            }
        }
    }
    for section in columns.body["sections"].as_array_mut().unwrap() {
        if let Some(columns) = section.as_object_mut().unwrap().remove("columns") {
            section["seats"] = seats(&columns);
        }
    }
    assert_eq!(columns.body, manifest);
    app.close().await;
}

/// What the columns say of each seat by itself.
fn seats(columns: &Value) -> Value {
    let numbers = |name: &str| {
        let (mut last, mut step) = (0, 0);
        let differences = differences(columns[name].as_str().unwrap()).into_iter();
        let numbers = differences.map(|difference| {
            let number = last + step + difference;
            (last, step) = (number, number - last);
            number
        });
        numbers.collect::<Vec<_>>()
    };
    let [size_x, size_y] = ["sizeX", "sizeY"].map(numbers);
    let [shape, accessible] = ["shape", "accessible"].map(numbers);
    let shapes = ["ellipse", "rectangle", "rounded_rectangle"];
    let seat = |(place, index): (usize, i64)| {
        let mut seat = json!({
            "index": index,
            "row": columns["row"][place],
            "number": columns["number"][place],
            "shape": shapes[usize::try_from(shape[place]).unwrap()],
            "sizeX": units(size_x[place]),
            "sizeY": units(size_y[place]),
        });
        if accessible[place] == 1 {
            seat["accessible"] = json!(true);
        }
        seat
    };
    numbers("index").into_iter().enumerate().map(seat).collect()
}

fn units(hundredths: i64) -> Value {
    match hundredths % 100 {
        0 => json!(hundredths / 100),
        _ => json!(f64::from(i32::try_from(hundredths).unwrap()) / 100.0),
    }
}

/// A letter is a difference, and what has none is in parentheses.
fn differences(column: &str) -> Vec<i64> {
    let mut all = Vec::new();
    let mut rest = column;
    while let Some(first) = rest.chars().next() {
        let (difference, length) = if first == '(' {
            let end = rest.find(')').unwrap();
            (rest[1..end].parse().unwrap(), end + 1)
        } else {
            (i64::from(u32::from(first)) - i64::from(b'm'), 1)
        };
        all.push(difference);
        rest = &rest[length..];
    }
    all
}

#[sqlx::test(migrations = "../migrations")]
async fn availability_shows_what_is_committed_and_is_not_kept(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.claim(&order, "k", json!({"seats": [2]})).await;
    app.paid_order(&[5]).await;
    let path = format!("/api/public/sessions/{}/availability", app.session);
    let available = app.get(&path).await;
    assert_eq!(available.header("cache-control"), "no-store");
    let states: Vec<u8> = [1, 2, 5]
        .map(|index| seat_of(&available.body["seats"], index))
        .into();
    assert_eq!(states, [0, 1, 2]);
    assert_eq!(available.body["standing"][0]["free"], 120);
    app.close().await;
}
