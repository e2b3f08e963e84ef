//! The guards that the schema keeps by itself, whatever the code above it does.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

use std::time::Duration;

use domain::order::{Credential, PaymentState, Provider, SecretHash};
use domain::seat_map::{IdempotencyKey, Places, RequestHash};
use domain::{Money, OrderId, PaymentId, SeatIndex, SectionIndex, SessionId, TicketId};
use sqlx::PgPool;
use store::jobs::{self, Job};
use store::payments::{self, BeginError, NewPayment};
use store::sales::{self, NewTicket, Sale, Sold};
use store::{orders, violated_constraint};
use uuid::Uuid;

const SESSION: SessionId = SessionId(Uuid::from_u128(5));

/// A session with orders of which each holds the seat of its number.
async fn house(pool: &PgPool, orders: u128) -> Vec<OrderId> {
    sqlx::raw_sql(
        "insert into country values ('DE', 'Germany');
         insert into city values ('00000000-0000-0000-0000-000000000001', 'DE', 'Berlin', 'berlin');
         insert into category values ('00000000-0000-0000-0000-000000000001', 'Music', 'music');
         insert into venue (venue_id, city_id, name, slug, time_zone) values
             ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'V', 'v', 'UTC');
         insert into event (event_id, category_id, title, slug) values
             ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'E', 'e');
         insert into event_session (session_id, event_id, venue_id, starts_at, on_sale_from, currency) values
             ('00000000-0000-0000-0000-000000000005', '00000000-0000-0000-0000-000000000001',
              '00000000-0000-0000-0000-000000000001', now(), now(), 'EUR');
         insert into session_section (session_id, section_index, section_id, name, price) values
             ('00000000-0000-0000-0000-000000000005', 0, '00000000-0000-0000-0000-000000000006', 'Stalls', 8000)",
    )
    .execute(pool)
    .await
    .unwrap();
    let mut opened = Vec::new();
    for number in 0..orders {
        opened.push(open(pool, number).await);
    }
    opened
}

async fn open(pool: &PgPool, number: u128) -> OrderId {
    let order = OrderId(Uuid::from_u128(100 + number));
    sqlx::query(
        "insert into event_session_order (order_id, session_id, secret_hash, pnr, opened_at, expire_if_not_completed_at)
         values ($1, $2, $3, $4, now(), now() + interval '10 minutes')",
    )
    .bind(order.0)
    .bind(SESSION.0)
    .bind(owner(number).secret_hash.unwrap().0.as_slice())
    .bind(domain::pnr::Pnr::from_number(u64::try_from(number).unwrap()).as_str())
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("insert into taken_seat values ($1, $2, 'pinned', $3)")
        .bind(SESSION.0)
        .bind(i32::try_from(number).unwrap())
        .bind(order.0)
        .execute(pool)
        .await
        .unwrap();
    order
}

fn owner(number: u128) -> Credential {
    let secret = SecretHash::of(&number.to_string());
    Credential {
        secret_hash: Some(secret),
        account: None,
    }
}

fn euros(amount: i64) -> Money {
    Money {
        minor: amount * 100,
        currency: "EUR".parse().unwrap(),
    }
}

async fn begin(pool: &PgPool, order: OrderId, key: &str) -> Result<PaymentId, BeginError> {
    // An attempt begins with the job that ends it.
    jobs::migrate(pool).await.unwrap();
    let payment_id = PaymentId(Uuid::now_v7());
    let payment = NewPayment {
        payment_id,
        order_id: order,
        provider: Some(Provider::Test),
        key: &IdempotencyKey::new(key).unwrap(),
        request_hash: RequestHash([0; 32]),
        pinned_for: Duration::from_secs(600),
        order_life_max: Duration::from_secs(3600),
    };
    payments::begin(pool, &payment).await.map(|_| payment_id)
}

async fn paid(pool: &PgPool, order: OrderId, key: &str) -> PaymentId {
    let payment = begin(pool, order, key).await.unwrap();
    let places = Places {
        seats: vec![SeatIndex(0)],
        standing: vec![(SectionIndex(0), 2)],
    };
    let provider = Some(Provider::Test);
    assert!(
        payments::fix(pool, payment, provider, euros(80), &places)
            .await
            .unwrap()
    );
    assert!(
        !payments::fix(pool, payment, provider, euros(1), &places)
            .await
            .unwrap(),
        "once"
    );
    let found = payments::find(pool, payment).await.unwrap().unwrap();
    assert_eq!((found.amount, found.places), (Some(euros(80)), places));
    succeed(pool, payment).await.unwrap();
    payment
}

async fn succeed(pool: &PgPool, payment: PaymentId) -> Result<(), sqlx::Error> {
    let succeeded = sqlx::query(
        "update payment set state = 'succeeded', settled_at = now() where payment_id = $1",
    );
    succeeded.bind(payment.0).execute(pool).await.map(drop)
}

/// An order's payment, for all that it has pinned.
async fn fixed(pool: &PgPool, order: OrderId) -> PaymentId {
    let payment = begin(pool, order, "sale").await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let places = payments::pinned_places(&mut connection, order)
        .await
        .unwrap();
    assert!(
        payments::fix_pinned(pool, payment, euros(80), &places)
            .await
            .unwrap()
    );
    payment
}

async fn sell(
    pool: &PgPool,
    order: OrderId,
    payment: PaymentId,
    tickets: &[NewTicket],
) -> Result<Option<Sold>, sqlx::Error> {
    let sale = Sale {
        payment,
        order,
        capture: Some("ch_1"),
        tickets,
        needless: &[],
        tell_after: Duration::from_secs(600),
    };
    sales::sell(pool, &sale).await
}

#[sqlx::test(migrations = "../migrations")]
async fn more_than_was_paid_cannot_be_refunded(pool: PgPool) {
    let order = house(&pool, 1).await[0];
    let payment = paid(&pool, order, "k").await;
    let mut tx = pool.begin().await.unwrap();
    payments::refund(&mut tx, payment, euros(50), "half")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        payments::find(&pool, payment).await.unwrap().unwrap().state,
        PaymentState::Succeeded
    );

    let mut tx = pool.begin().await.unwrap();
    let error = payments::refund(&mut tx, payment, euros(31), "too much")
        .await
        .unwrap_err();
    assert_eq!(
        violated_constraint(&error),
        Some("payment_refund_within_amount")
    );
    drop(tx);
    let mut tx = pool.begin().await.unwrap();
    payments::refund(&mut tx, payment, euros(30), "the rest")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        payments::find(&pool, payment).await.unwrap().unwrap().state,
        PaymentState::Refunded
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_has_one_pending_payment_and_one_that_succeeded(pool: PgPool) {
    let order = house(&pool, 1).await[0];
    let first = begin(&pool, order, "a").await.unwrap();
    assert!(matches!(
        begin(&pool, order, "b").await,
        Err(BeginError::AnotherIsPending)
    ));
    payments::end_pending(&pool, first, PaymentState::Declined)
        .await
        .unwrap();
    assert!(matches!(
        begin(&pool, order, "a").await,
        Err(BeginError::KeyIsTaken)
    ));
    paid(&pool, order, "c").await;
    let second = begin(&pool, order, "d").await.unwrap();
    let error = succeed(&pool, second).await.unwrap_err();
    assert_eq!(
        violated_constraint(&error),
        Some("payment_succeeds_once_per_order")
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_begins_only_for_a_pending_order_within_its_life(pool: PgPool) {
    let order = house(&pool, 1).await[0];
    sqlx::query("update event_session_order set opened_at = now() - interval '55 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    let payment = begin(&pool, order, "a").await.unwrap();
    let pinned_until = payments::find(&pool, payment)
        .await
        .unwrap()
        .unwrap()
        .pinned_until;
    let left = pinned_until.since(chrono::Utc::now().into());
    assert!(
        (290..=300).contains(&left.as_secs()),
        "cut to the order's life: {left:?}"
    );
    payments::end_pending(&pool, payment, PaymentState::Cancelled)
        .await
        .unwrap();
    for change in [
        "set opened_at = now() - interval '2 hours'",
        "set opened_at = now(), status = 'CANCELLED'",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("update event_session_order {change}"));
        sqlx::query(sql).execute(&pool).await.unwrap();
        assert!(matches!(
            begin(&pool, order, change.split(' ').next().unwrap()).await,
            Err(BeginError::OrderIsOver)
        ));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_seat_has_one_valid_ticket(pool: PgPool) {
    let opened = house(&pool, 2).await;
    let ticket = || NewTicket {
        ticket_id: TicketId(Uuid::now_v7()),
        seat: Some(SeatIndex(0)),
        section: SectionIndex(0),
        section_name: "Stalls".to_owned(),
        row: Some("A".to_owned()),
        number: None,
        price: euros(80),
    };
    let [first, second] = [fixed(&pool, opened[0]).await, fixed(&pool, opened[1]).await];
    let sold = sell(&pool, opened[0], first, &[ticket()]).await.unwrap();
    assert_eq!(sold, Some(Sold::Now));
    let second = sell(&pool, opened[1], second, &[ticket()]).await;
    assert_eq!(
        violated_constraint(&second.unwrap_err()),
        Some("ticket_is_one_per_seat")
    );
    let kept = store::tickets::of_order(&pool, opened[0]).await.unwrap();
    assert_eq!(
        (
            kept[0].seat,
            kept[0].row.as_deref(),
            kept[0].number.as_deref()
        ),
        (Some(SeatIndex(0)), Some("A"), None)
    );
    assert_eq!(kept[0].price, euros(80));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sale_takes_the_pinned_places_of_its_order_alone(pool: PgPool) {
    let opened = house(&pool, 3).await;
    sqlx::query("update taken_seat set state = 'held' where seat_index = 2")
        .execute(&pool)
        .await
        .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let places = payments::pinned_places(&mut connection, opened[0])
        .await
        .unwrap();
    assert_eq!(places.seats, [SeatIndex(0)]);
    drop(connection);
    let [first, third] = [fixed(&pool, opened[0]).await, fixed(&pool, opened[2]).await];
    sqlx::query("update payment set seats = '{2}' where payment_id = $1")
        .bind(third.0)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(
        sell(&pool, opened[0], first, &[]).await.unwrap(),
        Some(Sold::Now)
    );
    assert_eq!(
        sell(&pool, opened[0], first, &[]).await.unwrap(),
        Some(Sold::Before)
    );
    assert_eq!(
        sell(&pool, opened[2], third, &[]).await.unwrap(),
        Some(Sold::NotPinned),
        "it is held, not pinned"
    );
    let nobody = PaymentId(Uuid::nil());
    assert_eq!(sell(&pool, opened[1], nobody, &[]).await.unwrap(), None);
    let again = begin(&pool, opened[0], "again").await;
    assert!(matches!(again, Err(BeginError::OrderIsOver)), "{again:?}");
    let states: Vec<String> =
        sqlx::query_scalar("select state from taken_seat order by seat_index")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(states, ["sold", "pinned", "held"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn details_are_written_by_the_owner_of_a_pending_order_alone(pool: PgPool) {
    let opened = house(&pool, 2).await;
    let (mine, theirs) = (owner(0), owner(1));
    let noted = orders::set_quantity(&pool, &mine, opened[0], 3)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((noted.quantity, noted.has_address), (Some(3), false));
    assert_eq!(
        orders::set_quantity(&pool, &theirs, opened[0], 9)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        orders::set_quantity(&pool, &Credential::default(), opened[0], 9)
            .await
            .unwrap(),
        None
    );
    assert!(
        orders::order_of(&pool, &mine, opened[0])
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        orders::order_of(&pool, &theirs, opened[0])
            .await
            .unwrap()
            .is_none()
    );
    sqlx::query("update event_session_order set status = 'CANCELLED'")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(
        orders::set_quantity(&pool, &mine, opened[0], 4)
            .await
            .unwrap(),
        None
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_is_added_with_its_transaction_and_one_under_its_key_takes_its_place(pool: PgPool) {
    jobs::migrate(&pool).await.unwrap();
    jobs::migrate(&pool)
        .await
        .expect("migrating again changes nothing");
    let (order, payment) = (OrderId(Uuid::from_u128(1)), PaymentId(Uuid::from_u128(2)));
    let job = Job::PaymentDeadline { order, payment };
    let mut tx = pool.begin().await.unwrap();
    jobs::add(&mut tx, job, Duration::from_secs(600))
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    assert!(jobs::waiting(&pool).await.unwrap().is_empty());

    let mut connection = pool.acquire().await.unwrap();
    let successor = PaymentId(Uuid::from_u128(3));
    for payment in [payment, successor] {
        let job = Job::PaymentDeadline { order, payment };
        jobs::add(&mut connection, job, Duration::from_secs(600))
            .await
            .unwrap();
    }
    let payloads: Vec<String> =
        sqlx::query_scalar("select payload::text from graphile_worker._private_jobs")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(payloads.len(), 1);
    assert!(payloads[0].contains(&successor.to_string()), "{payloads:?}");
    jobs::remove(&mut connection, &[job, Job::TellSale(order)])
        .await
        .unwrap();
    assert!(jobs::waiting(&pool).await.unwrap().is_empty());
    assert!(jobs::dead_letters(&pool, 5).await.unwrap().is_empty());
}
