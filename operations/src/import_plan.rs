//! Taking over a venue's seating plan from a file: pretix's seating-plan JSON.
//!
//! The file is read whole, checked whole, and refused with every fault in its place, or stored as
//! a new venue in one transaction.

mod pretix;

use std::fmt;
use std::path::PathBuf;

use domain::VenueId;
use sqlx::PgPool;
use thiserror::Error;

/// What to take over, as typed on the command line.
#[derive(Debug, Clone)]
pub struct ImportPlan {
    /// The file.
    pub file: PathBuf,
    /// The name of the venue to make.
    pub venue: String,
    /// The name of its city.
    pub city: String,
    /// The city's country, an ISO 3166 code: `DE`.
    pub country: String,
    /// The venue's time zone, an IANA name: `Europe/Berlin`.
    pub time_zone: String,
    /// The currency of its prices, an ISO 4217 code: `EUR`.
    pub currency: String,
    /// Prices in minor units, as `Category I=8000`.
    pub prices: Vec<String>,
    /// Whether seats get new guids by their place in the file.
    pub rekey_seats: bool,
}

/// A venue that was taken over.
#[derive(Debug, Clone)]
pub struct ImportedPlan {
    /// The venue.
    pub venue_id: VenueId,
    /// Its slug, by which it is put on sale.
    pub slug: String,
    /// What was read.
    pub report: Report,
}

/// What was read from a plan's file. `Display` gives lines for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many zones it has.
    pub zones: usize,
    /// How many rows.
    pub rows: usize,
    /// How many seats.
    pub seats: usize,
    /// How many drawn areas.
    pub areas: usize,
    /// The sections made of it, with their number of seats.
    pub sections: Vec<(String, usize)>,
    /// The categories that have seats, with their number, in the file's order.
    pub seats_by_category: Vec<(String, usize)>,
    /// What was accepted and should be known.
    pub warnings: Vec<String>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `zones[0].rows[3].seats[5]`, `--price`, `line 3 column 9`.
    pub place: String,
    /// What.
    pub message: String,
}

/// Why a plan was not taken over.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The file or the options are wrong; `Display` gives a line for each fault.
    #[error("{}", lines(.0))]
    Refused(Vec<Fault>),
    /// The file cannot be read.
    #[error("{}: {error}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Reads a plan and stores it as a new venue.
///
/// # Errors
/// The file or the options are refused, or the database does not answer.
pub async fn import_plan(
    _pool: &PgPool,
    _request: &ImportPlan,
) -> Result<ImportedPlan, ImportError> {
    todo!()
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

fn lines(faults: &[Fault]) -> String {
    faults
        .iter()
        .map(Fault::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
