//! Payments through Stripe and PayPal, both played in this process: what goes right, what goes wrong, and what
//! happens twice.

use std::time::Duration;

use domain::order::{OrderStatus, PaymentState, Provider};
use operations::payments::{self, PaymentError, ReceivedWebhook, WebhookError};
use serde_json::json;
use sqlx::PgPool;

use crate::outside::{close, deliver, open, order_status, stripe_event};
use crate::support::{Buyer, House, work_off};

async fn come_back(house: &House, buyer: Buyer) -> operations::orders::OrderView {
    payments::on_return(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_card_is_charged_once_however_often_the_buyer_comes_back(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1, 2]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    assert_eq!(payment.state, PaymentState::Pending);
    let again = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    assert_eq!(again, payment, "the same request is the same attempt");
    assert_eq!(
        come_back(&house, buyer).await.status,
        OrderStatus::Pending,
        "out of turn"
    );

    outside.pay_by_card(&payment, "pm_card_visa").await;
    for _ in 0..3 {
        let view = come_back(&house, buyer).await;
        assert_eq!((view.status, view.tickets.len()), (OrderStatus::Paid, 2));
    }
    assert_eq!(house.books().await, (16_000, 0));
    assert!(house.jobs().await.is_empty());
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_declined_card_leads_to_a_new_attempt_for_the_same_places(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let first = house
        .pay_with(buyer, Provider::Stripe, "first")
        .await
        .unwrap();
    outside.pay_by_card(&first, "pm_card_chargeDeclined").await;
    let view = come_back(&house, buyer).await;
    assert_eq!(view.payment.unwrap().state, PaymentState::Declined);
    assert_eq!(house.states_of(buyer).await, [(1, "pinned".to_owned())]);
    assert_eq!(
        outside.intent(&first).await["status"],
        "canceled",
        "its money cannot come any more"
    );

    let second = house
        .pay_with(buyer, Provider::Stripe, "second")
        .await
        .unwrap();
    assert_ne!(second.client_secret, first.client_secret);
    outside.pay_by_card(&second, "pm_card_visa").await;
    assert_eq!(come_back(&house, buyer).await.status, OrderStatus::Paid);
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_webhook_delivered_many_times_and_out_of_order_has_one_effect(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.pay_by_card(&payment, "pm_card_visa").await;
    let intent = outside.intent(&payment).await;
    let succeeded = stripe_event("evt_1", "payment_intent.succeeded", &intent);
    let mut failed = intent.clone();
    failed["status"] = json!("requires_payment_method");
    failed["last_payment_error"] = json!({ "code": "card_declined" });
    let failed = stripe_event("evt_2", "payment_intent.payment_failed", &failed);

    assert_eq!(
        deliver(&house.app, &succeeded).await.unwrap(),
        ReceivedWebhook::Stored
    );
    for _ in 0..3 {
        assert_eq!(
            deliver(&house.app, &succeeded).await.unwrap(),
            ReceivedWebhook::Known
        );
    }
    assert_eq!(
        deliver(&house.app, &failed).await.unwrap(),
        ReceivedWebhook::Stored
    );
    work_off(&house.app).await;
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(
        deliver(&house.app, &succeeded).await.unwrap(),
        ReceivedWebhook::Known
    );
    work_off(&house.app).await;
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_decline_that_is_told_before_the_buyer_tries_again_costs_nothing(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside
        .pay_by_card(&payment, "pm_card_chargeDeclined")
        .await;
    let told = stripe_event(
        "evt_1",
        "payment_intent.payment_failed",
        &outside.intent(&payment).await,
    );
    // The buyer was quicker with another card than the webhook of the first.
    outside.pay_by_card(&payment, "pm_card_visa").await;
    deliver(&house.app, &told).await.unwrap();
    work_off(&house.app).await;
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_does_not_fit_is_refused_and_changes_nothing(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    let mut intent = outside.intent(&payment).await;
    intent["status"] = json!("succeeded");
    intent["amount_received"] = json!(8_000);

    let honest = stripe_event("evt_0", "payment_intent.succeeded", &intent);
    let now = chrono::Utc::now().into();
    let forged = payments::receive_stripe(&house.app, "t=1,v1=00", &honest, now).await;
    assert!(
        matches!(forged, Err(WebhookError::Untrusted(_))),
        "{forged:?}"
    );

    let change = |change: fn(&mut serde_json::Value)| {
        let mut changed = intent.clone();
        change(&mut changed);
        changed
    };
    let wrong = [
        change(|it| it["amount_received"] = json!(7_999)),
        change(|it| it["amount_received"] = json!(8_001)),
        change(|it| it["currency"] = json!("usd")),
        change(|it| {
            it["id"] = json!("pi_unknown");
            it["metadata"] = json!({});
        }),
        // Somebody else's intent that names our payment.
        change(|it| it["id"] = json!("pi_other")),
    ];
    for (number, object) in wrong.iter().enumerate() {
        let event = stripe_event(
            &format!("evt_{}", number + 1),
            "payment_intent.succeeded",
            object,
        );
        deliver(&house.app, &event).await.unwrap();
    }
    let events = "select count(*) from webhook_event where outcome like 'refused: %'";
    sqlx::query("delete from graphile_worker._private_jobs where key like 'payment_deadline%'")
        .execute(&house.app.pool)
        .await
        .unwrap();
    work_off(&house.app).await;
    let refused: i64 = sqlx::query_scalar(events)
        .fetch_one(&house.app.pool)
        .await
        .unwrap();
    assert_eq!(refused, 5);
    assert_eq!(
        house.payment_state(payment.payment_id).await,
        PaymentState::Pending
    );
    assert_eq!(house.states_of(buyer).await, [(1, "pinned".to_owned())]);
    assert_eq!(house.books().await, (0, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_that_went_quiet_is_asked_about(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.pay_by_card(&payment, "pm_card_visa").await;
    // The tab is closed, the webhook lost, and the process is another one by now.
    let app = house.restarted();
    assert_eq!(
        payments::reconcile(&app, Duration::from_secs(45))
            .await
            .unwrap(),
        0,
        "not quiet yet"
    );
    assert_eq!(payments::reconcile(&app, Duration::ZERO).await.unwrap(), 1);
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(payments::reconcile(&app, Duration::ZERO).await.unwrap(), 0);
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_attempt_that_nobody_pays_is_cancelled_at_stripe_before_its_places_are_free(
    pool: PgPool,
) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.go_away("stripe", 60).await;
    let ended = payments::end_at_deadline(&house.app, payment.payment_id).await;
    assert!(
        matches!(ended, Err(PaymentError::ProviderFailing)),
        "{ended:?}"
    );
    assert_eq!(
        house.states_of(buyer).await,
        [(1, "pinned".to_owned())],
        "whether money comes is not known"
    );
    outside.go_away("stripe", 0).await;
    payments::end_at_deadline(&house.app, payment.payment_id)
        .await
        .unwrap();
    assert_eq!(outside.intent(&payment).await["status"], "canceled");
    assert_eq!(house.states_of(buyer).await, [(1, "held".to_owned())]);
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn money_that_came_before_the_deadline_is_found_by_it(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.pay_by_card(&payment, "pm_card_visa").await;
    payments::end_at_deadline(&house.app, payment.payment_id)
        .await
        .unwrap();
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn while_a_provider_is_away_the_places_are_kept_and_paid_with_another(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    outside.go_away("stripe", 60).await;
    for attempt in 0..3 {
        let refused = house
            .pay_with(buyer, Provider::Stripe, &format!("pay-{attempt}"))
            .await;
        assert!(
            matches!(refused, Err(PaymentError::ProviderFailing)),
            "{refused:?}"
        );
        assert_eq!(house.states_of(buyer).await, [(1, "pinned".to_owned())]);
    }
    let total = house.view(buyer).await.total;
    let offer = payments::offer(&house.app, Provider::Stripe, total);
    assert_eq!(
        offer,
        payments::Offer::Failing,
        "and it is not tried for the next buyer"
    );
    let payment = house.pay(buyer, "test").await.unwrap();
    house.confirm(&payment).await.unwrap();
    assert_eq!(order_status(&house, buyer.order).await, "PAID");
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn turning_to_another_provider_voids_the_first_attempt(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let first = house
        .pay_with(buyer, Provider::Stripe, "first")
        .await
        .unwrap();
    let second = house.pay(buyer, "second").await.unwrap();
    assert_eq!(outside.intent(&first).await["status"], "canceled");
    assert_eq!(
        house.payment_state(first.payment_id).await,
        PaymentState::Cancelled
    );
    house.confirm(&second).await.unwrap();
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_is_stranded_at_a_provider_pays_with_another_or_changes_the_order(pool: PgPool) {
    let (mut house, outside) = open(pool).await;
    let [forgotten, left, refused, given_up] = [1, 2, 3, 4];
    let mut buyers = Vec::new();
    for seat in [forgotten, left, refused, given_up] {
        let buyer = house.buyer_of(&[seat]).await;
        house
            .pay_with(buyer, Provider::Stripe, "first")
            .await
            .unwrap();
        buyers.push(buyer);
    }
    // The account has nothing of that name any more: no money can come.
    outside.forget().await;
    let second = house.pay_with(buyers[0], Provider::Paypal, "second").await;
    assert_eq!(second.unwrap().state, PaymentState::Pending);
    payments::leave(&house.app, buyers[1].order, &buyers[1].by)
        .await
        .unwrap();
    assert_eq!(
        house.states_of(buyers[1]).await,
        [(left, "held".to_owned())]
    );

    // The key was changed, and nobody has told the house: whether money comes is not known.
    outside.use_stripe_key(&mut house, "sk_test_former");
    let second = house.pay_with(buyers[2], Provider::Paypal, "second").await;
    assert_eq!(second.unwrap().state, PaymentState::Pending);
    payments::leave(&house.app, buyers[3].order, &buyers[3].by)
        .await
        .unwrap();
    assert_eq!(
        house.states_of(buyers[3]).await,
        [(given_up, "pinned".to_owned())]
    );
    let waiting = house.jobs().await;
    let to_withdraw = waiting
        .iter()
        .filter(|job| *job == "withdraw_attempt")
        .count();
    assert_eq!(to_withdraw, 2, "{waiting:?}");
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_intent_whose_opening_was_never_answered_is_withdrawn_all_the_same(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    outside
        .mischief("stripe", json!({ "losePercent": 100 }))
        .await;
    let begun = house.pay_with(buyer, Provider::Stripe, "pay").await;
    assert!(
        matches!(begun, Err(PaymentError::ProviderFailing)),
        "{begun:?}"
    );
    outside.mischief("stripe", json!({})).await;
    assert_eq!(outside.intent_states().await, ["requires_payment_method"]);
    work_off(&house.app).await;
    assert_eq!(outside.intent_states().await, ["canceled"]);
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn money_that_comes_twice_is_returned_once(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let first = house
        .pay_with(buyer, Provider::Stripe, "first")
        .await
        .unwrap();
    outside.go_away("stripe", 60).await;
    // Stripe cannot be told that the buyer has turned away.
    let second = house.pay(buyer, "second").await.unwrap();
    house.confirm(&second).await.unwrap();
    outside.go_away("stripe", 0).await;
    outside.pay_by_card(&first, "pm_card_visa").await;
    let told = stripe_event(
        "evt_1",
        "payment_intent.succeeded",
        &outside.intent(&first).await,
    );
    deliver(&house.app, &told).await.unwrap();
    work_off(&house.app).await;
    assert_eq!(
        house.payment_state(first.payment_id).await,
        PaymentState::Refunded
    );
    assert_eq!(
        house.payment_state(second.payment_id).await,
        PaymentState::Succeeded
    );
    assert_eq!(outside.refunded_by_stripe().await, 8_000);
    assert_eq!(house.books().await, (16_000, 8_000));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn of_two_attempts_the_one_that_was_left_may_pay_and_the_other_is_withdrawn(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let first = house.pay(buyer, "first").await.unwrap();
    // The demo's provider takes money even for what was cancelled.
    let second = house
        .pay_with(buyer, Provider::Stripe, "second")
        .await
        .unwrap();
    house.confirm(&first).await.unwrap();
    work_off(&house.app).await;
    assert_eq!(outside.intent(&second).await["status"], "canceled");
    assert_eq!(
        house.payment_state(second.payment_id).await,
        PaymentState::Cancelled
    );
    assert_eq!(house.books().await, (8_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn paypals_money_is_taken_once_the_buyer_has_agreed(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1, 2]).await;
    let payment = house
        .pay_with(buyer, Provider::Paypal, "pay")
        .await
        .unwrap();
    assert!(payment.approve_url.is_some());
    assert_eq!(
        come_back(&house, buyer).await.status,
        OrderStatus::Pending,
        "out of turn"
    );
    outside
        .agree(&house.reference(&payment).await, "approve")
        .await;
    for _ in 0..2 {
        assert_eq!(come_back(&house, buyer).await.status, OrderStatus::Paid);
    }
    assert_eq!(house.books().await, (16_000, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_that_was_left_is_never_captured(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house
        .pay_with(buyer, Provider::Paypal, "pay")
        .await
        .unwrap();
    outside
        .agree(&house.reference(&payment).await, "approve")
        .await;
    let left = payments::leave(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap();
    assert_eq!(left.payment.unwrap().state, PaymentState::Cancelled);
    assert_eq!(come_back(&house, buyer).await.status, OrderStatus::Pending);
    assert_eq!(house.states_of(buyer).await, [(1, "held".to_owned())]);
    assert_eq!(house.books().await, (0, 0));
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_comes_back_to_somebody_elses_order(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let (buyer, other) = (house.buyer_of(&[1]).await, house.buyer().await);
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.pay_by_card(&payment, "pm_card_visa").await;
    let refused = payments::on_return(&house.app, buyer.order, &other.by).await;
    assert!(
        matches!(refused, Err(PaymentError::Order(_))),
        "{refused:?}"
    );
    let refused = payments::leave(&house.app, buyer.order, &other.by).await;
    assert!(
        matches!(refused, Err(PaymentError::Order(_))),
        "{refused:?}"
    );
    assert_eq!(
        house.payment_state(payment.payment_id).await,
        PaymentState::Pending
    );
    close(house, outside).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_dispute_is_on_record_and_what_it_loses_is_booked_once(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let mut orders = Vec::new();
    for (seat, provider) in [(1, Provider::Stripe), (2, Provider::Paypal)] {
        let buyer = house.buyer_of(&[seat]).await;
        let payment = house.pay_with(buyer, provider, "pay").await.unwrap();
        match provider {
            Provider::Stripe => drop(outside.pay_by_card(&payment, "pm_card_visa").await),
            _ => {
                let reference = house.reference(&payment).await;
                outside.agree(&reference, "approve").await;
            }
        }
        assert_eq!(come_back(&house, buyer).await.status, OrderStatus::Paid);
        orders.push((buyer, payment));
    }
    let intent = house.reference(&orders[0].1).await;
    let stripe = |number: u32, status: &str| {
        let dispute = json!({
            "id": "du_1", "payment_intent": intent, "reason": "fraudulent", "status": status,
            "amount": 8_000, "currency": "eur",
        });
        stripe_event(&format!("evt_{number}"), "charge.dispute.updated", &dispute)
    };
    let known = store::payments::find(&house.app.pool, orders[1].1.payment_id).await;
    let capture = known.unwrap().unwrap().capture_reference;
    let paypal = |number: u32, status: &str| {
        let event = json!({ "id": format!("WH-{number}"), "event_type": "CUSTOMER.DISPUTE.UPDATED", "resource": {
            "dispute_id": "PP-D-1", "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "status": status,
            "dispute_amount": { "currency_code": "EUR", "value": "80.00" },
            "disputed_transactions": [{ "seller_transaction_id": capture }],
            "dispute_outcome": { "outcome_code": "RESOLVED_SELLER_FAVOUR" },
        }});
        event.to_string().into_bytes()
    };
    deliver(&house.app, &stripe(1, "needs_response"))
        .await
        .unwrap();
    // That PayPal's signatures hold is a matter of the integration; here it is what a delivery says.
    store_of_paypal(&house, "WH-1", &paypal(1, "WAITING_FOR_SELLER_RESPONSE")).await;
    work_off(&house.app).await;
    let report = operations::audit::check(&house.app.pool).await.unwrap();
    let open = report.pending.iter().map(|finding| finding.subject.clone());
    let mut open: Vec<String> = open.collect();
    open.sort();
    let mut expected: Vec<String> = orders
        .iter()
        .map(|(buyer, _)| buyer.order.to_string())
        .collect();
    expected.sort();
    assert_eq!(open, expected, "{report:?}");

    // What was decided comes twice, and what was before comes after it.
    for event in [
        stripe(2, "lost"),
        stripe(3, "lost"),
        stripe(4, "under_review"),
    ] {
        deliver(&house.app, &event).await.unwrap();
    }
    store_of_paypal(&house, "WH-2", &paypal(2, "RESOLVED")).await;
    work_off(&house.app).await;
    let report = operations::audit::check(&house.app.pool).await.unwrap();
    assert_eq!(report.findings, [], "{report:?}");
    assert_eq!(report.balances[0].disputed.minor, 8_000);
    let pending: Vec<&str> = report.pending.iter().map(|finding| finding.rule).collect();
    assert_eq!(
        pending,
        ["a dispute is lost, and its order's tickets still admit"]
    );
    assert_eq!(house.books().await, (16_000, 0));
    close(house, outside).await;
}

async fn store_of_paypal(house: &House, event_id: &str, body: &[u8]) {
    let event = store::webhooks::NewEvent {
        provider: Provider::Paypal,
        event_id: event_id.to_owned(),
        kind: "CUSTOMER.DISPUTE.UPDATED".to_owned(),
        body: body.to_vec(),
        by: store::webhooks::WorkedOffBy::Job,
    };
    let stored = store::webhooks::store(&house.app.pool, &[event]).await;
    assert_eq!(stored.unwrap(), [true]);
}

#[sqlx::test(migrations = "../migrations")]
async fn deliveries_that_come_together_are_each_stored_once(pool: PgPool) {
    let (house, outside) = open(pool).await;
    let intent = json!({ "id": "pi_1", "status": "processing", "currency": "eur", "metadata": {} });
    let deliveries = (0..600).map(|number| {
        // Each comes twice, and not one after the other.
        let event = stripe_event(
            &format!("evt_{}", number % 300),
            "payment_intent.canceled",
            &intent,
        );
        let app = house.app.clone();
        async move { deliver(&app, &event).await.unwrap() }
    });
    let answers = futures_util::future::join_all(deliveries).await;
    let stored = answers
        .iter()
        .filter(|answer| **answer == ReceivedWebhook::Stored);
    assert_eq!(stored.count(), 300);
    let rows: i64 = sqlx::query_scalar("select count(*) from webhook_event")
        .fetch_one(&house.app.pool)
        .await
        .unwrap();
    assert_eq!((rows, house.jobs().await.len()), (300, 300));
    work_off(&house.app).await;
    close(house, outside).await;
}
