//! Buyers who hold seats while Postgres is away, and whose timer runs out meanwhile.

use std::time::{Duration, Instant};

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

/// How long a session may take until it is loaded again.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a request of unknown fate is repeated.
const ATTEMPTS: u32 = 30;

/// Orders that hold seats.
pub struct Sleepers {
    asleep: Vec<(Cart, OrderState)>,
    /// How long it took to take all seats.
    pub fell_asleep_in: Duration,
}

impl Sleepers {
    /// Takes two seats for each sleeper.
    ///
    /// # Errors
    /// The server does not grant them.
    pub async fn fall_asleep(load: &Load, session: Uuid, count: usize) -> Outcome<Self> {
        let began = Instant::now();
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
        Ok(Self {
            asleep,
            fell_asleep_in: began.elapsed(),
        })
    }

    /// After the outage: each still has its seats, for a minute at least, and can pay them.
    pub async fn wake(&mut self, back_at: Micros) -> Vec<Violation> {
        // All sessions are loaded at the same time, so that all sleepers share one patience.
        let patience = Instant::now() + RELOAD_TIMEOUT;
        let mut violations = Vec::new();
        for (cart, before) in &mut self.asleep {
            let order = cart.order_id().unwrap_or_default();
            let eaten = |what| Violation::HoldEaten { order, what };
            violations.extend(
                see_grace(cart, before, back_at, patience)
                    .await
                    .err()
                    .map(eaten),
            );
        }
        for (cart, before) in &mut self.asleep {
            let order = cart.order_id().unwrap_or_default();
            if !pay(cart, before.seats.len()).await {
                let what = "it could not be paid".to_owned();
                violations.push(Violation::HoldEaten { order, what });
            }
        }
        violations
    }
}

async fn pay(cart: &mut Cart, quantity: usize) -> bool {
    cart.insist(&Operation::Amount { quantity }, ATTEMPTS).await;
    cart.insist(&Operation::Address, ATTEMPTS).await;
    pay_once(cart, true).await
}

/// Looks at the order until it has its grace. Until its session is loaded again it shows what was
/// committed last: its seats, and a deadline that has passed.
async fn see_grace(
    cart: &mut Cart,
    before: &OrderState,
    back_at: Micros,
    patience: Instant,
) -> Result<(), String> {
    // The wire may round to whole seconds.
    let enough = back_at + GRACE - SECOND;
    loop {
        let answer = cart.insist(&Operation::Read, ATTEMPTS).await;
        let Answer::Order(now) = answer else {
            return Err(format!("it was answered {answer:?}"));
        };
        if now.status != Status::Pending || now.seats != before.seats {
            let (had, has) = (&before.seats, &now.seats);
            return Err(format!(
                "it had {had:?}, and has {has:?} as {:?}",
                now.status
            ));
        }
        if now.deadline >= enough {
            return Ok(());
        }
        if Instant::now() > patience {
            let left = Duration::from_micros(now.deadline.saturating_sub(back_at));
            return Err(format!(
                "it lives only {left:.1?} from when Postgres was back"
            ));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
