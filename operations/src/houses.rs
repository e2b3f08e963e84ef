//! Generated houses, shaped like real ones: an arena of 20,000 seats and a stadium of 80,000.
//!
//! A bowl is an oval around a floor, made of four arcs that meet without a kink: two long ones along the
//! sides, two tight ones at the ends. Every row is such an oval, farther out than the one before; tiers follow
//! each other with a gangway between, and aisles cut each tier into blocks. Lengths are plan units, two
//! centimetres each: a seat takes half a metre, a row seventy centimetres.

mod oval;
#[cfg(test)]
mod tests;

use crate::import_plan::declarative::{
    AccessibleSpec, Document, NumberingSpec, PositionSpec, SeatsPerRow, SectionSpec, SequenceSpec,
};
use oval::{Oval, Wedge};

const SEAT_SPACING: f64 = 25.0;
const ROW_SPACING: f64 = 36.0;

/// How many seats of a block's first row are accessible, where a tier has some.
const ACCESSIBLE_SEATS: u32 = 2;

/// A house that can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum House {
    /// A concert hall in the round: three tiers around a stage and a standing floor.
    Arena,
    /// Three tiers around a pitch.
    Stadium,
}

/// Rows that follow each other outwards.
struct Tier {
    /// What its price goes by.
    category: &'static str,
    /// The first block's number.
    first_block: u32,
    /// The first row's distance from the floor's edge.
    distance: f64,
    rows: u32,
    has_accessible_seats: bool,
}

struct Bowl {
    /// Half of the floor's length and width.
    length: f64,
    width: f64,
    /// Half the angle of a side's arc, in degrees.
    side_degrees: f64,
    /// Into how many blocks a side and an end are cut.
    side_blocks: u32,
    end_blocks: u32,
    aisle: f64,
    /// What the price of the upper end goes by, in every tier: the stage turns its back to it.
    behind_stage: Option<&'static str>,
    tiers: &'static [Tier],
}

const ARENA: Bowl = Bowl {
    length: 1_450.0,
    width: 820.0,
    side_degrees: 35.0,
    side_blocks: 8,
    end_blocks: 6,
    aisle: 50.0,
    behind_stage: Some("Behind the stage"),
    tiers: &[
        Tier {
            category: "Lower tier",
            first_block: 101,
            distance: 80.0,
            rows: 18,
            has_accessible_seats: true,
        },
        Tier {
            category: "Club tier",
            first_block: 201,
            distance: 828.0,
            rows: 8,
            has_accessible_seats: false,
        },
        Tier {
            category: "Upper tier",
            first_block: 301,
            distance: 1_236.0,
            rows: 19,
            has_accessible_seats: false,
        },
    ],
};

const STADIUM: Bowl = Bowl {
    length: 3_000.0,
    width: 2_150.0,
    side_degrees: 38.0,
    side_blocks: 12,
    end_blocks: 8,
    aisle: 60.0,
    behind_stage: None,
    tiers: &[
        Tier {
            category: "Lower tier",
            first_block: 101,
            distance: 120.0,
            rows: 30,
            has_accessible_seats: true,
        },
        Tier {
            category: "Middle tier",
            first_block: 201,
            distance: 1_340.0,
            rows: 14,
            has_accessible_seats: false,
        },
        Tier {
            category: "Upper tier",
            first_block: 301,
            distance: 1_994.0,
            rows: 40,
            has_accessible_seats: false,
        },
    ],
};

/// How many people the arena's floor takes.
const FLOOR_CAPACITY: u32 = 2_500;

impl House {
    /// How many seats it has unless fewer are asked for.
    #[must_use]
    pub fn seats(self) -> u32 {
        match self {
            Self::Arena => 20_000,
            Self::Stadium => 80_000,
        }
    }

    /// Prices in minor units, as `import-plan` takes them.
    #[must_use]
    pub fn prices(self) -> Vec<String> {
        let prices: &[(&str, u32)] = match self {
            Self::Arena => &[
                ("Lower tier", 8_900),
                ("Club tier", 12_900),
                ("Upper tier", 4_900),
                ("Behind the stage", 3_900),
                ("Floor", 7_500),
            ],
            Self::Stadium => &[
                ("Lower tier", 7_900),
                ("Middle tier", 11_900),
                ("Upper tier", 3_900),
            ],
        };
        prices
            .iter()
            .map(|(name, minor)| format!("{name}={minor}"))
            .collect()
    }

    /// Its plan in the declarative form that `import-plan` reads: so many seats, the outermost rows left out. It has
    /// no more than [`Self::seats`] and a few for its last row.
    #[must_use]
    pub fn plan(self, seats: u32) -> String {
        self.document(seats).to_json()
    }

    pub(crate) fn document(self, seats: u32) -> Document {
        let (bowl, mut sections) = match self {
            Self::Arena => (&ARENA, arena_floor()),
            Self::Stadium => (&STADIUM, vec![pitch()]),
        };
        sections.extend(blocks(bowl, seats.min(self.seats())));
        Document { sections }
    }
}

/// The blocks of all tiers, from the inside outwards, until there are so many seats.
fn blocks(bowl: &Bowl, seats: u32) -> Vec<SectionSpec> {
    let oval = Oval::new(bowl.length, bowl.width, bowl.side_degrees);
    let mut left = seats;
    let mut sections = Vec::new();
    for tier in bowl.tiers {
        let wedges = oval.wedges(tier.distance, bowl.side_blocks, bowl.end_blocks, bowl.aisle);
        let rows = fill(&wedges, tier, &mut left);
        for (index, (wedge, rows)) in (0..).zip(wedges.iter().zip(rows)) {
            if !rows.is_empty() {
                let behind = bowl.behind_stage.filter(|_| index < bowl.end_blocks);
                let mut section = block(tier, tier.first_block + index, wedge, rows);
                section.category = Some(behind.unwrap_or(tier.category).to_owned());
                sections.push(section);
            }
        }
    }
    sections
}

/// How many seats each row of each wedge has: row by row around the bowl, while seats are left.
fn fill(wedges: &[Wedge], tier: &Tier, left: &mut u32) -> Vec<Vec<u32>> {
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); wedges.len()];
    for row in 0..tier.rows {
        for (wedge, rows) in wedges.iter().zip(&mut rows) {
            let room = wedge.seats(f64::from(row) * ROW_SPACING, SEAT_SPACING);
            let seats = room.min(*left);
            *left -= seats;
            if seats > 0 {
                rows.push(seats);
            }
        }
    }
    rows
}

fn block(tier: &Tier, number: u32, wedge: &Wedge, rows: Vec<u32>) -> SectionSpec {
    let accessible = tier.has_accessible_seats.then(|| AccessibleSpec {
        row: "1".to_owned(),
        seats: (1..=ACCESSIBLE_SEATS.min(rows[0]))
            .map(|seat| seat.to_string())
            .collect(),
    });
    SectionSpec {
        name: Some(format!("Block {number}")),
        kind: Some("arc".to_owned()),
        position: Some(position(wedge.position)),
        rotation: Some(rounded(wedge.degrees)),
        radius: Some(rounded(wedge.radius)),
        arc_degrees: Some(rounded(wedge.arc_degrees)),
        seats_per_row: Some(SeatsPerRow::Each(rows)),
        row_spacing: Some(ROW_SPACING),
        numbering: NumberingSpec {
            rows: from_one(),
            seats: from_one(),
        },
        accessible: accessible.into_iter().collect(),
        ..SectionSpec::default()
    }
}

/// The stage at the upper end of the floor, and room to stand before it.
fn arena_floor() -> Vec<SectionSpec> {
    let stage = SectionSpec {
        name: Some("Stage".to_owned()),
        kind: Some("stage".to_owned()),
        position: Some(position((-420.0, -1_060.0))),
        width: Some(840.0),
        height: Some(420.0),
        ..SectionSpec::default()
    };
    let floor = SectionSpec {
        name: Some("Standing floor".to_owned()),
        kind: Some("ga".to_owned()),
        category: Some("Floor".to_owned()),
        position: Some(position((-560.0, -560.0))),
        shape: Some("RECT".to_owned()),
        width: Some(1_120.0),
        height: Some(1_560.0),
        capacity: Some(FLOOR_CAPACITY),
        ..SectionSpec::default()
    };
    vec![stage, floor]
}

fn pitch() -> SectionSpec {
    SectionSpec {
        name: Some("Pitch".to_owned()),
        kind: Some("stage".to_owned()),
        position: Some(position((-1_700.0, -2_625.0))),
        width: Some(3_400.0),
        height: Some(5_250.0),
        ..SectionSpec::default()
    }
}

fn position((x, y): (f64, f64)) -> PositionSpec {
    PositionSpec {
        x: rounded(x),
        y: rounded(y),
    }
}

fn from_one() -> SequenceSpec {
    SequenceSpec {
        from: Some("1".to_owned()),
        ..SequenceSpec::default()
    }
}

/// To a hundredth, as plans are kept.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
