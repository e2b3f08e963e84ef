//! Small plans in the declarative form, sound and with each fault.

use serde_json::{Value, json};
use store::places::Plan;

use super::*;
use crate::import_plan::{Fault, ImportPlan, Report, check_options, read_plan};

fn hall() -> Value {
    json!({
        "venue": {"name": "A hall"},
        "schema": {"name": "Concert", "draft": true},
        "sections": [
            {"name": "Left", "type": "grid", "position": {"x": -200, "y": 100}, "rows": 2, "seatsPerRow": 3,
             "numbering": {"rows": {"from": "A"}, "seats": {"from": "11", "direction": "toLeft"}}},
            {"name": "Ring", "type": "arc", "position": {"x": 0, "y": -400}, "rows": 2, "seatsPerRow": 4, "radius": 500,
             "arcDegrees": 90, "rowSpacing": 40, "numbering": {"rows": {"format": "roman", "from": "I"}, "seats": {"from": "1"}}},
            {"name": "Floor", "type": "ga", "position": {"x": -50, "y": -100}, "shape": "RECT", "width": 100, "height": 60,
             "fill": "#e5e9f0", "capacity": 40},
        ],
    })
}

fn read_as(
    plan: &Value,
    prices: &[&str],
    capacities: &[&str],
) -> Result<(Plan, Report), Vec<String>> {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let request = ImportPlan {
        file: std::path::PathBuf::new(),
        venue: "The Hall".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        prices: owned(prices),
        capacities: owned(capacities),
        rekey_seats: false,
    };
    let mut faults = Faults::default();
    let currency = check_options(&request, &mut faults);
    let read = read_plan(plan.to_string().as_bytes(), &request, currency, &mut faults);
    read.filter(|_| faults.is_empty())
        .ok_or_else(|| faults.into_list().iter().map(Fault::to_string).collect())
}

fn read(plan: &Value) -> Result<(Plan, Report), Vec<String>> {
    read_as(plan, &["Left=5000", "Ring=3000", "Floor=2000"], &[])
}

/// The hall with one field of a section replaced; a missing one is null.
fn with(section: usize, field: &str, value: Value) -> Value {
    let mut plan = hall();
    plan["sections"][section][field] = value;
    plan
}

fn faults(plan: &Value) -> Vec<String> {
    read(plan).expect_err("the plan has a fault")
}

fn spots(plan: &Plan, section: usize) -> Vec<(String, String, i32, i32)> {
    let seats = plan.sections[section].seats.iter();
    seats
        .map(|seat| {
            (
                seat.row.clone(),
                seat.number.clone(),
                seat.placement.position_x,
                seat.placement.position_y,
            )
        })
        .collect()
}

#[test]
fn a_grid_stands_to_the_right_of_and_below_its_corner_and_counts_from_the_right_if_so_told() {
    let (plan, _) = read(&hall()).unwrap();
    let seat = |row: &str, number: &str, x, y| (row.to_owned(), number.to_owned(), x, y);
    assert_eq!(
        spots(&plan, 0),
        [
            seat("A", "13", -18_750, 11_800),
            seat("A", "12", -16_250, 11_800),
            seat("A", "11", -13_750, 11_800),
            seat("B", "13", -18_750, 15_400),
            seat("B", "12", -16_250, 15_400),
            seat("B", "11", -13_750, 15_400),
        ]
    );
}

#[test]
fn an_arc_bends_around_a_centre_below_its_position_and_later_rows_stand_farther_out() {
    let (plan, _) = read(&hall()).unwrap();
    let ring = spots(&plan, 1);
    let from_centre = |(_, _, x, y): &(String, String, i32, i32)| {
        f64::from(*x).hypot(f64::from(*y) - 10_000.0) / 100.0
    };
    for (index, seat) in ring.iter().enumerate() {
        let radius = if index < 4 { 500.0 } else { 540.0 };
        assert!((from_centre(seat) - radius).abs() < 0.02, "{seat:?}");
        assert!(seat.3 < 10_000, "above the centre: {seat:?}");
    }
    assert_eq!((ring[0].0.as_str(), ring[4].0.as_str()), ("I", "II"));
    // Four seats in the middles of four shares of ninety degrees, from the left.
    assert!(ring[0].2 < ring[1].2 && (ring[0].2 + ring[3].2).abs() <= 1);
    let turns: Vec<i32> = plan.sections[1].seats[..4]
        .iter()
        .map(|seat| seat.placement.rotation)
        .collect();
    assert_eq!(turns, [32_625, 34_875, 1_125, 3_375]);
}

#[test]
fn general_admission_becomes_a_standing_section_with_its_outline() {
    let (plan, report) = read(&hall()).unwrap();
    let floor = &plan.sections[2];
    assert_eq!(
        floor.kind,
        domain::manifest::SectionKind::Standing { capacity: 40 }
    );
    let outline = floor.placement;
    assert_eq!((outline.position_x, outline.position_y), (0, -7_000));
    assert_eq!((outline.size_x, outline.size_y), (10_000, 6_000));
    assert_eq!((report.zones, report.rows, report.seats), (3, 4, 14));
    assert_eq!(report.sections[2], ("Floor".to_owned(), 40));
}

#[test]
fn people_look_at_the_stage_or_at_what_the_rows_curve_around() {
    let (plan, report) = read(&hall()).unwrap();
    assert_eq!((plan.focus.x, plan.focus.y), (0, 10_000));
    assert!(report.warnings[0].contains("curve"), "{report}");
    let mut staged = hall();
    staged["sections"].as_array_mut().unwrap().push(json!(
        {"name": "Main stage", "type": "stage", "position": {"x": 0, "y": 300}, "width": 100, "height": 50}
    ));
    let (plan, report) = read(&staged).unwrap();
    assert_eq!((plan.focus.x, plan.focus.y), (5_000, 32_500));
    assert_eq!((plan.areas.len(), report.warnings.len()), (1, 0));
}

#[test]
fn a_section_turns_around_its_position() {
    let (plan, _) = read(&with(0, "rotation", json!(90))).unwrap();
    let first = &spots(&plan, 0)[0];
    assert_eq!((first.2, first.3), (-20_000 - 1_800, 10_000 + 1_250));
}

#[test]
fn sections_of_one_category_share_its_price_and_rows_may_differ_in_length() {
    let mut plan = with(0, "category", json!("Good"));
    plan["sections"][1]["category"] = json!("Good");
    plan["sections"][1]["seatsPerRow"] = json!([4, 6]);
    plan["sections"][0]["accessible"] = json!([{"row": "B", "seats": ["11", "12"]}]);
    let (plan, report) = read_as(&plan, &["Good=700", "Floor=1"], &[]).unwrap();
    assert_eq!(plan.sections[1].starting_price.minor, 700);
    assert_eq!(plan.sections[1].seats.len(), 10);
    let accessible = plan.sections[0].seats.iter().map(|seat| seat.accessible);
    assert_eq!(
        accessible.collect::<Vec<_>>(),
        [false, false, false, false, true, true]
    );
    assert_eq!(report.seats_by_category[0], ("Good".to_owned(), 16));
}

#[test]
fn a_capacity_that_the_file_does_not_say_is_asked_for_and_given_by_an_option() {
    let plan = with(2, "capacity", Value::Null);
    assert_eq!(
        faults(&plan),
        ["sections[2]: the capacity of \"Floor\" is not in the file: give --capacity 'Floor=500'"]
    );
    let prices = ["Left=5000", "Ring=3000", "Floor=2000"];
    let (read, _) = read_as(&plan, &prices, &["Floor=70"]).unwrap();
    assert_eq!(
        read.sections[2].kind,
        domain::manifest::SectionKind::Standing { capacity: 70 }
    );
    let unknown = read_as(&plan, &prices, &["Floor=70", "Balcony=5"]).unwrap_err();
    assert_eq!(
        unknown,
        ["--capacity: the plan has no general admission \"Balcony\""]
    );
}

/// Fails unless the hall with that field replaced is refused so.
fn assert_fault(section: usize, field: &str, value: Value, expected: &str) {
    let told = faults(&with(section, field, value.clone()));
    let place = format!("sections[{section}]{expected}");
    assert!(
        told.iter().any(|fault| fault.starts_with(&place)),
        "{field} = {value}: {told:?}"
    );
}

#[test]
fn each_fault_of_a_grid_is_told_with_its_place() {
    let check = |field, value, expected| assert_fault(0, field, value, expected);
    check("type", json!("blob"), ": the type \"blob\"");
    check("type", Value::Null, ": the type is missing");
    check("name", Value::Null, ": the name is missing");
    check("name", json!("a\u{7}"), ": the name has control characters");
    check(
        "position",
        json!({"x": 1e9, "y": 0}),
        ": the position is absurdly far away",
    );
    check("rows", json!(0), ": rows is 0");
    check("rows", Value::Null, ": rows is missing");
    check("seatsPerRow", json!(0), ": seatsPerRow is 0");
    check("seatsPerRow", Value::Null, ": seatsPerRow is missing");
    check(
        "seatsPerRow",
        json!([1, 2, 3]),
        ": seatsPerRow lists 3 rows, and rows is 2",
    );
    check(
        "seatsPerRow",
        json!([1, 0]),
        ".seatsPerRow[1]: seatsPerRow is 0",
    );
    check("seatSpacing", json!(0), ": seatSpacing is 0");
    check(
        "seatSpacing",
        json!(1e6),
        ": row 1 stands absurdly far away",
    );
    let accessible = json!([{"row": "Z", "seats": ["1"]}]);
    check(
        "accessible",
        accessible,
        ".accessible[0]: there is no seat \"1\" in row \"Z\"",
    );
}

#[test]
fn each_fault_of_an_arc_is_told_with_its_place() {
    let check = |field, value, expected| assert_fault(1, field, value, expected);
    check("name", json!("Left"), ": the name \"Left\" is used twice");
    check("position", Value::Null, ": the position is missing");
    check("rowSpacing", json!(-3), ": rowSpacing is -3");
    check("radius", Value::Null, ": radius is missing");
    check("arcDegrees", json!(361), ": arcDegrees is not");
    check("arcDegrees", Value::Null, ": arcDegrees is not");
    let rows = json!({"rows": {"from": "?"}});
    check("numbering", rows, ".numbering.rows: \"?\" is no number");
    let seats = json!({"seats": {"direction": "up"}});
    check("numbering", seats, ".numbering.seats: the direction \"up\"");
}

#[test]
fn each_fault_of_general_admission_is_told_with_its_place() {
    let check = |field, value, expected| assert_fault(2, field, value, expected);
    check("width", json!(-5), ": width is -5");
    check("height", Value::Null, ": height is missing");
    check("shape", json!("STAR"), ": the shape \"STAR\"");
    check("capacity", json!(0), ": the capacity is 0");
    let far = json!({"x": 999_990, "y": 0});
    check("position", far, ": the figure reaches absurdly far");
}

#[test]
fn faults_of_several_sections_are_told_at_once() {
    let mut plan = with(0, "rows", json!(0));
    plan["sections"][2]["width"] = Value::Null;
    let told = faults(&plan);
    assert!(
        told.iter().any(|fault| fault.starts_with("sections[0]")),
        "{told:?}"
    );
    assert!(
        told.iter().any(|fault| fault.starts_with("sections[2]")),
        "{told:?}"
    );
}

#[test]
fn a_field_of_the_wrong_kind_is_refused_with_line_and_column() {
    for (field, value) in [
        ("rows", json!("two")),
        ("seatsPerRow", json!("many")),
        ("rows", json!(-1)),
    ] {
        let told = faults(&with(0, field, value));
        assert!(told[0].starts_with("line 1 column "), "{told:?}");
    }
}

#[test]
fn a_plan_without_places_or_with_too_many_is_refused() {
    assert_eq!(
        faults(&json!({"sections": []})),
        ["sections: the plan has no places"]
    );
    let mut large = hall();
    for section in 0..2 {
        large["sections"][section]["rows"] = json!(1_000);
        large["sections"][section]["seatsPerRow"] = json!(150);
    }
    let told = faults(&large);
    assert!(
        told[0].starts_with("sections[1]: with this section the plan has more than"),
        "{told:?}"
    );
}

#[test]
fn what_lies_on_top_of_other_seats_is_reported() {
    let (_, report) = read(&with(0, "rowSpacing", json!(5))).unwrap();
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("on top of others, as Left B 13 on Left A 13")),
        "{report}"
    );
}
