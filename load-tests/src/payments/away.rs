//! Stripe goes away in mid-sale. Whoever wants to pay meanwhile turns to PayPal, with the seats they have; who had paid
//! already gets their tickets when Stripe is back. Nobody loses a seat that they could still pay for.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::Value;
use uuid::Uuid;

use super::buyer::{Buyer, Cart, Heard};
use super::{Executables, Played, free_address, keys};
use crate::box_office::{self, Hall, Terms};
use crate::connection::{Connection, Headers, request};
use crate::outcome::Outcome;
use crate::say::say;
use crate::scratch::Scratch;
use crate::server::{Recipe, Server};
use crate::verdict::Verdict;

/// How long server and sandbox may take to be ready.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long an order may take once Stripe is back: a webhook that waited is sent again, or the reconciler asks.
const AFTERWARDS: Duration = Duration::from_secs(90);

/// How long a buyer rests between two looks, and between two orders.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// So many seats are enough for the fastest server.
const SEATS_A_SECOND: usize = 1_500;

/// Send Stripe away in mid-sale, and look whether everybody who wants to pay still can
#[derive(Debug, Clone, Args)]
pub struct AwayArgs {
    #[command(flatten)]
    pub executables: Executables,
    /// How long Stripe is away
    #[arg(long, default_value_t = 60)]
    pub secs: u64,
    /// How long the sale goes on before and after
    #[arg(long, default_value_t = 5)]
    pub around_secs: u64,
    /// How many buyers there are at a time
    #[arg(long, default_value_t = 32)]
    pub buyers: usize,
}

/// The product and the outside, running.
struct Scene {
    server: Server,
    recipe: Recipe,
    sandbox: Played,
    session: Uuid,
    _scratch: Scratch,
}

/// When Stripe is away, and when nobody begins to buy any more.
#[derive(Clone, Copy)]
struct Times {
    from: Instant,
    until: Instant,
    end: Instant,
}

/// An order that was paid.
struct Paid {
    began: Instant,
    took: Duration,
    by: &'static str,
}

impl Paid {
    /// Whether it was begun, and paid the other way, while Stripe was away.
    fn turned_in(&self, times: Times) -> bool {
        self.by == "paypal" && self.began >= times.from && self.began + self.took < times.until
    }
}

/// Runs it.
///
/// # Errors
/// The harness itself could not work.
pub async fn run(args: &AwayArgs) -> Outcome<Verdict> {
    let seconds = usize::try_from(args.secs + 2 * args.around_secs)?;
    let scene = Scene::set(args, seconds * SEATS_A_SECOND).await?;
    let from = Instant::now() + Duration::from_secs(args.around_secs);
    let until = from + Duration::from_secs(args.secs);
    let end = until + Duration::from_secs(args.around_secs);
    let times = Times { from, until, end };
    let crowd = (0..args.buyers).map(|buyer| buy(&scene, times, buyer, args.buyers));
    let crowd = futures_util::future::join_all(crowd);
    let (histories, sent_away) = tokio::join!(crowd, send_away(&scene, times));
    sent_away?;
    let (mut paid, mut lost) = (Vec::new(), Vec::new());
    for order in histories.into_iter().flatten() {
        match order {
            Ok(order) => paid.push(order),
            Err(error) => lost.push(error),
        }
    }
    tell(&paid, times);
    for error in lost.iter().take(5) {
        say(format_args!("LOST  {error}"));
    }
    let is_sound = super::audit(&scene.recipe).await?;
    scene.server.stop().await?;
    let turned = paid.iter().filter(|order| order.turned_in(times)).count();
    say(format_args!(
        "away: {} orders paid, {turned} of them begun and paid through PayPal while Stripe was away; {} lost",
        paid.len(),
        lost.len()
    ));
    Ok(match lost.is_empty() && turned > 0 && is_sound {
        true => Verdict::Passed,
        false => Verdict::Failed,
    })
}

impl Scene {
    async fn set(args: &AwayArgs, seats: usize) -> Outcome<Self> {
        let scratch = Scratch::new("away")?;
        let mut recipe = Recipe::new(args.executables.frontrow.as_deref(), scratch.path())?;
        let options = [
            format!("--stripe-webhook=http://{}/webhooks/stripe", recipe.address),
            format!("--paypal-webhook=http://{}/webhooks/paypal", recipe.address),
        ];
        let sandbox = Played::start(
            args.executables.sandbox.as_deref(),
            free_address()?,
            &options,
        )?;
        recipe.environment = keys(sandbox.address);
        let mut server = recipe.start()?;
        server.ready(READY_TIMEOUT).await?;
        sandbox.ready().await?;
        let venue = box_office::import(&recipe, &Hall::Generated(seats)).await?;
        let terms = Terms {
            hold_secs: 600,
            max_per_order: 4,
        };
        let session = box_office::put_on_sale(&recipe, &venue, terms).await?;
        Ok(Self {
            server,
            recipe,
            sandbox,
            session,
            _scratch: scratch,
        })
    }
}

async fn send_away(scene: &Scene, times: Times) -> Outcome<()> {
    tokio::time::sleep_until(times.from.into()).await;
    let seconds = times.until.duration_since(times.from).as_secs();
    let body = format!("{{\"seconds\":{seconds}}}");
    let away = request(
        "POST",
        "/control/stripe/away",
        Headers::default(),
        Some(body.as_bytes()),
    );
    let answer = Connection::new(scene.sandbox.address).send(&away).await?;
    match answer.status {
        204 => Ok(()),
        status => Err(format!("the sandbox does not send Stripe away: {status}").into()),
    }
}

/// One order after the other, each of a seat of one's own, until the sale ends.
async fn buy(
    scene: &Scene,
    times: Times,
    buyer: usize,
    buyers: usize,
) -> Vec<Result<Paid, String>> {
    let mut hands = Buyer::new(scene.server.address, scene.sandbox.address, scene.session);
    let mut history = Vec::new();
    let mut seat = buyer;
    while Instant::now() < times.end {
        let began = Instant::now();
        let paid = pay(&mut hands, seat, times).await;
        history.push(paid.map(|by| Paid {
            began,
            took: began.elapsed(),
            by,
        }));
        seat += buyers;
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    history
}

/// By card if that can be, else through PayPal; by what it was.
async fn pay(hands: &mut Buyer, seat: usize, times: Times) -> Result<&'static str, String> {
    let cart = hands.claim(&[seat]).await;
    let cart = cart.map_err(|error| format!("seat {seat} was not claimed: {error}"))?;
    let give_up = times.end + AFTERWARDS;
    let mut by = "stripe";
    let mut last = String::new();
    while Instant::now() < give_up {
        match try_to_pay(hands, &cart, by).await {
            Ok(()) => return until_paid(hands, &cart, seat, give_up).await.map(|()| by),
            Err(error) => {
                last = error.to_string();
                by = if by == "stripe" { "paypal" } else { "stripe" };
            }
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    Err(format!("seat {seat} could not be paid: {last}"))
}

/// Until the money has moved, or the buyer has agreed that it may.
async fn try_to_pay(hands: &mut Buyer, cart: &Cart, by: &str) -> Outcome<()> {
    let key = Uuid::new_v4().to_string();
    let started = hands.start(cart, by, &key).await?.done()?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let heard = match by {
        "stripe" => {
            let secret = word(&started["stripe"]["clientSecret"]);
            hands.confirm(&secret, "pm_card_visa").await?
        }
        _ => hands.agree(&word(&started["paypal"]["approveUrl"])).await?,
    };
    match heard {
        Heard::Done(_) => Ok(()),
        Heard::Refused(status, why) => Err(format!("{by} answers {status}: {why}").into()),
    }
}

async fn until_paid(
    hands: &mut Buyer,
    cart: &Cart,
    seat: usize,
    give_up: Instant,
) -> Result<(), String> {
    while Instant::now() < give_up {
        match hands.order(cart).await {
            Ok(order) if order["status"] == "PAID" => {
                let has_it = order["seats"] == serde_json::json!([seat]);
                return match has_it {
                    true => Ok(()),
                    false => Err(format!("seat {seat} was paid, and sold otherwise: {order}")),
                };
            }
            Ok(order) if order["status"] != "PENDING" => {
                return Err(format!("the order of seat {seat} is {}", order["status"]));
            }
            Ok(_) | Err(_) => tokio::time::sleep(LOOK_INTERVAL).await,
        }
    }
    Err(format!(
        "seat {seat} was not sold in time, and its buyer has paid"
    ))
}

fn tell(paid: &[Paid], times: Times) {
    let count = |by: &str, meanwhile: bool| {
        let orders = paid.iter().filter(|order| {
            order.by == by && (times.from..times.until).contains(&order.began) == meanwhile
        });
        orders.count()
    };
    say(format_args!(
        "away: of the orders begun while Stripe was there, {} were paid by card and {} through PayPal",
        count("stripe", false),
        count("paypal", false)
    ));
    let meanwhile = paid
        .iter()
        .filter(|order| (times.from..times.until).contains(&order.began));
    let through_paypal = meanwhile.filter(|order| order.by == "paypal");
    let slowest = through_paypal.map(|order| order.took).max();
    say(format_args!(
        "away: of those begun meanwhile, {} through PayPal, the slowest in {:.1?}, and {} by card, when it was back",
        count("paypal", true),
        slowest.unwrap_or_default(),
        count("stripe", true)
    ));
}
