//! Paying an order with the demo's provider.

use crate::cart::{Cart, fresh_key};
use crate::history::{Answer, Operation, Status};

/// How often a request of unknown fate is repeated.
const ATTEMPTS: u32 = 20;

/// One attempt to pay. Returns whether the order is paid.
pub async fn pay_once(cart: &mut Cart, succeed: bool) -> bool {
    let started = cart
        .insist(&Operation::StartPayment { key: fresh_key() }, ATTEMPTS)
        .await;
    let Answer::PaymentStarted {
        confirm_path: Some(path),
        ..
    } = started
    else {
        return false;
    };
    let confirmed = cart
        .insist(&Operation::Confirm { path, succeed }, ATTEMPTS)
        .await;
    matches!(confirmed, Answer::Order(order) if order.status == Status::Paid)
}
