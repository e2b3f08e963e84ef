//! Taking over a venue's seating plan from a file: pretix's seating-plan JSON, or the declarative form.
//!
//! The file is read whole, checked whole, and refused with every fault in its place, or stored as
//! a new venue in one transaction.

mod blocks;
pub(crate) mod declarative;
mod drawing;
mod faults;
mod file;
pub(crate) mod geometry;
mod pretix;
pub(crate) mod prices;
mod report;
mod sections;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::{Path, PathBuf};

use domain::{Currency, Manifest, Money, VenueId};
use sqlx::PgPool;
use store::places::{NewCity, NewVenue, Plan, VenueError};
use thiserror::Error;

pub use faults::Fault;
pub use report::Report;

use declarative::Document;
use faults::Faults;
use file::File;
use pretix::RawPlan;

/// A larger file is refused before it is read. The most seats, written generously, take about 72 MB.
pub const FILE_BYTES_MAX: u64 = 96 * 1024 * 1024;

const NAME_CHARACTERS_MAX: usize = 120;

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
    /// How many people general admission takes, as `Floor=500`, where the file does not say.
    pub capacities: Vec<String>,
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
pub async fn import_plan(pool: &PgPool, request: &ImportPlan) -> Result<ImportedPlan, ImportError> {
    let mut faults = Faults::default();
    let currency = check_options(request, &mut faults);
    let bytes = read_file(&request.file)?;
    let read = read_plan(&bytes, request, currency, &mut faults);
    let Some((plan, report)) = read.filter(|_| faults.is_empty()) else {
        return Err(ImportError::Refused(faults.into_list()));
    };
    let venue = NewVenue {
        name: request.venue.trim(),
        address: "",
        time_zone: &request.time_zone,
        city: NewCity {
            name: request.city.trim(),
            country_code: &request.country,
            country_name: &request.country,
        },
        plan: &plan,
    };
    let made = store::places::insert_venue(pool, &venue)
        .await
        .map_err(|error| match error {
            VenueError::Exists { .. } => refused("--venue", &error.to_string()),
            VenueError::Store(error) => ImportError::Store(error),
        })?;
    Ok(ImportedPlan {
        venue_id: made.venue_id,
        slug: made.slug,
        report,
    })
}

/// The plan of a document of our own making, priced by category.
pub(crate) fn plan_of(document: &Document, prices: &[String], currency: Currency) -> Plan {
    let prices = prices::parse_all(prices).expect("our own prices are well formed");
    let mut faults = Faults::default();
    let read = declarative::read(document, &[], &mut faults);
    assert!(faults.is_empty(), "{}", lines(&faults.into_list()));
    let read = read.expect("a plan without faults is read");
    let of_category = |name: &String| {
        let price = prices.iter().find(|price| price.name == *name)?;
        Some(Money {
            minor: price.minor,
            currency,
        })
    };
    let prices: Vec<_> = read.categories.iter().map(of_category).collect();
    let (plan, _) = declarative::plan(&read, &prices).expect("our own plans have places");
    plan
}

/// Checks everything but the prices, and gives the currency that they are in.
fn check_options(request: &ImportPlan, faults: &mut Faults) -> Option<Currency> {
    faults.text(
        "--venue",
        "the venue's name",
        Some(&request.venue),
        NAME_CHARACTERS_MAX,
    );
    faults.text(
        "--city",
        "the city's name",
        Some(&request.city),
        NAME_CHARACTERS_MAX,
    );
    let country = request.country.as_bytes();
    if country.len() != 2 || !country.iter().all(u8::is_ascii_uppercase) {
        faults.add(
            "--country",
            format!("{:?} is not a country code such as DE", request.country),
        );
    }
    if request.time_zone.parse::<chrono_tz::Tz>().is_err() {
        let message = format!(
            "{:?} is not a time zone such as Europe/Berlin",
            request.time_zone
        );
        faults.add("--time-zone", message);
    }
    match request.currency.parse() {
        Ok(currency) => Some(currency),
        Err(error) => {
            faults.add("--currency", format!("{error}"));
            None
        }
    }
}

/// Reads a file, but never more than a plan can have.
fn read_file(path: &Path) -> Result<Vec<u8>, ImportError> {
    let unreadable = |error| ImportError::Unreadable {
        file: path.to_owned(),
        error,
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let too_large = || {
        let message = format!(
            "the file is larger than {} MiB",
            FILE_BYTES_MAX / 1024 / 1024
        );
        refused(&path.display().to_string(), &message)
    };
    if file.metadata().map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // A pipe has no length beforehand, and a file may grow: so the reading itself stops, too.
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The plan and what is to be told of it; where something is wrong, the faults say what.
fn read_plan(
    bytes: &[u8],
    request: &ImportPlan,
    currency: Option<Currency>,
    faults: &mut Faults,
) -> Option<(Plan, Report)> {
    match file::parse(bytes, faults)? {
        File::Pretix(raw) => read_pretix(&raw, request, currency, faults),
        File::Declarative(document) => read_declarative(&document, request, currency, faults),
    }
}

fn read_pretix(
    raw: &RawPlan,
    request: &ImportPlan,
    currency: Option<Currency>,
    faults: &mut Faults,
) -> Option<(Plan, Report)> {
    if !request.capacities.is_empty() {
        faults.add("--capacity", "a plan of pretix has no general admission");
    }
    let read = pretix::read(raw, request.rekey_seats, faults)?;
    let counts = report::seats_by_category(&read);
    let prices = prices_by_category(&read.categories, &counts, request, currency, faults);
    if !faults.is_empty() {
        return None;
    }
    let made = sections::of_plan(&read, &prices, faults);
    if made.sections.len() > Manifest::MAX_SECTIONS {
        let (count, most) = (made.sections.len(), Manifest::MAX_SECTIONS);
        faults.add("zones", format!("{count} sections are more than {most}"));
    }
    let areas: Vec<_> = read
        .zones
        .iter()
        .flat_map(|zone| zone.areas.clone())
        .collect();
    let seats = geometry::around(made.sections.iter().map(|section| &section.placement))?;
    let (focus, by) = drawing::focus(&areas, &seats);
    let plan = Plan {
        sections: made.sections,
        areas,
        focus,
    };
    let mut report = report::of(&read, &plan, by);
    if request.rekey_seats {
        report.warnings.push(format!(
            "{} seats were keyed anew by their place",
            report.seats
        ));
    }
    report.warnings.extend(made.warnings);
    Some((plan, report))
}

fn read_declarative(
    document: &Document,
    request: &ImportPlan,
    currency: Option<Currency>,
    faults: &mut Faults,
) -> Option<(Plan, Report)> {
    let capacities = prices::parse_capacities(&request.capacities).unwrap_or_else(|wrong| {
        wrong
            .into_iter()
            .for_each(|fault| faults.add("--capacity", fault));
        Vec::new()
    });
    let read = declarative::read(document, &capacities, faults)?;
    let counts = read.places_by_category();
    let prices = prices_by_category(&read.categories, &counts, request, currency, faults);
    let (plan, by) = declarative::plan(&read, &prices)?;
    let report = declarative::report(&read, &plan, by);
    Some((plan, report))
}

/// The price of each category; every one that has places needs one.
fn prices_by_category(
    categories: &[String],
    counts: &[usize],
    request: &ImportPlan,
    currency: Option<Currency>,
    faults: &mut Faults,
) -> Vec<Option<Money>> {
    let typed = prices::parse_all(&request.prices).unwrap_or_else(|wrong| {
        wrong
            .into_iter()
            .for_each(|fault| faults.add("--price", fault));
        Vec::new()
    });
    for price in &typed {
        if !categories.contains(&price.name) {
            let known = categories.join(", ");
            faults.add(
                "--price",
                format!("the plan has no category {:?}; it has {known}", price.name),
            );
        }
    }
    let of_category = |(name, count): (&String, &usize)| {
        let price = typed.iter().find(|price| price.name == *name);
        if price.is_none() && *count > 0 {
            let message =
                format!("{name:?} has {count} seats and no price: give --price '{name}=8000'");
            faults.add("--price", message);
        }
        price.zip(currency).map(|(price, currency)| Money {
            minor: price.minor,
            currency,
        })
    };
    categories.iter().zip(counts).map(of_category).collect()
}

fn refused(place: &str, message: &str) -> ImportError {
    let fault = Fault {
        place: place.to_owned(),
        message: message.to_owned(),
    };
    ImportError::Refused(vec![fault])
}

fn lines(faults: &[Fault]) -> String {
    faults
        .iter()
        .map(Fault::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
