//! The payment operations of one order take turns within this process.
//!
//! What must never happen is kept by row locks and constraints, whoever writes. Turns keep away
//! what would merely be untidy: an unpin that crosses a pin or a sale, two late settlements that
//! both claim the same places. They cost no connection while an operation waits for the actor.

use domain::OrderId;
use tokio::sync::{Mutex, MutexGuard};

/// An order's turn, until it is dropped.
pub(crate) type Turn = MutexGuard<'static, ()>;

/// So many that orders seldom wait for each other, and few enough to need no tidying up.
const TURNS: usize = 1 << 16;

static SLOTS: [Mutex<()>; TURNS] = [const { Mutex::const_new(()) }; TURNS];

/// Waits for the order's turn, which lasts until the guard is dropped. Never take a second one.
pub(crate) async fn turn_of(order: OrderId) -> Turn {
    slot_of(order).lock().await
}

/// The order's turn, if nobody has it. Of these, several may be taken.
pub(crate) fn try_turn_of(order: OrderId) -> Option<Turn> {
    slot_of(order).try_lock().ok()
}

fn slot_of(order: OrderId) -> &'static Mutex<()> {
    // The last bytes of an id are random in every version that is used here.
    let [.., high, low] = *order.0.as_bytes();
    &SLOTS[usize::from(u16::from_be_bytes([high, low]))]
}
