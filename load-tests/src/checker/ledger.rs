//! What Postgres has, read at one instant, and whether it agrees with itself and with the history.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::checker::Violation;
use crate::checker::outlook::Outlook;
use crate::outcome::Outcome;
use crate::timeline::{Micros, micros};

/// The rows of some sessions.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub taken: Vec<TakenRow>,
    pub orders: HashMap<Uuid, OrderRow>,
    pub tickets: Vec<TicketRow>,
    pub payments: Vec<PaymentRow>,
}

/// A seat that is not free.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TakenRow {
    pub session_id: Uuid,
    pub seat_index: i32,
    pub state: String,
    pub order_id: Option<Uuid>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OrderRow {
    pub order_id: Uuid,
    pub session_id: Uuid,
    pub status: String,
    pub expire_if_not_completed_at: DateTime<Utc>,
}

/// A ticket for a seat.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TicketRow {
    pub session_id: Uuid,
    pub order_id: Uuid,
    pub seat_index: i32,
    pub status: String,
    pub price: i64,
}

/// An attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PaymentRow {
    pub order_id: Uuid,
    pub state: String,
    pub amount: Option<i64>,
}

impl Ledger {
    /// Reads the rows of sessions, all at one instant.
    ///
    /// # Errors
    /// Postgres does not answer.
    pub async fn read(pool: &PgPool, sessions: &[Uuid]) -> Outcome<Self> {
        let mut tx = pool.begin().await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(&mut *tx)
            .await?;
        let taken = sqlx::query_as("select session_id, seat_index, state, order_id from taken_seat where session_id = any($1)")
            .bind(sessions)
            .fetch_all(&mut *tx)
            .await?;
        let orders: Vec<OrderRow> = sqlx::query_as(
            "select order_id, session_id, status, expire_if_not_completed_at from event_session_order
            where session_id = any($1)",
        )
        .bind(sessions)
        .fetch_all(&mut *tx)
        .await?;
        let tickets = sqlx::query_as(
            "select session_id, order_id, seat_index, status, price from ticket
            where session_id = any($1) and seat_index is not null",
        )
        .bind(sessions)
        .fetch_all(&mut *tx)
        .await?;
        let payments = sqlx::query_as(
            "select order_id, state, amount from payment join event_session_order using (order_id)
            where session_id = any($1)",
        )
        .bind(sessions)
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let orders = orders
            .into_iter()
            .map(|order| (order.order_id, order))
            .collect();
        Ok(Self {
            taken,
            orders,
            tickets,
            payments,
        })
    }

    /// The deadline of each order.
    pub fn deadlines(&self) -> BTreeMap<Uuid, Micros> {
        self.orders
            .values()
            .map(|order| (order.order_id, micros(order.expire_if_not_completed_at)))
            .collect()
    }

    /// The seats that an order has.
    pub fn seats_of(&self, order: Uuid) -> BTreeSet<u32> {
        let rows = self.taken.iter().filter(|row| row.order_id == Some(order));
        rows.map(|row| seat(row.seat_index)).collect()
    }

    /// How many seats are in a state.
    pub fn count(&self, state: &str) -> usize {
        self.taken.iter().filter(|row| row.state == state).count()
    }

    /// Whether the rows contradict each other: two owners, a sale without its ticket or its money,
    /// a hold of an order that is done.
    pub fn check_itself(&self) -> Vec<Violation> {
        let mut violations = self.check_owners();
        violations.extend(self.check_tickets());
        violations.extend(self.check_money());
        violations
    }

    /// Whether the rows say what was acknowledged.
    pub fn check_against(&self, outlooks: &BTreeMap<Uuid, Outlook>) -> Vec<Violation> {
        let mut taken: HashMap<Uuid, BTreeSet<u32>> = HashMap::new();
        for row in &self.taken {
            if let Some(order) = row.order_id {
                taken.entry(order).or_default().insert(seat(row.seat_index));
            }
        }
        let mut tickets: HashMap<Uuid, Vec<&TicketRow>> = HashMap::new();
        for ticket in self
            .tickets
            .iter()
            .filter(|ticket| ticket.status == "VALID")
        {
            tickets.entry(ticket.order_id).or_default().push(ticket);
        }
        let none = BTreeSet::new();
        let checks = outlooks.iter().map(|(order, outlook)| {
            let taken = taken.get(order).unwrap_or(&none);
            let mut violations = check_seats(*order, outlook, taken);
            if outlook.is_sold {
                let tickets = tickets.get(order).map_or(&[][..], Vec::as_slice);
                violations.extend(self.check_sale(*order, outlook, tickets));
            }
            violations
        });
        checks.flatten().collect()
    }

    fn check_owners(&self) -> Vec<Violation> {
        let mut owners: HashMap<(Uuid, i32), Option<Uuid>> = HashMap::new();
        let mut violations = Vec::new();
        for row in &self.taken {
            if let Some(other) = owners.insert((row.session_id, row.seat_index), row.order_id) {
                let what = format!(
                    "seat {} has two rows, of {other:?} and {:?}",
                    row.seat_index, row.order_id
                );
                violations.push(Violation::Contradiction { what });
            }
            let status = row.order_id.map(|order| {
                self.orders
                    .get(&order)
                    .map_or("missing", |order| order.status.as_str())
            });
            let is_right = match row.state.as_str() {
                "held" | "pinned" => status == Some("PENDING"),
                "sold" => status == Some("PAID"),
                _ => status.is_none(),
            };
            if !is_right {
                let what = format!(
                    "seat {} is {}, and its order is {status:?}",
                    row.seat_index, row.state
                );
                violations.push(Violation::Contradiction { what });
            }
        }
        violations
    }

    fn check_tickets(&self) -> Vec<Violation> {
        let sold: BTreeSet<(Uuid, i32, Uuid)> = self
            .taken
            .iter()
            .filter(|row| row.state == "sold")
            .filter_map(|row| {
                row.order_id
                    .map(|order| (row.session_id, row.seat_index, order))
            })
            .collect();
        let mut ticketed = BTreeSet::new();
        let mut violations = Vec::new();
        for ticket in self
            .tickets
            .iter()
            .filter(|ticket| ticket.status == "VALID")
        {
            if !ticketed.insert((ticket.session_id, ticket.seat_index, ticket.order_id)) {
                let what = format!(
                    "seat {} has two valid tickets of order {}",
                    ticket.seat_index, ticket.order_id
                );
                violations.push(Violation::Contradiction { what });
            }
        }
        for (_, seat, order) in sold.symmetric_difference(&ticketed) {
            let what = format!(
                "seat {seat} of order {order} is sold without a valid ticket, or the reverse"
            );
            violations.push(Violation::Contradiction { what });
        }
        violations
    }

    fn check_money(&self) -> Vec<Violation> {
        let mut prices: HashMap<Uuid, i64> = HashMap::new();
        for ticket in self
            .tickets
            .iter()
            .filter(|ticket| ticket.status == "VALID")
        {
            *prices.entry(ticket.order_id).or_default() += ticket.price;
        }
        let mut paid: HashMap<Uuid, i64> = HashMap::new();
        for payment in self
            .payments
            .iter()
            .filter(|payment| payment.state == "succeeded")
        {
            *paid.entry(payment.order_id).or_default() += payment.amount.unwrap_or_default();
        }
        let sold = self.orders.values().filter(|order| order.status == "PAID");
        sold.filter(|order| {
            !paid.contains_key(&order.order_id)
                || prices.get(&order.order_id) != paid.get(&order.order_id)
        })
        .map(|order| {
            let (price, paid) = (prices.get(&order.order_id), paid.get(&order.order_id));
            let what = format!(
                "order {} has tickets for {price:?} and was paid {paid:?}",
                order.order_id
            );
            Violation::Contradiction { what }
        })
        .collect()
    }

    fn check_sale(
        &self,
        order: Uuid,
        outlook: &Outlook,
        tickets: &[&TicketRow],
    ) -> Option<Violation> {
        let status = self
            .orders
            .get(&order)
            .map_or("missing", |order| order.status.as_str());
        if status != "PAID" {
            return Some(Violation::LostSale {
                order,
                what: format!("its status is {status}"),
            });
        }
        let (seats, prices): (BTreeSet<u32>, Vec<i64>) = tickets
            .iter()
            .map(|ticket| (seat(ticket.seat_index), ticket.price))
            .unzip();
        if seats != outlook.must {
            let what = format!(
                "it has tickets for {seats:?} and not for {:?}",
                outlook.must
            );
            return Some(Violation::LostSale { order, what });
        }
        let total: i64 = prices.iter().sum();
        (total != outlook.total).then(|| {
            let what = format!(
                "its tickets cost {total}, and its buyer was told {}",
                outlook.total
            );
            Violation::LostSale { order, what }
        })
    }
}

fn check_seats(order: Uuid, outlook: &Outlook, taken: &BTreeSet<u32>) -> Vec<Violation> {
    let lost: Vec<u32> = outlook.must.difference(taken).copied().collect();
    let left: Vec<u32> = taken.difference(&outlook.may).copied().collect();
    let mut violations = Vec::new();
    if !lost.is_empty() {
        violations.push(Violation::LostHold { order, seats: lost });
    }
    if left.len() > outlook.may_have_more {
        violations.push(Violation::Leftover { order, seats: left });
    }
    violations
}

fn seat(index: i32) -> u32 {
    u32::try_from(index).expect("the schema keeps seat indexes from being negative")
}
