//! What a session's page says to machines, and where it leads.

use documents::poster::Format;
use domain::SessionId;
use serde::Serialize;
use serde_json::json;

use super::cards::{art, event_place};
use super::structured;
use super::view::{Link, Other, View};

/// The head of a session's page, and the ways from it.
#[derive(Serialize)]
pub struct SessionMeta {
    description: String,
    canonical: String,
    alternates: Vec<Other>,
    picture: String,
    data: String,
    event: Link,
    venue: Link,
    artists: Vec<Link>,
    calendar: String,
}

impl SessionMeta {
    /// Of a session; none if the catalogue does not have it yet.
    pub fn of(view: &View, id: SessionId) -> Option<Self> {
        let session = view.catalogue.session(id)?;
        let place = format!("/sessions/{id}");
        let event = &view.catalogue.events[session.event];
        let venue = &view.catalogue.venues[session.venue].row;
        let mut data = structured::performance(view, event, session);
        data["@context"] = json!("https://schema.org");
        let artists = event.artists.iter().map(|index| {
            let row = &view.catalogue.artists[*index].row;
            Link {
                name: row.name.clone(),
                href: view.link(&format!("/artists/{}", row.slug)),
            }
        });
        Some(Self {
            description: event.row.description.clone(),
            canonical: view.canonical(&place),
            alternates: view.alternates(&place),
            picture: view.absolute(&art(&view.poster(event), Format::Shared)),
            data: structured::script(&data),
            event: Link {
                name: event.row.title.clone(),
                href: view.link(&event_place(event)),
            },
            venue: Link {
                name: venue.name.clone(),
                href: view.link(&format!("/venues/{}", venue.slug)),
            },
            artists: artists.collect(),
            calendar: format!("/sessions/{id}/calendar.ics"),
        })
    }
}
