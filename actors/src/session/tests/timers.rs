//! The one timer.

use std::time::Duration;

use domain::seat_map::Command;
use tokio::time::{advance, sleep};

use super::desk::{End, Office, claim, settle};
use crate::test_house::{HOLD, bearer, order};

#[tokio::test(start_paused = true)]
async fn a_hold_ends_at_its_deadline_and_not_before_without_anybody_asking() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    let before = office.desk.begun();
    sleep(HOLD - Duration::from_millis(1)).await;
    settle().await;
    assert_eq!(office.desk.begun(), before);
    sleep(Duration::from_millis(1)).await;
    settle().await;
    assert_eq!(office.desk.begun(), before + 1);
    // Until the end is durable the seat is held.
    assert!(office.feed.order(order(1)).is_some());
    office.end(End::Commit).await;
    assert_eq!(office.feed.order(order(1)), None);
    assert_eq!(office.feed.snapshot().seats[0], 0);
}

#[tokio::test(start_paused = true)]
async fn the_timer_follows_the_earliest_deadline() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    sleep(Duration::from_secs(30)).await;
    office.hold(2, &[1]).await;
    let credential = bearer(1);
    let extend = Command::Extend {
        order: order(1),
        credential,
    };
    office.done(extend).await.unwrap();
    sleep(HOLD).await;
    settle().await;
    office.end(End::Commit).await;
    assert_eq!(office.feed.order(order(2)), None);
    assert!(office.feed.order(order(1)).is_some());
    sleep(HOLD - Duration::from_secs(30)).await;
    settle().await;
    office.end(End::Commit).await;
    assert_eq!(office.feed.order(order(1)), None);
}

#[tokio::test(start_paused = true)]
async fn a_pin_has_no_timer() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    office.done(Command::Pin { order: order(1) }).await.unwrap();
    let before = office.desk.begun();
    sleep(HOLD * 10).await;
    settle().await;
    assert_eq!(office.desk.begun(), before);
    assert!(office.feed.order(order(1)).unwrap().pinned);
}

#[tokio::test(start_paused = true)]
async fn many_orders_that_are_due_at_once_end_in_bounded_batches() {
    let office = Office::open().await;
    let opened = (1..=1_100).map(|number| {
        let opening = crate::test_house::opening(number, office.clock.now());
        office.ask(Command::Open(opening))
    });
    let opened: Vec<_> = opened.collect();
    settle().await;
    office.end(End::Commit).await;
    office.end(End::Commit).await;
    office.end(End::Commit).await;
    assert!(opened.iter().all(tokio::task::JoinHandle::is_finished));
    let before = office.desk.begun();
    sleep(HOLD).await;
    for _ in 0..4 {
        sleep(Duration::from_millis(2)).await;
        office.end(End::Commit).await;
    }
    assert!(office.feed.order(order(1)).is_none() && office.feed.order(order(1_100)).is_none());
    let batches = office.desk.begun.lock().unwrap().split_off(before);
    assert!(
        batches.iter().all(|batch| batch.len() <= 1_000),
        "500 orders a decision"
    );
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_comes_with_the_deadline_finds_the_place_free() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    sleep(Duration::from_secs(1)).await;
    office.hold(2, &[]).await;
    let mut claimed = std::pin::pin!(office.sender.ask(claim(2, "a", &[0])));
    // The claim is in the mailbox before the timer fires, and taken out after the deadline: a
    // busy actor must not let the timer wait for a pause.
    let first_poll = std::future::poll_fn(|ctx| {
        assert!(claimed.as_mut().poll(ctx).is_pending());
        std::task::Poll::Ready(())
    });
    first_poll.await;
    advance(HOLD - Duration::from_secs(1)).await;
    settle().await;
    office.end(End::Commit).await;
    assert_eq!(claimed.await, Ok(()));
}
