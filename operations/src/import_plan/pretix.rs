//! The seating-plan JSON of pretix, read and checked.
//!
//! The format: <https://github.com/pretix/pretix/blob/master/src/pretix/static/seating/seating-plan.schema.json>.
//! Zones hold rows, rows hold seats; each one's position is relative to what holds it. Fields
//! that are not known here are passed over.

use std::collections::HashMap;

use domain::Manifest;
use domain::manifest::Point;
use serde::Deserialize;
use store::places::Drawing;

use super::drawing::{self, RawArea};
use super::faults::Faults;
use super::geometry::hundredths;

/// What a seat's circle measures where the file does not say: pretix draws a radius of 10 units.
const RADIUS_DEFAULT: f64 = 10.0;
/// A larger seat is a mistake.
const RADIUS_MAX: f64 = 1_000.0;
/// The category of a seat whose fault it is to have none.
const NO_CATEGORY: usize = usize::MAX;
const NAME_CHARACTERS_MAX: usize = 80;
const LABEL_CHARACTERS_MAX: usize = 20;
const GUID_CHARACTERS_MAX: usize = 200;

/// A plan without faults.
#[derive(Debug)]
pub(super) struct PretixPlan {
    /// The names of the categories, in the file's order.
    pub categories: Vec<String>,
    /// The zones, in the file's order.
    pub zones: Vec<Zone>,
}

#[derive(Debug)]
pub(super) struct Zone {
    /// Unique.
    pub name: String,
    pub rows: Vec<Row>,
    pub areas: Vec<Drawing>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub label: String,
    /// As they stand along the row.
    pub seats: Vec<Seat>,
}

#[derive(Debug)]
pub(super) struct Seat {
    /// Where it is in the file.
    pub place: SeatPlace,
    pub guid: String,
    pub number: String,
    /// Its place in the plan's categories.
    pub category: usize,
    pub position: Point,
    /// In hundredths of a unit.
    pub diameter: i32,
}

/// A seat's place in the file, from nought.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeatPlace {
    pub zone: usize,
    pub row: usize,
    pub seat: usize,
}

/// Two lengths, in plan units.
#[derive(Deserialize)]
#[serde(expecting = "a position")]
pub(super) struct RawPosition {
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
#[serde(expecting = "a seating plan")]
pub(super) struct RawPlan {
    categories: Vec<RawCategory>,
    zones: Vec<RawZone>,
}

#[derive(Deserialize)]
#[serde(expecting = "a category")]
struct RawCategory {
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a zone")]
struct RawZone {
    name: Option<String>,
    zone_id: Option<String>,
    position: Option<RawPosition>,
    #[serde(default)]
    rows: Vec<RawRow>,
    #[serde(default)]
    areas: Vec<RawArea>,
}

#[derive(Deserialize)]
#[serde(expecting = "a row")]
struct RawRow {
    row_number: Option<String>,
    row_label: Option<String>,
    position: Option<RawPosition>,
    #[serde(default)]
    seats: Vec<RawSeat>,
}

#[derive(Deserialize)]
#[serde(expecting = "a seat")]
struct RawSeat {
    seat_guid: Option<String>,
    seat_number: Option<String>,
    position: Option<RawPosition>,
    category: Option<String>,
    radius: Option<f64>,
}

/// Reads a plan. With `rekey_seats` the file's guids do not count: seats get new ones by their place.
///
/// Without faults added, the plan is there.
pub(super) fn read(raw: &RawPlan, rekey_seats: bool, faults: &mut Faults) -> Option<PretixPlan> {
    let count: usize = raw
        .zones
        .iter()
        .flat_map(|zone| &zone.rows)
        .map(|row| row.seats.len())
        .sum();
    if count == 0 {
        faults.add("zones", "the plan has no seats");
        return None;
    }
    if count > Manifest::MAX_SEATS {
        faults.add(
            "zones",
            format!("{count} seats are more than {}", Manifest::MAX_SEATS),
        );
        return None;
    }
    let mut reader = Reader {
        categories: categories(&raw.categories, faults),
        rekey_seats,
        faults,
    };
    let mut zones: Vec<Zone> = Vec::with_capacity(raw.zones.len());
    for (index, zone) in raw.zones.iter().enumerate() {
        let read = reader.zone(index, zone, &zones);
        zones.push(read);
    }
    let categories = reader.categories;
    repeated_guids(&zones, faults);
    Some(PretixPlan { categories, zones })
}

impl SeatPlace {
    fn row(zone: usize, row: usize) -> String {
        format!("zones[{zone}].rows[{row}]")
    }
}

impl std::fmt::Display for SeatPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "zones[{}].rows[{}].seats[{}]",
            self.zone, self.row, self.seat
        )
    }
}

impl RawPosition {
    pub(super) fn pair(&self) -> (f64, f64) {
        (self.x, self.y)
    }
}

fn categories(raw: &[RawCategory], faults: &mut Faults) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(raw.len());
    for (index, category) in raw.iter().enumerate() {
        let place = format!("categories[{index}]");
        let name = faults.text(
            &place,
            "the name",
            category.name.as_deref(),
            NAME_CHARACTERS_MAX,
        );
        let name = name.unwrap_or_default();
        if !name.is_empty() && names.contains(&name) {
            faults.add(place, format!("the name {name:?} is used twice"));
        }
        names.push(name);
    }
    names
}

/// Reads what a plan holds. A thing with a fault is read as far as it goes: the fault refuses the whole plan.
struct Reader<'a> {
    categories: Vec<String>,
    rekey_seats: bool,
    faults: &'a mut Faults,
}

impl Reader<'_> {
    fn zone(&mut self, index: usize, raw: &RawZone, before: &[Zone]) -> Zone {
        let place = format!("zones[{index}]");
        let origin = self.required(&place, raw.position.as_ref());
        let rows = raw.rows.iter().enumerate();
        let rows = rows.filter(|(_, row)| !row.seats.is_empty());
        let rows = rows
            .map(|(row, raw)| self.row((index, row), raw, origin))
            .collect();
        let areas = raw.areas.iter().enumerate().filter_map(|(area, raw)| {
            drawing::read(&format!("{place}.areas[{area}]"), raw, origin, self.faults)
        });
        let areas = areas.collect();
        Zone {
            name: self.zone_name(index, raw, before),
            rows,
            areas,
        }
    }

    /// Zones may be nameless, and two may have one name; sections need names that differ.
    fn zone_name(&mut self, index: usize, raw: &RawZone, before: &[Zone]) -> String {
        let given = [&raw.name, &raw.zone_id]
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty());
        let number = format!("Zone {}", index + 1);
        let given = given.map_or(number.as_str(), String::as_str);
        let place = format!("zones[{index}]");
        let name = self
            .faults
            .text(&place, "the name", Some(given), NAME_CHARACTERS_MAX);
        let name = name.unwrap_or_default();
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let is_free = |candidate: &String| before.iter().all(|zone| zone.name != *candidate);
        std::iter::once(name.clone())
            .chain(numbered)
            .find(is_free)
            .expect("there are more numbers than zones")
    }

    fn row(&mut self, (zone, row): (usize, usize), raw: &RawRow, origin: (f64, f64)) -> Row {
        let place = SeatPlace::row(zone, row);
        let label = [&raw.row_number, &raw.row_label].into_iter().flatten();
        let label = label
            .map(String::as_str)
            .find(|label| !label.trim().is_empty());
        let label = self
            .faults
            .text(&place, "the row's number", label, LABEL_CHARACTERS_MAX);
        let offset = raw.position.as_ref().map_or((0.0, 0.0), RawPosition::pair);
        let origin = (origin.0 + offset.0, origin.1 + offset.1);
        let seats = raw.seats.iter().enumerate();
        let seats = seats
            .map(|(seat, raw)| self.seat(SeatPlace { zone, row, seat }, raw, origin))
            .collect();
        self.repeated_numbers(&seats);
        Row {
            label: label.unwrap_or_default(),
            seats,
        }
    }

    fn seat(&mut self, place: SeatPlace, raw: &RawSeat, origin: (f64, f64)) -> Seat {
        let at = place.to_string();
        let number = raw.seat_number.as_deref();
        let number = self
            .faults
            .text(&at, "the seat's number", number, LABEL_CHARACTERS_MAX);
        let offset = self.required(&at, raw.position.as_ref());
        let position = (
            hundredths(origin.0 + offset.0),
            hundredths(origin.1 + offset.1),
        );
        if position.0.is_none() || position.1.is_none() {
            self.faults.add(&at, "the seat stands absurdly far away");
        }
        Seat {
            place,
            guid: self.guid(&at, place, raw.seat_guid.as_deref()),
            number: number.unwrap_or_default(),
            category: self.category(&at, raw.category.as_deref()),
            position: Point {
                x: position.0.unwrap_or_default(),
                y: position.1.unwrap_or_default(),
            },
            diameter: self.diameter(&at, raw.radius.unwrap_or(RADIUS_DEFAULT)),
        }
    }

    fn guid(&mut self, at: &str, place: SeatPlace, guid: Option<&str>) -> String {
        if self.rekey_seats {
            return format!("z{}-r{}-s{}", place.zone + 1, place.row + 1, place.seat + 1);
        }
        self.faults
            .text(at, "seat_guid", guid, GUID_CHARACTERS_MAX)
            .unwrap_or_default()
    }

    fn category(&mut self, at: &str, name: Option<&str>) -> usize {
        let name = name.map(str::trim).unwrap_or_default();
        if name.is_empty() {
            self.faults.add(at, "the category is missing");
            return NO_CATEGORY;
        }
        let found = self.categories.iter().position(|category| category == name);
        if found.is_none() {
            self.faults
                .add(at, format!("the plan has no category {name:?}"));
        }
        found.unwrap_or(NO_CATEGORY)
    }

    fn diameter(&mut self, at: &str, radius: f64) -> i32 {
        let is_sane = radius > 0.0 && radius <= RADIUS_MAX;
        if !is_sane {
            self.faults
                .add(at, format!("a seat's radius cannot be {radius}"));
        }
        hundredths(radius * 2.0).unwrap_or_default()
    }

    fn required(&mut self, at: &str, position: Option<&RawPosition>) -> (f64, f64) {
        if position.is_none() {
            self.faults.add(at, "the position is missing");
        }
        position.map_or((0.0, 0.0), RawPosition::pair)
    }

    /// Within one row nothing can tell two seats of a number apart.
    fn repeated_numbers(&mut self, seats: &Vec<Seat>) {
        let mut first: HashMap<&str, SeatPlace> = HashMap::new();
        for seat in seats {
            if seat.number.is_empty() {
                continue;
            }
            match first.get(seat.number.as_str()) {
                Some(earlier) => self.faults.add(
                    seat.place.to_string(),
                    format!(
                        "the seat number {:?} is used in this row by {earlier}",
                        seat.number
                    ),
                ),
                None => {
                    first.insert(&seat.number, seat.place);
                }
            }
        }
    }
}

/// A guid must name one seat of the whole plan. One fault a guid, at its first seat.
fn repeated_guids(zones: &[Zone], faults: &mut Faults) {
    let seats = || {
        zones
            .iter()
            .flat_map(|zone| &zone.rows)
            .flat_map(|row| &row.seats)
    };
    let mut places: HashMap<&str, Vec<SeatPlace>> = HashMap::new();
    for seat in seats().filter(|seat| !seat.guid.is_empty()) {
        places.entry(&seat.guid).or_default().push(seat.place);
    }
    for seat in seats() {
        // Taken out when it is told, so that it is told once.
        let Some(all) = places.remove(seat.guid.as_str()) else {
            continue;
        };
        if let [first, second, ..] = all.as_slice() {
            let times = all.len();
            let message = format!(
                "seat_guid {:?} appears {times} times, next at {second}",
                seat.guid
            );
            faults.add(first.to_string(), message);
        }
    }
}
