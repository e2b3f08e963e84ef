//! One id type per kind of thing, so that one kind can never be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident)+) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// A person's account.
    AccountId
    /// An artist.
    ArtistId
    /// A category of events.
    CategoryId
    /// A city.
    CityId
    /// What is advertised.
    EventId
    /// A person being signed in.
    LoginId
    /// A frozen seating plan, shared by the sessions published from it.
    ManifestId
    /// A buyer's purchase: `eventSessionOrderId` on the wire.
    OrderId
    /// One attempt to pay an order: `attemptId` on the wire.
    PaymentId
    /// Money that goes back.
    RefundId
    /// A section of a venue's plan.
    SectionId
    /// One performance of an event.
    SessionId
    /// One admission.
    TicketId
    /// A venue.
    VenueId
}
