//! The contract's JSON, as far as a buyer reads it.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::connection::Response;
use crate::history::{Answer, Operation, OrderState, Refusal, Status};
use crate::timeline::micros;

/// An order just opened: what its buyer must remember.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedOrder {
    #[serde(rename = "eventSessionOrderId")]
    pub id: Uuid,
    #[serde(rename = "orderSecret")]
    pub secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderBody {
    status: Status,
    expire_if_not_completed_at: DateTime<Utc>,
    seats: Vec<u32>,
    total: Money,
    tickets: Option<Vec<Ticket>>,
}

#[derive(Deserialize)]
struct Money {
    amount: i64,
}

#[derive(Deserialize)]
struct Ticket {
    index: Option<u32>,
}

#[derive(Deserialize)]
struct ProblemBody {
    code: String,
    #[serde(default)]
    taken: Vec<u32>,
    alternative: Option<Vec<u32>>,
    free: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentBody {
    state: String,
    test: Option<TestBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestBody {
    confirm_url: String,
}

/// What an answer to an operation says. A body that does not follow the contract tells nothing.
pub fn read_answer(operation: &Operation, response: &Response) -> Answer {
    let read = match response.status {
        200..=299 if matches!(operation, Operation::StartPayment { .. }) => {
            read_payment(&response.body)
        }
        200..=299 => read_order(&response.body),
        400..=499 => read_refusal(response),
        _ => return unknown(response, &problem_code(response)),
    };
    read.unwrap_or_else(|error| unknown(response, &format!("not as the contract has it: {error}")))
}

fn unknown(response: &Response, cause: &str) -> Answer {
    Answer::Unknown {
        status: Some(response.status),
        has_retry_after: response.retry_after_secs.is_some(),
        cause: cause.chars().take(300).collect(),
    }
}

/// The stable code of a problem, or whatever the body says instead.
fn problem_code(response: &Response) -> String {
    let problem = serde_json::from_slice::<ProblemBody>(&response.body);
    problem.map_or_else(
        |_| String::from_utf8_lossy(&response.body).into_owned(),
        |problem| problem.code,
    )
}

fn read_order(body: &[u8]) -> serde_json::Result<Answer> {
    let order: OrderBody = serde_json::from_slice(body)?;
    let mut seats = order.seats;
    seats.sort_unstable();
    let mut tickets: Vec<u32> = order
        .tickets
        .iter()
        .flatten()
        .filter_map(|ticket| ticket.index)
        .collect();
    tickets.sort_unstable();
    Ok(Answer::Order(OrderState {
        status: order.status,
        seats,
        deadline: micros(order.expire_if_not_completed_at),
        total: order.total.amount,
        tickets,
    }))
}

fn read_refusal(response: &Response) -> serde_json::Result<Answer> {
    let problem: ProblemBody = serde_json::from_slice(&response.body)?;
    Ok(Answer::Refused(Refusal {
        status: response.status,
        code: problem.code,
        taken: problem.taken,
        alternative: problem.alternative.unwrap_or_default(),
        free: problem.free,
    }))
}

fn read_payment(body: &[u8]) -> serde_json::Result<Answer> {
    let payment: PaymentBody = serde_json::from_slice(body)?;
    let confirm_path = payment
        .test
        .map(|test| path_of(&test.confirm_url).to_owned());
    Ok(Answer::PaymentStarted {
        state: payment.state,
        confirm_path,
    })
}

/// The path of an address, with its query.
fn path_of(address: &str) -> &str {
    match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &'static str) -> Response {
        Response {
            status,
            retry_after_secs: None,
            body: body.into(),
        }
    }

    #[test]
    fn an_order_is_read_with_its_seats_rising() {
        let body = r#"{"eventSessionOrderId": "x", "status": "PAID", "expireIfNotCompletedAt": "2026-01-01T00:00:00Z",
            "seats": [7, 3], "total": {"amount": 200, "currency": "EUR"}, "tickets": [{"index": 7}, {"index": 3}, {}]}"#;
        let Answer::Order(order) = read_answer(&Operation::Read, &response(200, body)) else {
            panic!("no order")
        };
        assert_eq!(
            (order.status, order.seats, order.total),
            (Status::Paid, vec![3, 7], 200)
        );
        assert_eq!(
            (order.tickets, order.deadline),
            (vec![3, 7], 1_767_225_600_000_000)
        );
    }

    #[test]
    fn a_refusal_names_its_code_and_the_seats() {
        let body = r#"{"code": "seat_taken", "taken": [1], "alternative": [2], "detail": "…"}"#;
        let Answer::Refused(refusal) = read_answer(&Operation::Read, &response(409, body)) else {
            panic!("no refusal")
        };
        assert_eq!((refusal.status, refusal.code.as_str()), (409, "seat_taken"));
        assert_eq!((refusal.taken, refusal.alternative), (vec![1], vec![2]));
    }

    #[test]
    fn a_success_that_breaks_the_contract_tells_nothing() {
        let answer = read_answer(&Operation::Read, &response(200, r#"{"seats": []}"#));
        assert!(
            matches!(
                answer,
                Answer::Unknown {
                    status: Some(200),
                    ..
                }
            ),
            "{answer:?}"
        );
    }

    #[test]
    fn a_payment_is_confirmed_at_the_path_of_its_address() {
        for url in ["http://127.0.0.1:8080/api/x?t=1", "/api/x?t=1"] {
            assert_eq!(path_of(url), "/api/x?t=1");
        }
    }
}
