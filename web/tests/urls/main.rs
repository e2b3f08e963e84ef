//! The server from outside: each file is named after the address it asks.

#![expect(clippy::unwrap_used, reason = "what fails a test may panic")]

mod api;
mod discovery;
mod gateway_pages;
mod hostile;
mod live;
mod pages;
mod paying;
mod probes;
mod support;
