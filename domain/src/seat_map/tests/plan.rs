//! Random small plans, with their neighbours known beforehand.

use proptest::prelude::*;
use uuid::Uuid;

use super::house::placement;
use crate::ids::SectionId;
use crate::manifest::{Manifest, Point, Seat, Section, SectionIndex, SectionKind};
use crate::seat_map::Sections;

/// A plan as it was drawn, with its neighbours known beforehand.
#[derive(Debug, Clone)]
pub struct Plan {
    pub sections: Vec<PlanSection>,
    pub focus: (i64, i64),
}

#[derive(Debug, Clone)]
pub enum PlanSection {
    /// Seats by block: within one, each is the neighbour of the next.
    Seated(Vec<Vec<PlanSeat>>),
    Standing(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanSeat {
    pub index: u32,
    pub row: u32,
    pub x: i64,
    pub y: i64,
    pub is_disabled: bool,
    pub is_accessible: bool,
}

/// How many seats, which of them are out of use, and which are accessible.
pub type BlockSketch = (usize, u8, u8);

/// A section before it is drawn.
#[derive(Debug, Clone)]
pub enum Sketch {
    /// Rows of blocks of seats, with the bits of seats out of use and of accessible ones.
    Seated {
        rows: Vec<Vec<BlockSketch>>,
        is_vertical: bool,
        /// How far a row leans for each hundred.
        slant: i64,
        /// Whether all rows have the same label.
        is_one_label: bool,
    },
    Standing(u32),
}

pub fn any_section() -> impl Strategy<Value = Sketch> {
    // With every second seat out of use no party of two finds a row, and it must sit scattered.
    let disabled = || prop_oneof![4 => Just(0_u8), 1 => any::<u8>(), 2 => Just(0b0101_0101)];
    let accessible = || prop_oneof![3 => Just(0_u8), 1 => any::<u8>()];
    let undivided = prop::collection::vec((1..8_usize, disabled(), accessible()), 1);
    // Blocks of three and more, so that the usual gap of a row is the one within its blocks.
    let divided = prop::collection::vec((3..6_usize, disabled(), accessible()), 2..4);
    let rows = prop::collection::vec(prop_oneof![undivided, divided], 1..4);
    let slant = prop_oneof![Just(0_i64), 1..20_i64];
    let seated = (rows, any::<bool>(), slant, any::<bool>());
    let seated = seated.prop_map(|(rows, is_vertical, slant, is_one_label)| Sketch::Seated {
        // Short rows of one label would be a column, and leaning ones overlap.
        is_one_label: is_one_label
            && slant == 0
            && rows.iter().flatten().all(|(size, _, _)| *size > 2),
        rows,
        is_vertical,
        slant,
    });
    prop_oneof![3 => seated, 1 => (1..5_u32).prop_map(Sketch::Standing)]
}

/// Draws sections one below the other and deals out their seat indexes in no particular order.
pub fn draw(sketches: &[Sketch], shuffle: u64) -> Plan {
    let mut top = 300;
    let mut next_index = 0;
    let mut sections = Vec::new();
    for sketch in sketches {
        sections.push(match sketch {
            Sketch::Standing(capacity) => PlanSection::Standing(*capacity),
            Sketch::Seated {
                rows,
                is_vertical,
                slant,
                is_one_label,
            } => {
                let mut blocks = Vec::new();
                for (row, sizes) in (0..).zip(rows) {
                    blocks.extend(draw_row(sizes, row, top, *is_vertical, *slant));
                }
                if *is_one_label {
                    blocks
                        .iter_mut()
                        .flatten()
                        .for_each(|seat: &mut PlanSeat| seat.row = 0);
                }
                deal_indexes(&mut blocks, &mut next_index, shuffle);
                top += 4_000;
                PlanSection::Seated(blocks)
            }
        });
    }
    let focus = (800, 0);
    Plan { sections, focus }
}

fn draw_row(
    sizes: &[BlockSketch],
    row: i64,
    top: i64,
    is_vertical: bool,
    slant: i64,
) -> Vec<Vec<PlanSeat>> {
    let mut along = 0;
    let mut blocks = Vec::new();
    for (size, disabled, accessible) in sizes {
        let mut block = Vec::new();
        for place in 0..*size {
            let across = row * 200 + along * slant / 100;
            let (x, y) = if is_vertical {
                (across, along)
            } else {
                (along, across)
            };
            block.push(PlanSeat {
                index: 0,
                row: u32::try_from(row).unwrap(),
                x,
                y: top + y,
                is_disabled: disabled >> place & 1 == 1,
                is_accessible: accessible >> place & 1 == 1,
            });
            along += 100;
        }
        along += 100;
        blocks.push(block);
    }
    blocks
}

/// Gives each seat an index of its section's range, scattered by a step coprime to its length.
fn deal_indexes(blocks: &mut [Vec<PlanSeat>], next_index: &mut u32, shuffle: u64) {
    let count = blocks.iter().map(Vec::len).sum::<usize>();
    let mut order: Vec<u32> = (*next_index..).take(count).collect();
    let mut state = shuffle | 1;
    order.sort_by_cached_key(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        if shuffle.is_multiple_of(2) {
            state >> 32
        } else {
            0
        }
    });
    for (seat, index) in blocks.iter_mut().flatten().zip(order) {
        seat.index = index;
    }
    *next_index += u32::try_from(count).unwrap();
}

pub fn freeze(plan: &Plan) -> Manifest {
    let mut sections = Vec::new();
    let mut seats: Vec<(u32, Seat)> = Vec::new();
    for (section, drawn) in (0_u16..).map(SectionIndex).zip(&plan.sections) {
        let kind = match drawn {
            PlanSection::Seated(_) => SectionKind::Seated,
            PlanSection::Standing(capacity) => SectionKind::Standing {
                capacity: *capacity,
            },
        };
        sections.push(Section {
            section_id: SectionId(Uuid::from_u128(u128::from(section.0))),
            name: String::new(),
            kind,
            placement: placement(0, 0),
        });
        for seat in plan.seats(&Sections::one(section)) {
            seats.push((seat.index, freeze_seat(section, seat)));
        }
    }
    seats.sort_by_key(|(index, _)| *index);
    let seats = seats.into_iter().map(|(_, seat)| seat).collect();
    let (x, y) = plan.focus;
    let focus = Point {
        x: i32::try_from(x).unwrap(),
        y: i32::try_from(y).unwrap(),
    };
    Manifest::new(sections, seats, focus).unwrap()
}

fn freeze_seat(section: SectionIndex, seat: PlanSeat) -> Seat {
    let coordinate = |value: i64| i32::try_from(value).unwrap();
    Seat {
        section,
        row: seat.row.to_string(),
        number: seat.index.to_string(),
        placement: placement(coordinate(seat.x), coordinate(seat.y)),
        accessible: seat.is_accessible,
        disabled: seat.is_disabled,
    }
}

impl Plan {
    pub fn blocks(&self, sections: &Sections) -> impl Iterator<Item = &Vec<PlanSeat>> {
        let indexed = (0_u16..).map(SectionIndex).zip(&self.sections);
        let sections = indexed.filter(|(index, _)| sections.hold(*index));
        sections.flat_map(|(_, section)| match section {
            PlanSection::Seated(blocks) => blocks.as_slice(),
            PlanSection::Standing(_) => &[],
        })
    }

    pub fn seats(&self, sections: &Sections) -> impl Iterator<Item = PlanSeat> {
        self.blocks(sections).flatten().copied()
    }

    pub fn section_of(&self, seat: u32) -> SectionIndex {
        let mut sections = (0_u16..).map(SectionIndex).take(self.sections.len());
        let found = sections.find(|section| {
            let section = Sections::one(*section);
            self.seats(&section).any(|it| it.index == seat)
        });
        found.expect("every seat has its section")
    }
}
