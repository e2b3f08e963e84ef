//! The generated houses, as whoever walks through them would see them.

use std::collections::{HashMap, HashSet};

use domain::manifest::SectionKind;
use store::places::{Plan, PlanSeat};

use super::*;
use crate::import_plan::plan_of;

fn plan(house: House, seats: u32) -> Plan {
    plan_of(
        &house.document(seats),
        &house.prices(),
        "EUR".parse().unwrap(),
    )
}

fn seats(plan: &Plan) -> impl Iterator<Item = &PlanSeat> {
    plan.sections.iter().flat_map(|section| &section.seats)
}

/// The least distance between two seats' middles, by cells a unit-hundred wide.
fn least_distance(plan: &Plan) -> f64 {
    const CELL: i32 = 3_000;
    let mut cells: HashMap<(i32, i32), Vec<(i32, i32)>> = HashMap::new();
    let mut least = f64::INFINITY;
    for seat in seats(plan) {
        let (x, y) = (seat.placement.position_x, seat.placement.position_y);
        let (column, line) = (x.div_euclid(CELL), y.div_euclid(CELL));
        for near in
            (column - 1..=column + 1).flat_map(|x| (line - 1..=line + 1).map(move |y| (x, y)))
        {
            for (a, b) in cells.get(&near).into_iter().flatten() {
                least = least.min(f64::from(a - x).hypot(f64::from(b - y)));
            }
        }
        cells.entry((column, line)).or_default().push((x, y));
    }
    least / 100.0
}

#[test]
fn the_arena_has_twenty_thousand_seats_in_three_tiers_around_a_standing_floor() {
    let plan = plan(House::Arena, 20_000);
    assert_eq!(seats(&plan).count(), 20_000);
    let standing: Vec<_> = plan
        .sections
        .iter()
        .filter(|section| section.kind != SectionKind::Seated)
        .collect();
    assert_eq!(standing.len(), 1);
    assert_eq!(
        standing[0].kind,
        SectionKind::Standing {
            capacity: FLOOR_CAPACITY
        }
    );
    assert_eq!(plan.sections.len(), 1 + 3 * 28);
    assert_eq!(plan.areas.len(), 1);
    assert_eq!((plan.focus.x, plan.focus.y), (0, -85_000), "the stage");
}

#[test]
fn the_stadium_has_eighty_thousand_seats_around_a_pitch() {
    let plan = plan(House::Stadium, 80_000);
    assert_eq!(seats(&plan).count(), 80_000);
    assert_eq!(plan.sections.len(), 3 * 40);
    assert_eq!((plan.focus.x, plan.focus.y), (0, 0));
}

#[test]
fn no_two_seats_touch_and_no_two_of_a_section_read_the_same() {
    for house in [House::Arena, House::Stadium] {
        let plan = plan(house, house.seats());
        // Seats are twenty units wide.
        let least = least_distance(&plan);
        assert!(least >= 24.0, "{house:?}: {least}");
        for section in &plan.sections {
            let labels: HashSet<_> = section
                .seats
                .iter()
                .map(|seat| (&seat.row, &seat.number))
                .collect();
            assert_eq!(labels.len(), section.seats.len(), "{}", section.name);
        }
    }
}

#[test]
fn every_row_of_a_block_is_one_run_without_an_aisle_and_bends_around_the_floor() {
    let plan = plan(House::Arena, 20_000);
    for section in plan
        .sections
        .iter()
        .filter(|section| !section.seats.is_empty())
    {
        for row in section.seats.chunk_by(|a, b| a.row == b.row) {
            let spot = |seat: &PlanSeat| {
                (
                    f64::from(seat.placement.position_x) / 100.0,
                    f64::from(seat.placement.position_y) / 100.0,
                )
            };
            for pair in row.windows(2) {
                let (a, b) = (spot(&pair[0]), spot(&pair[1]));
                let distance = (a.0 - b.0).hypot(a.1 - b.1);
                assert!(
                    (24.9..40.0).contains(&distance),
                    "{} {distance}",
                    section.name
                );
                assert_ne!(pair[0].placement.rotation, pair[1].placement.rotation);
            }
        }
    }
}

#[test]
fn fewer_seats_leave_the_outermost_rows_out() {
    let (whole, part) = (plan(House::Arena, 20_000), plan(House::Arena, 7_000));
    assert_eq!(seats(&part).count(), 7_000);
    let spots = |plan: &Plan| -> HashSet<(i32, i32)> {
        seats(plan)
            .map(|seat| (seat.placement.position_x, seat.placement.position_y))
            .collect()
    };
    let outside = spots(&part).difference(&spots(&whole)).count();
    // Only the row that was not filled stands otherwise.
    assert!(outside < 60, "{outside}");
    assert_eq!(seats(&plan(House::Arena, 1_000_000)).count(), 20_000);
}

#[test]
fn some_seats_of_the_lower_tier_are_accessible() {
    let plan = plan(House::Arena, 20_000);
    assert_eq!(seats(&plan).filter(|seat| seat.accessible).count(), 2 * 28);
}

#[test]
fn the_written_plan_says_nothing_that_is_empty_and_is_small() {
    let text = House::Arena.plan(20_000);
    assert!(!text.contains("null") && !text.contains("[]"));
    assert!(text.len() < 64 * 1024, "{}", text.len());
}
