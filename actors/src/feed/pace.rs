//! How often watchers are told: at once after a quiet time, and rarer in a rush or before a crowd.
//!
//! In a rush many seats share a message: its head is sent once, and the fewer seats lie between two
//! changed ones, the shorter is what says where the next one is (a gap below 32 takes one byte, a wider one
//! two). What 20,000 seats cost a watcher when they go one by one in no order is kept below 64 KiB so.

use std::time::Duration;

use tokio::time::Instant;

/// How long changes are gathered at least while they keep coming.
const TICK_MIN: Duration = Duration::from_millis(50);
/// How much longer they are gathered for each watcher: what telling one costs, with room for the
/// claims, which go first.
const TICK_PER_WATCHER: Duration = Duration::from_micros(80);
/// So many changed seats a second are no rush.
const CALM_SEATS_PER_SEC: u64 = 200;
/// How much longer changes are gathered for each changed seat a second beyond.
const RUSH_MICROS_PER_SEAT: u64 = 125;
/// A rush makes nobody wait longer than so much more.
const RUSH_MAX: Duration = Duration::from_millis(200);

/// When the last tick was, and how much it had to tell.
#[derive(Default)]
pub(super) struct Pace {
    last_tick: Option<Instant>,
    rush: Duration,
}

impl Pace {
    /// A tick told of so many seats.
    pub fn note_tick(&mut self, now: Instant, seats: usize) {
        let since = self.last_tick.map(|last| now.duration_since(last));
        self.rush = since.map_or(Duration::ZERO, |since| rush(seats, since));
        self.last_tick = Some(now);
    }

    /// When the next may come.
    pub fn next_tick(&self, watchers: usize) -> Instant {
        let length = self.tick_length(watchers);
        self.last_tick
            .map_or_else(Instant::now, |last| last + length)
    }

    /// It stretches before the crowd is felt.
    pub fn tick_length(&self, watchers: usize) -> Duration {
        let watchers = u32::try_from(watchers).unwrap_or(u32::MAX);
        (TICK_MIN + self.rush).max(TICK_PER_WATCHER.saturating_mul(watchers))
    }

    /// How long those who are told may take to be told one after the other: long enough that claims are answered in
    /// between, and over well before the next tick.
    pub fn telling_length(watchers: usize) -> Duration {
        let watchers = u32::try_from(watchers).unwrap_or(u32::MAX);
        TICK_PER_WATCHER.saturating_mul(watchers) / 2
    }
}

/// How much longer to gather where so many seats changed in so long.
fn rush(seats: usize, since: Duration) -> Duration {
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let seats = u64::try_from(seats).unwrap_or(u64::MAX);
    // What came within less than a tick came after a quiet time: it says nothing of how it goes on.
    let least_millis = u64::try_from(TICK_MIN.as_millis()).unwrap_or(u64::MAX);
    let per_sec = seats.saturating_mul(1_000) / millis.max(least_millis);
    let beyond = per_sec.saturating_sub(CALM_SEATS_PER_SEC);
    Duration::from_micros(beyond.saturating_mul(RUSH_MICROS_PER_SEAT)).min(RUSH_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_slowly_or_once_is_no_rush() {
        for (seats, millis) in [(0, 50), (10, 50), (1, 1), (2_000, 60_000)] {
            let rush = rush(seats, Duration::from_millis(millis));
            assert_eq!(rush, Duration::ZERO, "{seats} in {millis} ms");
        }
    }

    #[test]
    fn a_rush_is_measured_by_the_second_and_bounded() {
        for (seats, millis, longer) in [(60, 50, 125), (300, 250, 125), (9_999, 50, 200)] {
            let rush = rush(seats, Duration::from_millis(millis));
            assert_eq!(rush, Duration::from_millis(longer));
        }
    }
}
