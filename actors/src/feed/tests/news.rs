//! What watchers are told besides deltas: orders, the status, and that they fell behind.

use std::time::Duration;

use domain::seat_map::{Command, SeatMap, Wish};
use domain::{OrderId, SectionIndex};
use tokio::time::sleep;

use super::stage::{Stage, told_now};
use crate::feed::screen::Screen;
use crate::test_house::{self, bearer, order};
use crate::{Steps, Watcher, WatcherEvent};

/// Everything a watcher is told until the next quiet time.
async fn all_told(watcher: &mut Watcher) -> Vec<WatcherEvent> {
    sleep(Duration::from_secs(1)).await;
    let mut told = Vec::new();
    while let Some(event) = told_now(watcher).await {
        told.push(event);
    }
    told
}

fn orders_named(told: &[WatcherEvent]) -> Vec<OrderId> {
    let named = told.iter().flat_map(|event| match event {
        WatcherEvent::Frame(frame) => frame.orders.clone(),
        WatcherEvent::Orders(orders) => orders.to_vec(),
        WatcherEvent::Status(_) | WatcherEvent::Resync => Vec::new(),
    });
    named.collect()
}

fn statuses(told: &[WatcherEvent]) -> Vec<&'static str> {
    let statuses = told.iter().filter_map(|event| match event {
        WatcherEvent::Status(status) => Some(*status),
        WatcherEvent::Frame(_) | WatcherEvent::Orders(_) | WatcherEvent::Resync => None,
    });
    statuses.collect()
}

#[tokio::test(start_paused = true)]
async fn every_order_that_changes_is_named() {
    let mut stage = Stage::new();
    let mut watcher = stage.feed.watch();
    stage.open(1);
    assert_eq!(orders_named(&all_told(&mut watcher).await), [order(1)]);
    stage.claim(1, &[0]);
    assert_eq!(orders_named(&all_told(&mut watcher).await), [order(1)]);
    let credential = bearer(1);
    // A deadline moves: the house does not show it, but the buyer's own socket must.
    stage.run(&[Command::Extend {
        order: order(1),
        credential,
    }]);
    let told = all_told(&mut watcher).await;
    assert!(matches!(told[..], [WatcherEvent::Orders(_)]), "{told:?}");
    assert_eq!(orders_named(&told), [order(1)]);
    stage.run(&[Command::Pin { order: order(1) }]);
    assert_eq!(orders_named(&all_told(&mut watcher).await), [order(1)]);
    stage.run(&[Command::Sell { order: order(1) }]);
    assert_eq!(orders_named(&all_told(&mut watcher).await), [order(1)]);
    assert_eq!(stage.feed.order(order(1)), None);
}

#[tokio::test(start_paused = true)]
async fn orders_of_one_tick_are_named_rising() {
    let mut stage = Stage::new();
    let mut watcher = stage.feed.watch();
    for number in [5, 1, 3] {
        stage.open(number);
    }
    assert!(told_now(&mut watcher).await.is_some(), "the first at once");
    let named = orders_named(&all_told(&mut watcher).await);
    assert_eq!(named, [order(1), order(3)]);
}

#[tokio::test(start_paused = true)]
async fn the_status_becomes_sold_out_with_the_last_place() {
    let mut stage = Stage::of(test_house::info(&[2], &[3]));
    let mut watcher = stage.feed.watch();
    stage.open(1);
    stage.claim(1, &[0, 1]);
    let section = SectionIndex(1);
    let wish = Wish::Standing {
        section,
        quantity: 3,
    };
    stage.run(&[test_house::claim(1, "standing", 0, wish)]);
    assert!(statuses(&all_told(&mut watcher).await).is_empty());
    assert_eq!(stage.feed.status(), "on_sale", "what is held may come back");
    stage.sell(1);
    assert_eq!(statuses(&all_told(&mut watcher).await), ["sold_out"]);
    assert_eq!(stage.feed.status(), "sold_out");
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_learned_by_a_reload_is_told() {
    let mut stage = Stage::of(test_house::info(&[2], &[]));
    let mut watcher = stage.feed.watch();
    stage.open(1);
    stage.claim(1, &[0, 1]);
    let order = order(1);
    all_told(&mut watcher).await;
    // The sale is committed, but the actor falls before it publishes that.
    for command in [Command::Pin { order }, Command::Sell { order }] {
        let changes = stage.map.decide(&command, stage.now()).unwrap();
        changes.iter().for_each(|change| stage.map.apply(change));
    }
    stage.reset();
    assert_eq!(statuses(&all_told(&mut watcher).await), ["sold_out"]);
    stage.reset();
    assert!(statuses(&all_told(&mut watcher).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_falls_behind_is_told_to_start_over_and_the_status_it_missed() {
    let mut stage = Stage::of(test_house::info(&[30], &[]));
    let mut slow = stage.feed.watch();
    let mut quick = stage.feed.watch();
    stage.open(1);
    for _ in 0..20 {
        stage.claim(1, &[0]);
        stage.drop_seats(1, &[0]);
        let told = all_told(&mut quick).await;
        assert!(
            !told
                .iter()
                .any(|event| matches!(event, WatcherEvent::Resync))
        );
    }
    assert!(matches!(slow.next().await, WatcherEvent::Resync));
    let mut screen = stage.shown();
    assert!(matches!(slow.next().await, WatcherEvent::Status("on_sale")));
    // What is left of the backlog is older than the snapshot; then it goes on from there.
    stage.claim(1, &[7]);
    for event in all_told(&mut slow).await {
        let WatcherEvent::Frame(frame) = event else {
            continue;
        };
        if frame.sequence > screen.sequence {
            assert_eq!(screen.apply_text(&frame.text), Ok(()));
        }
    }
    assert_eq!(
        screen,
        Screen::from_availability(&stage.feed.snapshot(), 30)
    );
}

#[tokio::test(start_paused = true)]
async fn steps_are_noted_for_open_orders_and_forgotten_with_them() {
    let mut stage = Stage::new();
    let steps = Steps {
        amount: Some(2),
        address: true,
    };
    stage.feed.note_steps(order(1), steps);
    stage.open(1);
    assert_eq!(stage.feed.order(order(1)).unwrap().steps, Steps::default());
    let mut watcher = stage.feed.watch();
    stage.feed.note_steps(order(1), steps);
    assert_eq!(orders_named(&all_told(&mut watcher).await), [order(1)]);
    assert_eq!(stage.feed.order(order(1)).unwrap().steps, steps);
    // A reload keeps them, and what was stored before does not undo them.
    stage.reset();
    stage
        .feed
        .note_stored_steps(vec![(order(1), Steps::default())]);
    assert_eq!(stage.feed.order(order(1)).unwrap().steps, steps);
    let credential = bearer(1);
    stage.run(&[Command::Cancel {
        order: order(1),
        credential,
    }]);
    assert_eq!(stage.feed.order(order(1)), None);
}

#[tokio::test(start_paused = true)]
async fn stored_steps_are_noted_where_nothing_newer_is() {
    let mut stage = Stage::new();
    stage.open(1);
    let stored = Steps {
        amount: Some(3),
        address: false,
    };
    let unknown = (order(9), stored);
    stage
        .feed
        .note_stored_steps(vec![(order(1), stored), unknown]);
    assert_eq!(stage.feed.order(order(1)).unwrap().steps, stored);
    assert_eq!(stage.feed.order(order(9)), None);
}

#[tokio::test(start_paused = true)]
async fn the_session_of_an_open_order_is_known_until_it_is_closed() {
    let mut stage = Stage::new();
    let sessions = stage.order_sessions.clone();
    let known = |number| sessions.get(&order(number)).map(|session| *session);
    let session = Some(stage.info.session_id);
    stage.open(1);
    stage.open(2);
    assert_eq!((known(1), known(2)), (session, session));
    stage.claim(1, &[0]);
    stage.sell(1);
    assert_eq!((known(1), known(2)), (None, session));
    // A load that finds an order gone forgets it.
    stage.map = SeatMap::new(stage.info.manifest.clone(), stage.info.rules.clone());
    stage.reset();
    assert_eq!(known(2), None);
}
