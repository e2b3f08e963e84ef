//! A small house in the database, orders by number, and what a buyer can ask for.
//!
//! Section 0 has three rows of ten seats, of which seat 29 is out of use in the plan; section 1
//! is standing for twenty, section 2 for five.

use std::time::Duration;

use domain::manifest::{Placement, Point, Seat, Section, SectionKind, Shape};
use domain::order::{Credential, Owner, SecretHash};
use domain::pnr::Pnr;
use domain::seat_map::{Claim, Command, IdempotencyKey, Opening, Places, RequestHash, Rules, Wish};
use domain::{Manifest, OrderId, SeatIndex, SectionId, SectionIndex, SessionId, Timestamp};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

/// When everything here happens.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);
/// How long a hold lasts, unless a test says otherwise.
pub const HOLD: Duration = Duration::from_secs(600);
/// The standing section for twenty.
pub const FLOOR: SectionIndex = SectionIndex(1);

/// The places of the house.
pub fn manifest() -> Manifest {
    let section = |number: u128, kind| Section {
        section_id: SectionId(Uuid::from_u128(number)),
        name: format!("Section {number}"),
        kind,
        placement: placement(0, 0),
    };
    let seats = (0..30).map(|seat| Seat {
        section: SectionIndex(0),
        row: (seat / 10 + 1).to_string(),
        number: (seat % 10 + 1).to_string(),
        placement: placement(seat % 10 * 100, seat / 10 * 200),
        accessible: false,
        disabled: seat == 29,
    });
    let sections = vec![
        section(0, SectionKind::Seated),
        section(1, SectionKind::Standing { capacity: 20 }),
        section(2, SectionKind::Standing { capacity: 5 }),
    ];
    Manifest::new(sections, seats.collect(), Point { x: 450, y: -500 }).unwrap()
}

fn placement(position_x: i32, position_y: i32) -> Placement {
    Placement {
        position_x,
        position_y,
        rotation: 0,
        shape: Shape::Ellipse,
        size_x: 80,
        size_y: 80,
    }
}

/// Puts a session of the house on sale.
pub async fn session_on_sale(pool: &PgPool, hold: Duration) -> SessionId {
    session(pool, "on_sale", hold).await
}

/// Stores a session of the house.
pub async fn session(pool: &PgPool, status: &str, hold: Duration) -> SessionId {
    let session_id = SessionId(Uuid::now_v7());
    let manifest = manifest();
    sqlx::query(
        "with new_country as (
             insert into country values ('DE', 'Germany') on conflict do nothing
         ), new_city as (
             insert into city values ($1, 'DE', 'Berlin', $1::text)
         ), new_venue as (
             insert into venue (venue_id, city_id, name, slug, time_zone)
             values ($1, $1, 'House', $1::text, 'Europe/Berlin')
         ), new_manifest as (
             insert into manifest (manifest_id, venue_id, content_hash, document)
             values ($1, $1, sha256(uuid_send($1)), $2)
         ), new_category as (
             insert into category values ($1, 'Music', $1::text)
         ), new_event as (
             insert into event (event_id, category_id, title, slug) values ($1, $1, 'Concert', $1::text)
         ), new_session as (
             insert into event_session (session_id, event_id, venue_id, manifest_id, status,
                 starts_at, on_sale_from, currency, hold_secs)
             values ($1, $1, $1, $1, $3, '2040-01-01', '2020-01-01', 'EUR', $4)
         )
         insert into session_section (session_id, section_index, section_id, name, price, capacity)
         select $1, section_index, $1, 'Section ' || section_index, 5000, nullif(capacity, 0)
         from unnest($5::integer[]) with ordinality as section(capacity, ordinal),
              lateral (select ordinal - 1 as section_index) as indexed",
    )
    .bind(session_id.0)
    .bind(Json(&manifest))
    .bind(status)
    .bind(i32::try_from(hold.as_secs()).unwrap())
    .bind(
        manifest
            .sections()
            .iter()
            .map(|section| i32::try_from(section.capacity()).unwrap())
            .collect::<Vec<_>>(),
    )
    .execute(pool)
    .await
    .unwrap();
    session_id
}

/// What the session allows.
pub fn rules() -> Rules {
    Rules {
        max_per_order: 10,
        max_per_buyer: None,
        hold: HOLD,
        max_life: HOLD * 4,
        on_sale_from: Timestamp(0),
        on_sale_until: None,
        stopped: false,
    }
}

/// The order of a number.
pub fn order(number: u64) -> OrderId {
    OrderId(Uuid::from_u128(0xabc0_0000 + u128::from(number)))
}

/// The secret of everybody's orders here.
pub fn secret() -> SecretHash {
    SecretHash::of("secret")
}

/// Who presents it.
pub fn credential() -> Credential {
    Credential {
        secret_hash: Some(secret()),
        account: None,
    }
}

/// The opening of the order of a number.
pub fn opening(number: u64, opened_at: Timestamp) -> Opening {
    Opening {
        order: order(number),
        pnr: Pnr::from_number(number),
        owner: Owner {
            secret_hash: secret(),
            account: None,
        },
        buyer: None,
        opened_at,
    }
}

/// A claim of the order of a number, under a key.
pub fn claim(number: u64, key: &str, wish: Wish) -> Command {
    let mut request_hash = [0; 32];
    request_hash[..key.len()].copy_from_slice(key.as_bytes());
    Command::Claim(Claim {
        order: order(number),
        credential: credential(),
        key: IdempotencyKey::new(key).unwrap(),
        request_hash: RequestHash(request_hash),
        wish,
    })
}

/// These seats.
pub fn seats(indexes: &[u32]) -> Vec<SeatIndex> {
    indexes.iter().copied().map(SeatIndex).collect()
}

/// The wish for these seats.
pub fn named(indexes: &[u32]) -> Wish {
    Wish::Seats(seats(indexes))
}

/// These seats as places.
pub fn places(indexes: &[u32]) -> Places {
    Places {
        seats: seats(indexes),
        standing: Vec::new(),
    }
}

/// What `select` counts.
pub async fn count(pool: &PgPool, select: &'static str) -> i64 {
    sqlx::query_scalar(select).fetch_one(pool).await.unwrap()
}
