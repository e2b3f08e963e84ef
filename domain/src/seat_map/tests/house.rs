//! A house for tests: plans are drawn as text, orders are named by letters.
//!
//! In a plan `.` is a seat, `&` an accessible one, `x` a seat out of use and a space an aisle. In a picture of the map a
//! free seat is `.`, a held one the small letter of its order, a pinned one the capital, a sold one
//! `#`, an allocated one `o` and one out of use `x`.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::ids::{OrderId, SectionId};
use crate::manifest::{
    Manifest, Placement, Point, Seat, SeatIndex, Section, SectionIndex, SectionKind, Shape,
};
use crate::order::{Buyer, Credential, Owner, SecretHash};
use crate::pnr::Pnr;
use crate::seat_map::{
    Change, Claim, Command, IdempotencyKey, Opening, Places, Refusal, RequestHash, Rules, SeatMap,
    SeatState, Sections, Wish,
};
use crate::time::Timestamp;

/// When the sale of every test house begins.
pub const START: Timestamp = Timestamp(1_000_000_000);
/// How long an order lives from its first claim.
pub const HOLD: Duration = Duration::from_secs(600);
/// How long an order may live in all.
pub const MAX_LIFE: Duration = Duration::from_secs(1_800);

/// A section of a test house, each drawn below the one before it.
pub enum Part<'a> {
    /// Rows of seats, the first in front.
    Rows(&'a [&'a str]),
    /// A standing section of this capacity.
    Standing(u32),
}

/// A seat map and the time.
#[derive(Clone)]
pub struct House {
    pub map: SeatMap,
    pub now: Timestamp,
    keys_used: u32,
}

/// Rules that get in nobody's way.
pub fn rules() -> Rules {
    Rules {
        max_per_order: 10,
        max_per_buyer: None,
        hold: HOLD,
        max_life: MAX_LIFE,
        on_sale_from: START,
        on_sale_until: None,
        stopped: false,
    }
}

/// Freezes a drawn plan: seats a unit apart, rows two, the stage in front of the middle.
pub fn manifest(parts: &[Part<'_>]) -> Manifest {
    let mut sections = Vec::new();
    let mut seats = Vec::new();
    let mut row_number = 0;
    let mut width = 0;
    for (section, part) in (0_u16..).map(SectionIndex).zip(parts) {
        let kind = match part {
            Part::Rows(_) => SectionKind::Seated,
            Part::Standing(capacity) => SectionKind::Standing {
                capacity: *capacity,
            },
        };
        sections.push(Section {
            section_id: SectionId(Uuid::from_u128(u128::from(section.0))),
            name: format!("Section {}", section.0),
            kind,
            placement: placement(0, 0),
        });
        let Part::Rows(rows) = part else { continue };
        for row in *rows {
            row_number += 1;
            width = width.max(i32::try_from(row.len()).unwrap());
            for (x, drawn) in (0..).zip(row.chars()).filter(|(_, drawn)| *drawn != ' ') {
                seats.push(Seat {
                    section,
                    row: row_number.to_string(),
                    number: (x + 1).to_string(),
                    placement: placement(x * 100, row_number * 200),
                    accessible: drawn == '&',
                    disabled: drawn == 'x',
                });
            }
        }
    }
    let focus = Point {
        x: (width - 1) * 50,
        y: 0,
    };
    Manifest::new(sections, seats, focus).unwrap()
}

/// A seat of size one at a place.
pub fn placement(position_x: i32, position_y: i32) -> Placement {
    Placement {
        position_x,
        position_y,
        rotation: 0,
        shape: Shape::Ellipse,
        size_x: 80,
        size_y: 80,
    }
}

pub fn seats(indexes: &[u32]) -> Vec<SeatIndex> {
    indexes.iter().copied().map(SeatIndex).collect()
}

pub fn named(indexes: &[u32]) -> Wish {
    Wish::Seats(seats(indexes))
}

pub fn standing(section: u16, quantity: u32) -> Wish {
    Wish::Standing {
        section: SectionIndex(section),
        quantity,
    }
}

pub fn best(quantity: u32) -> Wish {
    Wish::Best {
        quantity,
        sections: Sections::All,
        accessible: false,
    }
}

/// The best of which one at least is accessible.
pub fn best_accessible(quantity: u32) -> Wish {
    Wish::Best {
        quantity,
        sections: Sections::All,
        accessible: true,
    }
}

pub fn best_in(section: u16, quantity: u32) -> Wish {
    Wish::Best {
        quantity,
        sections: Sections::one(SectionIndex(section)),
        accessible: false,
    }
}

/// Seats and numbers of standing places.
pub fn places(indexes: &[u32], standing: &[(u16, u32)]) -> Places {
    let standing = standing.iter();
    Places {
        seats: seats(indexes),
        standing: standing
            .map(|(section, quantity)| (SectionIndex(*section), *quantity))
            .collect(),
    }
}

/// The order a letter stands for.
pub fn order(letter: char) -> OrderId {
    OrderId(Uuid::from_u128(u128::from(u32::from(letter))))
}

/// What the buyer of an order presents.
pub fn bearer(letter: char) -> Credential {
    Credential {
        secret_hash: Some(SecretHash::of(&letter.to_string())),
        account: None,
    }
}

/// An order of nobody known, opened at the start.
pub fn opening(letter: char) -> Opening {
    Opening {
        order: order(letter),
        pnr: Pnr::from_number(u64::from(u32::from(letter))),
        owner: Owner {
            secret_hash: SecretHash::of(&letter.to_string()),
            account: None,
        },
        buyer: None,
        opened_at: START,
    }
}

/// The same for a known buyer.
pub fn opening_for(letter: char, buyer: Buyer) -> Opening {
    Opening {
        buyer: Some(buyer),
        ..opening(letter)
    }
}

/// A claim under a key, its body told by the hash.
pub fn claim(letter: char, key: &str, body: u8, wish: Wish) -> Command {
    Command::Claim(Claim {
        order: order(letter),
        credential: bearer(letter),
        key: IdempotencyKey::new(key).unwrap(),
        request_hash: RequestHash([body; 32]),
        wish,
    })
}

impl House {
    /// A house of one section under generous rules.
    pub fn seated(rows: &[&str]) -> Self {
        Self::new(&[Part::Rows(rows)], rules())
    }

    pub fn new(parts: &[Part<'_>], rules: Rules) -> Self {
        Self {
            map: SeatMap::new(Arc::new(manifest(parts)), rules),
            now: START,
            keys_used: 0,
        }
    }

    /// Decides and applies.
    pub fn run(&mut self, command: &Command) -> Result<Vec<Change>, Refusal> {
        let changes = self.map.decide(command, self.now)?;
        for change in &changes {
            self.map.apply(change);
        }
        Ok(changes)
    }

    /// What a command is refused for.
    pub fn refusal(&mut self, command: &Command) -> Refusal {
        self.run(command).expect_err("the command is refused")
    }

    pub fn open(&mut self, letter: char) {
        let opening = Opening {
            opened_at: self.now,
            ..opening(letter)
        };
        self.run(&Command::Open(opening)).expect("an order opens");
    }

    /// Claims under a new key.
    pub fn claim(&mut self, letter: char, wish: Wish) -> Result<Vec<Change>, Refusal> {
        self.keys_used += 1;
        let key = format!("key-{}", self.keys_used);
        self.run(&claim(letter, &key, 0, wish))
    }

    /// Opens an order and claims for it.
    pub fn hold(&mut self, letter: char, wish: Wish) {
        self.open(letter);
        self.claim(letter, wish).expect("the places are granted");
    }

    pub fn pin(&mut self, letter: char) -> Result<Vec<Change>, Refusal> {
        self.run(&Command::Pin {
            order: order(letter),
        })
    }

    pub fn sell(&mut self, letter: char) -> Result<Vec<Change>, Refusal> {
        self.run(&Command::Sell {
            order: order(letter),
        })
    }

    pub fn drop_places(&mut self, letter: char, places: Places) -> Result<Vec<Change>, Refusal> {
        self.run(&Command::Drop {
            order: order(letter),
            credential: bearer(letter),
            places,
        })
    }

    pub fn cancel(&mut self, letter: char) -> Result<Vec<Change>, Refusal> {
        self.run(&Command::Cancel {
            order: order(letter),
            credential: bearer(letter),
        })
    }

    pub fn extend(&mut self, letter: char) -> Result<Vec<Change>, Refusal> {
        self.run(&Command::Extend {
            order: order(letter),
            credential: bearer(letter),
        })
    }

    pub fn after(&mut self, duration: Duration) -> &mut Self {
        self.now = self.now.plus(duration);
        self
    }

    pub fn deadline(&self, letter: char) -> Timestamp {
        self.map.order(order(letter)).unwrap().expires_at
    }

    /// The free, held, sold and withheld places of a section.
    pub fn counts(&self, section: usize) -> [u32; 4] {
        let counts = self.map.sections()[section];
        [counts.free, counts.held, counts.sold, counts.withheld]
    }

    /// The map as a drawing, row by row.
    pub fn picture(&self) -> Vec<String> {
        let seats = self.map.manifest().seats().iter().zip(self.map.seats());
        let mut rows: Vec<(&str, String)> = Vec::new();
        for (seat, state) in seats {
            if rows.last().is_none_or(|(row, _)| *row != seat.row) {
                rows.push((&seat.row, String::new()));
            }
            let (_, drawing) = rows.last_mut().unwrap();
            let x = usize::try_from(seat.placement.position_x / 100).unwrap();
            drawing.extend(std::iter::repeat_n(' ', x - drawing.len()));
            drawing.push(drawn(*state));
        }
        rows.into_iter().map(|(_, drawing)| drawing).collect()
    }
}

fn drawn(state: SeatState) -> char {
    let letter = |order: OrderId| {
        let code = u32::try_from(order.0.as_u128()).unwrap();
        char::from_u32(code).unwrap()
    };
    match state {
        SeatState::Free => '.',
        SeatState::Held(order) => letter(order),
        SeatState::Pinned(order) => letter(order).to_ascii_uppercase(),
        SeatState::Sold(_) => '#',
        SeatState::Allocated => 'o',
        SeatState::Disabled => 'x',
    }
}
