//! What a crash between two steps leaves behind, and how the jobs end it.

use domain::order::{OrderStatus, PaymentState, Provider};
use domain::seat_map::{Command, RequestHash};
use domain::{PaymentId, SessionId};
use sqlx::PgPool;
use store::sales::Sold;
use store::test_intents::IntentState;

use super::beginning::{Request, begin, fix};
use super::demo::capture;
use super::settling::sell;
use super::support::{Buyer, House, key_of, work_off};
use crate::App;
use crate::orders;

/// Begins to pay and goes as far as the attempt's row and its deadline job.
async fn begun(house: &House, buyer: Buyer) -> PaymentId {
    let session = house.app.registry.session(house.session).await.unwrap();
    let payment = begin(&house.app, &session, &request(buyer)).await;
    payment.unwrap().payment_id
}

fn request(buyer: Buyer) -> Request<'static> {
    let key = Box::leak(Box::new(key_of("pay")));
    Request {
        order: buyer.order,
        key,
        hash: RequestHash([9; 32]),
        provider: Provider::Test,
    }
}

async fn pin(app: &App, session: SessionId, buyer: Buyer) {
    let session = app.registry.session(session).await.unwrap();
    session
        .command(Command::Pin { order: buyer.order })
        .await
        .unwrap();
}

/// The attempt of a process that died, ended by the jobs of the next one.
async fn is_ended_by_the_next_process(house: House, buyer: Buyer, payment: PaymentId) {
    let app = house.restarted();
    work_off(&app).await;
    assert_eq!(house.payment_state(payment).await, PaymentState::Cancelled);
    assert_eq!(house.states_of(buyer).await, [(1, "held".to_owned())]);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_attempt_that_never_pinned_is_ended_at_its_deadline(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = begun(&house, buyer).await;
    is_ended_by_the_next_process(house, buyer, payment).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_attempt_that_pinned_but_was_not_fixed_is_ended_at_its_deadline(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = begun(&house, buyer).await;
    pin(&house.app, house.session, buyer).await;
    is_ended_by_the_next_process(house, buyer, payment).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_attempt_that_nobody_confirmed_is_ended_at_its_deadline(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap().payment_id;
    is_ended_by_the_next_process(house, buyer, payment).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_request_goes_on_with_an_attempt_that_was_cut_short(pool: PgPool) {
    let house = House::open(pool).await;
    for (seat, is_pinned) in [(1, false), (2, true)] {
        let buyer = house.buyer_of(&[seat]).await;
        let payment = begun(&house, buyer).await;
        if is_pinned {
            pin(&house.app, house.session, buyer).await;
        }
        let started = house.pay(buyer, "pay").await.unwrap();
        assert_eq!(
            (started.payment_id, started.state),
            (payment, PaymentState::Pending)
        );
        assert_eq!(
            house.confirm(&started).await.unwrap().status,
            OrderStatus::Paid
        );
    }
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn money_that_came_right_before_a_crash_is_settled_by_its_job(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap().payment_id;
    capture(&house.app, payment).await.unwrap();
    let app = house.restarted();
    work_off(&app).await;
    assert_eq!(house.payment_state(payment).await, PaymentState::Succeeded);
    assert_eq!(house.intent(payment).await, IntentState::Captured);
    let view = orders::view(&app, buyer.order, &buyer.by).await.unwrap();
    assert_eq!((view.status, view.tickets.len()), (OrderStatus::Paid, 1));
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sale_whose_tell_is_lost_is_learned_all_the_same(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = house.pay(buyer, "pay").await.unwrap().payment_id;
    let session = house.app.registry.session(house.session).await.unwrap();
    // The sale commits, and the process goes on without the tell.
    let known = store::payments::find(&house.app.pool, payment)
        .await
        .unwrap()
        .unwrap();
    let sale = sell(&house.app, session.info(), &known, None)
        .await
        .unwrap();
    assert_eq!(sale, Sold::Now);
    assert!(
        session
            .feed()
            .order(buyer.order)
            .is_some_and(|open| open.pinned)
    );
    assert_eq!(
        house.view(buyer).await.status,
        OrderStatus::Paid,
        "its owner sees it at once"
    );
    assert_eq!(house.jobs().await, ["tell_sale"]);

    work_off(&house.app).await;
    assert!(session.feed().order(buyer.order).is_none());
    assert_eq!(
        session.feed().snapshot().seats[0],
        0b1000,
        "two bits a seat: 2 is sold"
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_cart_that_changed_before_it_was_pinned_is_paid_as_it_was_pinned(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    let payment = begun(&house, buyer).await;
    house
        .claim(buyer, "more", super::support::seats_of(&[2]))
        .await
        .unwrap();
    pin(&house.app, house.session, buyer).await;
    let session = house.app.registry.session(house.session).await.unwrap();
    let payment = store::payments::find(&house.app.pool, payment).await;
    let payment = payment.unwrap().unwrap();
    let fixed = fix(&house.app, &session, &request(buyer), payment).await;
    let amount = fixed.unwrap().unwrap().amount.unwrap();
    assert_eq!(amount.minor, 2 * 8000);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_fails_for_good_is_a_dead_letter(pool: PgPool) {
    let house = House::open(pool).await;
    let mut connection = house.app.pool.acquire().await.unwrap();
    let job = store::jobs::Job::SettlePayment(PaymentId(uuid::Uuid::nil()));
    store::jobs::add(&mut connection, job, std::time::Duration::ZERO)
        .await
        .unwrap();
    sqlx::query("update graphile_worker._private_jobs set max_attempts = 1")
        .execute(&mut *connection)
        .await
        .unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(crate::jobs::run(house.app.clone(), async {
        stopped.await.unwrap()
    }));
    let letters = loop {
        let letters = crate::jobs::dead_letters(&house.app, 10).await.unwrap();
        if !letters.is_empty() {
            break letters;
        }
        tokio::task::yield_now().await;
    };
    stop.send(()).unwrap();
    worker.await.unwrap();
    assert_eq!(
        (letters.len(), letters[0].task.as_str()),
        (1, "settle_payment")
    );
    assert!(letters[0].last_error.contains("NotFound"), "{letters:?}");
    drop(connection);
    house.close().await;
}
