//! The operations on money: what each begins with, what buyers and staff do until it is done, and what it must end in.

use std::time::Instant;

use clap::ValueEnum;
use serde_json::Value;
use uuid::Uuid;

use super::stage::{Stage, a_moment, deadline};
use crate::outcome::Outcome;
use crate::payments::buyer::{Buyer, Cart, Heard};

const GOOD_CARD: &str = "pm_card_visa";
const BAD_CARD: &str = "pm_card_chargeDeclined";

/// What goes back as a favour, in minor units.
pub const FAVOUR: i64 = 150;

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// An order is paid by card.
    Card,
    /// A card is declined, and a second attempt pays.
    Declined,
    /// An order is paid through PayPal.
    Paypal,
    /// A card's attempt is left for PayPal.
    Change,
    /// Nobody pays, until the attempt's time is up.
    Deadline,
    /// The card is charged in the moment when the attempt's time is up.
    Late,
    /// A card was charged and nobody was told; its buyer leaves Stripe, which is silent, and pays through PayPal. The card's
    /// money comes second, and goes back.
    Twice,
    /// The same, but its buyer gives the order up, and somebody else takes the seats: the money that comes late goes back.
    Gone,
    /// An order is refunded in full.
    Refund,
    /// One of an order's two tickets is refunded.
    Ticket,
    /// A part of an order's money goes back, and its tickets stay.
    Favour,
    /// A session is cancelled with two paid orders, one by each provider, and an attempt under way.
    Cancel,
}

/// What an operation is about.
pub struct Subject {
    pub session: Uuid,
    pub carts: Vec<Cart>,
    /// What its buyers go on with.
    started: Value,
}

/// What an order ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Paid {
        tickets: i64,
    },
    /// Paid, and `FAVOUR` of it went back; both tickets are valid.
    Favoured,
    Refunded,
    /// Nothing was paid, and its places are held as before.
    Held,
    /// Nothing was paid.
    Unpaid,
}

impl Operation {
    /// What was before it.
    ///
    /// # Errors
    /// It did not come to this.
    pub async fn prepare(self, stage: &mut Stage) -> Outcome<Subject> {
        let session = match self {
            Self::Cancel => stage.another_session().await?,
            _ => stage.session,
        };
        let mut buyer = stage.buyer(session);
        let seats = stage.seats(2);
        let cart = buyer.claim(&seats).await?;
        let mut subject = Subject {
            session,
            carts: vec![cart.clone()],
            started: Value::Null,
        };
        match self {
            Self::Card | Self::Declined | Self::Paypal | Self::Change => {}
            Self::Deadline | Self::Late => {
                subject.started = attempt(stage, &mut buyer, &cart, "stripe").await?;
            }
            Self::Twice => charge_unheard(stage, &mut buyer, &cart).await?,
            Self::Gone => {
                charge_unheard(stage, &mut buyer, &cart).await?;
                // Turned to and left again.
                attempt(stage, &mut buyer, &cart, "paypal").await?;
                end_attempt(stage, cart.order.parse()?).await?;
                buyer.cancel(&cart).await?;
                stage.buyer(session).claim(&seats).await?;
            }
            Self::Refund | Self::Ticket | Self::Favour => {
                pay_by_card(stage, &mut buyer, &cart, GOOD_CARD).await?;
            }
            Self::Cancel => {
                pay_by_card(stage, &mut buyer, &cart, GOOD_CARD).await?;
                for _ in 0..2 {
                    let seats = stage.seats(1);
                    subject.carts.push(buyer.claim(&seats).await?);
                }
                pay_by_paypal(stage, &mut buyer, &subject.carts[1].clone()).await?;
                attempt(stage, &mut buyer, &subject.carts[2].clone(), "stripe").await?;
            }
        }
        if !matches!(
            self,
            Self::Deadline | Self::Late | Self::Twice | Self::Gone | Self::Cancel
        ) {
            stage.settle().await?;
        }
        Ok(subject)
    }

    /// Whoever wants it tries until it is done.
    ///
    /// # Errors
    /// It does not come to this.
    pub async fn drive(self, stage: &mut Stage, subject: &Subject) -> Outcome<()> {
        let cart = &subject.carts[0];
        let order: Uuid = cart.order.parse()?;
        let mut buyer = stage.buyer(subject.session);
        match self {
            Self::Card => pay_by_card(stage, &mut buyer, cart, GOOD_CARD).await?,
            Self::Declined => {
                let started = attempt(stage, &mut buyer, cart, "stripe").await?;
                confirm(&mut buyer, &started, BAD_CARD).await?;
                let is_over = "select not exists (select from payment where order_id = $1 and state = 'pending')";
                stage.until(is_over, order).await?;
                pay_by_card(stage, &mut buyer, cart, GOOD_CARD).await?;
            }
            Self::Paypal => pay_by_paypal(stage, &mut buyer, cart).await?,
            Self::Change => {
                attempt(stage, &mut buyer, cart, "stripe").await?;
                pay_by_paypal(stage, &mut buyer, cart).await?;
            }
            Self::Deadline => end_attempt(stage, order).await?,
            Self::Late => {
                confirm(&mut buyer, &subject.started, GOOD_CARD).await?;
                end_attempt(stage, order).await?;
            }
            Self::Twice => {
                pay_by_paypal(stage, &mut buyer, cart).await?;
                until_card_is_returned(stage, order).await?;
            }
            Self::Gone => until_card_is_returned(stage, order).await?,
            Self::Refund => {
                let is_done =
                    "select status = 'REFUNDED' from event_session_order where order_id = $1";
                command(stage, "refund", vec![order.to_string()], is_done, order).await?;
            }
            Self::Ticket => {
                let ticket =
                    "select ticket_id from ticket where order_id = $1 order by ordinal limit 1";
                let ticket: Uuid = sqlx::query_scalar(ticket)
                    .bind(order)
                    .fetch_one(&stage.pool)
                    .await?;
                let is_done = "select status = 'REFUNDED' from ticket where ticket_id = $1";
                let arguments = vec![order.to_string(), "--ticket".to_owned(), ticket.to_string()];
                command(stage, "refund", arguments, is_done, ticket).await?;
            }
            Self::Favour => {
                let amount = FAVOUR.to_string();
                let arguments = [&cart.order, "--amount", &amount, "--key", "drill"];
                let arguments = arguments.map(str::to_owned).to_vec();
                let is_done = "select exists (select from refund join payment using (payment_id) where order_id = $1)";
                command(stage, "refund", arguments, is_done, order).await?;
            }
            Self::Cancel => cancel_session(stage, subject).await?,
        }
        Ok(())
    }

    /// What each of its orders must have come to.
    pub fn ends(self) -> &'static [End] {
        match self {
            Self::Card
            | Self::Declined
            | Self::Paypal
            | Self::Change
            | Self::Late
            | Self::Twice => &[End::Paid { tickets: 2 }],
            Self::Gone => &[End::Unpaid],
            Self::Deadline => &[End::Held],
            Self::Refund => &[End::Refunded],
            Self::Ticket => &[End::Paid { tickets: 1 }],
            Self::Favour => &[End::Favoured],
            Self::Cancel => &[End::Refunded, End::Refunded, End::Unpaid],
        }
    }
}

/// An attempt that is under way: begun by the same request, again and again, until its answer comes.
async fn attempt(
    stage: &mut Stage,
    buyer: &mut Buyer,
    cart: &Cart,
    provider: &str,
) -> Outcome<Value> {
    let give_up = deadline();
    let mut key = Uuid::new_v4().to_string();
    let mut refusal = String::new();
    while Instant::now() < give_up {
        stage.revive().await?;
        match buyer.start(cart, provider, &key).await {
            Ok(Heard::Done(started)) if started["state"] == "pending" => return Ok(started),
            // That attempt is over, or there was none: the buyer tries once more.
            Ok(Heard::Done(_)) => key = Uuid::new_v4().to_string(),
            Ok(Heard::Refused(status, why)) => {
                if status < 500 {
                    key = Uuid::new_v4().to_string();
                }
                refusal = why;
            }
            // Whether it has begun is not known.
            Err(_) => {}
        }
        a_moment().await;
    }
    Err(format!("no attempt could be begun: {refusal}").into())
}

/// A card is charged, the word of it is lost, and Stripe goes away.
async fn charge_unheard(stage: &mut Stage, buyer: &mut Buyer, cart: &Cart) -> Outcome<()> {
    let started = attempt(stage, buyer, cart, "stripe").await?;
    stage.lose_webhooks(true).await?;
    let is_charged = confirm(buyer, &started, GOOD_CARD).await?;
    stage.lose_webhooks(false).await?;
    stage.send_stripe_away(true).await?;
    match is_charged {
        true => Ok(()),
        false => Err("the card was not charged".into()),
    }
}

/// Stripe comes back, and what it has goes back.
async fn until_card_is_returned(stage: &mut Stage, order: Uuid) -> Outcome<()> {
    stage.send_stripe_away(false).await?;
    let is_returned = "select exists (select from refund join payment using (payment_id)
         where order_id = $1 and provider = 'stripe' and refund.state = 'done')";
    stage.until(is_returned, order).await
}

/// Staff cancel a session, until all of its orders are refunded.
async fn cancel_session(stage: &mut Stage, subject: &Subject) -> Outcome<()> {
    let session = subject.session;
    let arguments = ["--reason", "the drill", "--no-wait"].map(str::to_owned);
    let arguments = [vec![session.to_string()], arguments.to_vec()].concat();
    let is_begun = "select exists (select from session_cancellation where session_id = $1)";
    command(stage, "cancel-session", arguments, is_begun, session).await?;
    let is_done = "select finished_at is not null from session_cancellation where session_id = $1";
    stage.until(is_done, session).await?;
    // What was to end the open attempt has nothing left to do.
    end_attempt(stage, subject.carts[2].order.parse()?).await
}

/// What the buyer's browser does; whether the card was taken. An attempt that is over takes none.
async fn confirm(buyer: &mut Buyer, started: &Value, card: &str) -> Outcome<bool> {
    let secret = started["stripe"]["clientSecret"].as_str();
    let heard = buyer.confirm(secret.ok_or("an attempt without a secret")?, card);
    Ok(matches!(heard.await?, Heard::Done(_)))
}

async fn pay_by_card(stage: &mut Stage, buyer: &mut Buyer, cart: &Cart, card: &str) -> Outcome<()> {
    loop {
        let started = attempt(stage, buyer, cart, "stripe").await?;
        if confirm(buyer, &started, card).await? {
            break;
        }
    }
    until_paid(stage, cart).await
}

async fn pay_by_paypal(stage: &mut Stage, buyer: &mut Buyer, cart: &Cart) -> Outcome<()> {
    let started = attempt(stage, buyer, cart, "paypal").await?;
    let address = started["paypal"]["approveUrl"].as_str();
    let agreed = buyer.agree(address.ok_or("an attempt without an address")?);
    agreed.await?.done()?;
    until_paid(stage, cart).await
}

async fn until_paid(stage: &mut Stage, cart: &Cart) -> Outcome<()> {
    let is_paid = "select status = 'PAID' from event_session_order where order_id = $1";
    stage.until(is_paid, cart.order.parse()?).await
}

/// The attempt's time is up now, and is seen to.
async fn end_attempt(stage: &mut Stage, order: Uuid) -> Outcome<()> {
    sqlx::query("update graphile_worker._private_jobs set run_at = now() where key = 'payment_deadline:' || $1")
        .bind(order.to_string())
        .execute(&stage.pool)
        .await?;
    let is_over = "select not exists (select from graphile_worker._private_jobs
                       where key = 'payment_deadline:' || $1::text)
                   and not exists (select from payment where order_id = $1 and state = 'pending')";
    let give_up = deadline();
    while Instant::now() < give_up {
        // A try that failed is due again at once.
        sqlx::query(
            "update graphile_worker._private_jobs set run_at = now()
             where key = 'payment_deadline:' || $1 and locked_at is null and run_at > now()",
        )
        .bind(order.to_string())
        .execute(&stage.pool)
        .await?;
        stage.revive().await?;
        let over: bool = sqlx::query_scalar(is_over)
            .bind(order)
            .fetch_one(&stage.pool)
            .await?;
        if over {
            return Ok(());
        }
        a_moment().await;
    }
    Err("an attempt was not ended in time".into())
}

/// Staff run a command until what they want is so.
async fn command(
    stage: &mut Stage,
    name: &str,
    arguments: Vec<String>,
    is_done: &'static str,
    about: Uuid,
) -> Outcome<()> {
    let give_up = deadline();
    while Instant::now() < give_up {
        stage.revive().await?;
        stage.command(name, &arguments).await?;
        stage.revive().await?;
        let done: bool = sqlx::query_scalar(is_done)
            .bind(about)
            .fetch_one(&stage.pool)
            .await?;
        if done {
            return Ok(());
        }
    }
    Err(format!("frontrow {name} {arguments:?} did not do it").into())
}
