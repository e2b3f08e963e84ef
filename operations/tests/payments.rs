//! Payments over the real actors and a real database.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

#[path = "payments/cashier.rs"]
mod cashier;
#[path = "payments/outside.rs"]
mod outside;
#[path = "payments/places_back.rs"]
mod places_back;
#[path = "payments/providers.rs"]
mod providers;
#[path = "payments/refunds.rs"]
mod refunds;
#[path = "payments/setbacks.rs"]
mod setbacks;
mod support;

use domain::SeatIndex;
use domain::order::{OrderStatus, PaymentState, Provider, Step};
use domain::seat_map::{Refusal, RequestHash};
use operations::orders::{self, ClaimRequest, OrderError};
use operations::payments::{self, PaymentError, TestOutcome};
use sqlx::PgPool;
use store::test_intents::IntentState;
use support::{Buyer, House, key_of, seats_of, work_off};

fn refusal(error: &PaymentError) -> Option<&Refusal> {
    match error {
        PaymentError::Order(OrderError::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

async fn drop_to_deadline(house: &House, payment: &payments::StartedPayment) {
    payments::end_at_deadline(&house.app, payment.payment_id)
        .await
        .unwrap();
}

async fn cancel(house: &House, buyer: Buyer) {
    orders::cancel(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_paid_order_has_its_seats_its_tickets_and_no_jobs_left(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1, 2]).await;
    let standing = ClaimRequest::Standing {
        section: house.floor,
        quantity: 2,
    };
    house.claim(buyer, "bb", standing).await.unwrap();
    let payment = house.pay(buyer, "pay").await.unwrap();
    assert_eq!(payment.state, PaymentState::Pending);
    assert_eq!(house.jobs().await, ["payment_deadline"]);
    let pending = house.view(buyer).await;
    assert_eq!(pending.payment.unwrap().state, PaymentState::Pending);

    let view = house.confirm(&payment).await.unwrap();
    assert_eq!(view.status, OrderStatus::Paid);
    assert_eq!(view.seats, [SeatIndex(1), SeatIndex(2)]);
    assert_eq!(view.standing, [(house.floor, 2)]);
    assert_eq!(view.total.minor, 2 * 8000 + 2 * 3500);
    assert_eq!((view.seconds_left, view.missing.len()), (0, 0));
    assert_eq!(view.payment.unwrap().provider, Some(Provider::Test));
    assert_eq!(view.tickets.len(), 4);
    assert_eq!(view.tickets[0].holder, "Ada Lovelace");
    assert_eq!(view.tickets[0].row.as_deref(), Some("1"));
    let code = house.app.ticket_keys.verify(&view.tickets[3].code).unwrap();
    assert_eq!(code.ticket_id, view.tickets[3].ticket_id);
    assert_eq!(code.pnr, view.pnr);

    let states = house.states_of(buyer).await;
    assert_eq!(states, [(1, "sold".to_owned()), (2, "sold".to_owned())]);
    assert!(house.jobs().await.is_empty());
    let snapshot = house
        .app
        .registry
        .session(house.session)
        .await
        .unwrap()
        .feed()
        .snapshot();
    assert_eq!(snapshot.seats[0], 0b0010_1000, "two bits a seat: 2 is sold");
    assert_eq!(
        (snapshot.standing[0].sold, snapshot.standing[0].held),
        (2, 0)
    );
    assert_eq!(
        house.confirm(&payment).await.unwrap(),
        view,
        "a repeated confirmation changes nothing"
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_with_nothing_to_pay_is_paid_at_once_whatever_provider_is_named(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[house.stalls_seats]).await;
    let (order, by, hash) = (buyer.order, &buyer.by, RequestHash([9; 32]));
    for _ in 0..2 {
        let started =
            payments::start(&house.app, order, by, key_of("p"), hash, Provider::Stripe).await;
        let started = started.unwrap();
        assert_eq!(
            (started.state, started.test_token),
            (PaymentState::Succeeded, None)
        );
    }
    let view = house.view(buyer).await;
    assert_eq!((view.status, view.total.minor), (OrderStatus::Paid, 0));
    assert_eq!(view.payment.unwrap().provider, None);
    assert_eq!(view.tickets.len(), 1);
    assert!(house.jobs().await.is_empty());
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_repeated_start_is_the_same_attempt_and_a_second_one_is_refused(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let first = house.pay(buyer, "pay").await.unwrap();
    assert_eq!(house.pay(buyer, "pay").await.unwrap(), first);
    let (order, by) = (buyer.order, &buyer.by);
    let other = RequestHash([1; 32]);
    let reused = payments::start(&house.app, order, by, key_of("pay"), other, Provider::Test).await;
    assert!(matches!(reused, Err(PaymentError::KeyReused)), "{reused:?}");
    let second = house.pay(buyer, "other").await.unwrap_err();
    assert_eq!(refusal(&second), Some(&Refusal::PaymentUnderWay));
    house.confirm(&first).await.unwrap();
    assert_eq!(
        house.pay(buyer, "pay").await.unwrap().state,
        PaymentState::Succeeded
    );
    let after = house.pay(buyer, "third").await;
    assert!(
        matches!(after, Err(PaymentError::Order(OrderError::Paid))),
        "{after:?}"
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn simultaneous_starts_pin_once(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let (a, b, c) = tokio::join!(
        house.pay(buyer, "a"),
        house.pay(buyer, "a"),
        house.pay(buyer, "b")
    );
    let started = [a, b, c]
        .into_iter()
        .filter_map(Result::ok)
        .collect::<Vec<_>>();
    let ids: std::collections::HashSet<_> = started.iter().map(|it| it.payment_id.0).collect();
    assert_eq!(ids.len(), 1, "{started:?}");
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_names_the_steps_that_are_missing(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer().await;
    let missing = house.pay(buyer, "pay").await;
    let all = [Step::Amount, Step::Address, Step::Seats];
    assert!(matches!(missing, Err(PaymentError::StepMissing(steps)) if steps == all));
    house.claim(buyer, "c", seats_of(&[1])).await.unwrap();
    let missing = house.pay(buyer, "pay").await;
    assert!(matches!(missing, Err(PaymentError::StepMissing(steps)) if steps == [Step::Address]));
    assert_eq!(house.states_of(buyer).await, [(1, "held".to_owned())]);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_provider_that_is_not_here_is_unavailable(pool: PgPool) {
    let mut house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let (order, by, hash) = (buyer.order, buyer.by, RequestHash([9; 32]));
    for provider in [Provider::Stripe, Provider::Paypal] {
        let refused = payments::start(&house.app, order, &by, key_of("p"), hash, provider).await;
        assert!(
            matches!(refused, Err(PaymentError::ProviderUnavailable)),
            "{refused:?}"
        );
    }
    house.app.demo = false;
    let refused = house.pay(buyer, "p").await;
    assert!(
        matches!(refused, Err(PaymentError::ProviderUnavailable)),
        "{refused:?}"
    );
    assert_eq!(house.states_of(buyer).await, [(1, "held".to_owned())]);
    assert!(house.jobs().await.is_empty());
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_wrong_token_confirms_nothing(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    let wrong = payments::confirm_test(
        &house.app,
        payment.payment_id,
        "guess",
        TestOutcome::Succeed,
    )
    .await;
    assert!(matches!(wrong, Err(PaymentError::NotFound)), "{wrong:?}");
    assert_eq!(house.intent(payment.payment_id).await, IntentState::Open);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_cart_is_frozen_while_a_payment_is_under_way_and_free_after_a_decline(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    let frozen = house.claim(buyer, "more", seats_of(&[2])).await;
    assert!(
        matches!(frozen, Err(OrderError::Refused(Refusal::PaymentUnderWay))),
        "{frozen:?}"
    );
    let frozen = orders::cancel(&house.app, buyer.order, &buyer.by).await;
    assert!(
        matches!(frozen, Err(OrderError::Refused(Refusal::PaymentUnderWay))),
        "{frozen:?}"
    );

    let view = house.decline(&payment).await.unwrap();
    assert_eq!(view.payment.unwrap().state, PaymentState::Declined);
    assert_eq!(
        house.states_of(buyer).await,
        [(1, "pinned".to_owned())],
        "kept for another attempt"
    );
    let over = house.confirm(&payment).await;
    assert!(matches!(over, Err(PaymentError::Over)), "{over:?}");
    let view = house.claim(buyer, "more", seats_of(&[2])).await.unwrap();
    assert_eq!(view.seats, [SeatIndex(1), SeatIndex(2)]);
    assert_eq!(
        house.view(buyer).await.payment.unwrap().state,
        PaymentState::Declined
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_second_attempt_succeeds_after_a_decline(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let first = house.pay(buyer, "one").await.unwrap();
    house.decline(&first).await.unwrap();
    let second = house.pay(buyer, "two").await.unwrap();
    assert_eq!(
        house.jobs().await,
        ["payment_deadline"],
        "the second's deadline takes the first's place"
    );
    drop_to_deadline(&house, &first).await;
    assert_eq!(
        house.states_of(buyer).await,
        [(1, "pinned".to_owned())],
        "the first's end unpins nothing"
    );
    assert_eq!(
        house.confirm(&second).await.unwrap().status,
        OrderStatus::Paid
    );
    assert!(house.jobs().await.is_empty());
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_attempt_that_is_not_paid_in_time_returns_its_places_to_the_buyer(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    work_off(&house.app).await;
    assert_eq!(
        house.payment_state(payment.payment_id).await,
        PaymentState::Cancelled
    );
    assert_eq!(
        house.intent(payment.payment_id).await,
        IntentState::Cancelled
    );
    assert_eq!(house.states_of(buyer).await, [(1, "held".to_owned())]);
    let again = house.pay(buyer, "again").await.unwrap();
    assert_eq!(
        house.confirm(&again).await.unwrap().status,
        OrderStatus::Paid
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_late_payment_is_seated_while_the_buyer_still_holds_the_places(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    drop_to_deadline(&house, &payment).await;
    let view = house.confirm(&payment).await.unwrap();
    assert_eq!(view.status, OrderStatus::Paid);
    assert_eq!(house.states_of(buyer).await, [(1, "sold".to_owned())]);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_late_payment_claims_its_places_again_if_nobody_has_them(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1, 2]).await;
    let standing = ClaimRequest::Standing {
        section: house.floor,
        quantity: 3,
    };
    house.claim(buyer, "bb", standing).await.unwrap();
    let payment = house.pay(buyer, "pay").await.unwrap();
    drop_to_deadline(&house, &payment).await;
    cancel(&house, buyer).await;
    assert_eq!(house.states_of(buyer).await, []);
    let view = house.confirm(&payment).await.unwrap();
    assert_eq!(view.status, OrderStatus::Paid);
    assert_eq!(view.seats, [SeatIndex(1), SeatIndex(2)]);
    assert_eq!(view.standing, [(house.floor, 3)]);
    assert_eq!(view.tickets.len(), 5);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_late_payment_is_refunded_in_full_if_somebody_else_has_the_places(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1, 2]).await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    drop_to_deadline(&house, &payment).await;
    cancel(&house, buyer).await;
    let rival = house.buyer_of(&[2]).await;
    let view = house.confirm(&payment).await.unwrap();
    assert_eq!(view.status, OrderStatus::Refunded);
    assert_eq!(view.payment.unwrap().state, PaymentState::Refunded);
    assert!(view.tickets.is_empty());
    assert_eq!(house.states_of(buyer).await, []);
    assert_eq!(house.states_of(rival).await, [(2, "held".to_owned())]);
    work_off(&house.app).await;
    assert_eq!(
        house.intent(payment.payment_id).await,
        IntentState::Refunded
    );
    let refunded: i64 = sqlx::query_scalar("select sum(amount)::int8 from refund")
        .fetch_one(&house.app.pool)
        .await
        .unwrap();
    assert_eq!(refunded, 2 * 8000);
    let again = house.confirm(&payment).await;
    assert!(matches!(again, Err(PaymentError::Over)), "{again:?}");
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_late_payment_for_a_cart_that_has_changed_is_refunded_and_the_cart_stays(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    drop_to_deadline(&house, &payment).await;
    house.claim(buyer, "more", seats_of(&[2])).await.unwrap();
    let view = house.confirm(&payment).await.unwrap();
    assert_eq!(view.status, OrderStatus::Pending);
    assert_eq!(view.seats, [SeatIndex(1), SeatIndex(2)]);
    assert_eq!(
        house.payment_state(payment.payment_id).await,
        PaymentState::Refunded
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn of_two_payments_for_one_order_the_second_is_refunded(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let late = house.pay(buyer, "one").await.unwrap();
    drop_to_deadline(&house, &late).await;
    let live = house.pay(buyer, "two").await.unwrap();
    assert_eq!(
        house.confirm(&late).await.unwrap().status,
        OrderStatus::Paid
    );
    let view = house.confirm(&live).await.unwrap();
    assert_eq!(view.status, OrderStatus::Paid);
    assert_eq!(view.tickets.len(), 1);
    assert_eq!(
        house.payment_state(late.payment_id).await,
        PaymentState::Succeeded
    );
    assert_eq!(
        house.payment_state(live.payment_id).await,
        PaymentState::Refunded
    );
    work_off(&house.app).await;
    assert_eq!(house.intent(live.payment_id).await, IntentState::Refunded);
    assert_eq!(house.states_of(buyer).await, [(1, "sold".to_owned())]);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn simultaneous_settlements_of_one_payment_sell_once(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    let confirmations = (0..8).map(|_| house.confirm(&payment));
    for view in futures_util::future::join_all(confirmations).await {
        assert_eq!(view.unwrap().tickets.len(), 1);
    }
    let tickets: i64 = sqlx::query_scalar("select count(*) from ticket")
        .fetch_one(&house.app.pool)
        .await
        .unwrap();
    assert_eq!(tickets, 1);
    house.close().await;
}
