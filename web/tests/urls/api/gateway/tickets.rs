use reqwest::{Method, Response};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Order, Reply, TestApp, address};

async fn file(app: &TestApp, order: &Order, path: &str) -> Response {
    app.on(Method::GET, order, path).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

fn ticket_id(paid: &Value, position: usize) -> &str {
    paid["tickets"][position]["ticketId"].as_str().unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn tickets_are_given_as_pdf_one_by_one_and_all_together(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, paid) = app.paid_order(&[1, 2]).await;
    let pnr = paid["pnr"].as_str().unwrap();
    let one = format!("/tickets/{}.pdf", ticket_id(&paid, 1));
    for (path, name) in [
        (one.as_str(), format!("Frontrow {pnr} ticket 2.pdf")),
        ("/tickets.pdf", format!("Frontrow {pnr}.pdf")),
    ] {
        let response = file(&app, &order, path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), "application/pdf");
        assert_eq!(header(&response, "cache-control"), "no-store");
        let disposition = header(&response, "content-disposition").to_owned();
        assert!(
            disposition.starts_with(&format!("inline; filename=\"{name}\"")),
            "{disposition}"
        );
        assert!(
            disposition.contains("filename*=UTF-8''Small%20Hours%20"),
            "{disposition}"
        );
        let bytes = response.bytes().await.unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7") && bytes.ends_with(b"%%EOF"));
    }
    // As the order says it.
    let told = paid["tickets"][1]["pdfUrl"].as_str().unwrap();
    assert!(
        told.ends_with(&format!("/api/gateway/orders/{}{one}", order.id)),
        "{told}"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_calendar_gets_the_session_with_its_places(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, paid) = app.paid_order(&[1]).await;
    let response = file(&app, &order, "/calendar.ics").await;
    assert_eq!(
        header(&response, "content-type"),
        "text/calendar; charset=utf-8"
    );
    assert_eq!(header(&response, "cache-control"), "no-store");
    let text = response.text().await.unwrap().replace("\r\n ", "");
    assert!(
        text.contains(&format!("UID:{}@127.0.0.1\r\n", order.id)),
        "{text}"
    );
    assert!(text.contains("SUMMARY:Small Hours\r\n"), "{text}");
    assert!(text.contains("\\, Germany\r\n"), "{text}");
    let german = file(&app, &order, "/calendar.ics?language=de").await;
    let german = german.text().await.unwrap().replace("\r\n ", "");
    assert!(german.contains("\\, Deutschland\r\n"), "{german}");
    assert!(
        text.contains(&format!("Order {}", paid["pnr"].as_str().unwrap())),
        "{text}"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_gets_the_papers_of_another_or_by_the_pnr(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (order, paid) = app.paid_order(&[1]).await;
    let (other, others) = app.paid_order(&[2]).await;
    let (mine, theirs) = (ticket_id(&paid, 0), ticket_id(&others, 0));
    let stranger = Order {
        secret: other.secret.clone(),
        ..order.clone()
    };
    for path in [
        format!("/tickets/{mine}.pdf"),
        "/tickets.pdf".into(),
        "/calendar.ics".into(),
    ] {
        let bare = app
            .get(&format!("/api/gateway/orders/{}{path}", order.id))
            .await;
        bare.is_problem(403, "forbidden");
        let foreign = Reply::of(file(&app, &stranger, &path).await).await;
        foreign.is_problem(403, "forbidden");
        let pnr = paid["pnr"].as_str().unwrap();
        let by_pnr = app.get(&format!("/api/gateway/orders/{pnr}{path}")).await;
        by_pnr.is_problem(404, "not_found");
    }
    // One's own order does not open somebody else's ticket.
    for path in [format!("/tickets/{theirs}.pdf"), "/tickets/x.pdf".into()] {
        let strange = Reply::of(file(&app, &order, &path).await).await;
        strange.is_problem(404, "not_found");
    }
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_that_is_not_paid_has_no_papers(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.step(Method::PUT, &order, "/address", address()).await;
    app.claim(&order, "k", json!({"seats": [1]})).await;
    for path in ["/tickets.pdf", "/calendar.ics"] {
        let reply = Reply::of(file(&app, &order, path).await).await;
        reply.is_problem(404, "not_found");
    }
    app.close().await;
}
