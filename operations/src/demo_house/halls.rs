//! The smaller plans of the demo, drawn by rule: what kinds of rooms there are, beside a theatre.
//!
//! Lengths are plan units; the stage is at the top, its middle at 500.

use domain::manifest::{Placement, Shape};
use domain::{Currency, Money};
use store::places::{Outline, Plan, PlanSeat, PlanSection};

use super::theatre::{area, at, placed, rectangle, seat, seated, standing};

const SEAT: f64 = 20.0;
const STEP: f64 = 25.0;
const ROW: f64 = 34.0;
const MIDDLE: f64 = 500.0;

/// What a venue's places cost.
#[derive(Clone, Copy)]
pub(super) struct Tariff {
    pub currency: Currency,
    /// Minor units that a euro is worth there.
    pub minor_per_euro: i64,
}

impl Tariff {
    /// Rounded as prices are: to half a unit, or to a hundred yen.
    fn minor(self, euros: i64) -> i64 {
        let step = if self.currency.code() == "JPY" {
            100
        } else {
            50
        };
        (euros * self.minor_per_euro + step / 2) / step * step
    }
}

/// The plan of a kind of room; nothing where there is no such kind.
pub(super) fn plan(kind: &str, tariff: Tariff) -> Option<Plan> {
    let (sections, stage) = match kind {
        "club" => (club(tariff), (340.0, 80.0)),
        "open_air" => (open_air(tariff), (520.0, 110.0)),
        "shoebox" => (shoebox(tariff), (420.0, 90.0)),
        "cabaret" => (cabaret(tariff), (220.0, 60.0)),
        "thrust" => (thrust(tariff), (260.0, 260.0)),
        "cinema" => (cinema(tariff), (460.0, 26.0)),
        "playhouse" => (playhouse(tariff), (360.0, 90.0)),
        "fan" => (fan(tariff), (380.0, 100.0)),
        _ => return None,
    };
    let y = 60.0 + stage.1 / 2.0;
    let words = if kind == "cinema" { "Screen" } else { "Stage" };
    Some(Plan {
        sections,
        areas: vec![area(
            Outline::Figure(rectangle((MIDDLE, y), stage)),
            words,
            at(MIDDLE, y),
        )],
        focus: at(MIDDLE, y),
    })
}

fn club(tariff: Tariff) -> Vec<PlanSection> {
    vec![
        hall_floor("Floor", 28, 520, (MIDDLE, 340.0), (560.0, 300.0), tariff),
        block("Balcony", 38, tariff, arcs(1, 4, 24, 1, (-500.0, 1_070.0))),
    ]
}

fn open_air(tariff: Tariff) -> Vec<PlanSection> {
    vec![
        hall_floor(
            "Front pit",
            52,
            600,
            (MIDDLE, 290.0),
            (520.0, 130.0),
            tariff,
        ),
        hall_floor("Dock", 39, 1_400, (MIDDLE, 500.0), (760.0, 230.0), tariff),
        block(
            "Tribune",
            65,
            tariff,
            arcs(1, 8, 30, 0, (-1_400.0, 2_090.0)),
        ),
    ]
}

fn shoebox(tariff: Tariff) -> Vec<PlanSection> {
    let side = |name, x: f64, turn: f64| {
        let seats = (1..=18_u32).map(move |number| {
            let y = 210.0 + STEP * 1.6 * f64::from(number);
            chair("Side", number, (x, y), turn)
        });
        block(name, 26, tariff, seats.collect())
    };
    vec![
        block("Parterre front", 58, tariff, straight(1, 10, 20, 210.0)),
        block("Parterre rear", 42, tariff, straight(11, 9, 20, 580.0)),
        block("Balcony", 29, tariff, straight(1, 3, 22, 930.0)),
        side("Gallery left", 170.0, -90.0),
        side("Gallery right", 830.0, 90.0),
    ]
}

fn cabaret(tariff: Tariff) -> Vec<PlanSection> {
    let tables = |first: u32, rows: u32, per_row: u32, top: f64| -> Vec<PlanSeat> {
        let table = move |index: u32| {
            let (row, column) = (index / per_row, index % per_row);
            let shift = if row % 2 == 1 { 45.0 } else { 0.0 };
            let x = MIDDLE + 110.0 * (f64::from(column) - f64::from(per_row - 1) / 2.0) + shift;
            let y = top + 105.0 * f64::from(row);
            let label = format!("Table {}", first + index);
            let places = [(-24.0, 0.0), (0.0, -24.0), (0.0, 24.0), (24.0, 0.0)];
            (1..).zip(places).map(move |(number, (across, down))| {
                let place = placed((x + across, y + down), (SEAT, SEAT), 0.0, Shape::Ellipse);
                seat(&label, number, place)
            })
        };
        (0..rows * per_row).flat_map(table).collect()
    };
    vec![
        block("Front tables", 32, tariff, tables(1, 2, 5, 210.0)),
        block("Tables", 24, tariff, tables(11, 2, 7, 430.0)),
        hall_floor("Bar", 15, 30, (MIDDLE, 640.0), (480.0, 40.0), tariff),
    ]
}

fn thrust(tariff: Tariff) -> Vec<PlanSection> {
    let wing = |name, side: f64| {
        let rows = (1..=6_u32).flat_map(move |row| {
            let x = MIDDLE + side * (150.0 + ROW * f64::from(row));
            (1..=9_u32).map(move |number| {
                let y = 70.0 + STEP * f64::from(number);
                chair(&row.to_string(), number, (x, y), side * 90.0)
            })
        });
        block(name, 30, tariff, rows.collect())
    };
    vec![
        wing("Left", -1.0),
        block("Centre", 36, tariff, straight(1, 7, 16, 340.0)),
        wing("Right", 1.0),
    ]
}

fn cinema(tariff: Tariff) -> Vec<PlanSection> {
    vec![
        block("Front", 9, tariff, arcs(1, 4, 18, 0, (-1_400.0, 1_580.0))),
        block("Middle", 13, tariff, arcs(5, 6, 20, 0, (-1_400.0, 1_730.0))),
        block("Rear", 11, tariff, arcs(11, 3, 22, 0, (-1_400.0, 1_960.0))),
    ]
}

fn playhouse(tariff: Tariff) -> Vec<PlanSection> {
    vec![
        block("Stalls", 18, tariff, arcs(1, 9, 14, 1, (-700.0, 930.0))),
        block("Balcony", 11, tariff, arcs(1, 4, 20, 1, (-700.0, 1_290.0))),
    ]
}

fn fan(tariff: Tariff) -> Vec<PlanSection> {
    vec![
        block("Orchestra", 55, tariff, arcs(1, 9, 22, 2, (-260.0, 500.0))),
        block("Terrace", 41, tariff, arcs(10, 6, 40, 1, (-260.0, 850.0))),
        block(
            "Mezzanine",
            27,
            tariff,
            arcs(1, 4, 44, 1, (-260.0, 1_110.0)),
        ),
    ]
}

/// Rows on arcs around a point above the stage, each with `growth` seats more than the one before.
fn arcs(
    first: u32,
    rows: u32,
    seats: u32,
    growth: u32,
    (centre, radius): (f64, f64),
) -> Vec<PlanSeat> {
    let row = move |index: u32| {
        let (count, radius) = (seats + growth * index, radius + ROW * f64::from(index));
        (1..=count).map(move |number| {
            let turn = STEP * (f64::from(number) - f64::from(count + 1) / 2.0) / radius;
            let place = (MIDDLE + radius * turn.sin(), centre + radius * turn.cos());
            chair(
                &(first + index).to_string(),
                number,
                place,
                -turn.to_degrees(),
            )
        })
    };
    (0..rows).flat_map(row).collect()
}

/// Straight rows with an aisle in the middle.
fn straight(first: u32, rows: u32, seats: u32, top: f64) -> Vec<PlanSeat> {
    let row = move |index: u32| {
        (1..=seats).map(move |number| {
            let aisle = if number > seats / 2 { STEP } else { -STEP };
            let x = MIDDLE + STEP * (f64::from(number) - f64::from(seats + 1) / 2.0) + aisle;
            chair(
                &(first + index).to_string(),
                number,
                (x, top + ROW * f64::from(index)),
                0.0,
            )
        })
    };
    (0..rows).flat_map(row).collect()
}

fn chair(row: &str, number: u32, middle: (f64, f64), degrees: f64) -> PlanSeat {
    let placement: Placement = placed(middle, (SEAT, SEAT), degrees, Shape::RoundedRectangle);
    let mut seat = seat(row, number, placement);
    seat.accessible = row == "1" && number <= 2;
    seat
}

fn block(name: &str, euros: i64, tariff: Tariff, seats: Vec<PlanSeat>) -> PlanSection {
    seated(name, tariff.minor(euros), tariff.currency, seats)
}

fn hall_floor(
    name: &str,
    euros: i64,
    capacity: u32,
    middle: (f64, f64),
    size: (f64, f64),
    tariff: Tariff,
) -> PlanSection {
    let place = rectangle(middle, size);
    standing(name, tariff.minor(euros), capacity, tariff.currency, place)
}

/// A section's price at a session that costs `factor` hundredths of the usual.
pub(super) fn at_factor(price: Money, hundredths: i64) -> i64 {
    let step = if price.currency.code() == "JPY" {
        100
    } else {
        50
    };
    (price.minor * hundredths / 100 + step / 2) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_seats_of_a_hall_touch_or_read_the_same() {
        let tariff = Tariff {
            currency: "EUR".parse().unwrap(),
            minor_per_euro: 100,
        };
        for kind in [
            "club",
            "open_air",
            "shoebox",
            "cabaret",
            "thrust",
            "cinema",
            "playhouse",
            "fan",
        ] {
            let plan = plan(kind, tariff).unwrap();
            let seats: Vec<_> = plan
                .sections
                .iter()
                .flat_map(|section| &section.seats)
                .collect();
            for (index, a) in seats.iter().enumerate() {
                for b in &seats[index + 1..] {
                    let across = i64::from(a.placement.position_x - b.placement.position_x);
                    let down = i64::from(a.placement.position_y - b.placement.position_y);
                    assert!(
                        across.pow(2) + down.pow(2) >= 2_000_i64.pow(2),
                        "{kind}: {a:?} and {b:?}"
                    );
                }
            }
            for section in &plan.sections {
                let labels = section.seats.iter().map(|seat| &seat.guid);
                let distinct: std::collections::HashSet<_> = labels.collect();
                assert_eq!(
                    distinct.len(),
                    section.seats.len(),
                    "{kind}, {}",
                    section.name
                );
            }
        }
        assert!(plan("none", tariff).is_none());
    }

    #[test]
    fn prices_are_round_in_their_currency() {
        let yen = Tariff {
            currency: "JPY".parse().unwrap(),
            minor_per_euro: 160,
        };
        assert_eq!(yen.minor(55), 8_800);
        let pounds = Tariff {
            currency: "GBP".parse().unwrap(),
            minor_per_euro: 86,
        };
        assert_eq!(pounds.minor(24), 2_050);
    }
}
