//! How long a killed server takes until it grants a claim again.

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::cart::{Cart, fresh_key};
use crate::history::{Answer, Operation, Wish};
use crate::load::Load;
use crate::outcome::Outcome;
use crate::server::Server;

/// Later than this, the server is not coming back.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How often a claim is tried.
const POLL: Duration = Duration::from_millis(5);

/// How long it took.
pub struct Recovery {
    pub from_start: Duration,
    pub from_kill: Duration,
}

/// Tries to claim, from the server's start on, until a claim is granted.
///
/// # Errors
/// The server ended, or never grants a claim.
pub async fn wait(
    server: &mut Server,
    load: &Load,
    session: Uuid,
    killed_at: Instant,
) -> Outcome<Recovery> {
    while server.started_at.elapsed() < TIMEOUT {
        if claim(load, session).await {
            let granted_at = Instant::now();
            return Ok(Recovery {
                from_start: granted_at - server.started_at,
                from_kill: granted_at - killed_at,
            });
        }
        server.check_alive()?;
        tokio::time::sleep(POLL).await;
    }
    Err(format!("no claim was granted within {TIMEOUT:?} of the restart").into())
}

async fn claim(load: &Load, session: Uuid) -> bool {
    let mut cart = Cart::new(load.address, session, load.history.clone());
    if !matches!(cart.perform(&Operation::Open).await, Answer::Order(_)) {
        return false;
    }
    let claim = Operation::Claim {
        key: fresh_key(),
        wish: Wish::Best(1),
    };
    matches!(cart.perform(&claim).await, Answer::Order(_))
}
