//! What a provider does wrong: told through the control page, and done at its doors. Shares are exact and without
//! chance: of 100 requests at 30 percent, 30 fail, spread evenly. So a test knows what it will meet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};

/// What is to go wrong from now on. Nothing by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Mischief {
    /// Whoever pays is declined.
    pub decline: bool,
    /// Each answer of the API waits so long; what it does, it does meanwhile.
    pub delay_ms: u64,
    /// So many requests of a hundred are answered 500, and nothing is done.
    pub error_percent: u64,
    /// So many requests of a hundred are done, and then answered 500.
    pub lose_percent: u64,
    /// Each webhook waits so long.
    pub webhook_delay_ms: u64,
    /// So many webhooks of a hundred are never sent.
    pub webhook_drop_percent: u64,
    /// So many webhooks of a hundred are sent twice.
    pub webhook_duplicate_percent: u64,
    /// Each webhook waits for a random part of this time, so that they overtake each other.
    pub webhook_shuffle_ms: u64,
}

/// A provider's mischief, and how far it has got.
#[derive(Debug, Default)]
pub struct Trouble {
    wanted: RwLock<Mischief>,
    away_until: Mutex<Option<Instant>>,
    errors: Share,
    losses: Share,
    drops: Share,
    duplicates: Share,
}

/// Counts what passes, to take an even share of it.
#[derive(Debug, Default)]
struct Share(AtomicU64);

impl Share {
    fn takes(&self, percent: u64) -> bool {
        if percent == 0 {
            return false;
        }
        let percent = percent.min(100);
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        (before + 1) * percent / 100 > before * percent / 100
    }
}

impl Trouble {
    pub fn wanted(&self) -> Mischief {
        self.wanted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn want(&self, mischief: Mischief) {
        *self.wanted.write().unwrap_or_else(PoisonError::into_inner) = mischief;
    }

    pub fn declines(&self) -> bool {
        self.wanted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .decline
    }

    /// Goes away for so long: connections are cut, and webhooks wait. Zero comes back.
    pub fn go_away(&self, duration: Duration) {
        let until = (!duration.is_zero()).then(|| Instant::now() + duration);
        *self
            .away_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// For how long it stays away.
    pub fn away_for(&self) -> Option<Duration> {
        let until = *self
            .away_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        until?
            .checked_duration_since(Instant::now())
            .filter(|rest| !rest.is_zero())
    }

    /// Cuts the connection under a request while it is away; what is answered then reaches nobody.
    pub fn cut_if_away(&self, request: &HttpRequest) -> Option<HttpResponse> {
        self.away_for()?;
        Connection::cut(request);
        Some(HttpResponse::ServiceUnavailable().finish())
    }

    /// Whether this request fails before anything is done.
    pub fn fails(&self) -> bool {
        self.errors.takes(self.wanted().error_percent)
    }

    /// Whether the answer of what was done is lost.
    pub fn loses(&self) -> bool {
        self.losses.takes(self.wanted().lose_percent)
    }

    pub async fn delay(&self) {
        let wait = self.wanted().delay_ms;
        if wait > 0 {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    /// When a webhook is sent, from now: never, once or twice.
    pub fn webhook_delays(&self) -> Vec<Duration> {
        let wanted = self.wanted();
        if self.drops.takes(wanted.webhook_drop_percent) {
            return Vec::new();
        }
        let times = 1 + usize::from(self.duplicates.takes(wanted.webhook_duplicate_percent));
        let wait = || {
            let shuffled = match wanted.webhook_shuffle_ms {
                0 => 0,
                most => rand::rng().random_range(0..most),
            };
            Duration::from_millis(wanted.webhook_delay_ms + shuffled)
        };
        std::iter::repeat_with(wait).take(times).collect()
    }
}

/// A hand on a connection's socket, to cut it as a provider does that has gone away.
#[derive(Debug)]
pub struct Connection(socket2::Socket);

impl Connection {
    /// Keeps a second handle of an accepted connection: for `HttpServer::on_connect`.
    pub fn keep(stream: &dyn std::any::Any, extensions: &mut actix_web::dev::Extensions) {
        if let Some(stream) = stream.downcast_ref::<actix_web::rt::net::TcpStream>()
            && let Ok(socket) = socket2::SockRef::from(stream).try_clone()
        {
            extensions.insert(Self(socket));
        }
    }

    fn cut(request: &HttpRequest) {
        if let Some(Self(socket)) = request.conn_data::<Self>() {
            // Fails only where the other side was quicker.
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exact_and_even() {
        let share = Share::default();
        let taken: Vec<bool> = (0..200).map(|_| share.takes(30)).collect();
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 60);
        assert!(
            taken
                .chunks(10)
                .all(|ten| ten.iter().filter(|t| **t).count() == 3)
        );
    }

    #[test]
    fn a_webhook_is_sent_never_once_or_twice() {
        let trouble = Trouble::default();
        assert_eq!(trouble.webhook_delays(), [Duration::ZERO]);
        trouble.want(Mischief {
            webhook_duplicate_percent: 100,
            webhook_delay_ms: 5,
            ..Mischief::default()
        });
        assert_eq!(trouble.webhook_delays(), [Duration::from_millis(5); 2]);
        trouble.want(Mischief {
            webhook_drop_percent: 100,
            ..Mischief::default()
        });
        assert!(trouble.webhook_delays().is_empty());
    }

    #[test]
    fn who_went_away_comes_back() {
        let trouble = Trouble::default();
        assert_eq!(trouble.away_for(), None);
        trouble.go_away(Duration::from_secs(60));
        assert!(trouble.away_for().is_some());
        trouble.go_away(Duration::ZERO);
        assert_eq!(trouble.away_for(), None);
    }
}
