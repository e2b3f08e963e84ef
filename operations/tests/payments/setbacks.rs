//! Refunds that meet with a setback: one that fails after it was done, one of money that a dispute took.

use domain::Money;
use domain::order::Provider;
use operations::cancellations;
use operations::refunds::{self, Extent, RefundError, RefundRequest, Refunded};
use serde_json::json;
use sqlx::PgPool;

use crate::outside::{Outside, close, deliver, open, order_status, stripe_event};
use crate::support::{Buyer, House, refund_request, work_off};

/// What two seats cost, and one.
const PAID: i64 = 16_000;
const PRICE: i64 = 8_000;

/// A buyer who has paid for two seats there, and the attempt's name at its provider.
async fn paid(house: &House, outside: &Outside, provider: Provider) -> (Buyer, String) {
    paid_by(house, outside, provider, "pm_card_refundFail").await
}

async fn paid_by(
    house: &House,
    outside: &Outside,
    provider: Provider,
    card: &str,
) -> (Buyer, String) {
    let seats = match provider {
        Provider::Paypal => [3, 4],
        Provider::Stripe | Provider::Test => [1, 2],
    };
    let buyer = house.buyer_of(&seats).await;
    let payment = house.pay_with(buyer, provider, "pay").await.unwrap();
    let reference = house.reference(&payment).await;
    match provider {
        Provider::Paypal => outside.agree(&reference, "approve").await,
        Provider::Stripe | Provider::Test => drop(outside.pay_by_card(&payment, card).await),
    }
    operations::payments::on_return(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap();
    assert_eq!(order_status(house, buyer.order).await, "PAID");
    (buyer, reference)
}

async fn refund(house: &House, buyer: Buyer, extent: Extent) -> Result<Refunded, RefundError> {
    refunds::refund(&house.app.pool, &refund_request(buyer.order, extent)).await
}

/// A refund's state, and its provider's name for it.
async fn state_of(house: &House, refunded: Refunded) -> (String, String) {
    let found = "select state, coalesce(provider_reference, '') from refund where refund_id = $1";
    let found = sqlx::query_as(found).bind(refunded.refund_id.0);
    found.fetch_one(&house.app.pool).await.unwrap()
}

/// What a provider says of a refund, as it comes in: signed by Stripe, or stored as PayPal's.
async fn say(house: &House, provider: Provider, event: &str, (refunded, state): (Refunded, &str)) {
    let (_, reference) = state_of(house, refunded).await;
    match provider {
        Provider::Paypal => {
            let kind = format!("PAYMENT.REFUND.{state}");
            let body = json!({ "id": event, "event_type": kind, "resource": {
                "id": reference, "status": state, "custom_id": refunded.refund_id,
            }});
            let event = store::webhooks::NewEvent {
                provider,
                event_id: event.to_owned(),
                kind,
                body: body.to_string().into_bytes(),
                by: store::webhooks::WorkedOffBy::Job,
            };
            let stored = store::webhooks::store(&house.app.pool, &[event]).await;
            assert_eq!(stored.unwrap(), [true]);
        }
        Provider::Stripe | Provider::Test => {
            let kind = match state {
                "failed" => "refund.failed",
                _ => "refund.updated",
            };
            let object = json!({
                "id": reference, "object": "refund", "status": state,
                "failure_reason": "expired_or_canceled_card",
                "metadata": { "refund": refunded.refund_id },
            });
            deliver(&house.app, &stripe_event(event, kind, &object))
                .await
                .unwrap();
        }
    }
    work_off(&house.app).await;
}

async fn is_to_be_seen_to(house: &House, rule: &str) -> bool {
    let report = operations::audit::check(&house.app.pool).await.unwrap();
    report.pending.iter().any(|finding| finding.rule == rule)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refund_that_fails_after_it_was_done_is_back_in_the_books_and_staff_are_told(
    pool: PgPool,
) {
    let (house, outside) = open(pool).await;
    let refused = "a provider refused a refund";
    for (number, provider, [done, failed]) in [
        (1, Provider::Stripe, ["succeeded", "failed"]),
        (2, Provider::Paypal, ["COMPLETED", "FAILED"]),
    ] {
        let (buyer, _) = paid(&house, &outside, provider).await;
        let refunded = refund(&house, buyer, Extent::Whole).await.unwrap();
        work_off(&house.app).await;
        assert_eq!(state_of(&house, refunded).await.0, "done");
        assert_eq!(house.books().await, (number * PAID, number * PAID));
        assert!(!is_to_be_seen_to(&house, refused).await);

        let back = (number * PAID, (number - 1) * PAID);
        // It fails once, is told twice, and what was before comes after it.
        for (event, state) in [("one", failed), ("two", failed), ("three", done)] {
            let event = format!("evt_{number}_{event}");
            say(&house, provider, &event, (refunded, state)).await;
            assert_eq!(state_of(&house, refunded).await.0, "failed");
            assert_eq!(house.books().await, back, "{state}");
            assert!(is_to_be_seen_to(&house, refused).await);
        }
        let report = operations::audit::check(&house.app.pool).await.unwrap();
        assert_eq!(report.balances[0].owed.minor, PAID);

        // Staff pay it out by other means: that stays, whatever else is told of the failure.
        let mut tx = house.app.pool.begin().await.unwrap();
        let by_hand = "with paid as (
                update refund set state = 'done' where refund_id = $1 and state = 'failed' returning *)
            insert into ledger (kind, payment_id, order_id, session_id, refund_id, amount, currency, provider)
            select 'refunded', payment_id, order_id, session_id, refund_id, paid.amount, payment.currency, 'hand'
            from paid join payment using (payment_id) join event_session_order using (order_id)";
        let by_hand = sqlx::query(by_hand).bind(refunded.refund_id.0);
        assert_eq!(by_hand.execute(&mut *tx).await.unwrap().rows_affected(), 1);
        tx.commit().await.unwrap();
        let event = format!("evt_{number}_four");
        say(&house, provider, &event, (refunded, failed)).await;
        assert_eq!(house.books().await, (number * PAID, number * PAID));
        assert!(!is_to_be_seen_to(&house, refused).await);
    }
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refund_that_fails_before_it_was_done_is_no_movement(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let pending = "pm_card_pendingRefund";
    let (buyer, _) = paid_by(&house, &outside, Provider::Stripe, pending).await;
    let refunded = refund(&house, buyer, Extent::Whole).await.unwrap();
    work_off(&house.app).await;
    assert_eq!(state_of(&house, refunded).await.0, "sent");
    for (event, state) in [("evt_1", "failed"), ("evt_2", "succeeded")] {
        say(&house, Provider::Stripe, event, (refunded, state)).await;
        assert_eq!(state_of(&house, refunded).await.0, "failed");
    }
    let booked: i64 = sqlx::query_scalar("select count(*) from ledger where refund_id is not null")
        .fetch_one(&house.app.pool)
        .await
        .unwrap();
    assert_eq!((booked, house.books().await), (0, (PAID, 0)));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_ledger_books_a_failure_once(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let (buyer, _) = paid(&house, &outside, Provider::Stripe).await;
    let refunded = refund(&house, buyer, Extent::Whole).await.unwrap();
    work_off(&house.app).await;
    say(&house, Provider::Stripe, "evt_1", (refunded, "failed")).await;
    let again = "insert into ledger (kind, payment_id, order_id, session_id, refund_id, amount, currency, provider)
        select kind, payment_id, order_id, session_id, refund_id, amount, currency, provider
        from ledger where kind = 'refund_failed'";
    let again = sqlx::query(again).execute(&house.app.pool).await;
    let refused = again.unwrap_err().to_string();
    assert!(refused.contains("ledger_books_a_failure_once"), "{refused}");
    close(house, outside).await;
}

/// The holder's bank has decided for the holder.
async fn lose(house: &House, intent: &str, minor: i64) {
    let dispute = json!({
        "id": format!("du_{intent}"), "payment_intent": intent, "reason": "fraudulent", "status": "lost",
        "amount": minor, "currency": "eur",
    });
    let event = stripe_event(&format!("evt_{intent}"), "charge.dispute.closed", &dispute);
    deliver(&house.app, &event).await.unwrap();
    work_off(&house.app).await;
}

async fn valid_tickets(house: &House, buyer: Buyer) -> usize {
    house.view(buyer).await.tickets.len()
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_dispute_took_does_not_go_back_again(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let (buyer, intent) = paid(&house, &outside, Provider::Stripe).await;
    lose(&house, &intent, PAID).await;
    let ticket = house.view(buyer).await.tickets[0].ticket_id;
    let favour = RefundRequest {
        key: Some("sorry".to_owned()),
        ..refund_request(buyer.order, Extent::Favour(100))
    };
    for request in [
        refund_request(buyer.order, Extent::Whole),
        refund_request(buyer.order, Extent::Tickets(vec![ticket])),
        favour,
    ] {
        let refused = refunds::refund(&house.app.pool, &request).await;
        assert!(
            matches!(refused, Err(RefundError::LostToDispute)),
            "{refused:?}"
        );
    }
    work_off(&house.app).await;
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(valid_tickets(&house, buyer).await, 2);
    assert_eq!(house.books().await, (PAID, 0));
    assert_eq!(outside.refunded_by_stripe().await, 0);

    // Whoever does not want the tickets to admit keeps their whole price.
    let void = RefundRequest {
        fee_per_ticket: PRICE,
        ..refund_request(buyer.order, Extent::Whole)
    };
    let voided = refunds::refund(&house.app.pool, &void).await.unwrap();
    assert_eq!((voided.amount.minor, voided.tickets), (0, 2));
    work_off(&house.app).await;
    assert_eq!(order_status(&house, buyer.order).await, "REFUNDED");
    assert_eq!(house.books().await, (PAID, 0));
    assert_eq!(house.states_of(buyer).await, []);
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn of_a_payment_that_is_lost_in_part_the_rest_goes_back(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let (buyer, intent) = paid(&house, &outside, Provider::Stripe).await;
    lose(&house, &intent, PRICE + 100).await;
    let refunded = refund(&house, buyer, Extent::Whole).await.unwrap();
    let Money { minor, .. } = refunded.amount;
    assert_eq!((minor, refunded.tickets), (PRICE - 100, 2));
    house.books().await;
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_cancelled_session_takes_back_tickets_whose_money_is_lost(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let (lost, intent) = paid(&house, &outside, Provider::Stripe).await;
    let (other, _) = paid(&house, &outside, Provider::Paypal).await;
    lose(&house, &intent, PAID).await;
    let begun = cancellations::begin(&house.app.pool, house.session, "storm", None);
    assert!(begun.await.unwrap());
    work_off(&house.app).await;
    let progress = cancellations::progress(&house.app.pool, house.session);
    let progress = progress.await.unwrap().unwrap();
    assert_eq!((progress.orders_refunded, progress.orders_left), (2, 0));
    assert!(progress.finished_at.is_some());
    for buyer in [lost, other] {
        assert_eq!(order_status(&house, buyer.order).await, "REFUNDED");
        assert_eq!(valid_tickets(&house, buyer).await, 0);
    }
    assert_eq!(house.books().await, (2 * PAID, PAID));
    close(house, outside).await;
}
