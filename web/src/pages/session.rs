//! A session with all its places as text; the island `seat-list` keeps the text true.

use actix_web::{HttpResponse, web};
use actors::{SessionInfo, Snapshot};
use domain::{SeatIndex, SessionId, Timestamp};
use serde::Serialize;
use store::catalogue::{self, Sale, SessionDetail, SessionStatus};

use super::words;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::input::PathId;

#[derive(Serialize)]
struct Page {
    session_id: String,
    title: String,
    artists: Vec<String>,
    description: String,
    venue: String,
    city: String,
    when: String,
    sale: String,
    max_per_order: u32,
    sections: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    section_id: String,
    name: String,
    price: String,
    standing: Option<Standing>,
    seats: Vec<Seat>,
}

#[derive(Serialize)]
struct Standing {
    capacity: u32,
    free: u32,
}

#[derive(Serialize)]
struct Seat {
    index: u32,
    row: String,
    number: String,
    accessible: bool,
    state: &'static str,
}

/// The page.
pub async fn show(context: web::Data<Context>, session: PathId<SessionId>) -> Answer<HttpResponse> {
    let detail = catalogue::session(&context.app.pool, session.0).await?;
    let detail = detail.ok_or_else(Problem::not_found)?;
    let live = context.app.registry.session(session.0).await?;
    let snapshot = live.feed().snapshot();
    let page = page(detail, live.info(), &snapshot, context.now());
    context.templates.page("pages/public/session.html", &page)
}

/// How a session's sale stands, for people.
pub fn sale_words(sale: &Sale, time_zone: &str, now: Timestamp) -> String {
    match sale.status {
        SessionStatus::OnSale if now < sale.from => {
            format!("On sale from {}", words::local(sale.from, time_zone))
        }
        SessionStatus::OnSale if sale.is_on(now) => "On sale".to_owned(),
        SessionStatus::OnSale => "The sale has ended".to_owned(),
        SessionStatus::Paused => "The sale is paused".to_owned(),
        SessionStatus::Postponed => "Postponed".to_owned(),
        SessionStatus::Cancelled => "Cancelled".to_owned(),
        SessionStatus::Draft => "Not published".to_owned(),
    }
}

fn page(detail: SessionDetail, info: &SessionInfo, snapshot: &Snapshot, now: Timestamp) -> Page {
    let time_zone = &detail.venue.time_zone;
    Page {
        session_id: detail.session_id.to_string(),
        when: words::local(detail.starts_at, time_zone),
        sale: sale_words(&detail.sale, time_zone, now),
        title: detail.event.title,
        artists: detail.event.artists,
        description: detail.event.description,
        venue: detail.venue.name,
        city: detail.venue.city,
        max_per_order: detail.max_per_order,
        sections: sections(info, snapshot),
    }
}

fn sections(info: &SessionInfo, snapshot: &Snapshot) -> Vec<Section> {
    let manifest = &info.manifest;
    let section = |(index, section): (domain::SectionIndex, &domain::manifest::Section)| Section {
        section_id: section.section_id.to_string(),
        name: section.name.clone(),
        price: words::money(info.price(index)),
        standing: (!section.is_seated()).then(|| Standing {
            capacity: section.capacity(),
            free: free_of(snapshot, section.section_id),
        }),
        seats: Vec::new(),
    };
    let mut sections: Vec<_> = manifest
        .section_indexes()
        .zip(manifest.sections())
        .map(section)
        .collect();
    for (index, seat) in manifest.seat_indexes().zip(manifest.seats()) {
        sections[seat.section.position()].seats.push(Seat {
            index: index.0,
            row: seat.row.clone(),
            number: seat.number.clone(),
            accessible: seat.accessible,
            state: state_words(&snapshot.seats, index),
        });
    }
    sections
}

fn free_of(snapshot: &Snapshot, section: domain::SectionId) -> u32 {
    let count = snapshot
        .standing
        .iter()
        .find(|count| count.section_id == section);
    count.map_or(0, |count| count.free)
}

/// The same words as the island's.
fn state_words(seats: &[u8], index: SeatIndex) -> &'static str {
    let position = index.position();
    let byte = seats.get(position / 4).copied().unwrap_or(0xff);
    match (byte >> (position % 4 * 2)) & 0b11 {
        0 => "free",
        1 => "held",
        2 => "sold",
        _ => "not on sale",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bits_a_seat_are_read_lowest_first() {
        let seats = [0b11_10_01_00, 0b00_00_00_01];
        let words: Vec<_> = (0..5)
            .map(|index| state_words(&seats, SeatIndex(index)))
            .collect();
        assert_eq!(words, ["free", "held", "sold", "not on sale", "held"]);
    }
}
