//! What the business does: one module per concern, each operation one public function.

// Unit tests build the same house as the tests outside, which name the crate.
#[cfg(test)]
extern crate self as operations;

pub mod audit;
pub mod cancellations;
pub mod demo_house;
mod desk;
pub mod doors;
mod gathering;
pub mod houses;
pub mod import_plan;
pub mod jobs;
pub mod orders;
pub mod papers;
pub mod payments;
pub mod people;
pub mod publish;
pub mod refunds;
mod turns;

use std::sync::Arc;

use actors::Registry;
use domain::ticket_code::TicketKeys;
use sqlx::PgPool;

pub use self::desk::Desk;

/// What every operation works with.
#[derive(Clone)]
pub struct App {
    /// The database, for all that neither the journal nor the desk does.
    pub pool: PgPool,
    /// What many ask at the same time.
    pub desk: Arc<Desk>,
    /// The live sessions.
    pub registry: Registry,
    /// What signs and verifies ticket codes.
    pub ticket_keys: Arc<TicketKeys>,
    /// Who takes money beside the demo's provider.
    pub providers: Arc<payments::Providers>,
    /// Whether this is the demo: only then the provider `test` takes payments.
    pub demo: bool,
}
