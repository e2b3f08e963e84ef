//! What the world sees: the route groups, the live socket, the API and the pages.
//!
//! A handler parses, calls one operation and renders. `routes` shows every route; `error` alone
//! turns errors into statuses, codes and words. No SQL and no rule of the business stands here.

mod server;
mod settings;

pub use server::{Running, spawn};
pub use settings::Settings;
