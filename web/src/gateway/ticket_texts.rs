//! What is written on an order's tickets and in its calendar entry, in one language.

use documents::ticket::Words;
use domain::TicketId;
use operations::orders::TicketView;
use operations::papers::{Papers, Texts, TicketTexts};

use crate::language::{Speech, zone_with_offset};

/// How many rules the catalogue has.
const RULES: u32 = 4;

/// The tickets as a PDF: this one, or all of them. Nothing if there is no such ticket.
pub fn pdf(speech: &Speech, papers: &Papers, only: Option<TicketId>) -> Option<Vec<u8>> {
    let session = &papers.session;
    let zone = &session.venue.time_zone;
    let when = speech.say_parts(
        "date-time",
        &[
            ("date", &speech.full_date(session.starts_at, zone)),
            ("time", &speech.time(session.starts_at, zone)),
        ],
    );
    let of = |ticket: &TicketView, number: usize| on_ticket(speech, papers, ticket, number);
    let texts = Texts {
        when,
        when_more: when_more(speech, papers),
        country: speech.country_of(&session.venue.country_code),
        document_title: speech.say_parts(
            "paper-title",
            &[
                ("title", &session.event.title),
                ("pnr", &papers.order.pnr.to_string()),
            ],
        ),
        words: words(speech),
        of: &of,
    };
    papers.pdf(only, texts)
}

/// What a ticket adds to its file's name.
pub fn file_part(speech: &Speech, papers: &Papers, only: Option<TicketId>) -> String {
    let mut tickets = papers.order.tickets.iter();
    let place = only.and_then(|only| tickets.position(|ticket| ticket.ticket_id == only));
    let part = place.map(|place| speech.say_of("paper-file", "number", &(place + 1).to_string()));
    part.map_or_else(String::new, |part| format!(" {part}"))
}

/// What a calendar's entry says of the places.
pub fn notes(speech: &Speech, papers: &Papers) -> Vec<String> {
    let place = |ticket: &TicketView| match (&ticket.row, &ticket.number) {
        (Some(row), Some(seat)) => speech.say_parts(
            "entry-seat",
            &[
                ("section", &ticket.section_name),
                ("row", row),
                ("seat", seat),
            ],
        ),
        _ => ticket.section_name.clone(),
    };
    let reference = speech.say_of("entry-order", "pnr", &papers.order.pnr.to_string());
    let places = papers.order.tickets.iter().map(place);
    places.chain([reference]).collect()
}

/// The zone, and when the doors open.
fn when_more(speech: &Speech, papers: &Papers) -> String {
    let session = &papers.session;
    let time_zone = &session.venue.time_zone;
    let zone = zone_with_offset(session.starts_at, time_zone);
    let Some(at) = session.doors_open_at else {
        return zone;
    };
    if speech.day(at, time_zone) == speech.day(session.starts_at, time_zone) {
        let time = speech.time(at, time_zone);
        speech.say_parts("paper-doors", &[("zone", &zone), ("time", &time)])
    } else {
        let when = speech.short_date_time(at, time_zone);
        let parts = [("zone", zone.as_str()), ("when", &when)];
        speech.say_parts("paper-doors-earlier", &parts)
    }
}

fn on_ticket(speech: &Speech, papers: &Papers, ticket: &TicketView, number: usize) -> TicketTexts {
    let (number, count) = (number.to_string(), papers.order.tickets.len().to_string());
    let row = ticket.row.as_ref();
    let seat = ticket.number.as_ref();
    let stub = [
        row.map(|row| speech.say_of("paper-stub-row", "row", row)),
        seat.map(|seat| speech.say_of("paper-stub-seat", "seat", seat)),
    ];
    let stub: Vec<String> = stub.into_iter().flatten().collect();
    TicketTexts {
        number: speech.say_parts("paper-of", &[("number", &number), ("count", &count)]),
        price: speech.price(ticket.price),
        stub: stub.join(" · "),
        footer: speech.say_parts(
            "paper-footer",
            &[
                ("pnr", &papers.order.pnr.to_string()),
                ("ticket", &ticket.ticket_id.to_string()),
            ],
        ),
    }
}

fn words(speech: &Speech) -> Words {
    let say = |key: &str| speech.say(&format!("paper-{key}"));
    Words {
        language: speech.language.tag(),
        when: say("when"),
        place: say("where"),
        section: say("section"),
        row: say("row"),
        seat: say("seat"),
        standing: (say("place"), say("standing")),
        holder: say("holder"),
        anybody: say("anybody"),
        price: say("price"),
        order: say("order"),
        show_code: say("show"),
        code: say("code"),
        rules_heading: say("rules"),
        rules: (1..=RULES)
            .map(|rule| say(&format!("rule-{rule}")))
            .collect(),
    }
}
