//! Two houses in two cities, three events, and what the listing shows of them.

use domain::manifest::{Placement, Point, Section, SectionKind, Shape};
use domain::{ArtistId, EventId, Manifest, Money, SectionId, SessionId, VenueId};
use sqlx::PgPool;
use uuid::Uuid;

use super::*;
use crate::events::{NewEvent, NewSession};
use crate::places::{MadeVenue, NewCity, NewVenue, Plan};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const HOUR: i64 = 3_600_000;

struct Town {
    pool: PgPool,
    hall: MadeVenue,
    club: MadeVenue,
}

impl Town {
    async fn new(pool: PgPool) -> Self {
        let hall = venue(&pool, "The Hall", "Berlin").await;
        let club = venue(&pool, "Kölner Klub", "Köln").await;
        Self { pool, hall, club }
    }

    async fn event(&self, title: &str, category: &str, artists: &[&str]) -> EventId {
        let mut connection = self.pool.acquire().await.unwrap();
        let category = crate::events::ensure_category(&mut connection, category, category)
            .await
            .unwrap();
        let mut ids: Vec<ArtistId> = Vec::new();
        for artist in artists {
            ids.push(
                crate::events::ensure_artist(&mut connection, artist)
                    .await
                    .unwrap(),
            );
        }
        let event = NewEvent {
            title,
            description: "Come.",
            category,
            artists: &ids,
        };
        crate::events::insert_event(&mut connection, &event)
            .await
            .unwrap()
            .event_id
    }

    async fn session(&self, event: EventId, venue: VenueId, hours: i64) -> SessionId {
        self.session_with(event, venue, hours, SessionStatus::OnSale)
            .await
    }

    async fn session_with(
        &self,
        event: EventId,
        venue: VenueId,
        hours: i64,
        status: SessionStatus,
    ) -> SessionId {
        let mut connection = self.pool.acquire().await.unwrap();
        let manifest = manifest_of_one_section();
        let hash = *venue.0.as_bytes();
        let hash: [u8; 32] = [hash, hash].concat().try_into().unwrap();
        let manifest_id = crate::events::ensure_manifest(&mut connection, venue, &hash, &manifest)
            .await
            .unwrap();
        let currency = "EUR".parse().unwrap();
        let session = NewSession {
            event,
            venue,
            manifest: manifest_id,
            status,
            starts_at: Timestamp(NOW.0 + hours * HOUR),
            doors_open_at: None,
            on_sale_from: NOW,
            on_sale_until: None,
            currency,
            section_prices: &[],
            max_per_order: 4,
            max_per_buyer: None,
            hold_secs: 300,
        };
        let session_id = crate::events::insert_session(&mut *connection, &session)
            .await
            .unwrap();
        let prices = [Money {
            minor: 900,
            currency,
        }];
        crate::events::insert_session_sections(&mut connection, session_id, &manifest, &prices)
            .await
            .unwrap();
        session_id
    }

    async fn list(&self, filter: &EventFilter) -> Vec<String> {
        let page = events(&self.pool, filter, NOW).await.unwrap();
        page.events.into_iter().map(|event| event.title).collect()
    }
}

async fn venue(pool: &PgPool, name: &str, city: &str) -> MadeVenue {
    let plan = Plan {
        sections: Vec::new(),
        areas: Vec::new(),
        focus: Point { x: 0, y: 0 },
    };
    let city = NewCity {
        name: city,
        country_code: "DE",
        country_name: "Germany",
    };
    let venue = NewVenue {
        name,
        address: "Street 1",
        time_zone: "Europe/Berlin",
        city,
        plan: &plan,
    };
    crate::places::insert_venue(pool, &venue).await.unwrap()
}

fn manifest_of_one_section() -> Manifest {
    let placement = Placement {
        position_x: 0,
        position_y: 0,
        rotation: 0,
        shape: Shape::Rectangle,
        size_x: 100,
        size_y: 100,
    };
    let floor = Section {
        section_id: SectionId(Uuid::nil()),
        name: "Floor".to_owned(),
        kind: SectionKind::Standing { capacity: 5 },
        placement,
    };
    Manifest::new(vec![floor], Vec::new(), Point { x: 0, y: 0 }).unwrap()
}

/// Two nights of music in the hall and one in the club; a play in the club; and what nobody may see.
async fn town_with_events(pool: PgPool) -> Town {
    let town = Town::new(pool).await;
    let (hall, club) = (town.hall.venue_id, town.club.venue_id);
    let music = town
        .event("Night Music", "music", &["Mira Falk", "The Bobs"])
        .await;
    town.session(music, hall, 10).await;
    town.session(music, hall, 34).await;
    town.session(music, club, 58).await;
    let play = town.event("The 100% Play", "theatre", &["Ada"]).await;
    town.session(play, club, 5).await;
    let past = town.event("Long Ago", "music", &["Ada"]).await;
    town.session(past, hall, -5).await;
    let draft = town.event("Secret", "music", &["Ada"]).await;
    town.session_with(draft, hall, 20, SessionStatus::Draft)
        .await;
    town.event("Without Sessions", "music", &[]).await;
    town
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[sqlx::test(migrations = "../migrations")]
async fn events_to_come_are_listed_by_their_first_session_and_drafts_are_not(pool: PgPool) {
    let town = town_with_events(pool).await;
    let page = events(&town.pool, &EventFilter::default(), NOW)
        .await
        .unwrap();
    let listed: Vec<(&str, usize)> = page
        .events
        .iter()
        .map(|event| (event.title.as_str(), event.sessions.len()))
        .collect();
    assert_eq!(listed, [("The 100% Play", 1), ("Night Music", 3)]);
    assert_eq!(page.next_page, None);
    let first = &page.events[1].sessions[0];
    assert_eq!(first.starts_at, Timestamp(NOW.0 + 10 * HOUR));
    assert_eq!(
        (first.time_zone.as_str(), first.city.as_str()),
        ("Europe/Berlin", "Berlin")
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn each_filter_takes_a_slug_or_an_id(pool: PgPool) {
    let town = town_with_events(pool).await;
    let hall = town.hall.venue_id.to_string();
    let cases = [
        (
            EventFilter {
                category: some("theatre"),
                ..EventFilter::default()
            },
            "The 100% Play",
        ),
        (
            EventFilter {
                artist: some("mira-falk"),
                ..EventFilter::default()
            },
            "Night Music",
        ),
        (
            EventFilter {
                city: some("berlin"),
                ..EventFilter::default()
            },
            "Night Music",
        ),
        (
            EventFilter {
                venue: some("the-hall"),
                ..EventFilter::default()
            },
            "Night Music",
        ),
        (
            EventFilter {
                venue: some(&hall),
                ..EventFilter::default()
            },
            "Night Music",
        ),
    ];
    for (filter, title) in cases {
        assert_eq!(town.list(&filter).await, [title], "{filter:?}");
    }
    let unknown = EventFilter {
        city: some("atlantis"),
        ..EventFilter::default()
    };
    assert!(town.list(&unknown).await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn an_event_shows_only_its_sessions_that_fit(pool: PgPool) {
    let town = town_with_events(pool).await;
    let in_club = EventFilter {
        venue: some("koelner-klub"),
        ..EventFilter::default()
    };
    let page = events(&town.pool, &in_club, NOW).await.unwrap();
    let sessions: Vec<usize> = page
        .events
        .iter()
        .map(|event| event.sessions.len())
        .collect();
    assert_eq!(sessions, [1, 1]);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_search_found_is_listed_by_its_first_session_and_nothing_else(pool: PgPool) {
    let town = town_with_events(pool).await;
    let cases: [(&str, &[&str]); 6] = [
        ("MUSIC", &["Night Music"]),
        ("musik", &["Night Music"]),
        ("bobs", &["Night Music"]),
        ("kölner", &["The 100% Play", "Night Music"]),
        ("%", &[]),
        ("nul\0l", &[]),
    ];
    for (words, titles) in cases {
        let found = crate::discovery::tests::search(&town.pool, words)
            .await
            .unwrap();
        let filter = EventFilter {
            found: Some(found.events),
            ..EventFilter::default()
        };
        assert_eq!(town.list(&filter).await, titles, "{words:?}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn instants_bound_the_start_and_may_reach_into_the_past(pool: PgPool) {
    let town = town_with_events(pool).await;
    let at = |hours: i64| Some(Timestamp(NOW.0 + hours * HOUR));
    let tonight = EventFilter {
        from: at(5),
        to: at(10),
        ..EventFilter::default()
    };
    assert_eq!(town.list(&tonight).await, ["The 100% Play"]);
    let past = EventFilter {
        from: at(-5),
        to: at(0),
        ..EventFilter::default()
    };
    assert_eq!(town.list(&past).await, ["Long Ago"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_can_be_bought_comes_first_where_that_is_asked_for(pool: PgPool) {
    let town = Town::new(pool).await;
    for (title, from, until) in [
        ("Over", -2 * HOUR, Some(-HOUR)),
        ("To Come", HOUR, None),
        ("On Sale", -HOUR, None),
    ] {
        let event = town.event(title, "music", &[]).await;
        let session = town.session(event, town.hall.venue_id, 1).await;
        sqlx::query(
            "update event_session set on_sale_from = $2, on_sale_until = $3 where session_id = $1",
        )
        .bind(session.0)
        .bind(crate::instant(Timestamp(NOW.0 + from)))
        .bind(until.map(|until: i64| crate::instant(Timestamp(NOW.0 + until))))
        .execute(&town.pool)
        .await
        .unwrap();
    }
    let filter = |buyable_first| EventFilter {
        buyable_first,
        ..EventFilter::default()
    };
    assert_eq!(
        town.list(&filter(true)).await,
        ["On Sale", "To Come", "Over"]
    );
    assert_eq!(town.list(&filter(false)).await.len(), 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_have_24_events_and_tell_of_the_next(pool: PgPool) {
    let town = Town::new(pool).await;
    for number in 1..=25 {
        let event = town.event(&format!("Event {number}"), "music", &[]).await;
        town.session(event, town.hall.venue_id, number).await;
    }
    let page = |page| EventFilter {
        page,
        ..EventFilter::default()
    };
    let first = events(&town.pool, &page(1), NOW).await.unwrap();
    assert_eq!((first.events.len(), first.next_page), (24, Some(2)));
    let second = events(&town.pool, &page(2), NOW).await.unwrap();
    assert_eq!(
        (second.events[0].title.as_str(), second.next_page),
        ("Event 25", None)
    );
    assert!(
        events(&town.pool, &page(u32::MAX), NOW)
            .await
            .unwrap()
            .events
            .is_empty()
    );
    let nought = events(&town.pool, &page(0), NOW).await.unwrap();
    assert_eq!(nought, first);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_event_is_shown_by_its_slug_with_its_sessions_to_come(pool: PgPool) {
    let town = town_with_events(pool).await;
    let shown = event(&town.pool, "night-music", NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown.event.artists, ["Mira Falk", "The Bobs"]);
    assert_eq!(shown.sessions.len(), 3);
    let past = event(&town.pool, "long-ago", NOW).await.unwrap().unwrap();
    assert!(past.sessions.is_empty(), "its page stays");
    for hidden in ["secret", "without-sessions", "nowhere", "nul\0l"] {
        assert_eq!(
            event(&town.pool, hidden, NOW).await.unwrap(),
            None,
            "{hidden}"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_draft_exists_for_no_reader(pool: PgPool) {
    let town = Town::new(pool).await;
    let event = town.event("Secret", "music", &[]).await;
    let draft = town
        .session_with(event, town.hall.venue_id, 9, SessionStatus::Draft)
        .await;
    assert_eq!(session(&town.pool, draft).await.unwrap(), None);
    assert_eq!(live_session(&town.pool, draft).await.unwrap(), None);
    let nobodys = SessionId(Uuid::nil());
    assert_eq!(session(&town.pool, nobodys).await.unwrap(), None);
}

#[test]
fn a_sale_is_on_from_its_first_instant_until_before_its_last_and_only_while_on_sale() {
    let until = Timestamp(NOW.0 + 10);
    let sale = Sale {
        status: SessionStatus::OnSale,
        from: NOW,
        until: Some(until),
    };
    let is_on = |millis: i64| sale.is_on(Timestamp(NOW.0 + millis));
    assert_eq!(
        [is_on(-1), is_on(0), is_on(9), is_on(10)],
        [false, true, true, false]
    );
    for status in [
        SessionStatus::Paused,
        SessionStatus::Postponed,
        SessionStatus::Cancelled,
    ] {
        assert!(!Sale { status, ..sale }.is_on(NOW), "{status:?}");
    }
}
