//! Something to measure claims against: JSON in and JSON out, of the size of a claim and its order.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};

use crate::error::Answer;
use crate::gateway::answer;
use crate::input::JsonBody;

/// The shape of a claim.
#[derive(Debug, Deserialize)]
pub struct Ping {
    seats: Vec<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pong {
    event_session_order_id: &'static str,
    session_id: &'static str,
    status: &'static str,
    pnr: &'static str,
    expire_if_not_completed_at: &'static str,
    seconds_left: u64,
    seats: Vec<u32>,
    standing: [u32; 0],
    total: PongMoney,
    missing: [&'static str; 2],
}

#[derive(Serialize)]
struct PongMoney {
    amount: i64,
    currency: &'static str,
}

/// Answers at once.
pub async fn echo(body: actix_web::web::Json<Ping>) -> HttpResponse {
    answer(actix_web::http::StatusCode::OK, &pong(body.into_inner()))
}

/// Answers at once, reading its body as our handlers do.
pub async fn echo_as_ours(body: JsonBody<Ping>) -> Answer<HttpResponse> {
    Ok(answer(actix_web::http::StatusCode::OK, &pong(body.value)))
}

fn pong(ping: Ping) -> Pong {
    Pong {
        event_session_order_id: "01990000-0000-7000-8000-000000000001",
        session_id: "01990000-0000-7000-8000-000000000002",
        status: "PENDING",
        pnr: "23456789",
        expire_if_not_completed_at: "2026-01-01T00:00:00.000Z",
        seconds_left: 600,
        seats: ping.seats,
        standing: [],
        total: PongMoney {
            amount: 8000,
            currency: "EUR",
        },
        missing: ["amount", "address"],
    }
}
