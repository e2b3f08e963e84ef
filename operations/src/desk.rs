//! The desk: what many buyers ask at the same time is read, and written, for all of them together.
//!
//! A statement for each would cost a way to the database and back, and often a commit. What a batch cannot do is done again for
//! each of its own by itself, which says why.

use domain::OrderId;
use domain::order::Credential;
use sqlx::PgPool;
use store::Lines;
use store::orders::{Details, NewAddress, OrderRows};
use store::payments::Latest;

use crate::gathering::{Gathering, Written, known, to_each};

/// How many batches of each kind are under way.
const READERS: usize = 2;
const WRITERS: usize = 1;

/// Questions that wait to be asked, and addresses to be written.
pub struct Desk {
    /// What all of it goes over.
    pub(crate) lines: Lines,
    latest: Gathering<OrderId, Written<Option<Latest>>>,
    orders: Gathering<(OrderId, Credential), Written<Option<OrderRows>>>,
    addresses: Gathering<NewAddress, Written<Option<Details>>>,
}

impl Desk {
    /// A desk at the same database as `pool`.
    #[must_use]
    pub fn beside(pool: &PgPool) -> Self {
        Self {
            lines: Lines::beside(pool),
            latest: Gathering::of(READERS),
            orders: Gathering::of(READERS),
            addresses: Gathering::of(WRITERS),
        }
    }

    /// Where an order's attempt stands that counts: the one that succeeded, else the latest.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn latest(&self, order: OrderId) -> Result<Option<Latest>, store::Error> {
        let read = |orders| read_latest(self.lines.clone(), orders);
        match known(self.latest.put(order, read).await)? {
            Some(latest) => Ok(latest),
            None => alone(latest_of(&self.lines, &[order]).await?),
        }
    }

    /// An order with its tickets, if it is of this owner.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn order(
        &self,
        order: OrderId,
        by: &Credential,
    ) -> Result<Option<OrderRows>, store::Error> {
        let read = |asked| read_orders(self.lines.clone(), asked);
        match known(self.orders.put((order, *by), read).await)? {
            Some(rows) => Ok(rows),
            None => alone(orders_of(&self.lines, &[(order, *by)]).await?),
        }
    }

    /// Notes who buys a pending order; nothing if it is not theirs or not pending.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn set_address(
        &self,
        address: NewAddress,
    ) -> Result<Option<Details>, store::Error> {
        let write = |addresses| write_addresses(self.lines.clone(), addresses);
        match known(self.addresses.put(address.clone(), write).await)? {
            Some(details) => Ok(details),
            None => alone(set_addresses(&self.lines, &[address]).await?),
        }
    }
}

fn alone<T>(of_one: Vec<T>) -> Result<T, store::Error> {
    of_one.into_iter().next().ok_or(store::Error::RowNotFound)
}

async fn read_latest(lines: Lines, orders: Vec<OrderId>) -> Vec<Written<Option<Latest>>> {
    to_each(latest_of(&lines, &orders).await, orders.len())
}

async fn latest_of(lines: &Lines, orders: &[OrderId]) -> Result<Vec<Option<Latest>>, store::Error> {
    let mut line = lines.take().await?;
    let latest = store::payments::latest(&mut *line, orders).await;
    let latest = line.keep_after(latest)?;
    Ok(orders.iter().map(|it| latest.get(it).copied()).collect())
}

async fn read_orders(
    lines: Lines,
    asked: Vec<(OrderId, Credential)>,
) -> Vec<Written<Option<OrderRows>>> {
    to_each(orders_of(&lines, &asked).await, asked.len())
}

async fn orders_of(
    lines: &Lines,
    asked: &[(OrderId, Credential)],
) -> Result<Vec<Option<OrderRows>>, store::Error> {
    let mut line = lines.take().await?;
    let rows = store::orders::of_owners(&mut line, asked).await;
    line.keep_after(rows)
}

async fn write_addresses(
    lines: Lines,
    addresses: Vec<NewAddress>,
) -> Vec<Written<Option<Details>>> {
    to_each(set_addresses(&lines, &addresses).await, addresses.len())
}

async fn set_addresses(
    lines: &Lines,
    addresses: &[NewAddress],
) -> Result<Vec<Option<Details>>, store::Error> {
    let mut line = lines.take().await?;
    let details = store::orders::set_addresses(&mut *line, addresses).await;
    line.keep_after(details)
}
