//! The programme's files are sound, and what is loaded is what they say.

use documents::poster::Poster;
use sqlx::PgPool;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn read() -> Programme {
    serde_json::from_str(PROGRAMME).unwrap()
}

#[test]
fn the_files_name_only_what_there_is() {
    let programme = read();
    assert_eq!((programme.events.len(), programme.artists.len()), (40, 30));
    assert_eq!((programme.venues.len(), programme.cities.len()), (13, 8));
    for venue in &programme.venues {
        assert!(
            programme.cities.iter().any(|city| city.name == venue.city),
            "{}",
            venue.name
        );
        venue.time_zone.parse::<Tz>().unwrap();
        let currency = venue.currency.parse().unwrap();
        let tariff = Tariff {
            currency,
            minor_per_euro: venue.minor_per_euro,
        };
        assert!(
            venue
                .hall
                .as_deref()
                .is_none_or(|hall| halls::plan(hall, tariff).is_some())
        );
    }
    for event in &programme.events {
        assert!(Poster::named(&event.poster).is_some(), "{}", event.poster);
        for name in &event.artists {
            assert!(
                programme.artists.iter().any(|artist| artist.name == *name),
                "{name}"
            );
        }
        for run in &event.sessions {
            assert!(
                programme.venues.iter().any(|venue| venue.slug == run.venue),
                "{}",
                run.venue
            );
            NaiveTime::parse_from_str(&run.hour, "%H:%M").unwrap();
            assert!(run.sale == "on" || run.sale() != Sale::On, "{}", run.sale);
        }
    }
}

#[test]
fn every_poster_can_be_drawn_and_articles_are_about_events_there_are() {
    let programme = read();
    let posters: std::collections::HashSet<_> =
        programme.events.iter().map(|event| &event.poster).collect();
    assert_eq!(posters.len(), 40, "no two events have one poster");
    for poster in programme.posters.values() {
        assert!(Poster::named(poster).is_some(), "{poster}");
    }
    for article in ARTICLES {
        let (head, _) = article.split_once("\n\n").unwrap();
        let poster = head
            .lines()
            .find_map(|line| line.strip_prefix("poster: "))
            .unwrap();
        assert!(Poster::named(poster).is_some(), "{poster}");
        let events = head
            .lines()
            .find_map(|line| line.strip_prefix("events: "))
            .unwrap();
        for title in events.split(", ") {
            assert!(
                programme.events.iter().any(|event| event.title == title),
                "{title}"
            );
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_town_is_loaded_once(pool: PgPool) {
    crate::demo_house::load(&pool, NOW).await.unwrap();
    crate::demo_house::load_town(&pool, NOW).await.unwrap();
    crate::demo_house::load_town(&pool, NOW).await.unwrap();
    let all = store::discovery::everything(&pool).await.unwrap();
    assert_eq!(
        all.events.len(),
        47,
        "those of the first venues are among them"
    );
    assert_eq!(
        (all.venues.len(), all.cities.len(), all.articles.len()),
        (13, 8, 6)
    );
    assert!(
        all.artists
            .iter()
            .all(|artist| !artist.description.is_empty())
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn some_of_the_town_is_sold_out_and_every_ticket_of_it_is_paid(pool: PgPool) {
    crate::demo_house::load(&pool, NOW).await.unwrap();
    crate::demo_house::load_town(&pool, NOW).await.unwrap();
    let report = store::books::check(&pool).await.unwrap();
    assert_eq!(report.findings, [], "its books add up");
    let all = store::discovery::everything(&pool).await.unwrap();
    let starts = |session: &store::discovery::Session| Timestamp::from(session.starts_at);
    assert!(all.sessions.iter().any(|session| starts(session) < NOW));
    assert!(all.sessions.iter().any(|session| session.sale.from > NOW));
    let ids: Vec<_> = all
        .sessions
        .iter()
        .map(|session| session.session_id)
        .collect();
    let gone = store::discovery::places_gone(&pool, &ids).await.unwrap();
    let left = |id| {
        let session = all
            .sessions
            .iter()
            .find(|session| session.session_id == id)
            .unwrap();
        let gone = gone.iter().find(|(known, _)| *known == id).unwrap().1;
        session.places - gone
    };
    assert_eq!(ids.iter().filter(|id| left(**id) == 0).count(), 5);
    assert_eq!(
        ids.iter()
            .filter(|id| (1..20).contains(&left(**id)))
            .count(),
        7
    );
    for status in [
        SessionStatus::Paused,
        SessionStatus::Postponed,
        SessionStatus::Cancelled,
    ] {
        assert!(
            all.sessions
                .iter()
                .any(|session| session.sale.status == status)
        );
    }
    let unpaid = sqlx::query_scalar!(
        "select count(*) from event_session_order o join payment using (order_id)
         where o.status = 'PAID' and payment.amount <>
             (select sum(price) from ticket where ticket.order_id = o.order_id)"
    );
    assert_eq!(
        unpaid.fetch_one(&pool).await.unwrap(),
        Some(0),
        "every ticket is paid"
    );
}
