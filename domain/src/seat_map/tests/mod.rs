//! Proofs of the seat map: tables by sentence, a race with and without the guard, and random
//! interleavings of everything beside a reference model.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows fails, as it should"
)]

mod acts;
mod allocating;
mod choice;
mod choosing;
mod claiming;
mod control;
mod house;
mod idempotency;
mod lifetime;
mod paying;
mod plan;
mod random;
mod reference;
mod reference_paying;
mod returning;
