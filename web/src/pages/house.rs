//! The house of a session as pages show it before any script runs, and as the island `seat-map` finds it:
//! how the sale stands, the sections with what is left of them, and a first drawing.

use actors::{SessionInfo, Snapshot};
use domain::manifest::{Manifest, Placement, Section as PlanSection, Shape};
use domain::{Money, OrderId, SeatIndex, SectionId, SectionIndex, Timestamp};
use serde::Serialize;
use store::catalogue::{Sale, SessionDetail, SessionStatus};
use store::places::{Drawing, Outline};

use super::drawing::{self, Skeleton};
use crate::context::Context;
use crate::error::Answer;
use crate::language::{Speech, zone};

/// So many sections are listed one by one.
const LISTED_MAX: usize = 24;

/// All that `partials/house.html` needs, as `house`.
#[derive(Serialize)]
pub struct House {
    session_id: String,
    /// The order whose seats are chosen, where that is settled.
    order_id: Option<String>,
    /// The live status, as the socket has it.
    status: &'static str,
    phase: &'static str,
    /// Its part of the messages' keys.
    phase_key: String,
    opens_at: String,
    /// The zone's letters at that moment, and its name.
    opens_zone: String,
    time_zone: String,
    opens_in_millis: i64,
    closes_in_millis: Option<i64>,
    max_per_order: u32,
    hold_minutes: u32,
    /// What is drawn around the places, as JSON for the island.
    surroundings: String,
    skeleton: Option<Skeleton>,
    groups: Vec<Group>,
    prices: Vec<Price>,
    free: u32,
    /// Whether the best of the seats can be asked for, and whether by price or access.
    has_seats: bool,
    has_choice: bool,
}

/// Sections that stand together in the list.
#[derive(Serialize)]
struct Group {
    /// Whether they are folded away under their price.
    is_folded: bool,
    price: String,
    tier: usize,
    free: u32,
    sections: Vec<Section>,
}

/// A section in the list.
#[derive(Serialize)]
pub struct Section {
    section_id: String,
    name: String,
    price: String,
    /// Its place among the prices, the dearest first.
    tier: usize,
    is_standing: bool,
    free: u32,
    capacity: u32,
}

#[derive(Serialize)]
struct Price {
    words: String,
    tier: usize,
}

/// The rows of one section, with every seat.
#[derive(Serialize)]
pub struct Row {
    label: String,
    seats: Vec<Seat>,
}

#[derive(Serialize)]
struct Seat {
    number: String,
    accessible: bool,
    state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Surroundings {
    areas: Vec<Area>,
    focus_x: f64,
    focus_y: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Area {
    label: Option<String>,
    label_x: f64,
    label_y: f64,
    figure: Option<Figure>,
    /// x, y, x, y, …
    polygon: Option<Vec<f64>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figure {
    position_x: f64,
    position_y: f64,
    rotation: f64,
    shape: Shape,
    size_x: f64,
    size_y: f64,
}

impl House {
    /// A session's house at this moment.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn of(
        context: &Context,
        speech: &Speech<'_>,
        detail: &SessionDetail,
        live: &actors::Session,
        order: Option<OrderId>,
    ) -> Answer<Self> {
        let areas = store::places::areas(&context.app.pool, detail.venue.venue_id).await?;
        let (info, now) = (live.info(), context.now());
        let (snapshot, status) = (live.feed().snapshot(), live.feed().status());
        let sections = sections(info, &snapshot, speech);
        let free = sections.iter().map(|section| section.free).sum();
        let sale = &detail.sale;
        let phase = phase(sale, status, now);
        Ok(Self {
            session_id: detail.session_id.to_string(),
            order_id: order.map(|order| order.to_string()),
            status,
            phase,
            phase_key: phase.replace('_', "-"),
            opens_at: speech.date_time(sale.from, &detail.venue.time_zone),
            opens_zone: zone(sale.from, &detail.venue.time_zone),
            time_zone: detail.venue.time_zone.clone(),
            opens_in_millis: sale.from.0 - now.0,
            closes_in_millis: sale.until.map(|until| until.0 - now.0),
            max_per_order: detail.max_per_order,
            hold_minutes: detail.hold_secs.div_ceil(60),
            surroundings: surroundings(&info.manifest, &areas),
            skeleton: drawing::skeleton(&info.manifest, &areas),
            prices: prices(info, speech),
            groups: groups(sections),
            free,
            has_seats: !info.manifest.seats().is_empty(),
            has_choice: has_choice(info),
        })
    }
}

/// How the sale stands: what staff decided counts before the clock, and the clock before how much is left.
/// The island decides alike.
pub fn phase(sale: &Sale, live_status: &str, now: Timestamp) -> &'static str {
    match sale.status {
        SessionStatus::Paused => "paused",
        SessionStatus::Postponed => "postponed",
        SessionStatus::Cancelled => "cancelled",
        SessionStatus::Draft | SessionStatus::OnSale => match sale.until {
            _ if now < sale.from => "before",
            Some(until) if now >= until => "ended",
            _ if live_status == "sold_out" => "sold_out",
            _ => "on_sale",
        },
    }
}

/// A section with its rows, seat by seat; none if there is no such section.
pub fn rows_of(
    info: &SessionInfo,
    snapshot: &Snapshot,
    section_id: SectionId,
    speech: &Speech,
) -> Option<(Section, Vec<Row>)> {
    let index = info.manifest.section_index(section_id)?;
    let section = sections(info, snapshot, speech)
        .into_iter()
        .nth(index.position())?;
    let mut rows: Vec<Row> = Vec::new();
    for (seat_index, seat) in info.manifest.seat_indexes().zip(info.manifest.seats()) {
        if seat.section != index {
            continue;
        }
        if rows.last().is_none_or(|row| row.label != seat.row) {
            rows.push(Row {
                label: seat.row.clone(),
                seats: Vec::new(),
            });
        }
        if let Some(row) = rows.last_mut() {
            row.seats.push(Seat {
                number: seat.number.clone(),
                accessible: seat.accessible,
                state: look(&snapshot.seats, seat_index),
            });
        }
    }
    Some((section, rows))
}

fn sections(info: &SessionInfo, snapshot: &Snapshot, speech: &Speech) -> Vec<Section> {
    let tiers = tiers(info);
    let section = |(index, section): (SectionIndex, &PlanSection)| {
        let price = info.price(index);
        let standing = snapshot
            .standing
            .iter()
            .find(|count| count.section_id == section.section_id);
        Section {
            section_id: section.section_id.to_string(),
            name: section.name.clone(),
            price: speech.price(price),
            tier: tiers.iter().position(|tier| *tier == price).unwrap_or(0),
            is_standing: !section.is_seated(),
            free: standing.map_or(0, |count| count.free),
            capacity: section.capacity(),
        }
    };
    let manifest = &info.manifest;
    let indexed = manifest.section_indexes().zip(manifest.sections());
    let mut sections: Vec<_> = indexed.map(section).collect();
    for (index, seat) in manifest.seat_indexes().zip(manifest.seats()) {
        let section = &mut sections[seat.section.position()];
        section.capacity += 1;
        section.free += u32::from(state(&snapshot.seats, index) == 0);
    }
    sections
}

/// Whether seats differ in price or access: the form for the best asks for what differs.
fn has_choice(info: &SessionInfo) -> bool {
    let manifest = &info.manifest;
    let indexed = manifest.section_indexes().zip(manifest.sections());
    let seated = indexed.filter(|(_, section)| section.is_seated());
    let mut prices = seated.map(|(index, _)| info.price(index));
    let first = prices.next();
    prices.any(|price| Some(price) != first) || manifest.seats().iter().any(|seat| seat.accessible)
}

/// All of them as they come; where nobody would look through so many, by price, the dearest first.
fn groups(mut sections: Vec<Section>) -> Vec<Group> {
    if sections.len() <= LISTED_MAX {
        return vec![Group::of(sections, false)];
    }
    sections.sort_by_key(|section| section.tier);
    let mut groups: Vec<Vec<Section>> = Vec::new();
    for section in sections {
        match groups.last_mut() {
            Some(group) if group[0].tier == section.tier => group.push(section),
            _ => groups.push(vec![section]),
        }
    }
    let folded = |group: Vec<Section>| {
        let is_folded = group.len() > 1;
        Group::of(group, is_folded)
    };
    groups.into_iter().map(folded).collect()
}

impl Group {
    fn of(sections: Vec<Section>, is_folded: bool) -> Self {
        Self {
            is_folded,
            price: sections
                .first()
                .map_or_else(String::new, |first| first.price.clone()),
            tier: sections.first().map_or(0, |first| first.tier),
            free: sections.iter().map(|section| section.free).sum(),
            sections,
        }
    }
}

/// All prices, the dearest first.
fn tiers(info: &SessionInfo) -> Vec<Money> {
    let mut tiers = info.prices.clone();
    tiers.sort_by_key(|price| std::cmp::Reverse(price.minor));
    tiers.dedup();
    tiers
}

fn prices(info: &SessionInfo, speech: &Speech) -> Vec<Price> {
    let price = |(tier, price): (usize, Money)| Price {
        words: speech.price(price),
        tier,
    };
    tiers(info).into_iter().enumerate().map(price).collect()
}

fn surroundings(manifest: &Manifest, areas: &[Drawing]) -> String {
    let focus = manifest.focus();
    let surroundings = Surroundings {
        areas: areas.iter().map(Area::of).collect(),
        focus_x: units(focus.x),
        focus_y: units(focus.y),
    };
    serde_json::to_string(&surroundings).expect("numbers and strings encode")
}

impl Area {
    fn of(drawing: &Drawing) -> Self {
        let (figure, polygon) = match &drawing.outline {
            Outline::Figure(placement) => (Some(Figure::of(placement)), None),
            Outline::Polygon { points } => {
                let corners = points.iter().flat_map(|point| [point.x, point.y]);
                (None, Some(corners.map(units).collect()))
            }
            Outline::None => (None, None),
        };
        let label = drawing
            .label
            .as_ref()
            .filter(|label| !label.text.is_empty());
        Self {
            label: label.map(|label| label.text.clone()),
            label_x: label.map_or(0.0, |label| units(label.position.x)),
            label_y: label.map_or(0.0, |label| units(label.position.y)),
            figure,
            polygon,
        }
    }
}

impl Figure {
    fn of(placement: &Placement) -> Self {
        Self {
            position_x: units(placement.position_x),
            position_y: units(placement.position_y),
            rotation: units(placement.rotation),
            shape: placement.shape,
            size_x: units(placement.size_x),
            size_y: units(placement.size_y),
        }
    }
}

fn units(hundredths: i32) -> f64 {
    f64::from(hundredths) / 100.0
}

/// Two bits a seat, lowest first. Beyond the end nothing is on sale.
fn state(seats: &[u8], index: SeatIndex) -> u8 {
    let position = index.position();
    let byte = seats.get(position / 4).copied().unwrap_or(0xff);
    (byte >> (position % 4 * 2)) & 0b11
}

/// Its part of the messages' keys: what it looks like to whoever has nothing.
fn look(seats: &[u8], index: SeatIndex) -> &'static str {
    match state(seats, index) {
        0 => "free",
        1 => "held",
        2 => "sold",
        _ => "off",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bits_a_seat_are_read_lowest_first() {
        let seats = [0b11_10_01_00, 0b00_00_00_01];
        let words: Vec<_> = (0..5).map(|index| look(&seats, SeatIndex(index))).collect();
        assert_eq!(words, ["free", "held", "sold", "off", "held"]);
    }

    fn section(tier: usize, free: u32) -> Section {
        Section {
            section_id: String::new(),
            name: format!("Block {tier}"),
            price: format!("€{tier}"),
            tier,
            is_standing: false,
            free,
            capacity: free,
        }
    }

    #[test]
    fn many_sections_are_folded_under_their_price_and_few_are_not() {
        let few = groups((0..LISTED_MAX).map(|tier| section(tier, 1)).collect());
        assert_eq!((few.len(), few[0].is_folded), (1, false));
        let mut many: Vec<Section> = (0..40).map(|number| section(number % 2 + 1, 3)).collect();
        many.push(section(0, 7));
        let many = groups(many);
        let told: Vec<_> = many
            .iter()
            .map(|group| {
                (
                    group.is_folded,
                    group.price.as_str(),
                    group.sections.len(),
                    group.free,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (false, "€0", 1, 7),
                (true, "€1", 20, 60),
                (true, "€2", 20, 60)
            ]
        );
    }

    #[test]
    fn a_sale_has_a_beginning_an_end_and_what_staff_say() {
        let sale = |status| Sale {
            status,
            from: Timestamp(100),
            until: Some(Timestamp(200)),
        };
        let on_sale = |now, live| phase(&sale(SessionStatus::OnSale), live, Timestamp(now));
        assert_eq!(on_sale(99, "on_sale"), "before");
        assert_eq!(on_sale(100, "on_sale"), "on_sale");
        assert_eq!(on_sale(150, "sold_out"), "sold_out");
        assert_eq!(on_sale(200, "sold_out"), "ended");
        let paused = phase(&sale(SessionStatus::Paused), "paused", Timestamp(99));
        assert_eq!(paused, "paused");
    }
}
