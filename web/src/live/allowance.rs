//! How much a client may say.

use std::time::Duration;
use tokio::time::Instant;

/// How many messages a window allows: twenty a second, kept up.
const MESSAGES_MAX: u32 = 100;
const WINDOW: Duration = Duration::from_secs(5);

/// The count of one client.
pub struct Allowance {
    window_began_at: Instant,
    messages: u32,
}

impl Allowance {
    /// A client that has said nothing.
    pub fn new(now: Instant) -> Self {
        Self {
            window_began_at: now,
            messages: 0,
        }
    }

    /// Counts a message; false if it is one too many.
    pub fn take(&mut self, now: Instant) -> bool {
        if now.duration_since(self.window_began_at) >= WINDOW {
            *self = Self::new(now);
        }
        self.messages += 1;
        self.messages <= MESSAGES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_messages_a_second_are_kept_up_and_more_are_not() {
        let start = Instant::now();
        let mut steady = Allowance::new(start);
        assert!((0..1_000).all(|n| steady.take(start + Duration::from_millis(n * 50))));
        let mut flood = Allowance::new(start);
        assert!(!(0..1_000).all(|n| flood.take(start + Duration::from_millis(n))));
    }
}
