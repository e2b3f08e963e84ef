//! Proofs of the seat map: tables by sentence.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, as it should"
)]

mod allocating;
mod choosing;
mod claiming;
mod house;
mod idempotency;
mod lifetime;
mod paying;
