//! What the public pages show, kept in memory: all that is published, what is left of it, and the pages that were
//! made of both.
//!
//! A page is a function of the catalogue's version, the board's generation and the time. It is kept until one of
//! the first two rises or the time comes at which it would read otherwise, and never longer: so no price and
//! no badge is ever stale.

mod catalogue;
mod finding;
mod keeper;
mod kept_pages;
mod standing;

pub use catalogue::{Article, Catalogue, Event, Session};
pub use finding::{Criteria, Findings, PAGE_EVENTS, Soon, Sort, find};
pub use keeper::{Keeper, keep_current};
pub use kept_pages::{Kept, KeptPages, Page};
pub use standing::{Standing, left_word};
