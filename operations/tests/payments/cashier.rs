//! Webhooks that come while the jobs of the process are done: sold at once, several together.

use std::time::Duration;

use domain::order::Provider;
use operations::App;
use sqlx::PgPool;

use crate::outside::{Outside, deliver, order_status, stripe_event};
use crate::support::House;

/// Until every webhook has been worked off; what came of each.
async fn outcomes(app: &App) -> Vec<(String, String)> {
    loop {
        let rows: Vec<(String, Option<String>)> =
            sqlx::query_as("select event_id, outcome from webhook_event order by 1")
                .fetch_all(&app.pool)
                .await
                .unwrap();
        let done: Vec<_> = rows
            .iter()
            .filter_map(|(event, outcome)| Some((event.clone(), outcome.clone()?)))
            .collect();
        if done.len() == rows.len() {
            return done;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many jobs there have ever been.
async fn jobs_made(app: &App) -> i64 {
    let made = "select last_value from pg_sequences
        where format('%I.%I', schemaname, sequencename)
            = pg_get_serial_sequence('graphile_worker._private_jobs', 'id')";
    let made = sqlx::query_scalar(made).fetch_one(&app.pool).await;
    made.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_paid_is_sold_at_once_and_what_is_not_as_usual_by_jobs(pool: PgPool) {
    let mut house = House::open(pool).await;
    let outside = Outside::beside(&mut house).await;
    let (mut orders, mut events) = (Vec::new(), Vec::new());
    for seat in 1..=4 {
        let buyer = house.buyer_of(&[seat]).await;
        let payment = house.pay_with(buyer, Provider::Stripe, "pay").await;
        let payment = payment.unwrap();
        outside.pay_by_card(&payment, "pm_card_visa").await;
        let mut intent = outside.intent(&payment).await;
        if seat == 4 {
            intent["amount_received"] = 1.into();
        }
        orders.push(buyer.order);
        events.push(stripe_event(
            &format!("evt_{seat}"),
            "payment_intent.succeeded",
            &intent,
        ));
        if seat == 1 {
            // The same money, told by another event.
            events.push(stripe_event("evt_1b", "payment_intent.succeeded", &intent));
        }
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(operations::jobs::run(house.app.clone(), async move {
        stopped.await.unwrap();
    }));
    // The worker begins, and opens before it waits for anything.
    tokio::task::yield_now().await;
    let jobs_before = jobs_made(&house.app).await;
    let deliveries = events.iter().map(|event| deliver(&house.app, event));
    for delivered in futures_util::future::join_all(deliveries).await {
        delivered.unwrap();
    }

    let came_of = outcomes(&house.app).await;
    let came_of: Vec<_> = came_of
        .iter()
        .map(|(event, outcome)| (event.as_str(), outcome.as_str()))
        .collect();
    assert_eq!(
        came_of,
        [
            ("evt_1", "settled"),
            ("evt_1b", "settled"),
            ("evt_2", "settled"),
            ("evt_3", "settled"),
            ("evt_4", "refused: another amount"),
        ]
    );
    // For the event that told of the same money, and for the one of another amount.
    assert_eq!(jobs_made(&house.app).await, jobs_before + 2);
    for order in &orders[..3] {
        assert_eq!(order_status(&house, *order).await, "PAID");
        let session = house.app.registry.session_of(*order);
        assert_eq!(session, None, "its session knows");
    }
    assert_eq!(order_status(&house, orders[3]).await, "PENDING");
    assert_eq!(house.books().await, (24_000, 0));
    stop.send(()).unwrap();
    worker.await.unwrap();
    outside.close().await;
    house.close().await;
}
