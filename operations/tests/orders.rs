//! Orders over the real actors and a real database.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod support;

use domain::order::{Credential, OrderStatus, SecretHash, Step};
use domain::seat_map::{Refusal, RequestHash};
use domain::{OrderId, SeatIndex, SectionId};
use operations::orders::{self, ClaimRequest, DropRequest, OrderError, PriceRange};
use sqlx::PgPool;
use support::{Buyer, House, address, address_of, key_of, seats_of};
use uuid::Uuid;

#[sqlx::test(migrations = "../migrations")]
async fn an_order_gathers_its_steps_and_places(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer().await;
    let view = house.view(buyer).await;
    assert_eq!(view.status, OrderStatus::Pending);
    assert_eq!(view.missing, [Step::Amount, Step::Address, Step::Seats]);
    assert!(
        (590..=600).contains(&view.seconds_left),
        "{}",
        view.seconds_left
    );

    let view = orders::set_amount(&house.app, buyer.order, &buyer.by, 2)
        .await
        .unwrap();
    assert_eq!(view.missing, [Step::Address, Step::Seats]);
    let view = orders::set_address(&house.app, buyer.order, &buyer.by, &address())
        .await
        .unwrap();
    assert_eq!(view.missing, [Step::Seats]);
    house.claim(buyer, "a", seats_of(&[3, 1])).await.unwrap();
    let standing = ClaimRequest::Standing {
        section: house.floor,
        quantity: 2,
    };
    let view = house.claim(buyer, "bb", standing).await.unwrap();
    assert_eq!(view.seats, [SeatIndex(1), SeatIndex(3)]);
    assert_eq!(view.standing, [(house.floor, 2)]);
    assert_eq!(view.total.minor, 2 * 8000 + 2 * 3500);
    assert_eq!(view.missing, []);

    let dropped = DropRequest::Seats(vec![SeatIndex(3), SeatIndex(9)]);
    let view = orders::drop_places(&house.app, buyer.order, &buyer.by, dropped)
        .await
        .unwrap();
    assert_eq!(view.seats, [SeatIndex(1)]);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_that_is_somebody_elses_is_forbidden_and_one_that_is_not_is_not_found(
    pool: PgPool,
) {
    let house = House::open(pool).await;
    let (closed, _) = house.sell(&[0]).await;
    let open = house.buyer().await;
    let stranger = Credential {
        secret_hash: Some(SecretHash::of("guess")),
        account: None,
    };
    for order in [open.order, closed.order] {
        for by in [stranger, Credential::default(), open.by] {
            if order == open.order && by == open.by {
                continue;
            }
            let buyer = Buyer { order, by };
            let app = &house.app;
            assert!(matches!(
                orders::view(app, order, &by).await,
                Err(OrderError::Forbidden)
            ));
            let claimed = house.claim(buyer, "x", seats_of(&[5])).await;
            assert!(matches!(claimed, Err(OrderError::Forbidden)), "{claimed:?}");
            assert!(matches!(
                orders::cancel(app, order, &by).await,
                Err(OrderError::Forbidden)
            ));
            assert!(matches!(
                orders::extend(app, order, &by).await,
                Err(OrderError::Forbidden)
            ));
            let amount = orders::set_amount(app, order, &by, 1).await;
            assert!(matches!(amount, Err(OrderError::Forbidden)), "{amount:?}");
            let typed = orders::set_address(app, order, &by, &address()).await;
            assert!(matches!(typed, Err(OrderError::Forbidden)), "{typed:?}");
        }
    }
    let unknown = Buyer {
        order: OrderId(Uuid::now_v7()),
        ..open
    };
    let claimed = house.claim(unknown, "x", seats_of(&[5])).await;
    assert!(matches!(claimed, Err(OrderError::NotFound)), "{claimed:?}");
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_wish_is_checked_against_the_plan(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer().await;
    let unknown = SectionId(Uuid::now_v7());
    for request in [
        ClaimRequest::Standing {
            section: unknown,
            quantity: 1,
        },
        ClaimRequest::Standing {
            section: house.stalls,
            quantity: 1,
        },
        ClaimRequest::Best {
            quantity: 1,
            section: Some(unknown),
            price: PriceRange::default(),
            accessible: false,
        },
        seats_of(&[9999]),
        seats_of(&[1, 1]),
        seats_of(&[]),
    ] {
        let refused = house.claim(buyer, "x", request.clone()).await;
        let is_invalid = matches!(
            refused,
            Err(OrderError::Refused(Refusal::InvalidPlaces { .. }))
        );
        assert!(is_invalid, "{request:?}: {refused:?}");
    }
    let best = ClaimRequest::Best {
        quantity: 2,
        section: Some(house.floor),
        price: PriceRange::default(),
        accessible: false,
    };
    let view = house.claim(buyer, "best", best).await.unwrap();
    assert_eq!(view.standing, [(house.floor, 2)]);
    let amount = orders::set_amount(&house.app, buyer.order, &buyer.by, 11).await;
    assert!(matches!(
        amount,
        Err(OrderError::Refused(Refusal::LimitReached { limit: 10 }))
    ));
    let amount = orders::set_amount(&house.app, buyer.order, &buyer.by, 0).await;
    assert!(matches!(amount, Err(OrderError::Invalid(faults)) if faults[0].0 == "quantity"));
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_claim_on_a_paid_order_is_answered_only_if_it_helped_to_make_it(pool: PgPool) {
    let house = House::open(pool).await;
    let (buyer, paid) = house.sell(&[4, 5]).await;
    let again = house
        .claim(buyer, "first", seats_of(&[4, 5]))
        .await
        .unwrap();
    assert_eq!(again, paid);
    let (app, order, by) = (&house.app, buyer.order, &buyer.by);
    let other_body = RequestHash([77; 32]);
    let reused = orders::claim(app, order, by, key_of("first"), other_body, seats_of(&[6])).await;
    assert!(
        matches!(reused, Err(OrderError::Refused(Refusal::KeyReused))),
        "{reused:?}"
    );
    let fresh = house.claim(buyer, "fresh", seats_of(&[6])).await;
    assert!(matches!(fresh, Err(OrderError::Paid)), "{fresh:?}");
    let cancelled = orders::cancel(&house.app, buyer.order, &buyer.by).await;
    assert!(matches!(cancelled, Err(OrderError::Paid)), "{cancelled:?}");
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_cancelled_order_frees_its_places_and_takes_nothing_more(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1, 2]).await;
    for _ in 0..2 {
        let view = orders::cancel(&house.app, buyer.order, &buyer.by)
            .await
            .unwrap();
        assert_eq!(view.status, OrderStatus::Cancelled);
        assert!(view.seats.is_empty() && view.tickets.is_empty());
    }
    assert_eq!(house.states_of(buyer).await, []);
    let claimed = house.claim(buyer, "late", seats_of(&[1])).await;
    assert!(matches!(claimed, Err(OrderError::Cancelled)), "{claimed:?}");
    let amount = orders::set_amount(&house.app, buyer.order, &buyer.by, 1).await;
    assert!(matches!(amount, Err(OrderError::Cancelled)), "{amount:?}");
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_expired_order_says_so_and_cancelling_it_is_fine(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[1]).await;
    sqlx::query("delete from taken_seat")
        .execute(&house.app.pool)
        .await
        .unwrap();
    sqlx::query("update event_session_order set status = 'CANCELLED', ending = 'expired'")
        .execute(&house.app.pool)
        .await
        .unwrap();
    let app = house.restarted();
    let (order, by) = (buyer.order, &buyer.by);
    let claimed = orders::claim(
        &app,
        order,
        by,
        key_of("k"),
        RequestHash([1; 32]),
        seats_of(&[2]),
    )
    .await;
    assert!(
        matches!(claimed, Err(OrderError::Refused(Refusal::OrderExpired))),
        "{claimed:?}"
    );
    let view = orders::cancel(&app, order, by).await.unwrap();
    assert_eq!(view.status, OrderStatus::Cancelled);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_outlives_the_process_that_opened_it(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[7]).await;
    let before = house.view(buyer).await;
    let app = house.restarted();
    let after = orders::view(&app, buyer.order, &buyer.by).await.unwrap();
    assert_eq!(
        (after.seats, after.missing, after.total),
        (before.seats, before.missing, before.total)
    );
    assert_eq!(after.status, OrderStatus::Pending);
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_is_extended_once(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer_of(&[7]).await;
    let before = house.view(buyer).await;
    let after = orders::extend(&house.app, buyer.order, &buyer.by)
        .await
        .unwrap();
    assert!(after.expires_at > before.expires_at);
    let again = orders::extend(&house.app, buyer.order, &buyer.by).await;
    assert!(
        matches!(again, Err(OrderError::Refused(Refusal::AlreadyExtended))),
        "{again:?}"
    );
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_future_of_a_claim_is_small_for_one_is_made_and_moved_for_each(pool: PgPool) {
    let house = House::open(pool).await;
    let buyer = house.buyer().await;
    let hash = RequestHash([0; 32]);
    let (key, wish) = (key_of("a"), seats_of(&[1]));
    let claim = orders::claim(&house.app, buyer.order, &buyer.by, key, hash, wish);
    let bytes = size_of_val(&claim);
    assert!(bytes <= 2_048, "{bytes} bytes");
    claim.await.unwrap();
    house.close().await;
}

/// Who asks at the same time as others is asked for together with them.
#[sqlx::test(migrations = "../migrations")]
async fn a_crowd_that_types_and_looks_at_once_has_each_its_own_and_nobody_elses(pool: PgPool) {
    let house = House::open(pool).await;
    let mut buyers = Vec::new();
    for seat in 0..12 {
        let buyer = house.buyer().await;
        house
            .claim(buyer, "first", seats_of(&[seat]))
            .await
            .unwrap();
        buyers.push(buyer);
    }
    let stranger = Buyer {
        order: buyers[0].order,
        by: buyers[1].by,
    };
    let typing = buyers.iter().chain([&stranger]).enumerate();
    let typing = typing.map(|(number, buyer)| {
        let app = &house.app;
        let address = address_of(&format!("Buyer {number}"));
        async move { orders::set_address(app, buyer.order, &buyer.by, &address).await }
    });
    let mut typed = futures_util::future::join_all(typing).await;
    let refused = typed.pop().unwrap();
    assert!(matches!(refused, Err(OrderError::Forbidden)), "{refused:?}");
    for view in typed {
        assert_eq!(view.unwrap().missing, []);
    }

    let paying = buyers.iter().map(|buyer| house.pay(*buyer, "pay"));
    for payment in futures_util::future::join_all(paying).await {
        house.confirm(&payment.unwrap()).await.unwrap();
    }
    let looking = buyers.iter().chain([&stranger]);
    let looking = looking.map(|buyer| orders::view(&house.app, buyer.order, &buyer.by));
    let mut seen = futures_util::future::join_all(looking).await;
    let refused = seen.pop().unwrap();
    assert!(matches!(refused, Err(OrderError::Forbidden)), "{refused:?}");
    for (number, (buyer, view)) in buyers.iter().zip(seen).enumerate() {
        let view = view.unwrap();
        assert_eq!(
            (view.order_id, view.status),
            (buyer.order, OrderStatus::Paid)
        );
        let [ticket] = &view.tickets[..] else {
            panic!("{:?}", view.tickets)
        };
        let seat = u32::try_from(number).unwrap();
        assert_eq!(ticket.seat, Some(SeatIndex(seat)));
        assert_eq!(ticket.holder, format!("Buyer {number}"));
        assert_eq!(
            view.payment.unwrap().state,
            domain::order::PaymentState::Succeeded
        );
    }
    house.close().await;
}
