//! A small house for tests, its orders known by numbers.

use std::sync::Arc;
use std::time::Duration;

use domain::manifest::{Placement, Point, Seat, Section, SectionKind, Shape};
use domain::order::{Credential, Owner, SecretHash};
use domain::pnr::Pnr;
use domain::seat_map::{Claim, Command, IdempotencyKey, Opening, RequestHash, Rules, Wish};
use domain::{
    Currency, Manifest, Money, OrderId, SeatIndex, SectionId, SectionIndex, SessionId, Timestamp,
};
use uuid::Uuid;

use crate::{Clock, SessionInfo, SessionStatus};

/// When every test begins.
pub const START: Timestamp = Timestamp(1_000_000_000);
/// How long an order lives from its first claim.
pub const HOLD: Duration = Duration::from_secs(120);
/// How long it may live in all.
pub const MAX_LIFE: Duration = Duration::from_secs(480);

/// One section for each number of seats, in rows of ten, and then one for each standing capacity.
pub fn info(seated: &[u32], standing: &[u32]) -> Arc<SessionInfo> {
    let manifest = Arc::new(manifest(seated, standing));
    let currency = "EUR".parse::<Currency>().unwrap();
    let prices = manifest
        .sections()
        .iter()
        .map(|_| Money {
            minor: 1_000,
            currency,
        })
        .collect();
    Arc::new(SessionInfo {
        session_id: SessionId(Uuid::from_u128(7)),
        manifest,
        prices,
        currency,
        status: SessionStatus::OnSale,
        rules: rules(),
    })
}

fn rules() -> Rules {
    Rules {
        max_per_order: 6,
        max_per_buyer: None,
        hold: HOLD,
        max_life: MAX_LIFE,
        on_sale_from: START,
        on_sale_until: None,
        stopped: false,
    }
}

fn manifest(seated: &[u32], standing: &[u32]) -> Manifest {
    let kinds = seated.iter().map(|_| SectionKind::Seated);
    let standing = standing.iter();
    let kinds = kinds.chain(standing.map(|capacity| SectionKind::Standing {
        capacity: *capacity,
    }));
    let sections = (1_u128..).zip(kinds).map(|(number, kind)| Section {
        section_id: SectionId(Uuid::from_u128(number)),
        name: format!("Section {number}"),
        kind,
        placement: placement(0, 0),
    });
    let mut seats = Vec::new();
    for (section, count) in (0_u16..).map(SectionIndex).zip(seated) {
        for place in 0..i32::try_from(*count).unwrap() {
            let row = i32::from(section.0) * 100 + place / 10;
            seats.push(Seat {
                section,
                row: row.to_string(),
                number: (place % 10 + 1).to_string(),
                placement: placement(place % 10 * 100, (row + 1) * 200),
                accessible: false,
                disabled: false,
            });
        }
    }
    Manifest::new(sections.collect(), seats, Point { x: 450, y: 0 }).unwrap()
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

/// A clock that shows `START` now and moves with tokio's.
pub fn clock() -> Clock {
    Clock::Simulated {
        start: START,
        origin: tokio::time::Instant::now(),
    }
}

pub fn order(number: u64) -> OrderId {
    OrderId(Uuid::from_u128(u128::from(number)))
}

/// What the buyer of an order presents.
pub fn bearer(number: u64) -> Credential {
    Credential {
        secret_hash: Some(SecretHash::of(&number.to_string())),
        account: None,
    }
}

pub fn opening(number: u64, opened_at: Timestamp) -> Opening {
    Opening {
        order: order(number),
        pnr: Pnr::from_number(number),
        owner: Owner {
            secret_hash: SecretHash::of(&number.to_string()),
            account: None,
        },
        buyer: None,
        opened_at,
    }
}

/// A claim under a key, its body told by a number.
pub fn claim(number: u64, key: &str, body: u8, wish: Wish) -> Command {
    Command::Claim(Claim {
        order: order(number),
        credential: bearer(number),
        key: IdempotencyKey::new(key).unwrap(),
        request_hash: RequestHash([body; 32]),
        wish,
    })
}

pub fn seats(indexes: &[u32]) -> Vec<SeatIndex> {
    indexes.iter().copied().map(SeatIndex).collect()
}

pub fn named(indexes: &[u32]) -> Wish {
    Wish::Seats(seats(indexes))
}
