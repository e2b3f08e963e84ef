//! What the feed promises, sentence by sentence.

mod deltas;
mod news;
mod rush;
mod stage;
mod ticks;
