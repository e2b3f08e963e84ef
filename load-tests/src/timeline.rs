//! One clock for a whole run: it never runs backwards, and compares with the server's deadlines.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};

/// Microseconds since 1970, read from a clock that was set once.
pub type Micros = u64;

/// A second, in `Micros`.
pub const SECOND: Micros = 1_000_000;

/// The clock of a run. Generator and server share the machine, so that wall clocks agree.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    set_at: Instant,
    showed: Micros,
}

impl Timeline {
    /// A clock set to now.
    pub fn new() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("the clock is set after 1970");
        let showed = u64::try_from(since.as_micros()).expect("microseconds fit for 500,000 years");
        Self {
            set_at: Instant::now(),
            showed,
        }
    }

    /// The present instant.
    pub fn now(&self) -> Micros {
        let run = u64::try_from(self.set_at.elapsed().as_micros())
            .expect("a run is shorter than 500,000 years");
        self.showed + run
    }
}

/// An instant of the wire.
pub fn micros(instant: DateTime<Utc>) -> Micros {
    u64::try_from(instant.timestamp_micros()).unwrap_or(0)
}
