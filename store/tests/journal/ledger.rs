//! A seat map and its journal, moved together as the session actor moves them.

use std::sync::Arc;
use std::time::Duration;

use domain::seat_map::{Change, Command, Refusal, SeatMap};
use domain::{OrderId, SessionId, Timestamp};
use sqlx::PgPool;
use store::journal::{Grace, Journal, JournalError};

use crate::house::{HOLD, NOW, manifest, rules, session_on_sale};

/// A live session without an actor.
pub struct Ledger {
    pub pool: PgPool,
    pub session_id: SessionId,
    pub journal: Journal,
    pub epoch: u32,
    pub map: SeatMap,
    pub now: Timestamp,
    batch: Vec<Change>,
}

impl Ledger {
    pub async fn new(pool: &PgPool) -> Self {
        let session_id = session_on_sale(pool, HOLD).await;
        Self::of(pool, session_id).await
    }

    pub async fn of(pool: &PgPool, session_id: SessionId) -> Self {
        let journal = Journal::new(store::journal_pool(pool), session_id, no_grace());
        let (epoch, map) = load(&journal).await;
        Self {
            pool: pool.clone(),
            session_id,
            journal,
            epoch,
            map,
            now: NOW,
            batch: Vec::new(),
        }
    }

    /// Lets the journal have one connection alone from now on, and returns its pool.
    pub fn use_one_connection(&mut self) -> PgPool {
        let pool = store::journal_pool(&self.pool);
        let options = pool.options().clone().max_connections(1);
        let pool = options.connect_lazy_with(pool.connect_options().as_ref().clone());
        self.journal = Journal::new(pool.clone(), self.session_id, no_grace());
        pool
    }

    /// Decides a command; its changes wait in the batch.
    pub fn decide(&mut self, command: &Command) -> Result<(), Refusal> {
        let changes = self.map.decide(command, self.now)?;
        changes.iter().for_each(|change| self.map.apply(change));
        self.batch.extend(changes);
        Ok(())
    }

    /// Decides a command that cannot be refused here.
    pub fn must(&mut self, command: &Command) {
        self.decide(command).unwrap();
    }

    /// Writes what has been decided since the last time.
    pub async fn write(&mut self) -> Result<(), JournalError> {
        let batch = self.take_batch();
        self.journal.write(self.epoch, &batch).await
    }

    /// What has been decided since the last time.
    pub fn take_batch(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.batch)
    }

    /// Decides and writes one command.
    pub async fn durably(&mut self, command: &Command) {
        self.must(command);
        self.write().await.unwrap();
    }

    /// Writes changes that no seat map has decided.
    pub async fn forge(&self, changes: &[Change]) -> Result<(), JournalError> {
        self.journal.write(self.epoch, changes).await
    }

    /// Sells what the order has pinned, as the payment operation does: before the map learns of it.
    pub async fn pay(&self, order: OrderId) {
        let mut tx = self.pool.begin().await.unwrap();
        let mut sold = 0;
        for sale in [
            "update taken_seat set state = 'sold' where order_id = $1 and state = 'pinned'",
            "update taken_standing set state = 'sold' where order_id = $1 and state = 'pinned'",
        ] {
            let moved = sqlx::query(sale).bind(order.0).execute(&mut *tx).await;
            sold += moved.unwrap().rows_affected();
        }
        assert!(sold > 0, "something was pinned");
        let paid = "update event_session_order set status = 'PAID', paid_at = now() where order_id = $1 and status = 'PENDING'";
        let paid = sqlx::query(paid).bind(order.0).execute(&mut *tx).await;
        assert_eq!(paid.unwrap().rows_affected(), 1);
        tx.commit().await.unwrap();
    }

    /// Takes the session over and compares what is stored with what was decided.
    pub async fn reload(&mut self) {
        let (epoch, map) = load(&self.journal).await;
        assert!(epoch > self.epoch);
        crate::round_trip::assert_same(&self.map, &map, self.now);
        (self.epoch, self.map) = (epoch, map);
    }
}

/// Takes over at the beginning of time, so that no grace moves a deadline.
async fn load(journal: &Journal) -> (u32, SeatMap) {
    let loaded = journal.take_over(Timestamp(0)).await.unwrap();
    (loaded.epoch, replay(&loaded.changes))
}

/// The map that changes lead to.
pub fn replay(changes: &[Change]) -> SeatMap {
    let mut map = SeatMap::new(Arc::new(manifest()), rules());
    changes.iter().for_each(|change| map.apply(change));
    map
}

fn no_grace() -> Grace {
    Grace {
        at_least: Duration::ZERO,
        max_life: rules().max_life,
    }
}
