//! What was written is what is loaded: by cases, and by random commands in random batches.

use std::collections::BTreeSet;

use domain::order::Buyer;
use domain::seat_map::{
    Command, IdempotencyKey, Opening, Places, Refusal, SeatMap, SeatState, Sections, Wish,
};
use domain::{AccountId, OrderId, SectionIndex, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::PgPool;

use crate::house::{FLOOR, claim, count, credential, named, opening, order, places, seats};
use crate::ledger::Ledger;

/// Two maps are the same if they hold the same and decide the same.
pub fn assert_same(written: &SeatMap, loaded: &SeatMap, now: Timestamp) {
    assert_eq!(written.seats(), loaded.seats());
    assert_eq!(written.sections(), loaded.sections());
    assert_eq!(written.next_deadline(), loaded.next_deadline());
    assert_eq!(written.orders().count(), loaded.orders().count());
    for order in written.orders() {
        let id = order.opening.order;
        let other = loaded.order(id).expect("an open order is loaded");
        assert_eq!(order.opening, other.opening);
        assert_eq!(order.expires_at, other.expires_at, "{id}");
        assert_eq!(order.places(), other.places());
        assert_eq!(order.is_pinned(), other.is_pinned());
        for command in probes(id) {
            assert_eq!(
                written.decide(&command, now),
                loaded.decide(&command, now),
                "{command:?}"
            );
        }
    }
}

/// Commands that show what cannot be seen: extensions, first claims, limits, remembered keys.
fn probes(id: OrderId) -> Vec<Command> {
    let extend = Command::Extend {
        order: id,
        credential: credential(),
    };
    let number = u64::try_from(id.0.as_u128() & 0xffff).unwrap();
    let keys = (0..40).map(|key| claim(number, &format!("key-{key}"), named(&[key % 29])));
    let mut probes = vec![extend];
    probes.extend(keys);
    probes.push(claim(number, "fresh", best(1)));
    probes
}

fn best(quantity: u32) -> Wish {
    Wish::Best {
        quantity,
        sections: Sections::All,
        accessible: false,
    }
}

fn standing(section: SectionIndex, quantity: u32) -> Wish {
    Wish::Standing { section, quantity }
}

#[sqlx::test(migrations = "../migrations")]
async fn every_kind_of_change_is_written_and_loaded_back(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    for number in 0..5 {
        ledger
            .durably(&Command::Open(opening(number, ledger.now)))
            .await;
    }
    ledger.durably(&claim(0, "key-1", named(&[3, 4]))).await;
    ledger.durably(&claim(0, "key-2", standing(FLOOR, 2))).await;
    ledger.reload().await;
    let extend = |number| Command::Extend {
        order: order(number),
        credential: credential(),
    };
    ledger.durably(&extend(0)).await;
    ledger.reload().await;
    let drop = Command::Drop {
        order: order(0),
        credential: credential(),
        places: Places {
            seats: seats(&[3]),
            standing: vec![(FLOOR, 1)],
        },
    };
    ledger.durably(&drop).await;
    ledger.reload().await;
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.reload().await;
    ledger.durably(&Command::Unpin { order: order(0) }).await;
    ledger.reload().await;
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.pay(order(0)).await;
    ledger.durably(&Command::Sell { order: order(0) }).await;
    ledger.reload().await;
    assert_eq!(ledger.map.seats()[4], SeatState::Sold(order(0)));
    assert_eq!(ledger.map.sections()[1].sold, 1);
    let withheld = Places {
        seats: seats(&[20, 21]),
        standing: vec![(FLOOR, 7)],
    };
    ledger
        .durably(&Command::Allocate { places: withheld })
        .await;
    ledger.reload().await;
    let released = Places {
        seats: seats(&[20]),
        standing: vec![(FLOOR, 7)],
    };
    ledger
        .durably(&Command::Deallocate { places: released })
        .await;
    ledger
        .durably(&Command::Disable {
            seats: seats(&[25]),
        })
        .await;
    ledger.reload().await;
    assert_eq!(ledger.map.seats()[21], SeatState::Allocated);
    assert_eq!(ledger.map.seats()[25], SeatState::Disabled);
    let cancel = Command::Cancel {
        order: order(1),
        credential: credential(),
    };
    ledger.durably(&claim(1, "key-1", named(&[7]))).await;
    ledger.durably(&cancel).await;
    ledger.reload().await;
    ledger.durably(&claim(2, "key-1", standing(FLOOR, 3))).await;
    ledger.now = ledger.map.order(order(2)).unwrap().expires_at;
    ledger.durably(&Command::Expire).await;
    ledger.reload().await;
    assert!(!ledger.map.has_open_orders());
    let reclaim = Command::Reclaim {
        opening: opening(2, crate::house::NOW),
        places: places(&[0, 1]),
    };
    ledger.durably(&reclaim).await;
    ledger.reload().await;
    assert!(ledger.map.order(order(2)).unwrap().is_pinned());
    let endings = "select count(*) from event_session_order where ending = 'expired'";
    assert_eq!(count(&pool, endings).await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_claim_is_replayed_from_what_was_loaded_and_lapses_with_its_places(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.must(&Command::Open(opening(0, ledger.now)));
    ledger.durably(&claim(0, "key", named(&[3, 4]))).await;
    ledger.reload().await;
    let again = ledger
        .map
        .decide(&claim(0, "key", named(&[3, 4])), ledger.now);
    assert_eq!(again, Ok(Vec::new()));
    let drop = Command::Drop {
        order: order(0),
        credential: credential(),
        places: places(&[4]),
    };
    ledger.durably(&drop).await;
    ledger.reload().await;
    let again = ledger
        .map
        .decide(&claim(0, "key", named(&[3, 4])), ledger.now);
    assert_eq!(again, Err(Refusal::ClaimLapsed));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_buyers_limit_counts_what_was_sold_before_a_reload(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    let account = AccountId(uuid::Uuid::now_v7());
    sqlx::query("insert into account (account_id, email, name) values ($1, 'a@example.org', 'A')")
        .bind(account.0)
        .execute(&pool)
        .await
        .unwrap();
    let by_email = Some(Buyer::Email([7; 32]));
    let by_account = Some(Buyer::Account(account));
    for (number, buyer) in [
        (0, by_email),
        (1, by_account),
        (2, by_email),
        (3, by_account),
    ] {
        let mut opening = opening(number, ledger.now);
        opening.buyer = buyer;
        if buyer == by_account {
            opening.owner.account = Some(account);
        }
        ledger.must(&Command::Open(opening));
    }
    for number in [0, 1] {
        let first = u32::try_from(number).unwrap() * 2;
        ledger
            .durably(&claim(number, "key", named(&[first, first + 1])))
            .await;
        ledger
            .durably(&Command::Pin {
                order: order(number),
            })
            .await;
        ledger.pay(order(number)).await;
        ledger
            .durably(&Command::Sell {
                order: order(number),
            })
            .await;
    }
    let loaded = ledger.journal.take_over(Timestamp(0)).await.unwrap();
    let mut rules = crate::house::rules();
    rules.max_per_buyer = Some(3);
    let mut map = SeatMap::new(ledger.map.manifest().clone(), rules);
    loaded.changes.iter().for_each(|change| map.apply(change));
    for number in [2, 3] {
        let two = map.decide(&claim(number, "key", named(&[20, 21])), ledger.now);
        assert_eq!(two, Err(Refusal::LimitReached { limit: 3 }));
        assert!(
            map.decide(&claim(number, "key", named(&[20])), ledger.now)
                .is_ok()
        );
    }
}

/// Random commands of a few buyers, their payments, and staff.
struct Crowd {
    rng: StdRng,
    openings: Vec<Opening>,
    keys: u32,
    paid: BTreeSet<OrderId>,
    /// Orders that a payment has sold, of which the map has not been told.
    untold: BTreeSet<OrderId>,
}

impl Crowd {
    fn new(seed: u64) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            openings: Vec::new(),
            keys: 0,
            paid: BTreeSet::new(),
            untold: BTreeSet::new(),
        }
    }

    /// One of the newest orders.
    fn number(&mut self) -> u64 {
        let newest = u64::try_from(self.openings.len()).unwrap().max(1);
        self.rng.random_range(newest.saturating_sub(8)..newest)
    }

    fn seats(&mut self) -> Vec<u32> {
        let count = self.rng.random_range(1..4);
        let drawn: BTreeSet<u32> = (0..count).map(|_| self.rng.random_range(0..30)).collect();
        drawn.into_iter().collect()
    }

    fn places(&mut self) -> Places {
        let standing = (self.section(), self.rng.random_range(1..4));
        let mut places = places(&self.seats());
        if self.rng.random_bool(0.5) {
            places.standing.push(standing);
        }
        places
    }

    fn section(&mut self) -> SectionIndex {
        SectionIndex(self.rng.random_range(1..3))
    }

    fn wish(&mut self) -> Wish {
        match self.rng.random_range(0..4) {
            0 => best(self.rng.random_range(1..4)),
            1 => standing(self.section(), self.rng.random_range(1..4)),
            _ => named(&self.seats()),
        }
    }

    fn open(&mut self, now: Timestamp) -> Command {
        let number = u64::try_from(self.openings.len()).unwrap();
        let mut opening = opening(number, now);
        opening.buyer = number.is_multiple_of(3).then_some(Buyer::Email([1; 32]));
        self.openings.push(opening);
        Command::Open(opening)
    }

    /// A late payment of an order that was opened once and never paid.
    fn reclaim(&mut self, number: u64) -> Option<Command> {
        let opening = *self.openings.get(usize::try_from(number).unwrap())?;
        let places = self.places();
        (!self.paid.contains(&opening.order)).then_some(Command::Reclaim { opening, places })
    }

    /// A payment knows whether it sold, and does not unpin then.
    fn unpin(&self, order: OrderId) -> Option<Command> {
        (!self.paid.contains(&order)).then_some(Command::Unpin { order })
    }

    fn command(&mut self, now: Timestamp) -> Option<Command> {
        let number = self.number();
        let order = order(number);
        let credential = credential();
        Some(match self.rng.random_range(0..24) {
            0..4 => self.open(now),
            4..12 => {
                self.keys += u32::from(self.rng.random_bool(0.8));
                claim(number, &format!("key-{}", self.keys % 40), self.wish())
            }
            12..14 => Command::Drop {
                order,
                credential,
                places: self.places(),
            },
            14 => Command::Cancel { order, credential },
            15 => Command::Extend { order, credential },
            16..18 => Command::Pin { order },
            18 => return self.unpin(order),
            19 => Command::Expire,
            20 => Command::Allocate {
                places: self.places(),
            },
            21 => Command::Deallocate {
                places: self.places(),
            },
            _ => return self.reclaim(number),
        })
    }
}

async fn play(pool: &PgPool, seed: u64) {
    let mut ledger = Ledger::new(pool).await;
    let mut crowd = Crowd::new(seed);
    for _ in 0..40 {
        for _ in 0..crowd.rng.random_range(1..25) {
            if let Some(command) = crowd.command(ledger.now) {
                // A refusal is an answer like any other: it changes nothing.
                let _ = ledger.decide(&command);
            }
            ledger.now = Timestamp(ledger.now.0 + crowd.rng.random_range(0..20_000));
        }
        let written = ledger.write().await;
        written.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        if crowd.untold.is_empty() {
            ledger.reload().await;
        }
        pay(&ledger, &mut crowd).await;
        tell(&mut ledger, &mut crowd);
    }
    assert!(!crowd.paid.is_empty(), "seed {seed} sells something");
}

/// Some pinned orders are paid: all that is decided is durable now.
async fn pay(ledger: &Ledger, crowd: &mut Crowd) {
    let pinned = ledger.map.orders().filter(|order| order.is_pinned());
    let pinned: BTreeSet<OrderId> = pinned.map(|order| order.opening.order).collect();
    for order in pinned {
        if !crowd.paid.contains(&order) && crowd.rng.random_bool(0.4) {
            ledger.pay(order).await;
            crowd.paid.insert(order);
            crowd.untold.insert(order);
        }
    }
}

/// The map is told of some sales; of the others, later.
fn tell(ledger: &mut Ledger, crowd: &mut Crowd) {
    for order in crowd.untold.clone() {
        if crowd.rng.random_bool(0.6) {
            ledger.must(&Command::Sell { order });
            crowd.untold.remove(&order);
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn random_commands_in_random_batches_are_loaded_as_they_were_decided(pool: PgPool) {
    for seed in 0..6 {
        clear(&pool).await;
        play(&pool, seed).await;
    }
}

/// Orders are named by number alone: each play begins without those of the last.
async fn clear(pool: &PgPool) {
    sqlx::query("truncate event_session_order, taken_seat, taken_standing, claim cascade")
        .execute(pool)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_that_is_cancelled_and_claimed_again_in_one_batch_is_open(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.must(&Command::Open(opening(0, ledger.now)));
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    let cancel = Command::Cancel {
        order: order(0),
        credential: credential(),
    };
    ledger.must(&cancel);
    let reclaim = Command::Reclaim {
        opening: opening(0, ledger.now),
        places: places(&[3, 4]),
    };
    ledger.must(&reclaim);
    ledger.write().await.unwrap();
    ledger.reload().await;
    assert_eq!(ledger.map.seats()[4], SeatState::Pinned(order(0)));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_opened_again_has_forgotten_its_claims_in_memory_and_in_the_rows(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.must(&Command::Open(opening(0, ledger.now)));
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    let cancel = Command::Cancel {
        order: order(0),
        credential: credential(),
    };
    ledger.durably(&cancel).await;
    let reclaim = Command::Reclaim {
        opening: opening(0, ledger.now),
        places: places(&[5]),
    };
    ledger.durably(&reclaim).await;
    ledger.reload().await;
    ledger.durably(&Command::Unpin { order: order(0) }).await;
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    ledger.reload().await;
    assert_eq!(ledger.map.seats()[3], SeatState::Held(order(0)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_paid_orders_claims_are_known_by_their_keys_and_others_are_not(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    for number in [0, 1] {
        ledger.must(&Command::Open(opening(number, ledger.now)));
        ledger.must(&claim(
            number,
            "key-1",
            named(&[number.try_into().unwrap()]),
        ));
    }
    ledger.write().await.unwrap();
    ledger.durably(&claim(0, "key-2", standing(FLOOR, 2))).await;
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.reload().await;
    ledger.pay(order(0)).await;
    ledger.durably(&Command::Sell { order: order(0) }).await;
    ledger.reload().await;
    let known = async |number, key| {
        let key = IdempotencyKey::new(key).unwrap();
        let claim = store::orders::granted_claim(&pool, order(number), &key).await;
        claim.unwrap().is_some()
    };
    assert!(known(0, "key-1").await && known(0, "key-2").await);
    assert!(!known(0, "key-3").await);
    let remembered = "select count(*) from remembered_claim";
    assert_eq!(count(&pool, remembered).await, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_claim_made_between_two_pins_is_filed_by_the_second(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.must(&Command::Open(opening(0, ledger.now)));
    ledger.must(&claim(0, "key-1", named(&[1])));
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.reload().await;
    ledger.must(&Command::Unpin { order: order(0) });
    ledger.durably(&claim(0, "key-2", named(&[2]))).await;
    ledger.reload().await;
    ledger.durably(&Command::Pin { order: order(0) }).await;
    ledger.reload().await;
    assert_eq!(count(&pool, "select count(*) from claim").await, 2);
}

/// Lets the log look older than any order may be.
const AGE_THE_LOG: &str = "with aged as (
    update claim_log set written_at = written_at - interval '1 day' returning 1
) select count(*) from aged";

#[sqlx::test(migrations = "../migrations")]
async fn a_takeover_drops_what_was_logged_for_orders_that_can_live_no_more(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.must(&Command::Open(opening(0, ledger.now)));
    ledger.must(&Command::Open(opening(1, ledger.now)));
    ledger.durably(&claim(0, "key-1", named(&[3]))).await;
    let cancel = Command::Cancel {
        order: order(0),
        credential: credential(),
    };
    ledger.durably(&cancel).await;
    assert_eq!(count(&pool, AGE_THE_LOG).await, 1);
    ledger.durably(&claim(1, "key-1", named(&[4]))).await;
    ledger.reload().await;
    assert_eq!(count(&pool, "select count(*) from claim_log").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_that_is_never_taken_over_drops_old_entries_as_it_goes(pool: PgPool) {
    let mut ledger = Ledger::new(&pool).await;
    ledger.must(&Command::Open(opening(0, ledger.now)));
    ledger.durably(&claim(0, "key-0", named(&[0]))).await;
    assert_eq!(count(&pool, AGE_THE_LOG).await, 1);
    for number in 1..=300 {
        let one = named(&[number % 10]);
        ledger.must(&Command::Open(opening(u64::from(number), ledger.now)));
        // Most find their seat taken: what matters is that a batch is written.
        let _ = ledger.decide(&claim(u64::from(number), "key", one));
        ledger.write().await.unwrap();
    }
    let old = "select count(*) from claim_log where written_at < now() - interval '1 hour'";
    assert_eq!(count(&pool, old).await, 0);
    ledger.durably(&claim(300, "key-2", named(&[20]))).await;
    assert!(count(&pool, "select count(*) from claim_log").await > 1);
}
