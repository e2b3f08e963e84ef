//! Orders opened before a measurement, with the seats that each will claim; cancelled after it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::connection::{Connection, Headers, request};
use crate::house::House;
use crate::outcome::Outcome;
use crate::wire::OpenedOrder;

/// How many connections open and cancel orders.
const HANDS: usize = 64;

/// How often a request is repeated that was shed.
const ATTEMPTS: usize = 50;

/// The seats of the hall that nobody has, and how its orders are made.
pub struct Pool {
    address: SocketAddr,
    session: Uuid,
    free: Vec<u32>,
    seats_per_order: usize,
}

/// Orders that are ready to claim.
#[derive(Default)]
pub struct Deck {
    orders: Mutex<VecDeque<PreparedOrder>>,
}

/// An open order, and the seats it will claim.
#[derive(Debug, Clone)]
pub struct PreparedOrder {
    /// Where it claims.
    pub path: String,
    pub secret: String,
    pub seats: Vec<u32>,
}

impl Pool {
    /// All seats of a house, in no order.
    pub fn new(
        address: SocketAddr,
        house: &House,
        seats_per_order: usize,
        dice: &mut StdRng,
    ) -> Self {
        let mut free: Vec<u32> = house.rows.iter().flatten().copied().collect();
        free.shuffle(dice);
        Self {
            address,
            session: house.session,
            free,
            seats_per_order,
        }
    }

    /// Opens orders for so many claims, or for as many as there are seats.
    ///
    /// # Errors
    /// The server does not open orders.
    pub async fn prepare(&mut self, claims: usize) -> Outcome<(Arc<Deck>, Vec<PreparedOrder>)> {
        let claims = claims.min(self.free.len());
        let seats = self.free.split_off(self.free.len() - claims);
        let seats: Vec<Vec<u32>> = seats
            .chunks(self.seats_per_order)
            .map(<[u32]>::to_vec)
            .collect();
        let mut hands = JoinSet::new();
        for seats in share(seats) {
            hands.spawn(open_all(self.address, self.session, seats));
        }
        let mut orders = Vec::new();
        while let Some(opened) = hands.join_next().await {
            orders.extend(opened??);
        }
        let deck = Deck {
            orders: Mutex::new(orders.iter().cloned().collect()),
        };
        Ok((Arc::new(deck), orders))
    }

    /// Cancels the orders of a measurement, and takes their seats back.
    ///
    /// # Errors
    /// The server does not cancel orders.
    pub async fn give_back(&mut self, orders: Vec<PreparedOrder>) -> Outcome<()> {
        self.free
            .extend(orders.iter().flat_map(|order| &order.seats));
        let mut hands = JoinSet::new();
        for orders in share(orders) {
            hands.spawn(cancel_all(self.address, orders));
        }
        while let Some(cancelled) = hands.join_next().await {
            cancelled??;
        }
        Ok(())
    }
}

impl Deck {
    /// How many orders are left.
    pub fn len(&self) -> usize {
        self.orders.lock().expect("no holder panics").len()
    }

    /// The next order, if there is one.
    pub fn deal(&self) -> Option<PreparedOrder> {
        self.orders.lock().expect("no holder panics").pop_front()
    }
}

fn share<T: Clone>(things: Vec<T>) -> Vec<Vec<T>> {
    let size = things.len().div_ceil(HANDS).max(1);
    things.chunks(size).map(<[T]>::to_vec).collect()
}

/// Opens one order, which is to claim nothing yet.
///
/// # Errors
/// The server does not open it.
pub async fn open_order(address: SocketAddr, session: Uuid) -> Outcome<PreparedOrder> {
    let opened = open_all(address, session, vec![Vec::new()]).await?;
    opened
        .into_iter()
        .next()
        .ok_or_else(|| "no order was opened".into())
}

async fn open_all(
    address: SocketAddr,
    session: Uuid,
    seats: Vec<Vec<u32>>,
) -> Outcome<Vec<PreparedOrder>> {
    let mut connection = Connection::new(address);
    let path = format!("/api/gateway/sessions/{session}/orders");
    let open = request("POST", &path, Headers::default(), Some(b"{}"));
    let mut orders = Vec::with_capacity(seats.len());
    for seats in seats {
        let body = send_until_done(&mut connection, &open).await?;
        let opened: OpenedOrder = serde_json::from_slice(&body)?;
        let path = format!("/api/gateway/orders/{}/get-seat", opened.id);
        orders.push(PreparedOrder {
            path,
            secret: opened.secret,
            seats,
        });
    }
    Ok(orders)
}

/// Cancels orders, one after another.
///
/// # Errors
/// The server does not cancel one.
pub async fn cancel_all(address: SocketAddr, orders: Vec<PreparedOrder>) -> Outcome<()> {
    let mut connection = Connection::new(address);
    for order in orders {
        let path = order.path.replace("/get-seat", "/cancel");
        let headers = Headers {
            bearer: Some(&order.secret),
            idempotency_key: None,
        };
        send_until_done(
            &mut connection,
            &request("POST", &path, headers, Some(b"{}")),
        )
        .await?;
    }
    Ok(())
}

async fn send_until_done(connection: &mut Connection, bytes: &[u8]) -> Outcome<bytes::Bytes> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match connection.send(bytes).await {
            Ok(answer) if answer.status < 300 => return Ok(answer.body),
            Ok(answer) if answer.status == 503 => {
                last = String::from_utf8_lossy(&answer.body).into_owned()
            }
            Ok(answer) => {
                return Err(format!(
                    "answered {}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                )
                .into());
            }
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(format!("not done in {ATTEMPTS} attempts: {last}").into())
}
