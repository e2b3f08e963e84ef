//! The server from outside: each file is named after the address it asks.

mod api;
mod live;
mod pages;
mod probes;
mod support;
