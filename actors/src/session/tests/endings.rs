//! How an actor ends: asked to, or because nobody needs it.

use std::time::Duration;

use domain::seat_map::{Command, Places};
use tokio::time::sleep;

use super::desk::{End, Office, claim, is_unavailable, settle};
use crate::test_house::{self, HOLD, bearer, order, seats};

const IDLE: Duration = Duration::from_secs(30);

async fn short_lived() -> Office {
    Office::open_with(test_house::info(&[20], &[10]), IDLE).await
}

#[tokio::test(start_paused = true)]
async fn asked_to_end_it_writes_what_has_gathered_and_answers_it() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    let in_flight = office.ask(claim(1, "a", &[0]));
    settle().await;
    let give_back = Places {
        seats: seats(&[0]),
        standing: Vec::new(),
    };
    let gathered = office.ask(Command::Drop {
        order: order(1),
        credential: bearer(1),
        places: give_back,
    });
    settle().await;
    let sender = office.sender.clone();
    let stopping = tokio::spawn(async move { sender.stop().await });
    settle().await;
    assert!(!stopping.is_finished());
    office.end(End::Commit).await;
    office.end(End::Commit).await;
    assert_eq!(in_flight.await.unwrap(), Ok(()));
    assert_eq!(gathered.await.unwrap(), Ok(()));
    stopping.await.unwrap();
    office.running.await.unwrap();
    assert!(office.desk.rows.lock().unwrap().seats.is_empty());
}

#[tokio::test(start_paused = true)]
async fn claims_that_still_wait_when_it_is_asked_to_end_learn_that_they_must_come_back() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    let in_flight = office.ask(claim(1, "a", &[0]));
    settle().await;
    let waiting = office.ask(claim(1, "b", &[1]));
    settle().await;
    let sender = office.sender.clone();
    let stopping = tokio::spawn(async move { sender.stop().await });
    settle().await;
    office.end(End::Commit).await;
    assert_eq!(in_flight.await.unwrap(), Ok(()));
    assert!(is_unavailable(&waiting.await.unwrap()));
    stopping.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_mailbox_of_an_actor_that_has_ended_is_closed() {
    let office = Office::open().await;
    office.sender.stop().await;
    assert!(office.sender.is_closed());
    let opening = test_house::opening(1, office.clock.now());
    assert!(is_unavailable(
        &office.ask(Command::Open(opening)).await.unwrap()
    ));
    let unpin = Command::Unpin { order: order(1) };
    assert!(is_unavailable(&office.ask(unpin).await.unwrap()));
    // Asking twice does no harm.
    office.sender.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_mailbox_of_an_actor_that_panics_is_closed_and_nobody_waits_for_ever() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    let waiting = office.ask(claim(1, "a", &[1]));
    settle().await;
    office.running.abort();
    assert!(is_unavailable(&waiting.await.unwrap()));
    assert!(office.sender.is_closed());
}

#[tokio::test(start_paused = true)]
async fn it_can_be_asked_to_end_while_it_cannot_load() {
    let info = test_house::info(&[20], &[10]);
    let office = Office::open_loading(info, IDLE, true);
    sleep(Duration::from_secs(10)).await;
    office.sender.stop().await;
    office.running.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nobody_needs_an_idle_session_and_it_ends() {
    let office = short_lived().await;
    sleep(IDLE - Duration::from_millis(1)).await;
    assert!(!office.sender.is_closed());
    sleep(Duration::from_millis(2)).await;
    assert!(office.sender.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_session_with_a_hold_never_ends_by_itself_until_the_hold_is_gone() {
    let office = short_lived().await;
    office.hold(1, &[0]).await;
    sleep(HOLD - Duration::from_secs(1)).await;
    assert!(!office.sender.is_closed());
    sleep(Duration::from_secs(2)).await;
    office.end(End::Commit).await;
    sleep(IDLE + Duration::from_secs(1)).await;
    assert!(office.sender.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_session_with_a_pin_never_ends_by_itself() {
    let office = short_lived().await;
    office.hold(1, &[0]).await;
    office.done(Command::Pin { order: order(1) }).await.unwrap();
    sleep(HOLD * 20).await;
    assert!(!office.sender.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_watched_never_ends_by_itself() {
    let office = short_lived().await;
    let watcher = office.feed.watch();
    sleep(IDLE * 20).await;
    assert!(!office.sender.is_closed());
    drop(watcher);
    sleep(IDLE * 2).await;
    assert!(office.sender.is_closed());
}
