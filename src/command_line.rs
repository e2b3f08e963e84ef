//! The commands and their options.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{OrderId, SessionId, TicketId, Timestamp};
use operations::houses::House;
use operations::import_plan::ImportPlan;
use operations::publish::PutOnSale;
use operations::refunds::{Extent, PlacesAfter, RefundRequest, ReturnTerms};

/// Frontrow sells tickets to events. Its configuration is environment variables: docs/OPERATING.md.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve until SIGINT or SIGTERM; brings the schema up to date first
    Serve,
    /// Bring the database's schema up to date
    Migrate,
    /// Load the demo house and print whom to sign in as
    Demo,
    /// Take over a venue's seating plan from a file: pretix's JSON, or sections as grids, arcs and general admission
    ImportPlan(ImportPlanOptions),
    /// Print the plan of a generated house, as import-plan reads it
    GeneratePlan(GeneratePlanOptions),
    /// Put a performance in a venue on sale
    PutOnSale(PutOnSaleOptions),
    /// Give an order's money back: in full, by ticket, or a part of it as a favour
    Refund(RefundOptions),
    /// Cancel a performance: nothing more is sold, and every order is refunded by the running server
    CancelSession(CancelSessionOptions),
    /// Tell or set whether a performance's buyers may return tickets themselves
    ReturnPolicy(ReturnPolicyOptions),
    /// Check that the books and the places add up; a running server is not disturbed
    Audit,
    /// Open psql on the database
    Psql {
        /// Arguments for psql, after `--`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub struct ImportPlanOptions {
    /// The seating plan, JSON
    file: PathBuf,
    /// The name of the venue to make
    #[arg(long)]
    venue: String,
    #[arg(long, default_value = "Berlin")]
    city: String,
    /// The city's country, ISO 3166
    #[arg(long, default_value = "DE")]
    country: String,
    /// The venue's time zone, an IANA name
    #[arg(long, default_value = "Europe/Berlin")]
    time_zone: String,
    /// The currency of the prices, ISO 4217
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// A category's price in minor units: 'Category I=8000'; once for each category, or section where the plan has no categories
    #[arg(long = "price", value_name = "CATEGORY=PRICE")]
    prices: Vec<String>,
    /// How many people a general-admission section takes: 'Floor=500'; where the plan does not say
    #[arg(long = "capacity", value_name = "SECTION=PEOPLE")]
    capacities: Vec<String>,
    /// Give each seat a new guid, where the file's own repeat
    #[arg(long)]
    rekey_seats: bool,
}

#[derive(Debug, Args)]
pub struct GeneratePlanOptions {
    #[arg(value_enum)]
    pub house: GeneratedHouse,
    /// How many seats, the outermost rows left out [default: 20000 for the arena, 80000 for the stadium]
    #[arg(long)]
    pub seats: Option<u32>,
    /// Print what its prices are in the demo, instead: a line each, as --price takes them
    #[arg(long)]
    pub prices: bool,
}

/// A house that can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GeneratedHouse {
    Arena,
    Stadium,
}

impl From<GeneratedHouse> for House {
    fn from(house: GeneratedHouse) -> Self {
        match house {
            GeneratedHouse::Arena => Self::Arena,
            GeneratedHouse::Stadium => Self::Stadium,
        }
    }
}

#[derive(Debug, Args)]
pub struct PutOnSaleOptions {
    /// The venue's slug, as import-plan printed it
    #[arg(long)]
    venue: String,
    /// The event's title; an event of this title gets one more session
    #[arg(long)]
    title: String,
    /// When it begins, RFC 3339
    #[arg(long)]
    starts_at: DateTime<Utc>,
    /// A new event's description
    #[arg(long, default_value = "")]
    description: String,
    /// A new event's category, by its slug
    #[arg(long, default_value = "music")]
    category: String,
    /// A new event's artist; may be repeated
    #[arg(long = "artist", value_name = "NAME")]
    artists: Vec<String>,
    /// From when tickets are admitted; without it, at any time
    #[arg(long)]
    doors_open_at: Option<DateTime<Utc>>,
    /// When the sale begins; without it, now
    #[arg(long)]
    on_sale_from: Option<DateTime<Utc>>,
    /// When the sale ends; without it, never
    #[arg(long)]
    on_sale_until: Option<DateTime<Utc>>,
    /// The most places of one order
    #[arg(long, default_value_t = 10)]
    max_per_order: u32,
    /// The most places of one buyer, over all their orders
    #[arg(long)]
    max_per_buyer: Option<u32>,
    /// How long a cart hold lasts
    #[arg(long, default_value_t = 600)]
    hold_secs: u32,
    /// A section's price here in minor units: 'Floor, Category I=9000'; may be repeated
    #[arg(long = "section-price", value_name = "SECTION=PRICE")]
    section_prices: Vec<String>,
    /// Buyers may return tickets themselves until so many hours before the start; without it, they may not
    #[arg(long, value_name = "HOURS")]
    returns_until: Option<u32>,
    /// What is kept of each ticket that a buyer returns, in minor units
    #[arg(
        long,
        value_name = "FEE",
        default_value_t = 0,
        requires = "returns_until"
    )]
    return_fee: i64,
}

#[derive(Debug, Args)]
pub struct ReturnPolicyOptions {
    /// The session's id
    pub session: SessionId,
    /// Until so many hours before the start
    #[arg(long, value_name = "HOURS")]
    pub until: Option<u32>,
    /// What is kept of each ticket, in minor units
    #[arg(long, default_value_t = 0, requires = "until")]
    pub fee: i64,
    /// Not at all
    #[arg(long, conflicts_with = "until")]
    pub never: bool,
}

#[derive(Debug, Args)]
pub struct RefundOptions {
    /// The order: its id, or its reference
    pub order: String,
    /// A ticket to take back, by its id; may be repeated. Without any, all of them
    #[arg(long = "ticket", value_name = "TICKET")]
    pub tickets: Vec<TicketId>,
    /// Instead of taking tickets back: so much, in minor units. The tickets stay valid
    #[arg(long, requires = "key", conflicts_with_all = ["tickets", "fee", "withhold"])]
    pub amount: Option<i64>,
    /// A name for this request: repeated under it, a favour is done once
    #[arg(long)]
    pub key: Option<String>,
    /// What is kept of each ticket, in minor units
    #[arg(long, default_value_t = 0)]
    pub fee: i64,
    /// Keep the places from sale
    #[arg(long)]
    pub withhold: bool,
    #[arg(long, default_value = "refunded by staff")]
    pub reason: String,
    /// As its buyer may: until the session's policy ends, for the policy's fee, and no ticket that was used
    #[arg(long, conflicts_with_all = ["amount", "fee", "withhold", "key"])]
    pub as_buyer: bool,
}

#[derive(Debug, Args)]
pub struct CancelSessionOptions {
    /// The session's id
    pub session: SessionId,
    /// For the record
    #[arg(long)]
    pub reason: String,
    /// End at once, and leave the refunds to the running server
    #[arg(long)]
    pub no_wait: bool,
}

impl ReturnPolicyOptions {
    /// What is to be set, if anything is: terms, or that nothing is returned.
    #[must_use]
    pub fn change(&self) -> Option<Option<ReturnTerms>> {
        match (self.until, self.never) {
            (Some(hours_before), _) => Some(Some(ReturnTerms {
                hours_before,
                fee: self.fee,
            })),
            (None, true) => Some(None),
            (None, false) => None,
        }
    }
}

impl RefundOptions {
    /// What is given back.
    #[must_use]
    pub fn extent(&self) -> Extent {
        match (self.amount, self.tickets.is_empty()) {
            (Some(amount), _) => Extent::Favour(amount),
            (None, false) => Extent::Tickets(self.tickets.clone()),
            (None, true) => Extent::Whole,
        }
    }

    /// The request these options describe, for an order that was found.
    #[must_use]
    pub fn into_request(self, order: OrderId) -> RefundRequest {
        RefundRequest {
            order,
            extent: self.extent(),
            places: match self.withhold {
                true => PlacesAfter::Withheld,
                false => PlacesAfter::OnSale,
            },
            fee_per_ticket: self.fee,
            used_too: true,
            reason: self.reason,
            key: self.key,
            by: None,
        }
    }
}

impl From<ImportPlanOptions> for ImportPlan {
    fn from(options: ImportPlanOptions) -> Self {
        Self {
            file: options.file,
            venue: options.venue,
            city: options.city,
            country: options.country,
            time_zone: options.time_zone,
            currency: options.currency,
            prices: options.prices,
            capacities: options.capacities,
            rekey_seats: options.rekey_seats,
        }
    }
}

impl PutOnSaleOptions {
    /// The performance these options describe, with the sale beginning `now` unless they say otherwise.
    #[must_use]
    pub fn into_request(self, now: Timestamp) -> PutOnSale {
        PutOnSale {
            venue: self.venue,
            title: self.title,
            description: self.description,
            category: self.category,
            artists: self.artists,
            starts_at: self.starts_at.into(),
            doors_open_at: self.doors_open_at.map(Timestamp::from),
            on_sale_from: self.on_sale_from.map_or(now, Timestamp::from),
            on_sale_until: self.on_sale_until.map(Timestamp::from),
            max_per_order: self.max_per_order,
            max_per_buyer: self.max_per_buyer,
            hold_secs: self.hold_secs,
            section_prices: self.section_prices,
            returns: self.returns_until.map(|hours_before| ReturnTerms {
                hours_before,
                fee: self.return_fee,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_and_options_fit_together() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_sale_without_a_beginning_begins_now() {
        let line = CommandLine::parse_from([
            "frontrow",
            "put-on-sale",
            "--venue=hall",
            "--title=Opening Night",
            "--starts-at=2030-01-01T20:00:00+01:00",
        ]);
        let Command::PutOnSale(options) = line.command else {
            panic!("{line:?}")
        };
        let request = options.into_request(Timestamp(7));
        assert_eq!(request.on_sale_from, Timestamp(7));
        assert_eq!(
            request.starts_at.to_datetime().to_rfc3339(),
            "2030-01-01T19:00:00+00:00"
        );
    }

    #[test]
    fn a_policy_is_told_unless_it_is_set() {
        let change = |arguments: &[&str]| {
            let session = "00000000-0000-7000-8000-000000000001";
            let line = [&["frontrow", "return-policy", session][..], arguments].concat();
            match CommandLine::try_parse_from(line).map(|line| line.command) {
                Ok(Command::ReturnPolicy(options)) => Ok(options.change()),
                Ok(other) => panic!("{other:?}"),
                Err(error) => Err(error.exit_code()),
            }
        };
        assert_eq!(change(&[]), Ok(None));
        assert_eq!(change(&["--never"]), Ok(Some(None)));
        let terms = ReturnTerms {
            hours_before: 48,
            fee: 300,
        };
        assert_eq!(change(&["--until=48", "--fee=300"]), Ok(Some(Some(terms))));
        assert_eq!(change(&["--fee=300"]), Err(2));
        assert_eq!(change(&["--until=48", "--never"]), Err(2));
    }

    #[test]
    fn a_start_that_is_no_instant_is_refused() {
        let arguments = [
            "frontrow",
            "put-on-sale",
            "--venue=h",
            "--title=t",
            "--starts-at=friday",
        ];
        let refused = CommandLine::try_parse_from(arguments).unwrap_err();
        assert_eq!(refused.exit_code(), 2);
    }
}
