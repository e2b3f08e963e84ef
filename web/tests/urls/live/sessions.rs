use std::time::Duration;

use operations::refunds::{self, Extent, PlacesAfter, RefundRequest};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::support::TestApp;
use crate::support::socket::{Socket, request, seat_of};

/// Follows deltas until a seat is in a state, asserting that each begins where the last one ended.
async fn follow_until(socket: &mut Socket, from: &Value, seat: u64, state: u64) {
    let mut sequence = from["sequence"].clone();
    loop {
        let delta = socket.hear_of("delta").await;
        assert_eq!(
            (&delta["epoch"], &delta["from"]),
            (&from["epoch"], &sequence),
            "{delta}"
        );
        sequence = delta["sequence"].clone();
        if delta["changes"]
            .as_array()
            .unwrap()
            .contains(&json!([seat, state]))
        {
            return;
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn everybody_sees_a_seat_held_sold_and_freed(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (mut socket, snapshot) = Socket::watching(&app).await;
    assert_eq!(socket.subprotocol.as_deref(), Some("frontrow.v1"));
    assert_eq!(seat_of(&snapshot["seats"], 7), 0);
    let order = app.order().await;
    app.claim(&order, "k", json!({"seats": [7]})).await;
    follow_until(&mut socket, &snapshot, 7, 1).await;
    let (mut late, snapshot) = Socket::watching(&app).await;
    assert_eq!(seat_of(&snapshot["seats"], 7), 1);
    app.step(Method::POST, &order, "/drop-seat", json!({"seats": [7]}))
        .await;
    follow_until(&mut late, &snapshot, 7, 0).await;
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn who_has_the_present_generation_gets_no_snapshot(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_first, snapshot) = Socket::watching(&app).await;
    let mut back = Socket::open(&app).await;
    let have = json!({"epoch": snapshot["epoch"], "sequence": snapshot["sequence"]});
    back.say(json!({"type": "hello", "have": have})).await;
    let order = app.order().await;
    app.claim(&order, "k", json!({"seats": [3]})).await;
    let heard = back.hear().await;
    assert_eq!(
        (&heard["type"], &heard["from"]),
        (&json!("delta"), &snapshot["sequence"]),
        "{heard}"
    );
    back.say(json!({"type": "resync"})).await;
    assert_eq!(seat_of(&back.hear_of("snapshot").await["seats"], 3), 1);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_buyer_hears_of_their_own_order(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, other) = (app.order().await, app.order().await);
    let mut socket = Socket::open(&app).await;
    let own = json!({"id": order.id, "secret": order.secret});
    socket.say(json!({"type": "hello", "order": own})).await;
    assert_eq!(socket.hear_of("order").await["order"]["seats"], json!([]));
    app.claim(&order, "k", json!({"seats": [7]})).await;
    assert_eq!(socket.hear_of("order").await["order"]["seats"], json!([7]));
    app.give_address(&order).await;
    assert_eq!(socket.hear_of("order").await["order"]["missing"], json!([]));
    let started = app.start_payment(&order, "pay", "test").await;
    app.confirm(&started, "succeed").await;
    while socket.hear_of("order").await["order"]["status"] != "PAID" {}

    let wrong = json!({"id": other.id, "secret": order.secret});
    socket.say(json!({"type": "hello", "order": wrong})).await;
    assert_eq!(socket.hear_of("error").await["code"], "forbidden");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_browser_leaves_the_secret_to_its_cookie(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let cookie = format!("order_{}={}", order.id, order.secret);
    let headers = [("cookie", cookie.as_str()), ("origin", app.base.as_str())];
    let mut socket = Socket::open_with(&app, &app.session, &headers).await;
    socket
        .say(json!({"type": "hello", "order": {"id": order.id}}))
        .await;
    assert_eq!(
        socket.hear_of("order").await["order"]["eventSessionOrderId"],
        order.id
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn seats_come_in_binary_where_it_is_asked_for(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let mut socket = Socket::open(&app).await;
    socket.say(json!({"type": "hello", "binary": true})).await;
    let snapshot = socket.hear_of("snapshot").await;
    let order = app.order().await;
    app.claim(&order, "k", json!({"seats": [5, 40]})).await;
    let bytes = loop {
        match socket.next().await.unwrap() {
            Message::Binary(bytes) => break bytes,
            Message::Text(text) => assert!(!text.contains("\"changes\":[["), "{text}"),
            other => panic!("{other:?}"),
        }
    };
    let epoch = u32::from_le_bytes(bytes[..4].try_into().unwrap());
    let sequence = u64::from_le_bytes(bytes[12..20].try_into().unwrap());
    assert_eq!(json!(epoch), snapshot["epoch"]);
    assert!(json!(sequence) != snapshot["sequence"]);
    // 5 << 2 | 1, then the gap of 35: 35 << 2 | 1 = 141, in two bytes of LEB128.
    assert_eq!(&bytes[20..], [21, 0x8d, 0x01]);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_foreign_origin_and_an_unknown_session_are_closed_with_their_codes(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let foreign = [("origin", "https://evil.example")];
    let mut socket = Socket::open_with(&app, &app.session, &foreign).await;
    assert_eq!(socket.close_code().await, 1008);
    for session in ["01990000-0000-7000-8000-000000000000", "not-an-id"] {
        let mut socket = Socket::open_with(&app, session, &[]).await;
        assert_eq!(socket.close_code().await, 4404, "{session}");
    }
    let plain = app.get(&format!("/live/sessions/{}", app.session)).await;
    plain.is_problem(426, "upgrade_required");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn oversized_binary_and_broken_messages_have_clear_ends(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (mut large, _) = Socket::watching(&app).await;
    large.send(Message::text("x".repeat(20_000))).await;
    assert_eq!(large.close_code().await, 1009);
    let (mut binary, _) = Socket::watching(&app).await;
    binary.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(binary.close_code().await, 1003);
    let (mut broken, _) = Socket::watching(&app).await;
    for (text, code) in [
        ("{", "malformed_json"),
        ("{\"type\": \"dance\"}", "invalid_message"),
        ("[]", "invalid_message"),
    ] {
        broken.send(Message::text(text)).await;
        assert_eq!(broken.hear_of("error").await["code"], code, "{text}");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_that_floods_is_cut_and_others_are_not(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (mut calm, snapshot) = Socket::watching(&app).await;
    let (mut flood, _) = Socket::watching(&app).await;
    for _ in 0..300 {
        if !flood.try_send(Message::text("{\"type\":\"board\"}")).await {
            break;
        }
    }
    assert_eq!(flood.close_code().await, 4429);
    let order = app.order().await;
    app.claim(&order, "k", json!({"seats": [7]})).await;
    follow_until(&mut calm, &snapshot, 7, 1).await;
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn only_staff_of_the_house_scan_and_see_the_board(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, paid) = app.paid_order(&[1]).await;
    let scan = json!({"type": "scan", "id": 7, "code": paid["tickets"][0]["code"], "nonce": "n1"});
    let (mut nobody, _) = Socket::watching(&app).await;
    nobody.say(scan.clone()).await;
    let refused = nobody.hear_of("error").await;
    assert_eq!(
        (&refused["id"], &refused["code"]),
        (&json!(7), &json!("login_required"))
    );

    let cookie = app.sign_in("studio").await;
    let headers = [("cookie", cookie.as_str())];
    let mut staff = Socket::open_with(&app, &app.session, &headers).await;
    staff.say(scan.clone()).await;
    let verdict = staff.hear_of("verdict").await;
    assert_eq!(
        (&verdict["id"], &verdict["verdict"]),
        (&json!(7), &json!("admitted")),
        "{verdict}"
    );
    staff.say(json!({"type": "board"})).await;
    let board = staff.hear_of("board").await;
    assert_eq!(
        (&board["inside"], &board["expected"]),
        (&json!(1), &json!(1)),
        "{board}"
    );

    let others = app.sign_in("theatre").await;
    let headers = [("cookie", others.as_str())];
    let mut foreign = Socket::open_with(&app, &app.session, &headers).await;
    foreign.say(scan.clone()).await;
    assert_eq!(foreign.hear_of("error").await["code"], "forbidden");

    let logout = app
        .request(Method::POST, "/api/account/logout")
        .header("cookie", &cookie);
    logout.send().await.unwrap();
    staff.say(scan).await;
    assert_eq!(staff.close_code().await, 4401);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refund_is_known_at_the_door_at_once(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, paid) = app.paid_order(&[1, 2]).await;
    let cookie = app.sign_in("studio").await;
    let headers = [("cookie", cookie.as_str())];
    let mut staff = Socket::open_with(&app, &app.session, &headers).await;
    let expected = |board: &Value| board["expected"].as_u64().unwrap();
    staff.say(json!({"type": "board"})).await;
    assert_eq!(expected(&staff.hear_of("board").await), 2);

    let back = &paid["tickets"][1];
    let request = RefundRequest {
        order: order.id.parse().unwrap(),
        extent: Extent::Tickets(vec![back["ticketId"].as_str().unwrap().parse().unwrap()]),
        places: PlacesAfter::OnSale,
        fee_per_ticket: 0,
        used_too: false,
        reason: "a test".to_owned(),
        key: None,
        by: None,
    };
    refunds::refund(&app.app.pool, &request).await.unwrap();
    // No job has been done, and no money has gone back yet.
    let scan = json!({"type": "scan", "id": 1, "code": back["code"], "nonce": "n1"});
    staff.say(scan).await;
    let verdict = staff.hear_of("verdict").await;
    assert_eq!(verdict["verdict"], "refunded", "{verdict}");
    let scan = json!({"type": "scan", "id": 2, "code": paid["tickets"][0]["code"], "nonce": "n2"});
    staff.say(scan).await;
    let verdict = staff.hear_of("verdict").await;
    assert_eq!(
        verdict["verdict"], "admitted",
        "the other one is still valid"
    );
    staff.say(json!({"type": "board"})).await;
    let board = staff.hear_of("board").await;
    assert_eq!(
        (expected(&board), &board["inside"], &board["refusals"]),
        (1, &json!(1), &json!(1)),
        "{board}"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn sockets_are_closed_with_1001_when_the_server_ends(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (mut socket, _) = Socket::watching(&app).await;
    app.begin_shutdown();
    assert_eq!(socket.close_code().await, 1001);
    drop(socket);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_full_house_of_sockets_turns_the_next_away(pool: PgPool) {
    let app = TestApp::start_with(pool, |settings| settings.sockets_max = 1).await;
    let (mut only, _) = Socket::watching(&app).await;
    let refused = tokio_tungstenite::connect_async(request(&app, &app.session, &[])).await;
    match refused {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
            assert_eq!(response.status(), 503);
            assert!(response.headers().contains_key("retry-after"));
        }
        other => panic!("expected 503, got {other:?}"),
    }
    only.say(json!({"type": "resync"})).await;
    assert_eq!(only.hear().await["type"], "snapshot");
    app.close().await;
}

/// It should have waited for the answer; what the HTTP server has read by then is not lost all the same.
#[sqlx::test(migrations = "../migrations")]
async fn what_is_said_together_with_the_handshake_is_heard(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let address = app.base.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut early = handshake(address, &app.session).into_bytes();
    early.extend(masked("{\"type\":\"hello\"}"));
    stream.write_all(&early).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("\"type\":\"snapshot\"") {
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_buf(&mut heard));
        assert!(read.await.expect("nothing was said").unwrap() > 0);
    }
    assert!(heard.starts_with(b"HTTP/1.1 101"));
    app.close().await;
}

/// A client that asks and asks and never reads: its buffers fill, its turn waits, and it is cut.
#[sqlx::test(migrations = "../migrations")]
async fn a_client_that_never_reads_is_no_longer_served(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let theatre = theatre_session(&app).await;
    let address = app.base.strip_prefix("http://").unwrap();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
    let handshake = handshake(address, &theatre);
    stream.write_all(handshake.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 101");
    stream
        .write_all(&masked("{\"type\":\"hello\"}"))
        .await
        .unwrap();
    let live = app
        .app
        .registry
        .session(theatre.parse().unwrap())
        .await
        .unwrap();
    let mut tick = tokio::time::interval(Duration::from_millis(60));
    while live.feed().watchers() == 0 {
        tick.tick().await;
    }
    // Each answer has the whole house; fewer than the flood limit a second, for as long as it takes.
    let watched_until = tokio::time::timeout(Duration::from_secs(90), async {
        while live.feed().watchers() > 0 {
            tick.tick().await;
            // Fails once the connection is cut.
            let _ = stream.write_all(&masked("{\"type\":\"resync\"}")).await;
        }
    });
    watched_until.await.expect("the client is served for ever");
    app.close().await;
}

async fn theatre_session(app: &TestApp) -> String {
    let found = app.get("/api/public/events?q=The%20Tempest").await;
    found.body["items"][0]["sessions"][0]["sessionId"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn handshake(address: &str, session: &str) -> String {
    format!(
        "GET /live/sessions/{session} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A short text frame as a client sends it, with a mask of zeros.
fn masked(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126);
    [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}
