//! Money that goes back, and the places with it.

use domain::order::Provider;
use domain::{Money, TicketId, Timestamp};
use operations::cancellations;
use operations::orders::ClaimRequest;
use operations::payments;
use operations::refunds::{self, Extent, PlacesAfter, RefundError, RefundRequest, ReturnTerms};
use sqlx::PgPool;

use crate::outside::{Outside, order_status};
use crate::support::{Buyer, House, refund_request, work_off};

async fn free_places(house: &House) -> (usize, u32) {
    let session = house.app.registry.session(house.session).await.unwrap();
    let snapshot = session.feed().snapshot();
    let codes = snapshot
        .seats
        .iter()
        .flat_map(|byte| (0..4).map(move |at| byte >> (at * 2) & 3));
    let free = codes
        .take(usize::try_from(house.stalls_seats).unwrap())
        .filter(|code| *code == 0);
    (free.count(), snapshot.standing[0].free)
}

async fn tickets_of(house: &House, buyer: Buyer) -> Vec<TicketId> {
    let tickets = house.view(buyer).await.tickets;
    tickets.iter().map(|ticket| ticket.ticket_id).collect()
}

/// A buyer of two seats and two standing places, paid with the demo's provider: 230.00.
async fn sold(house: &House) -> Buyer {
    let buyer = house.buyer_of(&[1, 2]).await;
    let standing = ClaimRequest::Standing {
        section: house.floor,
        quantity: 2,
    };
    house.claim(buyer, "bb", standing).await.unwrap();
    let payment = house.pay(buyer, "pay").await.unwrap();
    house.confirm(&payment).await.unwrap();
    buyer
}

#[sqlx::test(migrations = "../migrations")]
async fn a_whole_order_goes_back_and_its_places_are_on_sale_again(pool: PgPool) {
    let house = House::open(pool).await;
    let before = free_places(&house).await;
    let buyer = sold(&house).await;
    let refunded = refunds::refund(&house.app.pool, &refund_request(buyer.order, Extent::Whole))
        .await
        .unwrap();
    assert_eq!((refunded.amount.minor, refunded.tickets), (23_000, 4));
    assert_eq!(order_status(&house, buyer.order).await, "REFUNDED");
    house.books().await;
    work_off(&house.app).await;
    assert_eq!(free_places(&house).await, before);
    assert_eq!(house.books().await, (23_000, 23_000));
    let again = refunds::refund(&house.app.pool, &refund_request(buyer.order, Extent::Whole)).await;
    assert!(
        matches!(again, Err(RefundError::RefundedBefore)),
        "{again:?}"
    );
    let rival = house.buyer_of(&[1, 2]).await;
    let payment = house.pay(rival, "pay").await.unwrap();
    house.confirm(&payment).await.unwrap();
    house.books().await;
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn tickets_go_back_one_by_one_less_a_fee(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = sold(&house).await;
    let tickets = tickets_of(&house, buyer).await;
    let (mut free, mut standing) = free_places(&house).await;
    for (number, ticket) in tickets.iter().enumerate() {
        let one = RefundRequest {
            fee_per_ticket: 500,
            ..refund_request(buyer.order, Extent::Tickets(vec![*ticket]))
        };
        let refunded = refunds::refund(&house.app.pool, &one).await.unwrap();
        let price = if number < 2 { 8_000 } else { 3_500 };
        assert_eq!(refunded.amount.minor, price - 500);
        work_off(&house.app).await;
        match number {
            0 | 1 => free += 1,
            _ => standing += 1,
        }
        assert_eq!(free_places(&house).await, (free, standing));
        house.books().await;
        let again = refunds::refund(&house.app.pool, &one).await;
        assert!(again.is_err(), "{again:?}");
    }
    assert_eq!(order_status(&house, buyer.order).await, "REFUNDED");
    assert_eq!(house.books().await, (23_000, 21_000));
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn withheld_places_are_not_on_sale_again(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = sold(&house).await;
    let before = free_places(&house).await;
    let withheld = RefundRequest {
        places: PlacesAfter::Withheld,
        ..refund_request(buyer.order, Extent::Whole)
    };
    refunds::refund(&house.app.pool, &withheld).await.unwrap();
    work_off(&house.app).await;
    assert_eq!(free_places(&house).await, before);
    house.books().await;
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_favour_is_done_once_and_never_of_more_than_is_left(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = sold(&house).await;
    let favour = |minor: i64, key: Option<&str>| RefundRequest {
        key: key.map(str::to_owned),
        ..refund_request(buyer.order, Extent::Favour(minor))
    };
    let pool = &house.app.pool;
    let first = refunds::refund(pool, &favour(1_000, Some("sorry")))
        .await
        .unwrap();
    let again = refunds::refund(pool, &favour(1_000, Some("sorry")))
        .await
        .unwrap();
    assert_eq!(again, first);
    assert!(matches!(
        refunds::refund(pool, &favour(2_000, Some("sorry"))).await,
        Err(RefundError::KeyReused)
    ));
    assert!(matches!(
        refunds::refund(pool, &favour(1, None)).await,
        Err(RefundError::KeyRequired)
    ));
    for minor in [0, -1, 22_000, 22_001] {
        let refused = refunds::refund(pool, &favour(minor, Some("more"))).await;
        assert!(
            matches!(refused, Err(RefundError::WrongAmount)),
            "{minor}: {refused:?}"
        );
    }
    work_off(&house.app).await;
    assert_eq!(
        tickets_of(&house, buyer).await.len(),
        4,
        "the tickets stay valid"
    );
    assert_eq!(house.books().await, (23_000, 1_000));
    // What went back already does not go back again.
    let rest = refunds::refund(pool, &refund_request(buyer.order, Extent::Whole))
        .await
        .unwrap();
    assert_eq!(rest.amount.minor, 22_000);
    work_off(&house.app).await;
    assert_eq!(house.books().await, (23_000, 23_000));
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn nothing_goes_back_that_the_provider_cannot_send(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = sold(&house).await;
    // 230.00 forints, of which PayPal knows no parts.
    sqlx::query("update payment set provider = 'paypal', currency = 'HUF'")
        .execute(&house.app.pool)
        .await
        .unwrap();
    let favour = |minor| RefundRequest {
        key: Some("sorry".to_owned()),
        ..refund_request(buyer.order, Extent::Favour(minor))
    };
    let refused = refunds::refund(&house.app.pool, &favour(1_050)).await;
    let unit = Money {
        minor: 100,
        currency: "HUF".parse().unwrap(),
    };
    assert!(
        matches!(refused, Err(RefundError::NotOfUnits(it)) if it == unit),
        "{refused:?}"
    );
    refunds::refund(&house.app.pool, &favour(1_000))
        .await
        .unwrap();
    // Of 80.00 a fee of 0.50 is kept: what cannot be kept apart is the buyer's.
    let one = tickets_of(&house, buyer).await[0];
    let with_fee = RefundRequest {
        fee_per_ticket: 50,
        ..refund_request(buyer.order, Extent::Tickets(vec![one]))
    };
    let refunded = refunds::refund(&house.app.pool, &with_fee).await.unwrap();
    assert_eq!(refunded.amount.minor, 8_000);
    let rest = refunds::refund(&house.app.pool, &refund_request(buyer.order, Extent::Whole)).await;
    assert_eq!(rest.unwrap().amount.minor, 23_000 - 1_000 - 8_000);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn refunds_of_one_order_that_race_take_each_ticket_back_once(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = sold(&house).await;
    let tickets = tickets_of(&house, buyer).await;
    let tries = (0..8).map(|number| {
        let extent = match number % 2 {
            0 => Extent::Whole,
            _ => Extent::Tickets(vec![tickets[number / 2]]),
        };
        let (pool, request) = (house.app.pool.clone(), refund_request(buyer.order, extent));
        async move {
            refunds::refund(&pool, &request)
                .await
                .map(|refunded| refunded.amount.minor)
        }
    });
    let refunded: i64 = futures_util::future::join_all(tries)
        .await
        .into_iter()
        .flatten()
        .sum();
    assert_eq!(refunded, 23_000);
    work_off(&house.app).await;
    assert_eq!(house.books().await, (23_000, 23_000));
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_buyer_returns_tickets_where_the_session_allows_it(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = sold(&house).await;
    let pool = &house.app.pool;
    let now: Timestamp = chrono::Utc::now().into();
    let ticket = tickets_of(&house, buyer).await[0];
    let extent = || Extent::Tickets(vec![ticket]);
    let by_buyer = |by, extent, now| refunds::refund_by_buyer(pool, buyer.order, by, extent, now);
    let refused = by_buyer(&buyer.by, extent(), now).await;
    assert!(
        matches!(refused, Err(RefundError::NotAllowed)),
        "no policy: {refused:?}"
    );
    let terms = ReturnTerms {
        hours_before: 48,
        fee: 300,
    };
    refunds::set_policy(pool, house.session, Some(terms), None)
        .await
        .unwrap();
    let gift = ReturnTerms { fee: -1, ..terms };
    let refused = refunds::set_policy(pool, house.session, Some(gift), None).await;
    assert!(
        matches!(refused, Err(RefundError::NoSuchTerms)),
        "{refused:?}"
    );
    let nowhere = domain::SessionId(uuid::Uuid::nil());
    let refused = refunds::set_policy(pool, nowhere, Some(terms), None).await;
    assert!(
        matches!(refused, Err(RefundError::NoSuchSession)),
        "{refused:?}"
    );
    let kept = refunds::policy_of(pool, house.session).await.unwrap();
    assert_eq!(kept.unwrap().0, Some(terms));
    // The session begins in thirty days.
    let late = now.plus(std::time::Duration::from_secs(29 * 86_400));
    let refused = by_buyer(&buyer.by, extent(), late).await;
    assert!(
        matches!(refused, Err(RefundError::NotAllowed)),
        "too late: {refused:?}"
    );
    let stranger = house.buyer().await;
    let refused = by_buyer(&stranger.by, extent(), now).await;
    assert!(
        matches!(refused, Err(RefundError::NotPaid)),
        "not theirs: {refused:?}"
    );
    let refused = by_buyer(&buyer.by, Extent::Favour(1), now).await;
    assert!(
        matches!(refused, Err(RefundError::NotAllowed)),
        "not a favour: {refused:?}"
    );
    let refunded = by_buyer(&buyer.by, extent(), now).await.unwrap();
    assert_eq!(refunded.amount.minor, 7_700);
    work_off(&house.app).await;
    house.books().await;
    refunds::set_policy(pool, house.session, None, None)
        .await
        .unwrap();
    let refused = by_buyer(&buyer.by, Extent::Whole, now).await;
    assert!(
        matches!(refused, Err(RefundError::NotAllowed)),
        "any more: {refused:?}"
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refund_through_stripe_waits_until_stripe_is_back_and_is_sent_once(pool: PgPool) {
    let mut house = House::open(pool).await;
    let outside = Outside::beside(&mut house).await;
    let buyer = house.buyer_of(&[1, 2]).await;
    let payment = house
        .pay_with(buyer, Provider::Stripe, "pay")
        .await
        .unwrap();
    outside.pay_by_card(&payment, "pm_card_visa").await;
    payments::on_return(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap();
    let ticket = tickets_of(&house, buyer).await[0];
    let one = refund_request(buyer.order, Extent::Tickets(vec![ticket]));
    let refunded = refunds::refund(&house.app.pool, &one).await.unwrap();
    let currency = refunded.amount.currency;
    assert_eq!(
        refunded.amount,
        Money {
            minor: 8_000,
            currency
        }
    );
    assert_eq!(house.books().await, (16_000, 0), "owed, and not gone yet");
    work_off(&house.app).await;
    assert_eq!(outside.refunded_by_stripe().await, 8_000);
    assert_eq!(house.books().await, (16_000, 8_000));
    outside.close().await;
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_cancelled_session_refunds_every_order_and_sells_no_more(pool: PgPool) {
    let house = House::open(pool).await;
    let mut paid = Vec::new();
    for seat in 0..4 {
        paid.push(house.sell(&[seat]).await.0);
    }
    let paying = house.buyer_of(&[10]).await;
    let attempt = house.pay(paying, "pay").await.unwrap();
    let other = house.another_session().await;
    assert!(
        cancellations::begin(&house.app.pool, house.session, "the singer is ill", None)
            .await
            .unwrap()
    );
    assert!(
        cancellations::begin(&house.app.pool, house.session, "again", None)
            .await
            .unwrap()
    );
    work_off(&house.app).await;
    let progress = cancellations::progress(&house.app.pool, house.session)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            progress.orders_refunded,
            progress.orders_left,
            progress.attempts_left
        ),
        (4, 0, 0)
    );
    assert!(progress.finished_at.is_some());
    assert_eq!(progress.reason, "the singer is ill");
    for buyer in paid {
        assert_eq!(order_status(&house, buyer.order).await, "REFUNDED");
    }
    // Money that was on its way all the same.
    house.confirm(&attempt).await.unwrap();
    work_off(&house.app).await;
    assert_eq!(house.books().await, (5 * 8_000, 5 * 8_000));
    let sold = operations::orders::open(&house.app, house.session, None).await;
    assert!(sold.is_err(), "nothing is sold there any more");
    assert!(
        operations::orders::open(&house.app, other, None)
            .await
            .is_ok()
    );
    assert!(
        !cancellations::begin(
            &house.app.pool,
            domain::SessionId(uuid::Uuid::nil()),
            "none",
            None
        )
        .await
        .unwrap()
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_cancellation_that_is_cut_short_goes_on_with_what_is_left(pool: PgPool) {
    let house = House::open(pool).await;
    for seat in 0..6 {
        house.sell(&[seat]).await;
    }
    // One order cannot be refunded at first: its row is locked by somebody who dies.
    let begun = cancellations::begin(&house.app.pool, house.session, "storm", None)
        .await
        .unwrap();
    assert!(begun);
    let first = sqlx::query_scalar::<_, uuid::Uuid>(
        "select order_id from event_session_order where status = 'PAID' order by order_id limit 1",
    );
    let first = first.fetch_one(&house.app.pool).await.unwrap();
    // As if the process had been killed after its first order: that one is refunded and counted, the job is still there.
    let whole = RefundRequest {
        places: PlacesAfter::Withheld,
        ..refund_request(domain::OrderId(first), Extent::Whole)
    };
    refunds::refund(&house.app.pool, &whole).await.unwrap();
    let app = house.restarted();
    work_off(&app).await;
    let progress = cancellations::progress(&app.pool, house.session)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((progress.orders_refunded, progress.orders_left), (5, 0));
    assert_eq!(house.books().await, (48_000, 48_000));
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_audit_sees_each_thing_that_does_not_add_up(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = sold(&house).await;
    house.books().await;
    let spoiled = [
        ("update payment set amount = amount + 1 where state = 'succeeded'", "money that came is booked once"),
        ("update payment set state = 'cancelled' where state = 'succeeded'", "what is booked came"),
        ("update ticket set price = price + 1", "what was captured less"),
        ("update payment set refunded = 1 where state = 'succeeded'", "refunds add up"),
        ("update ticket set status = 'CANCELLED'", "a paid order has a payment and valid tickets"),
        ("update taken_seat set state = 'held' where state = 'sold'", "a valid ticket of a seat has the seat"),
        ("update ticket set status = 'CANCELLED' where seat_index is not null", "a sold seat has a valid ticket"),
        ("update taken_standing set quantity = quantity + 1", "sold standing places have valid tickets"),
        ("update session_section set taken = taken + 1 where capacity is not null", "a standing section has as many"),
        (
            "insert into refund (refund_id, payment_id, amount, reason, state, kind, places_returned_at)
             select payment_id, payment_id, 1, '', 'done', 'favour', now() from payment",
            "a refund is booked when it is done",
        ),
        (
            "insert into ledger (kind, payment_id, order_id, session_id, dispute_reference, amount, currency, provider)
             select 'disputed', payment_id, order_id, session_id, 'du_1', amount + 1, currency, provider
             from ledger where kind = 'captured'",
            "no more goes back than came",
        ),
    ];
    for (spoil, rule) in spoiled {
        let mut tx = house.app.pool.begin().await.unwrap();
        sqlx::raw_sql(spoil).execute(&mut *tx).await.unwrap();
        let findings = store::books::findings(&mut tx).await.unwrap();
        let found = findings
            .iter()
            .any(|finding| finding.rule.starts_with(rule));
        assert!(found, "{rule}: {findings:?}");
        tx.rollback().await.unwrap();
    }
    let refused = sqlx::query("update ledger set amount = 1")
        .execute(&house.app.pool)
        .await;
    assert!(refused.unwrap_err().to_string().contains("append-only"));
    for emptying in [
        "delete from ledger",
        "truncate ledger",
        "truncate refund cascade",
    ] {
        let refused = sqlx::query(emptying).execute(&house.app.pool).await;
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("append-only"), "{emptying}: {told}");
    }
    assert_eq!(house.view(buyer).await.tickets.len(), 4);
    house.close().await;
}
