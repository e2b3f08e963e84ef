//! The guards that the schema keeps by itself, whatever the code above it does.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

use std::collections::HashSet;
use std::time::Duration;

use domain::order::{Credential, PaymentState, Provider, SecretHash};
use domain::seat_map::{IdempotencyKey, Places, RequestHash};
use domain::{Money, OrderId, PaymentId, SeatIndex, SectionIndex, SessionId, TicketId};
use sqlx::PgPool;
use store::attempts::{self, OpenedAttempt};
use store::jobs::{self, Job};
use store::payments::{self, BeginError, NewPayment};
use store::sales::{self, NewTicket, Sale, Sold, ToldSale};
use store::webhooks::{self, NewEvent, WorkedOffBy};
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
    let payment = new_payment(order, key);
    payments::begin(pool, &payment)
        .await
        .map(|_| payment.payment_id)
}

fn new_payment(order: OrderId, key: &str) -> NewPayment {
    NewPayment {
        payment_id: PaymentId(Uuid::now_v7()),
        order_id: order,
        provider: Some(Provider::Test),
        key: IdempotencyKey::new(key).unwrap(),
        request_hash: RequestHash([0; 32]),
        subject: None,
        pinned_for: Duration::from_secs(600),
        order_life_max: Duration::from_secs(3600),
    }
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
        payments::fix(pool, payment, Some(Provider::Test), euros(80), &places)
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
async fn of_attempts_that_begin_together_each_is_as_if_it_were_alone(pool: PgPool) {
    jobs::migrate(&pool).await.unwrap();
    let opened = house(&pool, 4).await;
    begin(&pool, opened[1], "before").await.unwrap();
    sqlx::query("update event_session_order set status = 'CANCELLED' where order_id = $1")
        .bind(opened[2].0)
        .execute(&pool)
        .await
        .unwrap();
    let places = Places {
        seats: vec![SeatIndex(3), SeatIndex(5)],
        standing: vec![(SectionIndex(0), 2)],
    };
    let mut new: Vec<_> = opened
        .iter()
        .map(|order| new_payment(*order, "pay"))
        .collect();
    new[3].subject = Some((euros(80), places.clone()));
    new.push(new_payment(opened[3], "pay-as-well"));
    let begun = payments::begin_together(&pool, &new).await.unwrap();
    let begun: Vec<_> = begun
        .into_iter()
        .map(|pinned_for| pinned_for.map(|it| it.as_secs()))
        .collect();
    assert_eq!(begun, [Some(600), None, None, Some(600), None]);
    for (refused, order) in [(1, "another is pending"), (2, "over"), (4, "another")] {
        let found = payments::find(&pool, new[refused].payment_id).await;
        assert_eq!(found.unwrap(), None, "{order}");
    }
    let found = payments::find(&pool, new[0].payment_id).await.unwrap();
    let found = found.unwrap();
    assert_eq!((found.amount, found.places), (None, Places::default()));
    let found = payments::find(&pool, new[3].payment_id).await.unwrap();
    let found = found.unwrap();
    assert_eq!((found.amount, found.places), (Some(euros(80)), places));
    assert_eq!(found.key, "pay");
    assert_eq!(
        jobs::waiting(&pool).await.unwrap().len(),
        3,
        "one to end each"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn names_that_come_together_are_each_noted_once(pool: PgPool) {
    let opened = house(&pool, 3).await;
    let mut made = Vec::new();
    for order in opened {
        made.push(begin(&pool, order, "pay").await.unwrap());
    }
    let named = |payment, name: &str| OpenedAttempt {
        payment,
        reference: name.to_owned(),
        hand_over: format!("{name}_secret"),
    };
    attempts::opened(&pool, made[0], "quick", None)
        .await
        .unwrap();
    let names = [named(made[0], "a"), named(made[1], "b")];
    let noted = attempts::opened_together(&pool, &names).await.unwrap();
    assert_eq!(noted, [false, true]);
    let found = payments::find(&pool, made[1]).await.unwrap().unwrap();
    assert_eq!(found.provider_reference.as_deref(), Some("b"));
    assert_eq!(found.hand_over.as_deref(), Some("b_secret"));
    let taken = attempts::opened_together(&pool, &[named(made[2], "b")]).await;
    assert_eq!(
        violated_constraint(&taken.unwrap_err()),
        Some("payment_reference_is_unique_at_provider")
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

/// A sale that the webhook of its number has told of.
fn told(number: u32, payment: PaymentId, seat: u32) -> ToldSale {
    ToldSale {
        payment,
        capture: format!("ch_{number}"),
        provider: Provider::Stripe,
        event_id: format!("evt_{number}"),
        tickets: vec![NewTicket {
            ticket_id: TicketId(Uuid::now_v7()),
            seat: Some(SeatIndex(seat)),
            section: SectionIndex(0),
            section_name: "Stalls".to_owned(),
            row: Some("A".to_owned()),
            number: None,
            price: euros(80),
        }],
    }
}

async fn store_events(pool: &PgPool, count: u32) {
    for number in 0..count {
        let event = NewEvent {
            provider: Provider::Stripe,
            event_id: format!("evt_{number}"),
            kind: "payment_intent.succeeded".to_owned(),
            body: b"{}".to_vec(),
            by: WorkedOffBy::Caller,
        };
        assert_eq!(webhooks::store(pool, &[event]).await.unwrap(), [true]);
    }
}

async fn events_worked_off(pool: &PgPool) -> Vec<String> {
    let worked_off = sqlx::query_scalar(
        "select event_id from webhook_event where worked_off_at is not null order by 1",
    );
    worked_off.fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn sales_together_are_those_that_are_as_usual_and_leave_the_others_as_they_were(
    pool: PgPool,
) {
    let opened = house(&pool, 5).await;
    let mut payments_made = Vec::new();
    for order in &opened {
        payments_made.push(fixed(&pool, *order).await);
    }
    let [usual, also, over, held, locked] = payments_made[..] else {
        panic!("five orders");
    };
    payments::end_pending(&pool, over, PaymentState::Declined)
        .await
        .unwrap();
    sqlx::query("update taken_seat set state = 'held' where seat_index = 3")
        .execute(&pool)
        .await
        .unwrap();
    // Somebody settles that one in this moment.
    let mut other = pool.begin().await.unwrap();
    payments::lock(&mut other, locked).await.unwrap();
    store_events(&pool, 5).await;
    let sales: Vec<_> = (0..5)
        .zip([usual, also, over, held, locked])
        .map(|(number, payment)| told(number, payment, number))
        .collect();
    let sold = sales::sell_together(&pool, &sales, Duration::from_secs(600)).await;
    assert_eq!(sold.unwrap(), HashSet::from([usual, also]));
    drop(other);

    assert_eq!(events_worked_off(&pool).await, ["evt_0", "evt_1"]);
    let states: Vec<String> =
        sqlx::query_scalar("select state from taken_seat order by seat_index")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(states, ["sold", "sold", "pinned", "held", "pinned"]);
    let kept = store::tickets::of_order(&pool, opened[1]).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (kept[0].seat, kept[0].price),
        (Some(SeatIndex(1)), euros(80))
    );
    let found = payments::find(&pool, also).await.unwrap().unwrap();
    assert_eq!(found.capture_reference.as_deref(), Some("ch_1"));
    let report = store::books::check(&pool).await.unwrap();
    assert_eq!(report.findings, []);
    let jobs = jobs::waiting(&pool).await.unwrap();
    let tells: Vec<_> = jobs
        .iter()
        .filter(|key| key.starts_with("tell_sale"))
        .collect();
    assert_eq!(tells.len(), 2, "{jobs:?}");
    assert_eq!(jobs.len(), 5, "the others are still to be ended: {jobs:?}");

    let again = sales::sell_together(&pool, &sales[..2], Duration::from_secs(600)).await;
    assert_eq!(again.unwrap(), HashSet::new(), "once");
}

#[sqlx::test(migrations = "../migrations")]
async fn of_sales_together_none_is_made_where_one_would_break_a_rule(pool: PgPool) {
    let opened = house(&pool, 2).await;
    let [first, second] = [fixed(&pool, opened[0]).await, fixed(&pool, opened[1]).await];
    store_events(&pool, 2).await;
    let sales = [told(0, first, 0), told(1, second, 0)];
    let sold = sales::sell_together(&pool, &sales, Duration::ZERO).await;
    assert_eq!(
        violated_constraint(&sold.unwrap_err()),
        Some("ticket_is_one_per_seat")
    );
    assert_eq!(events_worked_off(&pool).await, [""; 0]);
    let found = payments::find(&pool, first).await.unwrap().unwrap();
    assert_eq!(found.state, PaymentState::Pending);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_webhook_that_was_left_over_gets_one_job(pool: PgPool) {
    jobs::migrate(&pool).await.unwrap();
    store_events(&pool, 3).await;
    assert_eq!(jobs::waiting(&pool).await.unwrap(), [""; 0]);
    let young = webhooks::leave_to_jobs(&pool, Duration::from_secs(60)).await;
    assert_eq!(young.unwrap(), 0, "whoever stored them may be at it");
    webhooks::leave_to_job(&pool, Provider::Stripe, "evt_0")
        .await
        .unwrap();
    webhooks::worked_off(&pool, Provider::Stripe, "evt_1", "settled")
        .await
        .unwrap();
    for expected in [1, 0] {
        let left = webhooks::leave_to_jobs(&pool, Duration::ZERO).await;
        assert_eq!(left.unwrap(), expected);
    }
    assert_eq!(
        jobs::waiting(&pool).await.unwrap(),
        [
            "work_off_webhook:stripe:evt_0",
            "work_off_webhook:stripe:evt_2"
        ]
    );
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

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_is_left_again_while_it_is_being_done_is_done_twice_at_worst(pool: PgPool) {
    jobs::migrate(&pool).await.unwrap();
    let job = Job::CancelSession(SESSION);
    let mut connection = pool.acquire().await.unwrap();
    let mut leave = async || {
        jobs::add(&mut connection, job, Duration::ZERO)
            .await
            .unwrap();
    };
    let set = async |change: &str| {
        let sql = format!("update graphile_worker._private_jobs set {change}");
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::query(sql).execute(&pool).await.unwrap();
    };
    let rows = async || -> Vec<(bool, bool)> {
        let rows =
            "select key is not null, is_available from graphile_worker._private_jobs order by id";
        sqlx::query_as(rows).fetch_all(&pool).await.unwrap()
    };
    leave().await;
    set("locked_at = now(), locked_by = 'a worker'").await;
    leave().await;
    leave().await;
    assert_eq!(rows().await, [(false, false), (true, true)]);
    // Its worker was killed, and another recovers what it had.
    set("locked_at = null, locked_by = null").await;
    assert_eq!(rows().await, [(false, true), (true, true)]);

    set("attempts = max_attempts, last_error = 'in vain'").await;
    leave().await;
    // What failed for good stays a dead letter.
    assert_eq!(rows().await, [(false, false), (false, false), (true, true)]);
    let dead = jobs::dead_letters(&pool, 5).await.unwrap().len();
    assert_eq!(dead, 2);
}
