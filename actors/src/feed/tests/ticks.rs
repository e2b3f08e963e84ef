//! When watchers are told: at once after a quiet time, and otherwise by the tick.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use super::stage::{Stage, told_later, told_now};
use crate::feed::OrderSessions;
use crate::test_house;
use crate::{Feed, WatcherEvent};

const TICK: Duration = Duration::from_millis(50);

fn is_frame(event: &WatcherEvent) -> bool {
    matches!(event, WatcherEvent::Frame(_))
}

#[tokio::test(start_paused = true)]
async fn the_first_change_after_a_quiet_time_is_shown_at_once_and_the_next_after_the_tick() {
    let mut stage = Stage::new();
    let mut watcher = stage.feed.watch();
    stage.open(1);
    assert!(told_now(&mut watcher).await.is_some());
    sleep(TICK).await;
    for first_seat in [0, 10] {
        stage.claim(1, &[first_seat]);
        assert!(is_frame(&told_now(&mut watcher).await.unwrap()));
        stage.claim(1, &[first_seat + 1]);
        stage.claim(1, &[first_seat + 2]);
        assert!(told_now(&mut watcher).await.is_none());
        let (event, waited) = told_later(&mut watcher).await;
        assert!(is_frame(&event));
        assert_eq!(waited, TICK);
        assert_eq!(stage.shown(), stage.available());
        sleep(TICK).await;
        assert!(told_now(&mut watcher).await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_tick_without_news_does_not_end_the_quiet_time() {
    let mut stage = Stage::new();
    let mut watcher = stage.feed.watch();
    stage.open(1);
    assert!(told_now(&mut watcher).await.is_some());
    sleep(Duration::from_millis(10)).await;
    // Two changes in one tick wake the ticker twice; the second time it has nothing to tell.
    stage.claim(1, &[0]);
    sleep(Duration::from_millis(10)).await;
    stage.claim(1, &[1]);
    assert!(is_frame(&told_later(&mut watcher).await.0));
    sleep(TICK + Duration::from_millis(10)).await;
    stage.claim(1, &[2]);
    assert!(
        told_now(&mut watcher)
            .await
            .is_some_and(|event| is_frame(&event))
    );
}

#[tokio::test(start_paused = true)]
async fn the_tick_stretches_as_watchers_grow() {
    let mut stage = Stage::new();
    let crowd: Vec<_> = (0..5_000).map(|_| stage.feed.watch()).collect();
    assert_eq!(stage.feed.watchers(), 5_000);
    let mut watcher = stage.feed.watch();
    stage.open(1);
    assert!(told_now(&mut watcher).await.is_some());
    stage.claim(1, &[0]);
    let (_, waited) = told_later(&mut watcher).await;
    assert!(waited >= Duration::from_millis(200), "{waited:?}");
    drop(crowd);
    assert_eq!(stage.feed.watchers(), 1);
    sleep(Duration::from_secs(1)).await;
    stage.claim(1, &[1]);
    assert!(told_now(&mut watcher).await.is_some());
    stage.claim(1, &[2]);
    assert_eq!(told_later(&mut watcher).await.1, TICK);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_feed_ends_its_ticker() {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let mut stage = Stage::new();
    assert_eq!(tasks(), before + 1);
    stage.open(1);
    stage.claim(1, &[0]);
    // The ticker is in the middle of waiting for its tick.
    tokio::task::yield_now().await;
    drop(stage);
    sleep(TICK * 2).await;
    assert_eq!(tasks(), before);
    drop(Stage::new());
    sleep(TICK).await;
    assert_eq!(tasks(), before);
}

#[test]
fn a_feed_ticks_on_after_the_runtime_of_whoever_asked_for_it_has_ended() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let own = runtime();
    let asker = runtime();
    let info = test_house::info(&[30], &[10]);
    let feed = asker
        .block_on(async { Feed::new(Arc::clone(&info), OrderSessions::default(), own.handle()) });
    drop(asker);
    own.block_on(async {
        let mut stage = Stage::with_feed(info, feed);
        let mut watcher = stage.feed.watch();
        stage.open(1);
        assert!(told_now(&mut watcher).await.is_some());
        stage.claim(1, &[0]);
        assert!(is_frame(&told_later(&mut watcher).await.0));
    });
}
