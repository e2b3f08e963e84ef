//! Proofs of the seat map: tables by sentence, a race with and without the guard, and random
//! interleavings of everything beside a reference model.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, as it should"
)]

mod allocating;
mod choosing;
mod claiming;
mod control;
mod house;
mod idempotency;
mod lifetime;
mod paying;
mod random;
mod reference;
