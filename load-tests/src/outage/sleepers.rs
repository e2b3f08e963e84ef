//! Buyers who hold seats while Postgres is away, and whose timer runs out meanwhile.

use uuid::Uuid;

use crate::cart::{Cart, fresh_key};
use crate::checker::Violation;
use crate::history::{Answer, Operation, OrderState, Status, Wish};
use crate::load::Load;
use crate::outcome::Outcome;
use crate::payment::pay_once;
use crate::timeline::{Micros, SECOND};

/// An outage leaves a hold at least so long.
const GRACE: Micros = 60 * SECOND;

/// How often a request of unknown fate is repeated.
const ATTEMPTS: u32 = 30;

/// Orders that hold seats.
pub struct Sleepers {
    asleep: Vec<(Cart, OrderState)>,
}

impl Sleepers {
    /// Takes two seats for each sleeper.
    ///
    /// # Errors
    /// The server does not grant them.
    pub async fn fall_asleep(load: &Load, session: Uuid, count: usize) -> Outcome<Self> {
        let mut asleep = Vec::with_capacity(count);
        for _ in 0..count {
            let mut cart = Cart::new(load.address, session, load.history.clone());
            cart.insist(&Operation::Open, ATTEMPTS).await;
            let claim = Operation::Claim {
                key: fresh_key(),
                wish: Wish::Best(2),
            };
            match cart.insist(&claim, ATTEMPTS).await {
                Answer::Order(order) => asleep.push((cart, order)),
                other => return Err(format!("a sleeper got no seats: {other:?}").into()),
            }
        }
        Ok(Self { asleep })
    }

    /// After the outage: each still has its seats, for a minute at least, and can pay them.
    pub async fn wake(&mut self, back_at: Micros) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (cart, before) in &mut self.asleep {
            let order = cart.order_id().unwrap_or_default();
            if let Err(what) = wake_one(cart, before, back_at).await {
                violations.push(Violation::HoldEaten { order, what });
            }
        }
        violations
    }
}

async fn wake_one(cart: &mut Cart, before: &OrderState, back_at: Micros) -> Result<(), String> {
    let answer = cart.insist(&Operation::Read, ATTEMPTS).await;
    let Answer::Order(now) = answer else {
        return Err(format!("it was answered {answer:?}"));
    };
    if now.status != Status::Pending || now.seats != before.seats {
        return Err(format!(
            "it had {:?}, and has {:?} in {:?}",
            before.seats, now.seats, now.status
        ));
    }
    // A deadline that was far away was not touched; the wire may round to whole seconds.
    let enough = back_at + GRACE - SECOND;
    if before.deadline < enough && now.deadline < enough {
        let left = now.deadline.saturating_sub(back_at) / SECOND;
        return Err(format!("it lives only {left} s after the outage"));
    }
    cart.insist(
        &Operation::Amount {
            quantity: now.seats.len(),
        },
        ATTEMPTS,
    )
    .await;
    cart.insist(&Operation::Address, ATTEMPTS).await;
    if pay_once(cart, true).await {
        Ok(())
    } else {
        Err("it could not be paid".into())
    }
}
