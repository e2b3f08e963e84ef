//! Deltas compose: a client that reads the contract alone always ends where the feed is.

use std::time::Duration;

use domain::SectionIndex;
use domain::seat_map::{Command, Places, Wish};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use super::stage::{Stage, give_back, told_now};
use crate::feed::screen::{Gap, Screen};
use crate::test_house::{self, bearer, order, seats};
use crate::{Frame, WatcherEvent};

fn some_command(rng: &mut StdRng, step: u32) -> Command {
    let number = rng.random_range(1..30);
    let (order, credential) = (order(number), bearer(number));
    let key = format!("key-{step}");
    match rng.random_range(0..12) {
        0..2 => Command::Open(test_house::opening(number, test_house::START)),
        2..6 => {
            let first = rng.random_range(0..298);
            test_house::claim(number, &key, 0, test_house::named(&[first, first + 2]))
        }
        6 | 7 => {
            let (section, quantity) = (SectionIndex(1), rng.random_range(1..4));
            test_house::claim(number, &key, 0, Wish::Standing { section, quantity })
        }
        8 => give_back(number, &(0..rng.random_range(1..30)).collect::<Vec<_>>()),
        9 => Command::Cancel { order, credential },
        10 => Command::Pin { order },
        _ => Command::Sell { order },
    }
}

/// Applies a frame as a client that takes seats in binary gets it.
fn apply_in_binary(screen: &mut Screen, frame: &Frame) -> Result<(), Gap> {
    if let Some(bytes) = &frame.binary {
        screen.apply_binary(bytes)?;
    }
    if let Some(text) = &frame.standing_text {
        screen.apply_text(text)?;
    }
    if frame.binary.is_none() && frame.standing_text.is_none() {
        // Nothing to see, and yet the sequence goes on.
        screen.apply_text(&frame.text)?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn json_and_binary_deltas_lead_from_the_first_snapshot_to_the_last() {
    for seed in 0..40 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut stage = Stage::of(test_house::info(&[300], &[10]));
        let mut watcher = stage.feed.watch();
        let mut by_text = stage.shown();
        let mut by_binary = by_text.clone();
        for step in 0..200 {
            let commands = (0..rng.random_range(1..4)).map(|part| (step, part));
            let commands: Vec<Command> = commands
                .map(|(step, part)| some_command(&mut rng, step * 10 + part))
                .collect();
            stage.run(&commands);
            sleep(Duration::from_millis(rng.random_range(0..90))).await;
            while let Some(event) = told_now(&mut watcher).await {
                if let WatcherEvent::Frame(frame) = event {
                    assert_eq!(by_text.apply_text(&frame.text), Ok(()));
                    assert_eq!(apply_in_binary(&mut by_binary, &frame), Ok(()));
                    assert_eq!((by_text.sequence, frame.epoch), (frame.sequence, 1));
                }
            }
            assert_eq!(by_text, stage.shown(), "seed {seed}, step {step}");
            assert_eq!(by_binary, by_text, "seed {seed}, step {step}");
        }
        sleep(Duration::from_secs(1)).await;
        while let Some(event) = told_now(&mut watcher).await {
            if let WatcherEvent::Frame(frame) = event {
                by_text.apply_text(&frame.text).unwrap();
            }
        }
        assert_eq!(by_text, stage.available(), "seed {seed}");
        assert!(by_text.sequence > 30, "seed {seed} shows too little");
    }
}

#[tokio::test(start_paused = true)]
async fn a_seat_that_is_taken_and_given_back_within_a_tick_costs_nothing() {
    let mut stage = Stage::new();
    stage.open_early(1).await;
    stage.claim(1, &[9]);
    let mut watcher = stage.feed.watch();
    let mut screen = stage.shown();
    stage.claim(1, &[0, 1]);
    stage.drop_seats(1, &[0]);
    sleep(Duration::from_millis(60)).await;
    let Some(WatcherEvent::Frame(frame)) = told_now(&mut watcher).await else {
        panic!("a frame is due");
    };
    assert!(frame.text.contains("\"changes\":[[1,1]]"), "{}", frame.text);
    screen.apply_text(&frame.text).unwrap();
    assert_eq!(screen, stage.available());
}

#[tokio::test(start_paused = true)]
async fn the_contract_names_the_bytes_of_a_binary_delta() {
    let mut stage = Stage::of(test_house::info(&[300], &[10]));
    stage.open_early(1).await;
    let mut watcher = stage.feed.watch();
    stage.claim(1, &[2, 299]);
    let Some(WatcherEvent::Frame(frame)) = told_now(&mut watcher).await else {
        panic!("a frame is due");
    };
    let mut bytes = vec![1, 0, 0, 0];
    bytes.extend([0; 8]);
    bytes.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    // 2 << 2 | 1 in one byte, and (299 - 2) << 2 | 1 = 1189 in two.
    bytes.extend([0b1001, 0b1010_0101, 0b1001]);
    assert_eq!(frame.binary.as_deref(), Some(bytes.as_slice()));
    assert_eq!(frame.standing_text, None);
}

#[tokio::test(start_paused = true)]
async fn a_new_watcher_is_shown_what_the_next_delta_continues_while_availability_is_current() {
    let mut stage = Stage::new();
    stage.open_early(1).await;
    stage.claim(1, &[0]);
    stage.claim(1, &[1]);
    let mut watcher = stage.feed.watch();
    let mut screen = stage.shown();
    assert_eq!(
        screen.seats[..2],
        [1, 0],
        "the second claim waits for its tick"
    );
    assert_eq!(stage.available().seats[..2], [1, 1]);
    assert_eq!(stage.feed.order(order(1)).unwrap().seats, seats(&[0, 1]));
    assert_eq!(stage.feed.shown_generation(), (1, screen.sequence));
    sleep(Duration::from_millis(60)).await;
    let Some(WatcherEvent::Frame(frame)) = told_now(&mut watcher).await else {
        panic!("a frame is due");
    };
    assert_eq!(screen.apply_text(&frame.text), Ok(()));
    assert_eq!(screen, stage.available());
}

#[tokio::test(start_paused = true)]
async fn a_reset_means_a_fresh_snapshot_of_a_new_epoch() {
    let mut stage = Stage::new();
    stage.open(1);
    stage.claim(1, &[0]);
    let mut watcher = stage.feed.watch();
    let mut screen = stage.shown();
    stage.claim(1, &[1]);
    stage.reset();
    assert!(matches!(
        told_now(&mut watcher).await,
        Some(WatcherEvent::Resync)
    ));
    stage.claim(1, &[2]);
    sleep(Duration::from_millis(60)).await;
    let Some(WatcherEvent::Frame(frame)) = told_now(&mut watcher).await else {
        panic!("a frame is due");
    };
    assert_eq!(screen.apply_text(&frame.text), Err(Gap));
    let fresh = stage.shown();
    assert_eq!((fresh.epoch, &fresh.seats[..3]), (2, &[1, 1, 1][..]));
    assert_eq!(fresh, stage.available());
}

#[tokio::test(start_paused = true)]
async fn withheld_places_are_not_on_sale() {
    let mut stage = Stage::new();
    let places = Places {
        seats: seats(&[4]),
        standing: vec![(SectionIndex(1), 3)],
    };
    stage.run(&[Command::Allocate { places }]);
    let screen = stage.available();
    assert_eq!(screen.seats[4], 3);
    assert_eq!(screen.standing.values().next(), Some(&[7, 0, 0]));
}
