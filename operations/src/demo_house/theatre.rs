//! The plans of the demo's two venues, drawn by rule.
//!
//! The theatre's rows are arcs around one point far behind the stage, two aisles in each. What lies
//! above each other in a theatre is drawn behind each other: stalls with boxes at their sides, the standing
//! parterre, circle, balcony, gallery. Lengths are plan units, an arc's middle is its angle nought.

use domain::manifest::{Placement, Point, SectionKind, Shape};
use domain::{Currency, Money};
use store::places::{Drawing, Label, Outline, Plan, PlanSeat, PlanSection};

use crate::import_plan::geometry::{angle, around, hundredths};

/// The middle of all arcs.
const CENTRE: (f64, f64) = (1_000.0, -930.0);
const SEAT_SPACING: f64 = 24.0;
const ROW_SPACING: f64 = 34.0;
const AISLE_WIDTH: f64 = 42.0;
const SEAT_SIZE: f64 = 20.0;

/// Rows that follow each other outwards, each with one seat more than the one before.
struct Tier {
    section: &'static str,
    price_minor: i64,
    /// The first row's number.
    first_row: u32,
    rows: u32,
    /// The first row's distance from the centre.
    radius: f64,
    /// The first row's number of seats.
    seats: u32,
    /// How many seats each row has more than the one before it.
    growth: u32,
}

const TIERS: [Tier; 6] = [
    Tier {
        section: "Stalls front",
        price_minor: 9_500,
        first_row: 1,
        rows: 8,
        radius: 1_230.0,
        seats: 34,
        growth: 1,
    },
    Tier {
        section: "Stalls",
        price_minor: 7_500,
        first_row: 9,
        rows: 10,
        radius: 1_502.0,
        seats: 42,
        growth: 1,
    },
    Tier {
        section: "Stalls rear",
        price_minor: 5_500,
        first_row: 19,
        rows: 5,
        radius: 1_842.0,
        seats: 52,
        growth: 1,
    },
    Tier {
        section: "Circle",
        price_minor: 6_500,
        first_row: 1,
        rows: 7,
        radius: 2_150.0,
        seats: 62,
        growth: 1,
    },
    Tier {
        section: "Balcony",
        price_minor: 3_500,
        first_row: 1,
        rows: 5,
        radius: 2_460.0,
        seats: 70,
        growth: 1,
    },
    Tier {
        section: "Gallery",
        price_minor: 0,
        first_row: 1,
        rows: 2,
        radius: 2_690.0,
        seats: 35,
        growth: 0,
    },
];

const BOXES_PRICE_MINOR: i64 = 11_000;
/// On each side, from the stage outwards, four seats each.
const BOXES_PER_SIDE: u32 = 10;
/// How far the boxes of a side are from the house's axis, in radians.
const BOXES_ANGLE: f64 = 0.425;
const BOXES_RADIUS: f64 = 1_215.0;
const BOXES_SPACING: f64 = 78.0;

const STANDING_CAPACITY: u32 = 300;
const STANDING_PRICE_MINOR: i64 = 1_500;

/// Places for wheelchairs: section, row, first and last number.
const ACCESSIBLE: [(&str, &str, u32, u32); 4] = [
    ("Stalls front", "1", 1, 2),
    ("Stalls front", "1", 33, 34),
    ("Stalls rear", "23", 1, 4),
    ("Stalls rear", "23", 53, 56),
];

/// Out of use: where the sound desk stands, and behind two columns.
const DISABLED: [(&str, &str, u32, u32); 4] = [
    ("Stalls rear", "22", 26, 30),
    ("Stalls rear", "23", 27, 30),
    ("Balcony", "3", 18, 18),
    ("Balcony", "3", 55, 55),
];

/// The theatre: 2,000 seats and a standing parterre of 300.
pub(super) fn theatre(currency: Currency) -> Plan {
    let mut sections: Vec<PlanSection> = TIERS
        .iter()
        .map(|tier| seated(tier.section, tier.price_minor, currency, tier_seats(tier)))
        .collect();
    sections.insert(3, standing_parterre(currency));
    sections.push(seated(
        "Boxes left",
        BOXES_PRICE_MINOR,
        currency,
        box_seats(-BOXES_ANGLE),
    ));
    sections.push(seated(
        "Boxes right",
        BOXES_PRICE_MINOR,
        currency,
        box_seats(BOXES_ANGLE),
    ));
    Plan {
        sections,
        areas: theatre_areas(),
        focus: at(CENTRE.0, 130.0),
    }
}

/// The studio: six straight rows of ten, and room to stand behind them.
pub(super) fn studio(currency: Currency) -> Plan {
    let seats = (1..=6_u32).flat_map(|row| {
        let y = 200.0 + ROW_SPACING * f64::from(row);
        (1..=10_u32).map(move |number| {
            let x = 400.0 + SEAT_SPACING * (f64::from(number) - 5.5);
            seat(
                &row.to_string(),
                number,
                placed((x, y), (SEAT_SIZE, SEAT_SIZE), 0.0, Shape::Ellipse),
            )
        })
    });
    let floor = rectangle((400.0, 480.0), (300.0, 70.0));
    Plan {
        sections: vec![
            seated("Seats", 2_800, currency, seats.collect()),
            standing("Floor", 1_200, 120, currency, floor),
        ],
        areas: vec![area(
            Outline::Figure(rectangle((400.0, 140.0), (320.0, 90.0))),
            "Stage",
            at(400.0, 140.0),
        )],
        focus: at(400.0, 140.0),
    }
}

fn tier_seats(tier: &Tier) -> Vec<PlanSeat> {
    let rows = (0..tier.rows).flat_map(|row| {
        let label = (tier.first_row + row).to_string();
        let radius = tier.radius + ROW_SPACING * f64::from(row);
        arc_row(tier.section, &label, radius, tier.seats + row * tier.growth)
    });
    rows.collect()
}

/// A row on an arc, its seats numbered from the left, with an aisle at three tenths from either end.
fn arc_row(section: &str, label: &str, radius: f64, count: u32) -> Vec<PlanSeat> {
    let wing = count * 3 / 10;
    let length = SEAT_SPACING * f64::from(count - 1) + 2.0 * (AISLE_WIDTH - SEAT_SPACING);
    let seats = (1..=count).map(|number| {
        let aisles = u32::from(number > wing) + u32::from(number > count - wing);
        let along = SEAT_SPACING * f64::from(number - 1)
            + (AISLE_WIDTH - SEAT_SPACING) * f64::from(aisles)
            - length / 2.0;
        let placement = on_arc(radius, along / radius, (0.0, 0.0));
        let mut seat = seat(label, number, placement);
        seat.accessible = is_listed(&ACCESSIBLE, section, label, number);
        seat.disabled = is_listed(&DISABLED, section, label, number);
        seat
    });
    seats.collect()
}

fn is_listed(list: &[(&str, &str, u32, u32)], section: &str, row: &str, number: u32) -> bool {
    list.iter().any(|(in_section, in_row, first, last)| {
        (*in_section, *in_row) == (section, row) && (*first..=*last).contains(&number)
    })
}

/// Boxes of two by two seats along a side; a box is a row of its own.
fn box_seats(side: f64) -> Vec<PlanSeat> {
    let boxes = (0..BOXES_PER_SIDE).flat_map(|index| {
        let radius = BOXES_RADIUS + BOXES_SPACING * f64::from(index);
        let label = format!("Box {}", index + 1);
        let corners = [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)];
        let seats = (1..).zip(corners).map(move |(number, (across, outwards))| {
            let offset = (across * SEAT_SPACING, outwards * SEAT_SPACING);
            seat(&label, number, on_arc(radius, side, offset))
        });
        seats.collect::<Vec<_>>()
    });
    boxes.collect()
}

fn standing_parterre(currency: Currency) -> PlanSection {
    let band = rectangle((CENTRE.0, CENTRE.1 + 2_047.0), (900.0, 60.0));
    standing(
        "Standing parterre",
        STANDING_PRICE_MINOR,
        STANDING_CAPACITY,
        currency,
        band,
    )
}

/// The stage, the names of the tiers before them, and the bar.
fn theatre_areas() -> Vec<Drawing> {
    let corners = [
        (700.0, 30.0),
        (1_300.0, 30.0),
        (1_380.0, 190.0),
        (1_000.0, 235.0),
        (620.0, 190.0),
    ];
    let stage = Outline::Polygon {
        points: corners.into_iter().map(|(x, y)| at(x, y)).collect(),
    };
    let bar = rectangle((CENTRE.0, 1_880.0), (420.0, 50.0));
    let names = [
        ("Stalls", 1_195.0),
        ("Circle", 2_113.0),
        ("Balcony", 2_410.0),
        ("Gallery", 2_645.0),
    ];
    let names = names
        .into_iter()
        .map(|(name, radius)| area(Outline::None, name, at(CENTRE.0, CENTRE.1 + radius)));
    let drawn = [
        area(stage, "Stage", at(1_000.0, 120.0)),
        area(Outline::Figure(bar), "Bar", at(CENTRE.0, 1_880.0)),
    ];
    drawn.into_iter().chain(names).collect()
}

/// A seat on an arc at an angle, shifted across and outwards, facing the centre.
fn on_arc(radius: f64, radians: f64, (across, outwards): (f64, f64)) -> Placement {
    let (sine, cosine) = radians.sin_cos();
    let reach = radius + outwards;
    let x = CENTRE.0 + reach * sine + across * cosine;
    let y = CENTRE.1 + reach * cosine - across * sine;
    placed(
        (x, y),
        (SEAT_SIZE, SEAT_SIZE),
        -radians.to_degrees(),
        Shape::RoundedRectangle,
    )
}

pub(super) fn seat(row: &str, number: u32, placement: Placement) -> PlanSeat {
    PlanSeat {
        guid: format!("{row}-{number}"),
        row: row.to_owned(),
        number: number.to_string(),
        placement,
        accessible: false,
        disabled: false,
    }
}

pub(super) fn seated(
    name: &str,
    minor: i64,
    currency: Currency,
    seats: Vec<PlanSeat>,
) -> PlanSection {
    let placement = around(seats.iter().map(|seat| &seat.placement));
    PlanSection {
        name: name.to_owned(),
        kind: SectionKind::Seated,
        starting_price: Money { minor, currency },
        placement: placement.expect("every section of the demo has seats"),
        seats,
    }
}

pub(super) fn standing(
    name: &str,
    minor: i64,
    capacity: u32,
    currency: Currency,
    placement: Placement,
) -> PlanSection {
    PlanSection {
        name: name.to_owned(),
        kind: SectionKind::Standing { capacity },
        starting_price: Money { minor, currency },
        placement,
        seats: Vec::new(),
    }
}

pub(super) fn area(outline: Outline, words: &str, middle: Point) -> Drawing {
    let label = Label {
        text: words.to_owned(),
        position: middle,
        size: length(28.0),
        color: None,
    };
    Drawing {
        outline,
        color: None,
        border_color: None,
        label: Some(label),
    }
}

pub(super) fn rectangle(middle: (f64, f64), size: (f64, f64)) -> Placement {
    placed(middle, size, 0.0, Shape::Rectangle)
}

pub(super) fn placed(
    middle: (f64, f64),
    size: (f64, f64),
    degrees: f64,
    shape: Shape,
) -> Placement {
    Placement {
        position_x: length(middle.0),
        position_y: length(middle.1),
        rotation: angle(degrees).expect("the demo's angles are finite"),
        shape,
        size_x: length(size.0),
        size_y: length(size.1),
    }
}

pub(super) fn at(x: f64, y: f64) -> Point {
    Point {
        x: length(x),
        y: length(y),
    }
}

fn length(units: f64) -> i32 {
    hundredths(units).expect("the demo's lengths are within a plan's")
}
