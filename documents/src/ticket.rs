//! Tickets to print and to keep: a page each, in one file.
//!
//! The card at the top is the ticket: what, when, where and which place on the left, the code on the
//! stub. Below it stand the house's rules. It grows with what it says.

mod drawing;

use std::collections::BTreeSet;

use domain::TicketId;
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
    /// When it begins, where the venue is, as it is printed.
    pub when: String,
    /// What belongs to that: the zone, when the doors open.
    pub when_more: String,
    /// The order's reference.
    pub pnr: String,
    /// The document's title.
    pub document_title: String,
    /// What is printed beside the facts.
    pub words: Words,
}

/// What is printed beside the facts, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The language's tag.
    pub language: &'static str,
    /// Above the instant.
    pub when: String,
    /// Above the venue.
    pub place: String,
    /// Above the section's name.
    pub section: String,
    /// Above the row's label.
    pub row: String,
    /// Above the seat's label.
    pub seat: String,
    /// Above what stands there where there is neither row nor seat, and that.
    pub standing: (String, String),
    /// Above the holder's name.
    pub holder: String,
    /// Instead of a name.
    pub anybody: String,
    /// Above the price.
    pub price: String,
    /// Above the order's reference.
    pub order: String,
    /// Below the code.
    pub show_code: String,
    /// What the picture of the code is called.
    pub code: String,
    /// Above the rules.
    pub rules_heading: String,
    /// What the house asks of everybody.
    pub rules: Vec<String>,
}

/// One admission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Which of the order's tickets it is, as it is printed.
    pub number: String,
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
    /// Row and seat on the stub.
    pub stub: String,
    /// At the foot of the page.
    pub footer: String,
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
    let mut document = PdfDocument::new(&occasion.document_title);
    document.metadata.info.author.clone_from(&occasion.venue);
    document.metadata.info.creator = "Frontrow".to_owned();
    document.metadata.info.producer = "Frontrow".to_owned();
    document.metadata.info.subject = format!("{}, {}", occasion.when, occasion.venue);
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
    structure::add(&mut file, &parts, occasion.words.language);
    file.compress();
    let mut bytes = Vec::new();
    file.save_to(&mut bytes)
        .expect("memory takes what is written to it");
    bytes
}
