//! On-sale load that goes on until it is told to end, and can be held still for a check.
//!
//! Each worker is one buyer after another on one connection. Before each request it passes the
//! stage; whoever takes the stage for writing has every request answered or given up, and none new.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::RwLock;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::cart::{Cart, fresh_key};
use crate::history::{Answer, History, Operation, OrderState, Status, Wish};
use crate::house::House;
use crate::outcome::Outcome;
use crate::wire::OpenedOrder;

/// How long a buyer waits before a request of unknown fate is repeated.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// How often it is repeated before the buyer gives up and its fate stays open.
const RETRIES: usize = 300;

/// The most seats of one claim.
const PARTY_MAX: usize = 4;

/// Buyers at work.
pub struct Load {
    pub address: SocketAddr,
    pub history: Arc<History>,
    /// The house being sold.
    pub stage: RwLock<House>,
    opened: Mutex<HashMap<Uuid, OpenedOrder>>,
    /// How long a buyer rests between two orders.
    rest: Duration,
    is_over: AtomicBool,
}

impl Load {
    /// Load on a house, not yet at work.
    pub fn new(address: SocketAddr, history: Arc<History>, house: House) -> Self {
        let (stage, opened) = (RwLock::new(house), Mutex::default());
        Self {
            address,
            history,
            stage,
            opened,
            rest: Duration::ZERO,
            is_over: AtomicBool::new(false),
        }
    }

    /// The same with buyers who rest between two orders, so that a house lasts for a while.
    pub fn resting(self, rest: Duration) -> Self {
        Self { rest, ..self }
    }

    /// Sets so many buyers to work.
    pub fn start(self: &Arc<Self>, connections: u64, seed: u64) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        for number in 0..connections {
            let seed = seed.wrapping_mul(1_000_003).wrapping_add(number);
            workers.spawn(work(self.clone(), StdRng::seed_from_u64(seed)));
        }
        workers
    }

    /// Ends the work, and waits until it has ended.
    ///
    /// # Errors
    /// A worker panicked.
    pub async fn end(&self, mut workers: JoinSet<()>) -> Outcome<()> {
        self.is_over.store(true, Ordering::SeqCst);
        while let Some(worker) = workers.join_next().await {
            worker?;
        }
        Ok(())
    }

    /// The cart of an order that a worker opened.
    pub fn cart_of(&self, session: Uuid, order: Uuid) -> Option<Cart> {
        let opened = self
            .opened
            .lock()
            .expect("no holder panics")
            .get(&order)?
            .clone();
        Some(Cart::of_order(
            self.address,
            session,
            self.history.clone(),
            opened,
        ))
    }

    async fn open(&self, dice: &mut StdRng) -> Option<Cart> {
        let session = self.stage.read().await.session;
        let mut cart = Cart::new(self.address, session, self.history.clone());
        self.perform(&mut cart, dice, &Operation::Open).await;
        let opened = cart.opened()?.clone();
        self.opened
            .lock()
            .expect("no holder panics")
            .insert(opened.id, opened);
        Some(cart)
    }

    /// Performs an operation. If its fate is not known, half of the buyers leave it at that, and
    /// half repeat it.
    async fn perform(&self, cart: &mut Cart, dice: &mut StdRng, operation: &Operation) -> Answer {
        if dice.random_bool(0.5) {
            return self.perform_once(cart, operation).await;
        }
        self.persist(cart, operation).await
    }

    /// Performs an operation until its fate is known.
    async fn persist(&self, cart: &mut Cart, operation: &Operation) -> Answer {
        let mut answer = self.perform_once(cart, operation).await;
        for _ in 0..RETRIES {
            if !matches!(answer, Answer::Unknown { .. }) || self.is_over.load(Ordering::SeqCst) {
                break;
            }
            tokio::time::sleep(RETRY_PAUSE).await;
            answer = self.perform_once(cart, operation).await;
        }
        answer
    }

    async fn perform_once(&self, cart: &mut Cart, operation: &Operation) -> Answer {
        let _stage = self.stage.read().await;
        cart.perform(operation).await
    }
}

async fn work(load: Arc<Load>, mut dice: StdRng) {
    while !load.is_over.load(Ordering::SeqCst) {
        let rest = match visit(&load, &mut dice).await {
            Some(()) => load.rest,
            // Nothing is granted while the server is away: ask again, but not in a tight loop.
            None => load.rest.max(RETRY_PAUSE),
        };
        tokio::time::sleep(rest).await;
    }
}

/// One order, as far as it gets. Nothing if it got nothing.
async fn visit(load: &Load, dice: &mut StdRng) -> Option<()> {
    let mut cart = load.open(dice).await?;
    let wish = pick_wish(&*load.stage.read().await, dice);
    let claim = Operation::Claim {
        key: fresh_key(),
        wish,
    };
    let Answer::Order(order) = load.perform(&mut cart, dice, &claim).await else {
        return None;
    };
    match dice.random_range(0..100) {
        0..25 => pay(load, &mut cart, dice, &order).await,
        25..40 => {}
        40..60 => {
            let some = order.seats[..order.seats.len().div_ceil(2)].to_vec();
            load.perform(&mut cart, dice, &Operation::Drop { seats: some })
                .await;
        }
        _ => {
            load.perform(&mut cart, dice, &Operation::Cancel).await;
        }
    }
    Some(())
}

fn pick_wish(house: &House, dice: &mut StdRng) -> Wish {
    let party = dice.random_range(1..=PARTY_MAX);
    if dice.random_bool(0.3) {
        return Wish::Best(party);
    }
    let row = &house.rows[dice.random_range(0..house.rows.len())];
    let len = party.min(row.len());
    let start = dice.random_range(0..=row.len() - len);
    Wish::Seats(row[start..start + len].to_vec())
}

async fn pay(load: &Load, cart: &mut Cart, dice: &mut StdRng, order: &OrderState) {
    if order.status != Status::Pending {
        return;
    }
    // Whoever wants to pay does not give up half-way through the form.
    let quantity = order.seats.len();
    load.persist(cart, &Operation::Amount { quantity }).await;
    load.persist(cart, &Operation::Address).await;
    let start = Operation::StartPayment { key: fresh_key() };
    let started = load.perform(cart, dice, &start).await;
    if let Answer::PaymentStarted {
        confirm_path: Some(path),
        ..
    } = started
    {
        load.perform(
            cart,
            dice,
            &Operation::Confirm {
                path,
                succeed: true,
            },
        )
        .await;
    }
}
