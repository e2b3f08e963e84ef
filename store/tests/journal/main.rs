//! The journal against a real Postgres: what is written is what is loaded, nothing else can be
//! written, and nobody writes who may not.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod connections;
mod fencing;
mod guards;
mod house;
mod ledger;
mod net_change;
mod round_trip;
