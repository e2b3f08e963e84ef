//! The places of refunded tickets: on sale again or kept, as each refund chose.

use domain::TicketId;
use operations::orders::ClaimRequest;
use operations::refunds::{self, Extent, PlacesAfter, RefundRequest};
use sqlx::PgPool;

use crate::support::{Buyer, House, refund_request, work_off};

async fn refund(house: &House, buyer: Buyer, ticket: TicketId, places: PlacesAfter) {
    let request = RefundRequest {
        places,
        ..refund_request(buyer.order, Extent::Tickets(vec![ticket]))
    };
    refunds::refund(&house.app.pool, &request).await.unwrap();
}

async fn seat_state(house: &House, seat: i32) -> Option<String> {
    let found = "select state from taken_seat where session_id = $1 and seat_index = $2";
    let found = sqlx::query_scalar(found).bind(house.session.0).bind(seat);
    found.fetch_optional(&house.app.pool).await.unwrap()
}

/// Standing places that are sold, kept from sale, and free.
async fn standing(house: &House) -> (u32, u32, u32) {
    let session = house.app.registry.session(house.session).await.unwrap();
    let counts = session.feed().snapshot().standing[0];
    let capacity = crate::support::STANDING_PLACES;
    let kept = capacity - counts.free - counts.sold - counts.held;
    (counts.sold, kept, counts.free)
}

/// A buyer of two seats and four standing places, and their tickets: seats first.
async fn sold(house: &House) -> (Buyer, Vec<TicketId>) {
    let buyer = house.buyer_of(&[1, 2]).await;
    let people = ClaimRequest::Standing {
        section: house.floor,
        quantity: 4,
    };
    house.claim(buyer, "bb", people).await.unwrap();
    let payment = house.pay(buyer, "pay").await.unwrap();
    let view = house.confirm(&payment).await.unwrap();
    let tickets = view.tickets.iter().map(|ticket| ticket.ticket_id);
    (buyer, tickets.collect())
}

#[sqlx::test(migrations = "../migrations")]
async fn each_refund_of_an_order_has_its_own_choice_for_its_places(pool: PgPool) {
    let house = House::open(pool).await;
    let (buyer, tickets) = sold(&house).await;
    // All of them before the session hears of any.
    for (ticket, places) in [
        (0, PlacesAfter::Withheld),
        (2, PlacesAfter::Withheld),
        (3, PlacesAfter::OnSale),
        (4, PlacesAfter::Withheld),
        (1, PlacesAfter::OnSale),
    ] {
        refund(&house, buyer, tickets[ticket], places).await;
    }
    work_off(&house.app).await;
    let kept = seat_state(&house, 1).await;
    assert_eq!(kept.as_deref(), Some("allocated"));
    assert_eq!(seat_state(&house, 2).await, None, "on sale again");
    assert_eq!(standing(&house).await, (1, 2, 17));
    house.books().await;
    house.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_choice_that_was_followed_and_not_noted_is_followed_once(pool: PgPool) {
    let house = House::open(pool).await;
    let (buyer, tickets) = sold(&house).await;
    refund(&house, buyer, tickets[2], PlacesAfter::Withheld).await;
    work_off(&house.app).await;
    // As if the process had died right before it noted that.
    sqlx::query("update refund set places_returned_at = null")
        .execute(&house.app.pool)
        .await
        .unwrap();
    refund(&house, buyer, tickets[3], PlacesAfter::OnSale).await;
    work_off(&house.app).await;
    assert_eq!(standing(&house).await, (2, 1, 17));
    house.books().await;
    house.close().await;
}
