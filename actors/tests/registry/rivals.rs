//! Two processes that both believe that a session is theirs.

use std::collections::BTreeMap;

use actors::{CommandError, Registry};
use domain::seat_map::Refusal;
use domain::{OrderId, SessionId};
use sqlx::PgPool;

use crate::house::{HOLD, claim, count, named, order, session_on_sale};
use crate::support::{ask_until_available, is_unavailable, open, registry};

#[sqlx::test(migrations = "../migrations")]
async fn the_later_one_takes_over_and_the_former_must_take_over_again(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    let (first, second) = (registry(&pool), registry(&pool));
    let former = first.session(session_id).await.unwrap();
    open(&former, 0).await;
    let later = second.session(session_id).await.unwrap();
    open(&later, 1).await;
    later.command(claim(1, "key", named(&[3]))).await.unwrap();

    let answer = former.command(claim(0, "key", named(&[3]))).await;
    assert!(is_unavailable(&answer), "{answer:?}");
    let answer = ask_until_available(&first, session_id, &claim(0, "key", named(&[3]))).await;
    assert!(
        matches!(
            answer,
            Err(CommandError::Refused(Refusal::SeatTaken { .. }))
        ),
        "{answer:?}"
    );
    assert_eq!(count(&pool, "select epoch from session_owner").await, 3);
    let answer = later.command(claim(1, "key-2", named(&[4]))).await;
    assert!(is_unavailable(&answer), "{answer:?}");
    first.stop().await;
    second.stop().await;
}

/// How many seats the rivals race for. Each answer takes several rounds: they fence each other.
const RACED_SEATS: u32 = 4;

/// Claims every seat, one after the other, each until it is answered, and says which it was granted.
async fn grab(registry: Registry, session_id: SessionId, number: u64) -> Vec<(u32, OrderId)> {
    let mut granted = Vec::new();
    for seat in 0..RACED_SEATS {
        let wish = claim(number, &format!("key-{seat}"), named(&[seat]));
        let answer = ask_until_available(&registry, session_id, &wish).await;
        if answer.is_ok() {
            granted.push((seat, order(number)));
        }
    }
    granted
}

#[sqlx::test(migrations = "../migrations")]
async fn two_that_race_never_both_grant_a_seat(pool: PgPool) {
    let session_id = session_on_sale(&pool, HOLD).await;
    sqlx::query("update event_session set max_per_order = 30")
        .execute(&pool)
        .await
        .unwrap();
    let registries = [registry(&pool), registry(&pool)];
    for number in 0..8 {
        let open = domain::seat_map::Command::Open(crate::support::opening_now(number));
        let registry = &registries[usize::try_from(number % 2).unwrap()];
        assert_eq!(
            ask_until_available(registry, session_id, &open).await,
            Ok(())
        );
    }
    let buyers: Vec<_> = (0..8)
        .map(|number| {
            let registry = registries[usize::try_from(number % 2).unwrap()].clone();
            tokio::spawn(grab(registry, session_id, number))
        })
        .collect();
    let mut owners: BTreeMap<u32, OrderId> = BTreeMap::new();
    for buyer in buyers {
        for (seat, order) in buyer.await.unwrap() {
            let former = owners.insert(seat, order);
            assert_eq!(former, None, "seat {seat} was granted to two");
        }
    }
    assert_eq!(
        owners.len(),
        RACED_SEATS as usize,
        "each seat has its owner"
    );
    for (seat, owner) in owners {
        let stored: uuid::Uuid =
            sqlx::query_scalar("select order_id from taken_seat where seat_index = $1")
                .bind(i32::try_from(seat).unwrap())
                .fetch_one(&pool)
                .await
                .unwrap();
        assert_eq!(stored, owner.0, "seat {seat} is whose it was granted to");
    }
    assert!(
        count(&pool, "select epoch from session_owner").await > 3,
        "they took it from each other"
    );
    for registry in registries {
        registry.stop().await;
    }
}
