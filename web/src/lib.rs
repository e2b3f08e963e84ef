//! What the world sees: the route groups, the live socket, the API and the pages.
//!
//! A handler parses, calls one operation and renders. `routes` shows every route; `error` alone
//! turns errors into statuses, codes and words. No SQL and no rule of the business stands here.

mod access;
mod account;
mod assets;
mod bench;
mod context;
mod cookies;
mod discovery;
mod envelope;
mod error;
mod gateway;
mod handover;
mod input;
mod language;
mod limits;
mod live;
mod manifests;
mod metering;
mod openapi;
mod origin;
mod packing;
mod pages;
mod probes;
mod public;
mod routes;
mod server;
mod settings;
mod templates;
mod webhooks;
mod wire;

pub use server::{Running, spawn};
pub use settings::Settings;
