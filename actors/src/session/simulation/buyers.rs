//! Buyers who claim, repeat, change their minds, pay, and leave.

use std::sync::Arc;
use std::time::Duration;

use domain::order::Credential;
use domain::seat_map::{Claim, Command, Places, RequestHash, Sections, Wish};
use domain::{OrderId, SeatIndex, SectionIndex};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::timeout;

use super::payments;
use super::world::World;
use crate::session::CommandError;
use crate::test_house;

/// One person with one order at a time.
pub struct Buyer {
    world: Arc<World>,
    rng: StdRng,
    number: u64,
    claims: Vec<Claim>,
}

impl Buyer {
    pub fn new(world: Arc<World>, rng: StdRng) -> Self {
        Self {
            world,
            rng,
            number: 0,
            claims: Vec::new(),
        }
    }

    /// Acts until the sale is over.
    pub async fn buy(mut self) {
        loop {
            let pause = if self.rng.random_bool(0.04) {
                // Walks away; the hold runs out.
                self.rng.random_range(60_000..300_000)
            } else {
                self.rng.random_range(1..5_000)
            };
            if !self.world.pause(Duration::from_millis(pause)).await {
                return;
            }
            if self.number == 0 {
                self.open().await;
            } else {
                self.act().await;
            }
        }
    }

    async fn open(&mut self) {
        let number = self.world.next_order();
        let command = Command::Open(test_house::opening(number, self.world.clock.now()));
        // An answer in doubt is asked again with the same id: open already is as good.
        for _ in 0..3 {
            match self.world.ask(&command).await {
                Ok(()) | Err(CommandError::Refused(_)) => {
                    (self.number, self.claims) = (number, Vec::new());
                    return;
                }
                Err(_) => drop(self.world.pause(Duration::from_secs(1)).await),
            }
        }
    }

    async fn act(&mut self) {
        let order = test_house::order(self.number);
        let credential = self.credential();
        match self.rng.random_range(0..100) {
            0..45 => self.claim_afresh().await,
            45..60 => self.repeat().await,
            60..70 => {
                let places = self.some_places();
                self.ask(Command::Drop {
                    order,
                    credential,
                    places,
                })
                .await;
            }
            70..74 => self.ask(Command::Extend { order, credential }).await,
            74..79 => {
                self.ask(Command::Cancel { order, credential }).await;
                self.leave(order);
            }
            79..86 => self.pay(order),
            86..95 => self.leave(order),
            _ => self.ask(Command::Unpin { order }).await,
        }
    }

    /// Usually one's own; now and then a stranger's.
    fn credential(&mut self) -> Credential {
        let stranger = self.rng.random_bool(0.02);
        test_house::bearer(if stranger { 0 } else { self.number })
    }

    async fn claim_afresh(&mut self) {
        let key = format!("key-{}", self.claims.len());
        let body = self.rng.random_range(0..=255);
        let wish = self.some_wish();
        let Command::Claim(mut claim) = test_house::claim(self.number, &key, body, wish) else {
            unreachable!("a claim is a claim");
        };
        claim.credential = self.credential();
        self.claims.push(claim.clone());
        let command = Command::Claim(claim);
        match self.rng.random_range(0..10) {
            // Does not wait for the answer; perhaps repeats it later.
            0 => {
                let patience = Duration::from_millis(self.rng.random_range(0..40));
                let _ = timeout(patience, self.world.ask(&command)).await;
            }
            // The same key in flight twice.
            1 | 2 => {
                let (first, second) =
                    tokio::join!(self.world.ask(&command), self.world.ask(&command));
                self.compare_twins(&first, &second);
            }
            _ => self.ask(command).await,
        }
    }

    /// The same key in flight shares the answer, unless only one of the two reached the actor.
    fn compare_twins(&self, first: &Result<(), CommandError>, second: &Result<(), CommandError>) {
        let unknown = |answer: &Result<(), CommandError>| {
            matches!(answer, Err(CommandError::Unavailable { .. }))
        };
        if first != second && !unknown(first) && !unknown(second) {
            let fault = format!("twins were answered {first:?} and {second:?}");
            self.world.database.books().history.fault(fault);
        }
    }

    /// Sends an earlier key again, now and then with another body.
    async fn repeat(&mut self) {
        if self.claims.is_empty() {
            return;
        }
        let earlier = self.rng.random_range(0..self.claims.len());
        let mut claim = self.claims[earlier].clone();
        claim.credential = test_house::bearer(self.number);
        if self.rng.random_bool(0.15) {
            claim.request_hash = RequestHash([self.rng.random_range(0..=255); 32]);
        }
        self.ask(Command::Claim(claim)).await;
    }

    async fn ask(&mut self, command: Command) {
        // What came of it, the world has checked.
        let _ = if self.rng.random_bool(0.3) {
            self.world.ask_anybody(&command).await
        } else {
            self.world.ask(&command).await
        };
    }

    fn pay(&mut self, order: OrderId) {
        let (world, rng) = (Arc::clone(&self.world), self.fork());
        tokio::spawn(payments::pay(world, rng, order));
        if self.rng.random_bool(0.6) {
            self.number = 0;
        }
    }

    /// Forgets the order; perhaps its money is on the way all the same.
    fn leave(&mut self, order: OrderId) {
        self.number = 0;
        if self.rng.random_bool(0.4) {
            let (world, rng) = (Arc::clone(&self.world), self.fork());
            let claims = std::mem::take(&mut self.claims);
            tokio::spawn(payments::pay_late(world, rng, order, claims));
        }
    }

    /// A source of chance of its own for what goes on beside.
    fn fork(&mut self) -> StdRng {
        StdRng::seed_from_u64(self.rng.random())
    }

    fn some_wish(&mut self) -> Wish {
        match self.rng.random_range(0..10) {
            0..6 => Wish::Seats(self.some_seats()),
            6..8 => Wish::Standing {
                section: SectionIndex(2),
                quantity: self.rng.random_range(1..4),
            },
            _ => Wish::Best {
                quantity: self.rng.random_range(1..5),
                sections: match self.rng.random_range(0..3) {
                    0 => Sections::All,
                    section => Sections::one(SectionIndex(section - 1)),
                },
                accessible: false,
            },
        }
    }

    /// Mostly the front; now and then a seat that is none.
    fn some_seats(&mut self) -> Vec<SeatIndex> {
        let first = if self.rng.random_bool(0.6) {
            self.rng.random_range(0..10)
        } else {
            self.rng.random_range(0..61)
        };
        let count = self.rng.random_range(1..4);
        (first..first + count).map(SeatIndex).collect()
    }

    fn some_places(&mut self) -> Places {
        let seats = (0..60).map(SeatIndex);
        let share = self.rng.random_range(0.0..1.0);
        let standing = self.rng.random_range(0..3);
        Places {
            seats: seats.filter(|_| self.rng.random_bool(share)).collect(),
            standing: vec![(SectionIndex(2), standing)],
        }
    }
}
