//! Writes that fail, hang or are in doubt, and loading afterwards.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::seat_map::{Command, Refusal};
use tokio::time::{Instant, sleep};

use super::desk::{End, Office, claim, is_unavailable, settle, standing};
use crate::session::CommandError;
use crate::test_house::{self, order, seats};

#[tokio::test(start_paused = true)]
async fn a_failed_batch_and_all_decided_after_it_are_unavailable_and_forgotten() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    office.hold(2, &[]).await;
    let failed = office.ask(claim(1, "b", &[1]));
    settle().await;
    let after = office.ask(claim(2, "a", &[2]));
    settle().await;
    office.end(End::Fail).await;
    assert!(is_unavailable(&failed.await.unwrap()));
    assert!(is_unavailable(&after.await.unwrap()));
    assert_eq!(office.desk.loads.load(Ordering::Relaxed), 2);
    assert_eq!(office.feed.snapshot().epoch, 2);
    // What was durable before is there; what failed is free.
    assert_eq!(office.feed.order(order(1)).unwrap().seats, seats(&[0]));
    assert_eq!(office.done(claim(2, "a", &[1, 2])).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_learns_the_truth_about_a_commit_in_doubt() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    let doubtful = office.ask(standing(1, "a", 2));
    settle().await;
    office.end(End::Doubt).await;
    assert!(is_unavailable(&doubtful.await.unwrap()));
    assert_eq!(office.done(standing(1, "a", 2)).await, Ok(()));
    let fed = office.feed.order(order(1)).unwrap();
    assert_eq!(fed.standing, [(domain::SectionIndex(1), 2)]);
}

#[tokio::test(start_paused = true)]
async fn after_a_reload_a_key_is_replayed_while_its_claim_stands_and_else_has_lapsed() {
    let office = Office::open().await;
    office.hold(1, &[0, 1]).await;
    let failed = office.ask(claim(1, "b", &[2]));
    settle().await;
    office.end(End::Fail).await;
    assert!(is_unavailable(&failed.await.unwrap()));
    assert_eq!(office.done(claim(1, "first", &[0, 1])).await, Ok(()));
    let other_body = test_house::claim(1, "first", 9, test_house::named(&[0, 1]));
    let reused = office.done(other_body).await;
    assert_eq!(reused, Err(CommandError::Refused(Refusal::KeyReused)));
    let give_back = Command::Drop {
        order: order(1),
        credential: test_house::bearer(1),
        places: domain::seat_map::Places {
            seats: seats(&[1]),
            standing: Vec::new(),
        },
    };
    office.done(give_back).await.unwrap();
    let lapsed = office.done(claim(1, "first", &[0, 1])).await;
    assert_eq!(lapsed, Err(CommandError::Refused(Refusal::ClaimLapsed)));
}

#[tokio::test(start_paused = true)]
async fn a_hung_write_is_given_up_after_five_seconds_and_the_session_comes_back() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    let began = Instant::now();
    let hung = office.ask(claim(1, "a", &[0]));
    settle().await;
    office.end(End::Hang).await;
    assert!(is_unavailable(&hung.await.unwrap()));
    assert_eq!(began.elapsed(), Duration::from_secs(5));
    settle().await;
    assert_eq!(office.done(claim(1, "a", &[0])).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn while_it_cannot_load_everybody_is_told_at_once_to_come_back() {
    let info = test_house::info(&[20], &[10]);
    let office = Office::open_loading(info, Duration::from_secs(600), true);
    sleep(Duration::from_secs(30)).await;
    let began = Instant::now();
    let opening = test_house::opening(1, office.clock.now());
    assert!(is_unavailable(
        &office.ask(Command::Open(opening)).await.unwrap()
    ));
    assert!(is_unavailable(
        &office
            .ask(Command::Unpin { order: order(1) })
            .await
            .unwrap()
    ));
    assert_eq!(began.elapsed(), Duration::ZERO);
    // It tries again with backoff: at first soon, then every second.
    let loads = office.desk.loads.load(Ordering::Relaxed);
    assert!((30..40).contains(&loads), "{loads} attempts in 30 s");
    *office.desk.loads_fail.lock().unwrap() = false;
    sleep(Duration::from_secs(2)).await;
    assert_eq!(office.done(Command::Open(opening)).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_outage_eats_no_hold_a_minute_is_left_within_its_life() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    *office.desk.loads_fail.lock().unwrap() = true;
    let lost = office.ask(claim(1, "b", &[1]));
    settle().await;
    office.end(End::Fail).await;
    assert!(is_unavailable(&lost.await.unwrap()));
    // Far past the deadline of the hold.
    sleep(Duration::from_secs(300)).await;
    *office.desk.loads_fail.lock().unwrap() = false;
    sleep(Duration::from_secs(2)).await;
    let left = office.feed.order(order(1)).unwrap().expires_at;
    let left = left.since(office.clock.now());
    assert!(left > Duration::from_secs(57), "{left:?}");
    sleep(left - Duration::from_secs(1)).await;
    assert_eq!(office.feed.order(order(1)).unwrap().seats, seats(&[0]));
    sleep(Duration::from_secs(1)).await;
    settle().await;
    office.end(End::Commit).await;
    assert_eq!(office.feed.order(order(1)), None);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_lost_the_session_writes_nothing_more_at_its_old_epoch() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    // Another process takes the session over.
    office.desk.rows.lock().unwrap().raise_epoch();
    let late = office.ask(claim(1, "a", &[0]));
    settle().await;
    office.end(End::Commit).await;
    assert!(is_unavailable(&late.await.unwrap()));
    assert!(office.desk.rows.lock().unwrap().seats.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_sale_whose_tell_was_lost_is_learned_by_the_next_load() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    office.done(Command::Pin { order: order(1) }).await.unwrap();
    assert!(office.desk.rows.lock().unwrap().sell(order(1)));
    // Unpinning what is sold finds other rows than it was decided on.
    let surprised = office.done(Command::Unpin { order: order(1) }).await;
    assert!(is_unavailable(&surprised));
    settle().await;
    assert_eq!(office.feed.order(order(1)), None);
    assert_eq!(office.feed.snapshot().seats[0] & 0b11, 2);
    assert_eq!(office.done(Command::Sell { order: order(1) }).await, Ok(()));
}
