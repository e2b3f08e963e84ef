//! What a watcher receives when a house goes as fast as it can.

use std::time::Duration;

use tokio::time::sleep;

use super::stage::{Stage, told_later, told_now};
use crate::test_house;
use crate::{Watcher, WatcherEvent};

const SEATS: u32 = 20_000;
const SEATS_PER_SEC: u32 = 2_000;
const PER_ORDER: u32 = 5;
const STEP: Duration = Duration::from_millis(10);
const ORDERS_PER_STEP: u32 = SEATS_PER_SEC / PER_ORDER / 100;
const BYTES_MAX: usize = 64 * 1024;

/// The seats in no order: each once, for the factor has none in common with their number.
fn scattered(place: u32) -> u32 {
    u32::try_from(u64::from(place) * 12_347 % u64::from(SEATS)).unwrap()
}

fn seats_of(order: u32) -> Vec<u32> {
    let places = order * PER_ORDER..(order + 1) * PER_ORDER;
    places.map(scattered).collect()
}

/// The bytes on the wire, with the frame's head.
fn wire_bytes(event: &WatcherEvent) -> usize {
    let WatcherEvent::Frame(frame) = event else {
        return 0;
    };
    let payload = frame.binary.as_ref().unwrap().len();
    payload + if payload < 126 { 2 } else { 4 }
}

async fn hear(watcher: &mut Watcher) -> usize {
    let mut bytes = 0;
    while let Some(event) = told_now(watcher).await {
        bytes += wire_bytes(&event);
    }
    bytes
}

#[tokio::test(start_paused = true)]
async fn twenty_thousand_seats_held_and_sold_in_no_order_take_a_watcher_64_kib_at_most() {
    let mut stage = Stage::of(test_house::info(&[SEATS], &[]));
    let orders = SEATS / PER_ORDER;
    for order in 0..orders {
        stage.open(u64::from(order));
    }
    sleep(Duration::from_secs(1)).await;
    let mut watcher = stage.feed.watch();
    let mut bytes = 0;
    let acts: [fn(&mut Stage, u32); 2] = [
        |stage, order| stage.claim(u64::from(order), &seats_of(order)),
        |stage, order| stage.sell(u64::from(order)),
    ];
    for act in acts {
        for order in 0..orders {
            act(&mut stage, order);
            if order % ORDERS_PER_STEP == 0 {
                sleep(STEP).await;
                bytes += hear(&mut watcher).await;
            }
        }
    }
    sleep(Duration::from_secs(1)).await;
    bytes += hear(&mut watcher).await;
    assert_eq!(stage.shown(), stage.available());
    assert!(stage.shown().seats.iter().all(|state| *state == 2));
    assert!(bytes <= BYTES_MAX, "{bytes} bytes");
}

#[tokio::test(start_paused = true)]
async fn in_a_rush_the_tick_stretches_to_a_quarter_of_a_second_and_no_further() {
    let mut stage = Stage::of(test_house::info(&[SEATS], &[]));
    for order in 0..2_000 {
        stage.open(order);
    }
    sleep(Duration::from_secs(1)).await;
    let mut watcher = stage.feed.watch();
    let mut longest = Duration::ZERO;
    for order in 0..2_000 {
        stage.claim(u64::from(order), &seats_of(order));
        if order % 20 == 0 {
            let (_, waited) = told_later(&mut watcher).await;
            longest = longest.max(waited);
        }
    }
    assert_eq!(longest, Duration::from_millis(250));
    sleep(Duration::from_secs(1)).await;
    stage.claim(0, &[seats_of(3_000)[0]]);
    assert!(told_now(&mut watcher).await.is_some());
}
