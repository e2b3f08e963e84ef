//! What a crash between two steps leaves behind where the money is taken by Stripe or PayPal.

use std::time::Duration;

use domain::PaymentId;
use domain::order::{PaymentState, Provider};
use domain::seat_map::{Command, RequestHash};
use integrations::RefundStanding;
use sqlx::PgPool;

use super::beginning::{Request, begin, fix};
use super::outside::{close, deliver, open, order_status, stripe_event};
use super::support::{Buyer, House, key_of, refund_request, work_off};
use super::{PaymentError, at_provider, reconcile};
use crate::orders::OrderError;
use crate::refunds::{self, Extent};

/// An attempt whose amount is fixed; the process died before anybody outside heard of it.
async fn fixed(house: &House, buyer: Buyer, provider: Provider) -> PaymentId {
    let session = house.app.registry.session(house.session).await.unwrap();
    let key = key_of("pay");
    let request = Request {
        order: buyer.order,
        key: &key,
        hash: RequestHash([9; 32]),
        provider,
    };
    let payment = begin(&house.app, &session, &request).await.unwrap();
    session
        .command(Command::Pin { order: buyer.order })
        .await
        .unwrap();
    let fixed = fix(&house.app, &session, &request, payment).await;
    fixed.unwrap().unwrap().payment_id
}

/// One that was opened there, but died before its name was written.
async fn opened_unheard(house: &House, buyer: Buyer) -> PaymentId {
    let payment = fixed(house, buyer, Provider::Stripe).await;
    let known = store::payments::find(&house.app.pool, payment)
        .await
        .unwrap();
    let patience = house.app.providers.patience.buyer;
    at_provider::open(&house.app, &known.unwrap(), patience)
        .await
        .unwrap();
    payment
}

#[sqlx::test(migrations = "../migrations")]
async fn an_attempt_goes_on_for_the_places_alone_that_it_was_begun_for(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let session = house.app.registry.session(house.session).await.unwrap();
    let key = key_of("pay");
    let request = Request {
        order: buyer.order,
        key: &key,
        hash: RequestHash([9; 32]),
        provider: Provider::Stripe,
    };
    let payment = begin(&house.app, &session, &request).await.unwrap();
    house
        .claim(buyer, "more", super::support::seats_of(&[2]))
        .await
        .unwrap();
    let pin = Command::Pin { order: buyer.order };
    session.command(pin).await.unwrap();
    let fixed = fix(&house.app, &session, &request, payment.clone()).await;
    assert_eq!(fixed.unwrap(), None, "another seat is pinned as well");

    let started = house.pay_with(buyer, Provider::Stripe, "pay").await;
    assert!(matches!(
        started,
        Err(PaymentError::Order(OrderError::Unavailable { .. }))
    ));
    let state = house.payment_state(payment.payment_id).await;
    assert_eq!(state, PaymentState::Cancelled);
    let started = house.pay_with(buyer, Provider::Stripe, "again").await;
    let known = store::payments::find(&house.app.pool, started.unwrap().payment_id).await;
    let amount = known.unwrap().unwrap().amount.unwrap();
    assert_eq!(amount.minor, 2 * 8_000);
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_attempt_that_stripe_never_heard_of_is_ended_without_stripe(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = fixed(&house, buyer, Provider::Stripe).await;
    outside.go_away("stripe", 60).await;
    let app = house.restarted();
    work_off(&app).await;
    assert_eq!(house.payment_state(payment).await, PaymentState::Cancelled);
    assert_eq!(house.states_of(buyer).await, [(1, "held".to_owned())]);
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_request_finds_the_intent_whose_name_was_not_written(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = opened_unheard(&house, buyer).await;
    let started = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    assert_eq!(started.payment_id, payment);
    outside.pay_by_card(&started, "pm_card_visa").await;
    super::on_return(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap();
    assert_eq!(outside.intents().await, 1, "opened twice, it is one intent");
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_webhook_that_is_quicker_than_the_intents_name_is_understood(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = opened_unheard(&house, buyer).await;
    let event = serde_json::json!({
        "id": "pi_quick", "status": "succeeded", "amount_received": 8_000, "currency": "eur",
        "metadata": { "payment": payment.to_string() }
    });
    let event = stripe_event("evt_1", "payment_intent.succeeded", &event);
    deliver(&house.app, &event).await.unwrap();
    work_off(&house.app).await;
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_webhook_whose_worker_dies_before_it_is_ticked_off_is_worked_off_again_without_harm(
    pool: PgPool,
) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.pay_by_card(&payment, "pm_card_visa").await;
    let intent = outside.intent(&payment).await;
    let event = stripe_event("evt_1", "payment_intent.succeeded", &intent);
    deliver(&house.app, &event).await.unwrap();
    for _ in 0..2 {
        super::work_off(&house.app, Provider::Stripe, "evt_1")
            .await
            .unwrap();
        // As if the process had died right before the tick.
        sqlx::query("update webhook_event set worked_off_at = null, outcome = null")
            .execute(&house.app.pool)
            .await
            .unwrap();
    }
    work_off(&house.restarted()).await;
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_capture_that_was_about_to_be_asked_for_is_looked_up_before_the_places_are_free(
    pool: PgPool,
) {
    let (house, outside) = open(pool).await;
    for (seat, is_asked_for) in [(1, true), (2, false)] {
        let buyer = house.buyer_of(&[seat]).await;
        let payment = house
            .pay_with(buyer, Provider::Paypal, "pay")
            .await
            .unwrap();
        outside
            .agree(&house.reference(&payment).await, "approve")
            .await;
        let id = payment.payment_id;
        assert!(
            store::attempts::begin_capture(&house.app.pool, id)
                .await
                .unwrap()
        );
        if is_asked_for {
            let known = store::payments::find(&house.app.pool, id)
                .await
                .unwrap()
                .unwrap();
            let patience = house.app.providers.patience.buyer;
            at_provider::capture(&house.app, &known, patience)
                .await
                .unwrap();
        }
        super::end_at_deadline(&house.app, id).await.unwrap();
        let expected = match is_asked_for {
            true => PaymentState::Succeeded,
            false => PaymentState::Cancelled,
        };
        assert_eq!(house.payment_state(id).await, expected);
    }
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refund_that_was_sent_and_not_noted_is_sent_once(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.pay_by_card(&payment, "pm_card_visa").await;
    super::on_return(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap();
    let request = refund_request(buyer.order, Extent::Whole);
    let refunded = refunds::refund(&house.app.pool, &request).await.unwrap();
    let stripe = house.app.providers.stripe.as_ref().unwrap();
    let reference = house.reference(&payment).await;
    let patience = house.app.providers.patience.job;
    let sent = stripe.refund(refunded.refund_id.0, &reference, refunded.amount, patience);
    assert_eq!(sent.await.unwrap().standing, RefundStanding::Done);
    // The process died here; the next one does its jobs.
    work_off(&house.restarted()).await;
    assert_eq!(outside.refunded_by_stripe().await, 8_000);
    assert_eq!(house.books().await, (8_000, 8_000));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn money_that_came_while_no_process_ran_is_found_by_the_next_one(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Paypal, "pay")
        .await
        .unwrap();
    outside
        .agree(&house.reference(&payment).await, "approve")
        .await;
    assert_eq!(
        reconcile(&house.restarted(), Duration::ZERO).await.unwrap(),
        1
    );
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}
