//! What one buyer does: wants seats, takes them, changes their mind, pays.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::scene::Scene;
use crate::cart::{Cart, fresh_key};
use crate::history::{Answer, Operation, OrderState, Refusal, Status, Wish};
use crate::payment::pay_once;
use crate::timeline::{Micros, SECOND};

/// How often a request of unknown fate is repeated before the buyer starts anew.
const ATTEMPTS: u32 = 20;

/// How many claims a buyer makes in one order before they start anew.
const CLAIMS_MAX: usize = 30;

/// The most seats one buyer wants.
const PARTY_MAX: usize = 4;

/// What sets a buyer apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// Takes, pays.
    Plain,
    /// Gives seats back after taking them.
    Drops,
    /// Cancels the order, and comes back.
    Leaves,
    /// Lets the timer run out, and comes back.
    Dawdles,
    /// Sends each claim twice at once, and again later.
    Repeats,
    /// Is declined at first, and pays again.
    Declined,
}

struct Buyer {
    scene: Arc<Scene>,
    dice: StdRng,
    habit: Habit,
    party: usize,
    wants_front: bool,
}

/// Buys until there are seats and they are paid, and again later while seats are left.
pub async fn buy(scene: Arc<Scene>, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let (habit, party, wants_front) = (
        pick_habit(&mut dice),
        dice.random_range(1..=PARTY_MAX),
        dice.random_bool(0.5),
    );
    let mut buyer = Buyer {
        scene,
        dice,
        habit,
        party,
        wants_front,
    };
    while !buyer.scene.is_over() {
        let pause_ms = if buyer.visit().await { 5_000 } else { 100 };
        buyer.pause(pause_ms).await;
        buyer.wait_for_free_seats().await;
    }
}

fn pick_habit(dice: &mut StdRng) -> Habit {
    match dice.random_range(0..100) {
        0..10 => Habit::Drops,
        10..18 => Habit::Leaves,
        18..24 => Habit::Dawdles,
        24..34 => Habit::Repeats,
        34..40 => Habit::Declined,
        _ => Habit::Plain,
    }
}

impl Buyer {
    /// One order from its opening to its end. Returns whether seats were bought.
    async fn visit(&mut self) -> bool {
        let mut cart = Cart::new(
            self.scene.address,
            self.scene.house.session,
            self.scene.history.clone(),
        );
        let Answer::Order(_) = cart.insist(&Operation::Open, ATTEMPTS).await else {
            return false;
        };
        let Some(order) = self.take_seats(&mut cart).await else {
            return false;
        };
        let Some(quantity) = self.follow_habit(&mut cart, order).await else {
            return false;
        };
        self.pay(&mut cart, quantity).await
    }

    /// Claims until something is granted or nothing is left.
    async fn take_seats(&mut self, cart: &mut Cart) -> Option<OrderState> {
        let mut wish = self.first_wish();
        for _ in 0..CLAIMS_MAX {
            match self.claim(cart, wish).await {
                Answer::Order(order) if order.status == Status::Pending => return Some(order),
                Answer::Refused(refusal) => wish = self.next_wish(&refusal)?,
                Answer::Order(_) | Answer::PaymentStarted { .. } | Answer::Unknown { .. } => {
                    return None;
                }
            }
            if self.scene.is_over() {
                return None;
            }
        }
        None
    }

    async fn claim(&mut self, cart: &mut Cart, wish: Wish) -> Answer {
        let claim = Operation::Claim {
            key: fresh_key(),
            wish,
        };
        if self.habit != Habit::Repeats {
            return cart.insist(&claim, ATTEMPTS).await;
        }
        let mut tab = cart.second_tab(self.scene.address);
        let (first, second) =
            tokio::join!(cart.insist(&claim, ATTEMPTS), tab.insist(&claim, ATTEMPTS));
        // A refused claim may be granted to its repetition: the seat was given back in between.
        if matches!(first, Answer::Order(_)) || matches!(second, Answer::Order(_)) {
            return cart.insist(&claim, ATTEMPTS).await;
        }
        first
    }

    fn first_wish(&mut self) -> Wish {
        if self.wants_front {
            let rows = self.scene.house.front_rows();
            let row = &rows[self.dice.random_range(0..rows.len())];
            let len = self.party.min(row.len());
            let start = self.dice.random_range(0..=row.len() - len);
            return Wish::Seats(row[start..start + len].to_vec());
        }
        if self.dice.random_bool(0.5) {
            return Wish::Best(self.party);
        }
        self.wish_from_board().unwrap_or(Wish::Best(self.party))
    }

    /// What the buyer tries after a refusal; nothing if there is no hope in this order.
    fn next_wish(&mut self, refusal: &Refusal) -> Option<Wish> {
        match refusal.code.as_str() {
            "seat_taken" if !refusal.alternative.is_empty() && self.dice.random_bool(0.7) => {
                Some(Wish::Seats(refusal.alternative.clone()))
            }
            "seat_taken" => self.wish_from_board(),
            "sold_out" => {
                // Fewer are better than none.
                self.party = (self.party - 1).max(1);
                self.wish_from_board()
            }
            _ => None,
        }
    }

    fn wish_from_board(&mut self) -> Option<Wish> {
        let free = self.scene.free();
        if free.is_empty() {
            return None;
        }
        let len = self.party.min(free.len());
        let start = self.dice.random_range(0..=free.len() - len);
        Some(Wish::Seats(free[start..start + len].to_vec()))
    }

    /// What happens between taking and paying. Returns how many seats are to be paid.
    async fn follow_habit(&mut self, cart: &mut Cart, order: OrderState) -> Option<usize> {
        match self.habit {
            Habit::Plain | Habit::Repeats | Habit::Declined => Some(order.seats.len()),
            Habit::Drops => self.change_mind(cart, &order).await,
            Habit::Leaves => {
                self.habit = Habit::Plain;
                cart.insist(&Operation::Cancel, ATTEMPTS).await;
                None
            }
            Habit::Dawdles => {
                self.habit = Habit::Plain;
                self.let_expire(cart, order.deadline).await;
                None
            }
        }
    }

    /// Gives one seat back, or all of them and takes others.
    async fn change_mind(&mut self, cart: &mut Cart, order: &OrderState) -> Option<usize> {
        self.habit = Habit::Plain;
        let given_back = if order.seats.len() > 1 && self.dice.random_bool(0.5) {
            order.seats[..1].to_vec()
        } else {
            order.seats.clone()
        };
        let answer = cart
            .insist(&Operation::Drop { seats: given_back }, ATTEMPTS)
            .await;
        let Answer::Order(order) = answer else {
            return None;
        };
        if order.seats.is_empty() {
            return self.take_seats(cart).await.map(|order| order.seats.len());
        }
        Some(order.seats.len())
    }

    /// Waits until the hold is over, and looks at what became of the order.
    async fn let_expire(&self, cart: &mut Cart, deadline: Micros) {
        let left = (deadline + SECOND).saturating_sub(self.scene.history.timeline.now());
        tokio::time::sleep(Duration::from_micros(left)).await;
        cart.insist(&Operation::Read, ATTEMPTS).await;
    }

    /// Walks through the rest of the gateway. Returns whether the order is paid.
    async fn pay(&mut self, cart: &mut Cart, quantity: usize) -> bool {
        cart.insist(&Operation::Amount { quantity }, ATTEMPTS).await;
        cart.insist(&Operation::Address, ATTEMPTS).await;
        if self.habit == Habit::Declined {
            self.habit = Habit::Plain;
            pay_once(cart, false).await;
        }
        pay_once(cart, true).await
    }

    async fn wait_for_free_seats(&mut self) {
        while !self.scene.is_over() && self.scene.free().is_empty() {
            self.pause(500).await;
        }
    }

    async fn pause(&mut self, about_ms: u64) {
        let pause = Duration::from_millis(self.dice.random_range(about_ms / 2..=about_ms * 3 / 2));
        // A sale that ends while somebody rests need not wait for them.
        let mut left = pause;
        while !left.is_zero() && !self.scene.is_over() {
            let step = left.min(Duration::from_millis(200));
            tokio::time::sleep(step).await;
            left -= step;
        }
    }
}
