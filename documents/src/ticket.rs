//! Tickets to print and to keep: a page each, in one file.
//!
//! The card at the top is the ticket: what, when, where and which place on the left, the code on the
//! stub. Below it stand the house's rules. It grows with what it says.

mod drawing;

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono_tz::Tz;
use domain::{TicketId, Timestamp};
use printpdf::{Mm, PdfDocument, PdfFont, PdfPage, PdfSaveOptions, Pt};

use crate::canvas::{Drawn, font_id};
use crate::fonts::Face;
use crate::structure;

/// A4, in points.
const PAGE_WIDTH: f32 = 595.276;
const PAGE_HEIGHT: f32 = 841.89;

/// What all tickets of an order have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// The event's title.
    pub title: String,
    /// Who performs, the first ones first.
    pub artists: Vec<String>,
    /// The venue's name.
    pub venue: String,
    /// Its street, if that is known, and its city.
    pub address: Vec<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When the doors open, if that is settled.
    pub doors_open_at: Option<Timestamp>,
    /// The venue's time zone, an IANA name: all instants are told in it.
    pub time_zone: String,
    /// The order's reference.
    pub pnr: String,
    /// How many tickets the order has.
    pub tickets: usize,
}

/// One admission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its place among the order's tickets, from 1.
    pub number: usize,
    /// The section's name.
    pub section: String,
    /// The row's label, if the section is seated.
    pub row: Option<String>,
    /// The seat's label, if the section is seated.
    pub seat: Option<String>,
    /// Whose name is on it; may be empty.
    pub holder: String,
    /// What was paid for it, all-in, as it is printed.
    pub price: String,
    /// The signed code.
    pub code: String,
}

/// The tickets as a PDF, in their order.
#[must_use]
pub fn pdf(occasion: &Occasion, tickets: &[Ticket]) -> Vec<u8> {
    let pages: Vec<Drawn> = tickets
        .iter()
        .map(|ticket| drawing::page(occasion, ticket))
        .collect();
    let mut document = PdfDocument::new(&format!("{}: tickets {}", occasion.title, occasion.pnr));
    document.metadata.info.author.clone_from(&occasion.venue);
    document.metadata.info.creator = "Frontrow".to_owned();
    document.metadata.info.producer = "Frontrow".to_owned();
    document.metadata.info.subject = subject(occasion, tickets);
    let faces: BTreeSet<Face> = pages.iter().flat_map(|page| page.faces.clone()).collect();
    for face in faces {
        let font = PdfFont::new(face.embedded().clone());
        document.resources.fonts.map.insert(font_id(face), font);
    }
    let (width, height) = (Mm::from(Pt(PAGE_WIDTH)), Mm::from(Pt(PAGE_HEIGHT)));
    let (mut operations, mut parts) = (Vec::new(), Vec::new());
    for page in pages {
        operations.push(PdfPage::new(width, height, page.operations));
        parts.push(page.parts);
    }
    document.with_pages(operations);
    let options = PdfSaveOptions::default();
    let mut file = printpdf::to_lopdf_doc(&document, &options, &mut Vec::new());
    structure::add(&mut file, &parts);
    file.compress();
    let mut bytes = Vec::new();
    file.save_to(&mut bytes)
        .expect("memory takes what is written to it");
    bytes
}

fn subject(occasion: &Occasion, tickets: &[Ticket]) -> String {
    let local = local(occasion.starts_at, &occasion.time_zone);
    let when = local.format("%a %-d %B %Y, %H:%M %Z");
    let count = tickets.len();
    let word = if count == 1 { "ticket" } else { "tickets" };
    format!("{count} {word}, {when}, {}", occasion.venue)
}

/// An instant where the venue is. A venue's time zone is checked when it is stored; UTC is the honest rest.
fn local(instant: Timestamp, time_zone: &str) -> DateTime<Tz> {
    let zone = time_zone.parse::<Tz>().unwrap_or(Tz::UTC);
    instant.to_datetime().with_timezone(&zone)
}
