//! What all buyers of a sale share: the house, the board that shows what is free, the history.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::connection::Connection;
use crate::history::History;
use crate::house::{Availability, House, read_availability};

/// How old the board may be: about as old as a page that polls.
const BOARD_PERIOD: Duration = Duration::from_millis(250);

/// A sale that is going on.
pub struct Scene {
    pub address: SocketAddr,
    pub house: House,
    pub history: Arc<History>,
    board: watch::Sender<Availability>,
    is_over: AtomicBool,
}

impl Scene {
    /// A sale that begins with a board.
    pub fn new(
        address: SocketAddr,
        house: House,
        history: Arc<History>,
        board: Availability,
    ) -> Self {
        Self {
            address,
            house,
            history,
            board: watch::Sender::new(board),
            is_over: AtomicBool::new(false),
        }
    }

    /// Keeps the board fresh until all is sold, or time is up. Returns whether all is sold. A page
    /// that cannot be had in the crush is asked for again.
    pub async fn keep_board(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut connection = Connection::new(self.address);
        let mut is_sold_out = false;
        while !is_sold_out && Instant::now() < deadline {
            if let Ok(availability) = read_availability(&mut connection, &self.house).await {
                is_sold_out = availability.is_sold_out();
                self.board.send_replace(availability);
            }
            tokio::time::sleep(BOARD_PERIOD).await;
        }
        self.is_over.store(true, Ordering::SeqCst);
        is_sold_out
    }

    /// Whether the sale is over.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// The seats that were free a moment ago.
    pub fn free(&self) -> Vec<u32> {
        self.board.borrow().free()
    }
}
