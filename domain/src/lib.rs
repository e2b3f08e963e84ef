//! The business of ticketing as pure data and rules: no async, no I/O, no clock.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | event | what is advertised: a title, a category, its artists |
//! | event session | one performance of an event: a venue, a start, its prices; "session" alone always means this |
//! | venue, section, seat | the place; a section is *seated* or *standing* (a capacity, no assigned seat) |
//! | manifest | all sellable places of a session, frozen from the venue's plan when the session is published |
//! | seat index | a seat's place in the manifest, 0-based and dense |
//! | cart hold | the minutes-long reservation of a buyer, "hold" in short |
//! | allocation | places that staff withhold; never called a hold |
//! | order | a buyer's purchase: PENDING, PAID, CANCELLED, REFUNDED |
//! | claim | one request of an order for places, all or nothing |
//! | PNR | the order's short human reference; a label, never a credential |
//! | ticket | one admission, with its own signed code |
//! | scan, admission | an attempt at the door; a successful one |
//! | epoch, sequence | which start of a session's actor decided, and how many changes it has published since |

pub mod ids;
pub mod manifest;
pub mod money;
pub mod order;
pub mod pnr;
pub mod rows;
pub mod seat_map;
pub mod ticket_code;
pub mod time;

pub use ids::{
    AccountId, ArtistId, CategoryId, CityId, EventId, LoginId, ManifestId, OrderId, PaymentId,
    RefundId, SectionId, SessionId, TicketId, VenueId,
};
pub use manifest::{Manifest, SeatIndex, SectionIndex};
pub use money::{Currency, Money};
pub use time::Timestamp;
