//! Taking places and giving them back: the hot path of the house.

use actix_web::{HttpResponse, web};
use domain::{SeatIndex, SectionId};
use operations::orders::{self, ClaimRequest, DropRequest, PriceRange};

use super::order_answer;
use crate::access::OrderCredential;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::input::{JsonBody, Key};
use crate::openapi::ProblemDocument;
use crate::wire::order::{DropSeat, GetSeat, Order};

/// Claims places, all or nothing
///
/// Durable when it is answered. The same key with the same body is answered as the first time.
/// 409 `seat_taken` with `taken` and `alternative`, `sold_out` with `free`, `limit_reached` with `limit`,
/// `order_expired`, `payment_under_way`, `claim_lapsed`, `not_on_sale` with `opensAt`; 422
/// `idempotency_key_reused`, `invalid_seat` with `seats`; 503 `busy`, `unavailable` with Retry-After.
#[utoipa::path(post, path = "/api/gateway/orders/{eventSessionOrderId}/get-seat", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path), ("Idempotency-Key" = String, Header)),
    security(("orderSecret" = [])), request_body = GetSeat,
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn get_seat(
    context: web::Data<Context>,
    by: OrderCredential,
    key: Key,
    body: JsonBody<GetSeat>,
) -> Answer<HttpResponse> {
    let hash = body.request_hash();
    let wish = claim_request(body.value)?;
    let view = orders::claim(&context.app, by.order, &by.credential, key.0, hash, wish).await?;
    Ok(order_answer(&context, view))
}

/// Gives places back; those that the order does not hold are ignored
#[utoipa::path(post, path = "/api/gateway/orders/{eventSessionOrderId}/drop-seat", tag = "gateway",
    params(("eventSessionOrderId" = uuid::Uuid, Path)), security(("orderSecret" = [])),
    request_body = DropSeat,
    responses((status = 200, body = Order), (status = "default", body = ProblemDocument)))]
pub async fn drop_seat(
    context: web::Data<Context>,
    by: OrderCredential,
    body: JsonBody<DropSeat>,
) -> Answer<HttpResponse> {
    let request = drop_request(body.value)?;
    let view = orders::drop_places(&context.app, by.order, &by.credential, request).await?;
    Ok(order_answer(&context, view))
}

/// A number of places as it came in.
pub(super) fn quantity(field: &'static str, number: i64) -> Answer<u32> {
    let positive = u32::try_from(number).ok().filter(|&number| number > 0);
    positive.ok_or_else(|| Problem::invalid_fields([(field, "must be a whole number above 0")]))
}

fn claim_request(body: GetSeat) -> Answer<ClaimRequest> {
    match body {
        GetSeat {
            seats: Some(seats),
            section: None,
            quantity: None,
            best: None,
            min_price: None,
            max_price: None,
            accessible: None,
        } => Ok(ClaimRequest::Seats(seat_indexes(&seats)?)),
        GetSeat {
            seats: None,
            section: Some(section),
            quantity: Some(number),
            best: None,
            min_price: None,
            max_price: None,
            accessible: None,
        } => {
            let quantity = quantity("quantity", number)?;
            Ok(ClaimRequest::Standing {
                section: SectionId(section),
                quantity,
            })
        }
        GetSeat {
            seats: None,
            section,
            quantity: None,
            best: Some(number),
            min_price,
            max_price,
            accessible,
        } => Ok(ClaimRequest::Best {
            quantity: quantity("best", number)?,
            section: section.map(SectionId),
            price: price_range(min_price, max_price)?,
            accessible: accessible.unwrap_or(false),
        }),
        GetSeat { .. } => Err(ambiguous("seats, or section and quantity, or best")),
    }
}

fn price_range(least: Option<i64>, most: Option<i64>) -> Answer<PriceRange> {
    match (least, most) {
        (Some(least), Some(most)) if least > most => Err(Problem::invalid_fields([(
            "maxPrice",
            "must not be less than minPrice",
        )])),
        _ => Ok(PriceRange { least, most }),
    }
}

fn drop_request(body: DropSeat) -> Answer<DropRequest> {
    match body {
        DropSeat {
            seats: Some(seats),
            section: None,
            quantity: None,
        } => {
            // A place that is none is not held either, so it is ignored like any other.
            let known = seats.iter().filter_map(|&seat| u32::try_from(seat).ok());
            Ok(DropRequest::Seats(known.map(SeatIndex).collect()))
        }
        DropSeat {
            seats: None,
            section: Some(section),
            quantity: Some(number),
        } => {
            let quantity = quantity("quantity", number)?;
            Ok(DropRequest::Standing {
                section: SectionId(section),
                quantity,
            })
        }
        DropSeat { .. } => Err(ambiguous("seats, or section and quantity")),
    }
}

fn seat_indexes(numbers: &[i64]) -> Answer<Vec<SeatIndex>> {
    let index = |&number: &i64| u32::try_from(number).map(SeatIndex);
    let indexes: Result<Vec<_>, _> = numbers.iter().map(index).collect();
    // What is out of the range of an index is in no manifest; the domain judges all others.
    indexes.map_err(|_| Problem::invalid_seat(&[]))
}

fn ambiguous(forms: &'static str) -> Problem {
    Problem::invalid_fields([("body", format!("must say exactly one of: {forms}"))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<ClaimRequest, &'static str> {
        let body = serde_json::from_str(text).map_err(|_| "no claim at all")?;
        claim_request(body).map_err(|problem| problem.code())
    }

    #[test]
    fn a_claim_has_one_of_three_forms() {
        let section = SectionId("01900000-0000-7000-8000-000000000001".parse().unwrap());
        let seats = Ok(ClaimRequest::Seats(vec![SeatIndex(3), SeatIndex(1)]));
        assert_eq!(parsed(r#"{"seats": [3, 1]}"#), seats);
        let standing = format!(r#"{{"section": "{section}", "quantity": 2}}"#);
        assert_eq!(
            parsed(&standing),
            Ok(ClaimRequest::Standing {
                section,
                quantity: 2
            })
        );
        let best = |price, accessible| {
            Ok(ClaimRequest::Best {
                quantity: 4,
                section: None,
                price,
                accessible,
            })
        };
        let any = PriceRange::default();
        assert_eq!(parsed(r#"{"best": 4}"#), best(any, false));
        let wish = r#"{"best": 4, "minPrice": 0, "maxPrice": 900, "accessible": true}"#;
        let range = PriceRange {
            least: Some(0),
            most: Some(900),
        };
        assert_eq!(parsed(wish), best(range, true));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            r"{}",
            r#"{"seats": [1], "best": 1}"#,
            r#"{"best": 0}"#,
            r#"{"best": -1}"#,
            r#"{"best": 1, "minPrice": 2, "maxPrice": 1}"#,
            r#"{"seats": [1], "maxPrice": 1}"#,
            r#"{"seats": [1], "accessible": true}"#,
        ] {
            assert_eq!(parsed(text), Err("invalid_fields"), "{text}");
        }
        assert_eq!(parsed(r#"{"seats": [-1]}"#), Err("invalid_seat"));
        assert_eq!(parsed(r#"{"seats": [4294967296]}"#), Err("invalid_seat"));
        assert_eq!(parsed(r#"{"seat": [1]}"#), Err("no claim at all"));
    }
}
