//! The door, over tickets that were really sold.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod support;

use std::collections::HashMap;

use domain::TicketId;
use domain::order::OrderStatus;
use domain::ticket_code::TicketKeys;
use futures_util::future::join_all;
use operations::doors::{self, DoorError, Scan, ScanAnswer, Scanned, Verdict};
use operations::orders::OrderView;
use operations::people::SignedIn;
use sqlx::PgPool;
use support::House;
use uuid::Uuid;

fn scan(house: &House, scanned: Scanned, nonce: &str) -> Scan {
    let device = "gate 1".to_owned();
    Scan {
        session_id: house.session,
        scanned,
        nonce: nonce.to_owned(),
        device,
    }
}

fn code(order: &OrderView, ticket: usize) -> Scanned {
    Scanned::Code(order.tickets[ticket].code.clone())
}

async fn verdict(house: &House, by: &SignedIn, scanned: Scanned, nonce: &str) -> ScanAnswer {
    doors::validate(&house.app, by, scan(house, scanned, nonce))
        .await
        .unwrap()
}

async fn execute(house: &House, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&house.app.pool).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_ticket_is_admitted_once_and_the_second_scan_names_the_first(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1]).await;
    let by = house.doorkeeper("Grace").await;
    let first = verdict(&house, &by, code(&order, 0), "one").await;
    assert_eq!(first.verdict, Verdict::Admitted);
    let ticket = first.ticket.unwrap();
    assert_eq!(
        (ticket.section.as_str(), ticket.holder.as_str()),
        ("Stalls", "Ada Lovelace")
    );
    assert_eq!(first.order.unwrap().status, OrderStatus::Paid);

    let other = house.doorkeeper("Alan").await;
    for scanned in [code(&order, 0), Scanned::Ticket(order.tickets[0].ticket_id)] {
        let second = verdict(&house, &other, scanned, &Uuid::now_v7().to_string()).await;
        assert_eq!(second.verdict, Verdict::AlreadyUsed);
        let first_scan = second.first_scan.unwrap();
        assert_eq!(
            (first_scan.device.as_str(), first_scan.by.as_str()),
            ("gate 1", "Grace")
        );
        assert!(second.ticket.unwrap().admitted_at.is_some());
    }
    let board = doors::board(&house.app, &by, house.session).await.unwrap();
    assert_eq!(
        (
            board.inside,
            board.expected,
            board.per_minute,
            board.refusals
        ),
        (1, 1, 1, 2)
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_repeated_nonce_is_the_same_attempt(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1, 2]).await;
    let by = house.doorkeeper("Grace").await;
    let first = verdict(&house, &by, code(&order, 0), "one").await;
    let again = verdict(&house, &by, code(&order, 0), "one").await;
    assert_eq!(
        (first.verdict, again.verdict),
        (Verdict::Admitted, Verdict::Admitted)
    );
    let found = Scanned::Pnr(order.pnr.to_string());
    let first = verdict(&house, &by, found.clone(), "two").await;
    assert_eq!(verdict(&house, &by, found, "two").await, first);
    let scans: i64 = sqlx::query_scalar("select count(*) from scan")
        .fetch_one(&house.app.pool)
        .await
        .unwrap();
    assert_eq!(scans, 2);
    let other = doors::validate(&house.app, &by, scan(&house, code(&order, 1), "one")).await;
    assert!(matches!(other, Err(DoorError::NonceReused)), "{other:?}");
    let colleague = house.doorkeeper("Alan").await;
    let theirs = verdict(&house, &colleague, code(&order, 1), "one").await;
    assert_eq!(
        theirs.verdict,
        Verdict::Admitted,
        "a nonce is its person's own"
    );
    house.close().await;
}

async fn scan_at_fifty_gates(house: &House, order: &OrderView) -> HashMap<&'static str, usize> {
    let by = house.doorkeeper("Grace").await;
    let scans = (0..50).map(|gate| {
        let scan = scan(house, code(order, 0), &format!("gate {gate}"));
        doors::validate(&house.app, &by, scan)
    });
    let mut verdicts = HashMap::new();
    for answer in join_all(scans).await {
        *verdicts.entry(answer.unwrap().verdict.word()).or_default() += 1;
    }
    verdicts
}

#[sqlx::test(migrations = "../migrations")]
async fn a_ticket_scanned_at_fifty_gates_at_once_is_admitted_at_one(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1]).await;
    let verdicts = scan_at_fifty_gates(&house, &order).await;
    assert_eq!(
        verdicts,
        HashMap::from([("admitted", 1), ("already_used", 49)])
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn without_the_constraint_the_same_scans_admit_a_ticket_many_times(pool: PgPool) {
    let house = House::open(pool).await;
    execute(
        &house,
        "alter table admission drop constraint admission_is_one_per_ticket",
    )
    .await;
    let (_, order) = house.sell(&[1]).await;
    let verdicts = scan_at_fifty_gates(&house, &order).await;
    assert!(verdicts["admitted"] > 1, "{verdicts:?}");
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn simultaneous_repetitions_of_one_attempt_have_one_verdict(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1]).await;
    let by = house.doorkeeper("Grace").await;
    let scans = (0..10).map(|_| verdict(&house, &by, code(&order, 0), "same"));
    for answer in join_all(scans).await {
        assert_eq!(answer.verdict, Verdict::Admitted);
    }
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reference_alone_shows_the_tickets_and_admits_nobody(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1, 2]).await;
    let by = house.doorkeeper("Grace").await;
    let typed = order.pnr.to_string().to_lowercase();
    let answer = verdict(&house, &by, Scanned::Pnr(typed), "one").await;
    assert_eq!((answer.verdict, answer.tickets.len()), (Verdict::Found, 2));
    assert!(
        answer
            .tickets
            .iter()
            .all(|ticket| ticket.admitted_at.is_none())
    );
    let admitted = Scanned::Ticket(answer.tickets[1].ticket_id);
    assert_eq!(
        verdict(&house, &by, admitted, "two").await.verdict,
        Verdict::Admitted
    );
    for (nonce, unknown) in [("three", "22222222"), ("four", "not a reference")] {
        let answer = verdict(&house, &by, Scanned::Pnr(unknown.to_owned()), nonce).await;
        assert_eq!((answer.verdict, answer.order), (Verdict::Unknown, None));
    }
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_forged_or_unknown_is_told_apart(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1]).await;
    let by = house.doorkeeper("Grace").await;
    let ours = house
        .app
        .ticket_keys
        .verify(&order.tickets[0].code)
        .unwrap();
    let stranger = TicketKeys::new(&[[8; 32]]).sign(&ours);
    for (nonce, forged) in [
        ("a", stranger),
        ("b", "FR1.abc.def".to_owned()),
        ("c", String::new()),
    ] {
        let answer = verdict(&house, &by, Scanned::Code(forged), nonce).await;
        assert_eq!((answer.verdict, answer.ticket), (Verdict::Forged, None));
    }
    let nobodys = domain::ticket_code::TicketCode {
        ticket_id: TicketId(Uuid::now_v7()),
        ..ours
    };
    let nobodys = Scanned::Code(house.app.ticket_keys.sign(&nobodys));
    assert_eq!(
        verdict(&house, &by, nobodys, "d").await.verdict,
        Verdict::Unknown
    );
    let nobodys = Scanned::Ticket(TicketId(Uuid::now_v7()));
    assert_eq!(
        verdict(&house, &by, nobodys, "e").await.verdict,
        Verdict::Unknown
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_ticket_the_order_and_the_time_decide(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1]).await;
    let by = house.doorkeeper("Grace").await;
    for (expected, sql) in [
        (
            Verdict::TooEarly,
            "update event_session set doors_open_at = now() + interval '1 hour'",
        ),
        (Verdict::Refunded, "update ticket set status = 'REFUNDED'"),
        (Verdict::Cancelled, "update ticket set status = 'CANCELLED'"),
        (
            Verdict::NotPaid,
            "update ticket set status = 'VALID'; update event_session_order set status = 'PENDING'",
        ),
        (
            Verdict::Cancelled,
            "update event_session_order set status = 'CANCELLED'",
        ),
        (
            Verdict::Refunded,
            "update event_session_order set status = 'REFUNDED'",
        ),
        (
            Verdict::Admitted,
            "update event_session_order set status = 'PAID';
             update event_session set doors_open_at = now() - interval '1 second'",
        ),
    ] {
        execute(&house, sql).await;
        let answer = verdict(&house, &by, code(&order, 0), &Uuid::now_v7().to_string()).await;
        assert_eq!(answer.verdict, expected, "{sql}");
    }
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn another_sessions_ticket_is_shown_only_to_those_who_work_there(pool: PgPool) {
    let house = House::open(pool).await;
    let (_, order) = house.sell(&[1]).await;
    let by = house.doorkeeper("Grace").await;
    let elsewhere = house.another_session().await;
    let scans = |nonce: &str| {
        let ticket = Scanned::Ticket(order.tickets[0].ticket_id);
        [code(&order, 0), ticket, Scanned::Pnr(order.pnr.to_string())].map(|scanned| {
            let nonce = format!("{nonce} {}", Uuid::now_v7());
            Scan {
                session_id: elsewhere,
                ..scan(&house, scanned, &nonce)
            }
        })
    };
    for scan in scans("ours") {
        let answer = doors::validate(&house.app, &by, scan).await.unwrap();
        assert_eq!(
            (answer.verdict, answer.order.is_some()),
            (Verdict::WrongSession, true)
        );
    }
    // The same people, at a session whose venue is not the order's.
    execute(
        &house,
        "insert into venue (venue_id, city_id, name, slug, time_zone)
             select '00000000-0000-7000-8000-000000000009', city_id, 'Other', 'other', 'UTC' from venue limit 1;
         update event_session set venue_id = '00000000-0000-7000-8000-000000000009'
             where session_id = (select max(session_id::text)::uuid from event_session)",
    )
    .await;
    let other = SignedIn {
        venues: vec!["00000000-0000-7000-8000-000000000009".parse().unwrap()],
        ..by
    };
    for (scan, expected) in
        scans("theirs")
            .into_iter()
            .zip([Verdict::WrongSession, Verdict::Unknown, Verdict::Unknown])
    {
        let answer = doors::validate(&house.app, &other, scan).await.unwrap();
        assert_eq!(
            (answer.verdict, answer.order, answer.ticket),
            (expected, None, None)
        );
    }
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_door_is_worked_by_its_venue_its_artists_and_admins_alone(pool: PgPool) {
    let house = House::open(pool).await;
    execute(
        &house,
        "insert into artist values ('00000000-0000-7000-8000-000000000008', 'Band', 'band');
         insert into event_artist select event_id, '00000000-0000-7000-8000-000000000008', 0 from event",
    )
    .await;
    let venue = house.doorkeeper("Grace").await;
    let stranger = SignedIn {
        venues: vec![somewhere_else()],
        ..venue.clone()
    };
    let artist = "00000000-0000-7000-8000-000000000008".parse().unwrap();
    let artist = SignedIn {
        artists: vec![artist],
        ..stranger.clone()
    };
    let admin = SignedIn {
        admin: true,
        ..stranger.clone()
    };
    for allowed in [venue.clone(), artist, admin] {
        doors::may_scan(&house.app, &allowed, house.session)
            .await
            .unwrap();
    }
    let refused = doors::validate(
        &house.app,
        &stranger,
        scan(&house, Scanned::Pnr("x".into()), "n"),
    )
    .await;
    assert!(matches!(refused, Err(DoorError::Forbidden)), "{refused:?}");
    let refused = doors::board(&house.app, &stranger, house.session).await;
    assert!(matches!(refused, Err(DoorError::Forbidden)), "{refused:?}");
    let unknown = doors::board(&house.app, &venue, domain::SessionId(Uuid::now_v7())).await;
    assert!(matches!(unknown, Err(DoorError::NotFound)), "{unknown:?}");
    for (nonce, device, field) in [
        ("", "d", "nonce"),
        ("n\0", "d", "nonce"),
        ("n", "\0", "device"),
    ] {
        let scan = Scan {
            device: device.to_owned(),
            ..scan(&house, Scanned::Pnr("x".into()), nonce)
        };
        let invalid = doors::validate(&house.app, &venue, scan).await;
        assert!(matches!(invalid, Err(DoorError::Invalid(faults)) if faults[0].0 == field));
    }
    house.close().await;
}

fn somewhere_else() -> domain::VenueId {
    domain::VenueId(Uuid::now_v7())
}
