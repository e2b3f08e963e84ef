//! What the public pages show, kept in memory: all that is published, what is left of it, and the pages that were
//! made of both.
//!
//! A page is a function of the catalogue's version, what is left of the performances that it shows, and the time. It is
//! kept until one of the first two changes or the time comes at which it would read otherwise, and never longer: so
//! no price and no badge is ever stale.

mod catalogue;
mod finding;
mod keeper;
mod kept_pages;
mod names;
mod standing;
mod words;

pub use catalogue::{Article, Catalogue, Event, Session};
pub use finding::{Criteria, Findings, PAGE_EVENTS, Soon, Sort, find};
pub use keeper::{Keeper, keep_current};
pub use kept_pages::{Kept, KeptPages, Page, Shown};
pub use standing::{Standing, left_word};
pub use words::answer_words;
