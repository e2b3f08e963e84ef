//! What the session actor promises, sentence by sentence.

mod batches;
mod desk;
mod endings;
mod failures;
mod timers;
