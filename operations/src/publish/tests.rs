//! A small hall of our own, put on sale and read back.

use domain::manifest::{Placement, Point, SectionKind, Shape};
use store::places::{MadeVenue, NewCity, NewVenue, Plan, PlanSection};

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn placement(x: i32, y: i32) -> Placement {
    Placement {
        position_x: x,
        position_y: y,
        rotation: 1_500,
        shape: Shape::RoundedRectangle,
        size_x: 2_000,
        size_y: 1_800,
    }
}

fn seat(row: &str, number: &str, x: i32) -> PlanSeat {
    PlanSeat {
        guid: format!("{row}{number}"),
        row: row.to_owned(),
        number: number.to_owned(),
        placement: placement(x, 300),
        accessible: number == "1",
        disabled: number == "2",
    }
}

fn section(name: &str, kind: SectionKind, minor: i64, seats: Vec<PlanSeat>) -> PlanSection {
    let starting_price = Money {
        minor,
        currency: "EUR".parse().unwrap(),
    };
    PlanSection {
        name: name.to_owned(),
        kind,
        starting_price,
        placement: placement(0, 0),
        seats,
    }
}

fn hall() -> Plan {
    let standing = SectionKind::Standing { capacity: 50 };
    Plan {
        sections: vec![
            section("Pit", standing, 2_000, Vec::new()),
            section(
                "Stalls",
                SectionKind::Seated,
                5_000,
                vec![seat("B", "1", 10), seat("B", "2", 20), seat("A", "1", 30)],
            ),
            section("Box", SectionKind::Seated, 0, vec![seat("A", "1", 90)]),
        ],
        areas: Vec::new(),
        focus: Point { x: 7, y: -9 },
    }
}

async fn make_hall(pool: &PgPool, plan: &Plan) -> MadeVenue {
    let venue = NewVenue {
        name: "The Hall",
        address: "",
        time_zone: "Europe/Berlin",
        city: NewCity {
            name: "Berlin",
            country_code: "DE",
            country_name: "Germany",
        },
        plan,
    };
    store::places::insert_venue(pool, &venue).await.unwrap()
}

fn request() -> PutOnSale {
    PutOnSale {
        venue: "the-hall".to_owned(),
        title: "A Night Out".to_owned(),
        description: "Music.".to_owned(),
        category: "live-music".to_owned(),
        artists: vec!["Ada".to_owned(), "The Bobs".to_owned(), "ada".to_owned()],
        starts_at: NOW.plus(std::time::Duration::from_hours(100)),
        doors_open_at: None,
        on_sale_from: NOW,
        on_sale_until: None,
        max_per_order: 6,
        max_per_buyer: Some(8),
        hold_secs: 480,
        section_prices: vec!["Stalls=4500".to_owned()],
        returns: None,
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_drawn_is_what_is_sold(pool: PgPool) {
    make_hall(&pool, &hall()).await;
    let published = put_on_sale(&pool, &request()).await.unwrap();
    let manifest = store::catalogue::manifest(&pool, published.manifest_id)
        .await
        .unwrap()
        .unwrap();
    let names: Vec<&str> = manifest
        .sections()
        .iter()
        .map(|section| section.name.as_str())
        .collect();
    assert_eq!(names, ["Pit", "Stalls", "Box"]);
    assert_eq!(manifest.sections()[0].capacity(), 50);
    assert_eq!(manifest.focus(), Point { x: 7, y: -9 });
    let drawn: Vec<Seat> = hall()
        .sections
        .iter()
        .zip(manifest.section_indexes())
        .flat_map(|(section, index)| {
            section
                .seats
                .iter()
                .map(move |seat| frozen_seat(index, seat))
        })
        .collect();
    assert_eq!(manifest.seats(), drawn);
    assert_eq!((published.seats, published.standing_places), (4, 50));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_live_part_learns_prices_rules_and_manifest(pool: PgPool) {
    make_hall(&pool, &hall()).await;
    let published = put_on_sale(&pool, &request()).await.unwrap();
    let live = store::catalogue::live_session(&pool, published.session_id)
        .await
        .unwrap()
        .unwrap();
    let prices: Vec<i64> = live.prices.iter().map(|price| price.minor).collect();
    assert_eq!(prices, [2_000, 4_500, 0]);
    assert_eq!(live.manifest_id, published.manifest_id);
    assert_eq!(
        (live.max_per_order, live.max_per_buyer, live.hold_secs),
        (6, Some(8), 480)
    );
    assert_eq!(
        (live.status, live.on_sale_from),
        (SessionStatus::OnSale, NOW)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_keeps_its_guard_of_standing_places(pool: PgPool) {
    make_hall(&pool, &hall()).await;
    let session_id = put_on_sale(&pool, &request()).await.unwrap().session_id;
    let rows = sqlx::query!(
        "select section_index, name, capacity, taken from session_section where session_id = $1
         order by section_index",
        session_id.0,
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row.name.as_str(), row.capacity, row.taken))
        .collect();
    assert_eq!(
        rows,
        [("Pit", Some(50), 0), ("Stalls", None, 0), ("Box", None, 0)]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn sessions_of_an_unchanged_plan_share_a_manifest_and_of_a_changed_one_do_not(pool: PgPool) {
    let venue = make_hall(&pool, &hall()).await;
    let first = put_on_sale(&pool, &request()).await.unwrap();
    let second = put_on_sale(&pool, &request()).await.unwrap();
    assert_eq!(first.manifest_id, second.manifest_id);
    assert_eq!(first.event_id, second.event_id, "one title is one event");
    assert_ne!(first.session_id, second.session_id);
    sqlx::query!(
        "update section set name = 'Parterre' where venue_id = $1 and name = 'Box'",
        venue.venue_id.0
    )
    .execute(&pool)
    .await
    .unwrap();
    let third = put_on_sale(&pool, &request()).await.unwrap();
    assert_ne!(first.manifest_id, third.manifest_id);
    let frozen = store::catalogue::manifest(&pool, first.manifest_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        frozen.sections()[2].name,
        "Box",
        "what was sold does not change"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn the_published_session_is_shown_with_event_venue_and_artists(pool: PgPool) {
    make_hall(&pool, &hall()).await;
    let published = put_on_sale(&pool, &request()).await.unwrap();
    let shown = store::catalogue::session(&pool, published.session_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (shown.event.title.as_str(), shown.event.slug.as_str()),
        ("A Night Out", "a-night-out")
    );
    assert_eq!(
        (
            shown.event.category.as_str(),
            shown.event.category_slug.as_str()
        ),
        ("Live music", "live-music")
    );
    assert_eq!(shown.event.artists, ["Ada", "The Bobs"]);
    assert_eq!(
        (shown.venue.name.as_str(), shown.venue.time_zone.as_str()),
        ("The Hall", "Europe/Berlin")
    );
    assert_eq!(
        (shown.currency.code(), shown.manifest_id),
        ("EUR", published.manifest_id)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_put_on_sale_is_refused_and_leaves_nothing_behind(pool: PgPool) {
    make_hall(&pool, &hall()).await;
    let on_sale = request();
    let wrong = [
        PutOnSale {
            title: " ".to_owned(),
            ..on_sale.clone()
        },
        PutOnSale {
            title: "a\0b".to_owned(),
            ..on_sale.clone()
        },
        PutOnSale {
            category: "Live Music".to_owned(),
            ..on_sale.clone()
        },
        PutOnSale {
            artists: vec![String::new()],
            ..on_sale.clone()
        },
        PutOnSale {
            on_sale_until: Some(NOW),
            ..on_sale.clone()
        },
        PutOnSale {
            max_per_order: 0,
            ..on_sale.clone()
        },
        PutOnSale {
            max_per_order: 101,
            ..on_sale.clone()
        },
        PutOnSale {
            max_per_buyer: Some(0),
            ..on_sale.clone()
        },
        PutOnSale {
            hold_secs: 0,
            ..on_sale.clone()
        },
        PutOnSale {
            section_prices: vec!["Gallery=1".to_owned()],
            ..on_sale.clone()
        },
        PutOnSale {
            section_prices: vec!["Box=-1".to_owned()],
            ..on_sale.clone()
        },
    ];
    for request in wrong {
        let refused = put_on_sale(&pool, &request).await.unwrap_err();
        assert!(
            matches!(refused, PublishError::Refused(_)),
            "{request:?}: {refused}"
        );
    }
    let events = sqlx::query_scalar!("select count(*) from event")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(events, Some(0));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unknown_venue_an_empty_one_and_one_of_two_currencies_are_refused(pool: PgPool) {
    let unknown = put_on_sale(&pool, &request()).await.unwrap_err();
    assert!(
        matches!(unknown, PublishError::UnknownVenue(_)),
        "{unknown}"
    );
    let empty = Plan {
        sections: Vec::new(),
        areas: Vec::new(),
        focus: Point { x: 0, y: 0 },
    };
    let venue = make_hall(&pool, &empty).await;
    let unsellable = put_on_sale(&pool, &request()).await.unwrap_err();
    assert!(
        matches!(unsellable, PublishError::Manifest(InvalidManifest::Empty)),
        "{unsellable}"
    );
    sqlx::query!(
        "update venue set slug = 'old', name = 'Old' where venue_id = $1",
        venue.venue_id.0
    )
    .execute(&pool)
    .await
    .unwrap();
    let mut mixed = hall();
    mixed.sections[1].starting_price.currency = "CHF".parse().unwrap();
    make_hall(&pool, &mixed).await;
    let refused = put_on_sale(&pool, &request()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the venue's sections have prices in EUR and CHF"
    );
}
