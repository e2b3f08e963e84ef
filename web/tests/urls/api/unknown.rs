use reqwest::Method;
use sqlx::PgPool;

use crate::support::{Reply, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_there_is_a_problem_document(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.get("/api/nothing").await.is_problem(404, "not_found");
    app.get("/api/public/sessions/not-an-id")
        .await
        .is_problem(404, "not_found");
    app.get("/api/gateway/orders/not-an-id")
        .await
        .is_problem(404, "not_found");
    app.get("/nothing").await.is_problem(404, "not_found");
    let unknown = "/api/public/sessions/01990000-0000-7000-8000-000000000000";
    app.get(unknown).await.is_problem(404, "not_found");
    app.get(&format!("{unknown}/manifest"))
        .await
        .is_problem(404, "not_found");
    app.get(&format!("{unknown}/availability"))
        .await
        .is_problem(404, "not_found");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_wrong_method_is_told_from_a_wrong_address(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let request = app.request(Method::DELETE, "/api/public/events");
    let refused = Reply::of(request.send().await.unwrap()).await;
    refused.is_problem(405, "method_not_allowed");
    assert_eq!(refused.header("allow"), "GET, HEAD");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_person_gets_a_page_where_a_program_gets_a_document(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let request = app
        .request(Method::GET, "/nothing")
        .header("accept", "text/html,*/*");
    let page = Reply::of(request.send().await.unwrap()).await;
    assert_eq!(page.status, 404);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.body
            .as_str()
            .unwrap()
            .contains("<h1>This page is not here</h1>")
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_description_of_the_api_is_served(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let description = app.get("/api/openapi.json").await;
    assert_eq!(description.status, 200);
    let claim = "/api/gateway/orders/{eventSessionOrderId}/get-seat";
    assert!(description.body["paths"][claim]["post"].is_object());
    app.close().await;
}
