//! What the feed promises, sentence by sentence.

mod deltas;
mod news;
mod stage;
mod ticks;
