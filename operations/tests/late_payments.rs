//! A payment whose money comes within 50 milliseconds of its deadline, a thousand times: before
//! it, with it, after it, while the buyer gives up and a rival reaches for the seat.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

#[path = "payments/outside.rs"]
mod outside;
mod support;

use std::time::Duration;

use domain::order::{OrderStatus, PaymentState, Provider};
use domain::seat_map::Refusal;
use futures_util::stream::{self, StreamExt};
use operations::orders::{self, OrderError};
use operations::payments::{self, PaymentError};
use outside::Outside;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use support::{Buyer, House, seats_of, work_off};
use tokio::time::{Instant, sleep_until};

const ROUNDS: u32 = 1000;
/// Through Stripe, played; `CARD_ROUNDS` asks for more.
const CARD_ROUNDS: u32 = 200;
const ROUNDS_AT_A_TIME: usize = 20;
const WINDOW_MILLIS: u64 = 50;

/// When things happen in one round, counted from its beginning; the deadline is at the window's middle.
#[derive(Debug, Clone, Copy)]
struct Round {
    seat: u32,
    confirmed_after: Duration,
    /// When the buyer gives up and a rival tries, if they do.
    given_up_after: Option<Duration>,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Seated,
    Refunded,
}

impl Round {
    fn random(seat: u32, random: &mut StdRng) -> Self {
        let window = 2000 * WINDOW_MILLIS;
        let confirmed_after = Duration::from_micros(random.random_range(0..window));
        // While the places are pinned the buyer cannot give them up.
        let given_up_after =
            Duration::from_micros(random.random_range(window / 2..window * 6 / 10));
        let gives_up = seat.is_multiple_of(2);
        Self {
            seat,
            confirmed_after,
            given_up_after: gives_up.then_some(given_up_after),
        }
    }
}

async fn race(house: &House, round: Round) -> (Round, Outcome) {
    let buyer = house.buyer_of(&[round.seat]).await;
    let rival = house.buyer().await;
    let payment = house.pay(buyer, "pay").await.unwrap();
    let beginning = Instant::now();
    let deadline = beginning + Duration::from_millis(WINDOW_MILLIS);
    let confirm = async {
        sleep_until(beginning + round.confirmed_after).await;
        house.confirm(&payment).await
    };
    let end = async {
        sleep_until(deadline).await;
        payments::end_at_deadline(&house.app, payment.payment_id).await
    };
    let give_up = async {
        if let Some(after) = round.given_up_after {
            sleep_until(beginning + after).await;
            give_up_to_a_rival(house, buyer, rival, round.seat).await;
        }
    };
    let (confirmed, ended, ()) = tokio::join!(confirm, end, give_up);
    ended.unwrap();
    if let Err(error) = confirmed {
        assert!(is_unavailable(&error), "{round:?}: {error:?}");
    }
    // What was cut short by a session that was just reloading is what the settle job is for.
    payments::settle(&house.app, payment.payment_id)
        .await
        .unwrap();
    (
        round,
        outcome(house, buyer, payment.payment_id, round).await,
    )
}

/// The buyer gives up as soon as the cart may be touched, unless the order is paid by then.
async fn give_up_to_a_rival(house: &House, buyer: Buyer, rival: Buyer, seat: u32) {
    loop {
        match orders::cancel(&house.app, buyer.order, &buyer.by).await {
            Ok(_) => break,
            Err(OrderError::Refused(Refusal::PaymentUnderWay)) => tokio::task::yield_now().await,
            Err(OrderError::Paid) => return,
            Err(other) => panic!("{other:?}"),
        }
    }
    let claimed = house.claim(rival, "rival", seats_of(&[seat])).await;
    let is_expected = matches!(claimed, Ok(_) | Err(OrderError::Refused(_)));
    assert!(is_expected, "{claimed:?}");
}

fn is_unavailable(error: &PaymentError) -> bool {
    matches!(
        error,
        PaymentError::Order(OrderError::Unavailable { .. } | OrderError::Busy { .. })
    )
}

/// Paid and seated, or refunded; never else.
async fn outcome(house: &House, buyer: Buyer, payment: domain::PaymentId, round: Round) -> Outcome {
    let view = house.view(buyer).await;
    let seats = house.states_of(buyer).await;
    match house.payment_state(payment).await {
        PaymentState::Succeeded => {
            assert_eq!(view.status, OrderStatus::Paid, "{round:?}");
            assert_eq!(view.tickets.len(), 1, "{round:?}");
            assert_eq!(seats, [(round.seat, "sold".to_owned())], "{round:?}");
            Outcome::Seated
        }
        PaymentState::Refunded => {
            assert_eq!(view.status, OrderStatus::Refunded, "{round:?}");
            assert!(
                view.tickets.is_empty() && seats.is_empty(),
                "{round:?}: {seats:?}"
            );
            Outcome::Refunded
        }
        other => panic!("{round:?} ended {other:?}"),
    }
}

async fn count(house: &House, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql)
        .fetch_one(&house.app.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_raced_around_its_deadline_ends_seated_or_refunded(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::with_stalls(store::pool(options), ROUNDS).await;
    let seed: u64 = rand::random();
    eprintln!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let rounds: Vec<Round> = (0..ROUNDS)
        .map(|seat| Round::random(seat, &mut random))
        .collect();
    let races = stream::iter(rounds.into_iter().map(|round| race(&house, round)));
    let outcomes: Vec<(Round, Outcome)> = races.buffer_unordered(ROUNDS_AT_A_TIME).collect().await;

    let of = |wanted: Outcome| {
        outcomes
            .iter()
            .filter(|(_, outcome)| *outcome == wanted)
            .count()
    };
    let (seated, refunded) = (of(Outcome::Seated), of(Outcome::Refunded));
    eprintln!("{seated} seated, {refunded} refunded");
    assert!(seated > 0 && refunded > 0, "the race has two ends");
    work_off(&house.app).await;
    let unsettled = "select count(*) from payment join test_intent intent using (payment_id)
        where (payment.state, intent.state) not in (('succeeded', 'captured'), ('refunded', 'refunded'))
            or (payment.state = 'refunded') <> (payment.refunded = payment.amount)";
    assert_eq!(
        count(&house, unsettled).await,
        0,
        "all money is earned or back"
    );
    let tickets = count(&house, "select count(*) from ticket where status = 'VALID'").await;
    assert_eq!(usize::try_from(tickets), Ok(seated));
    let reloads = count(&house, "select epoch - 1 from session_owner").await;
    assert_eq!(reloads, 0, "no operation surprised the journal");
    let pool = house.app.pool.clone();
    house.close().await;
    pool.close().await;
}

/// The same through Stripe: the card is charged before the intent is withdrawn, or is not charged at all.
async fn race_a_card(house: &House, outside: &Outside, round: Round) -> Option<Outcome> {
    let buyer = house.buyer_of(&[round.seat]).await;
    let rival = house.buyer().await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    let beginning = Instant::now();
    let charge = async {
        sleep_until(beginning + round.confirmed_after).await;
        let is_charged = outside.is_charged(&payment).await;
        // The buyer comes back while the deadline's job is at work.
        let back = payments::on_return(&house.app, buyer.order, &buyer.by).await;
        if let Err(error) = back {
            assert!(is_unavailable(&error), "{round:?}: {error:?}");
        }
        is_charged
    };
    let end = async {
        sleep_until(beginning + Duration::from_millis(WINDOW_MILLIS)).await;
        payments::end_at_deadline(&house.app, payment.payment_id).await
    };
    let give_up = async {
        if let Some(after) = round.given_up_after {
            sleep_until(beginning + after).await;
            give_up_to_a_rival(house, buyer, rival, round.seat).await;
        }
    };
    let (is_charged, ended, ()) = tokio::join!(charge, end, give_up);
    ended.unwrap();
    let state = house.payment_state(payment.payment_id).await;
    if !is_charged {
        assert_eq!(state, PaymentState::Cancelled, "{round:?}: nothing came");
        return None;
    }
    Some(outcome(house, buyer, payment.payment_id, round).await)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_card_raced_around_the_deadline_is_charged_and_seated_or_not_charged(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let rounds = std::env::var("CARD_ROUNDS").map_or(CARD_ROUNDS, |rounds| rounds.parse().unwrap());
    let mut house = House::with_stalls(store::pool(options), rounds).await;
    let outside = Outside::beside(&mut house).await;
    let seed: u64 = rand::random();
    eprintln!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let rounds: Vec<Round> = (0..rounds)
        .map(|seat| Round::random(seat, &mut random))
        .collect();
    let races = rounds
        .into_iter()
        .map(|round| race_a_card(&house, &outside, round));
    let outcomes: Vec<_> = stream::iter(races)
        .buffer_unordered(ROUNDS_AT_A_TIME)
        .collect()
        .await;
    let charged = outcomes.iter().flatten().count();
    eprintln!("{charged} of {} charged", outcomes.len());
    assert!(
        charged > 0 && charged < outcomes.len(),
        "the race has two ends"
    );
    work_off(&house.app).await;
    let back = outside.refunded_by_stripe().await;
    let charged = i64::try_from(charged).unwrap();
    assert_eq!(house.books().await, (charged * 8_000, back));
    outside.close().await;
    let pool = house.app.pool.clone();
    house.close().await;
    pool.close().await;
}
