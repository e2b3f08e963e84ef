//! The sandbox from outside, over HTTP, as the product meets it.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod control;
mod paypal;
mod stripe;
mod world;
