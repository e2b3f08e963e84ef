//! The seat map of one session: a pure state machine.

mod change;
mod command;
mod refusal;

pub use change::{Change, DeadlineCause, Ending, Lot, LotState, SeatState};
pub use command::{
    Claim, Command, IdempotencyKey, Opening, Places, RequestHash, Rules, Wish,
};
pub use refusal::Refusal;
