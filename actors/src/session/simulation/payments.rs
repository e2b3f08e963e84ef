//! The payment operation as the actor knows it: pin, sell in the rows, tell until it is heard.

use std::sync::Arc;
use std::time::Duration;

use domain::OrderId;
use domain::seat_map::{Claim, Command, Places, Wish};
use rand::RngExt;
use rand::rngs::StdRng;

use super::rows::Status;
use super::world::World;
use crate::session::CommandError;

/// Pins an order, and then sells it or gives up.
pub async fn pay(world: Arc<World>, mut rng: StdRng, order: OrderId) {
    if insist(&world, &Command::Pin { order }).await {
        settle(&world, &mut rng, order).await;
    }
}

/// Money that came after the order had ended: claims its places again, or gives the money back.
pub async fn pay_late(world: Arc<World>, mut rng: StdRng, order: OrderId, claims: Vec<Claim>) {
    tokio::time::sleep(Duration::from_millis(rng.random_range(0..150_000))).await;
    let opening = {
        let rows = &world.database.books().rows;
        let ended = rows
            .orders
            .get(&order)
            .filter(|row| row.status == Status::Cancelled);
        ended.map(|row| row.opening)
    };
    let places = claims.iter().find_map(|claim| match &claim.wish {
        Wish::Seats(seats) => Some(seats.clone()),
        Wish::Standing { .. } | Wish::Best { .. } => None,
    });
    let (Some(opening), Some(seats)) = (opening, places) else {
        return;
    };
    let places = Places {
        seats,
        standing: Vec::new(),
    };
    if insist(&world, &Command::Reclaim { opening, places }).await {
        settle(&world, &mut rng, order).await;
    }
}

async fn settle(world: &World, rng: &mut StdRng, order: OrderId) {
    tokio::time::sleep(Duration::from_millis(rng.random_range(10..15_000))).await;
    let unpin = Command::Unpin { order };
    match rng.random_range(0..10) {
        0..4 => drop(world.database.sell(order)),
        4..7 => drop(insist(world, &unpin).await),
        // The money comes while the operation gives up.
        _ => {
            let pause = Duration::from_millis(rng.random_range(0..30));
            let sale = async {
                tokio::time::sleep(pause).await;
                world.database.sell(order)
            };
            tokio::join!(insist(world, &unpin), sale);
        }
    }
    let is_paid = {
        let orders = &world.database.books().rows.orders;
        orders
            .get(&order)
            .is_some_and(|row| row.status == Status::Paid)
    };
    if is_paid {
        if rng.random_bool(0.3) {
            // The first tell is lost; the job repeats it.
            tokio::time::sleep(Duration::from_millis(rng.random_range(1_000..60_000))).await;
        }
        insist(world, &Command::Sell { order }).await;
    }
}

/// Repeats a command until its fate is known. Whether it was done.
async fn insist(world: &World, command: &Command) -> bool {
    loop {
        match world.ask(command).await {
            Ok(()) => return true,
            Err(CommandError::Refused(_)) => return false,
            Err(CommandError::Busy { retry_after } | CommandError::Unavailable { retry_after }) => {
                tokio::time::sleep(retry_after).await;
            }
        }
    }
}
