//! The registry and its actors over a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod failing;
#[path = "../../../store/tests/journal/house.rs"]
#[allow(dead_code, reason = "the journal's tests use the rest of it")]
mod house;
mod recovering;
mod rivals;
mod starting;
mod support;
