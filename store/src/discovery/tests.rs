//! What is read for the public pages, over the real schema.

use domain::{CategoryId, EventId, Timestamp};
use sqlx::PgPool;
use uuid::Uuid;

use super::*;
use crate::events::{EventKey, NewEvent, ensure_artist, ensure_category, insert_event};

async fn event(pool: &PgPool, title: &str, artists: &[&str], description: &str) -> EventKey {
    let mut connection = pool.acquire().await.unwrap();
    let category = ensure_category(&mut connection, "music", "Music")
        .await
        .unwrap();
    let mut ids = Vec::new();
    for name in artists {
        ids.push(ensure_artist(&mut connection, name).await.unwrap());
    }
    let event = NewEvent {
        title,
        description,
        category,
        artists: &ids,
    };
    insert_event(&mut connection, &event).await.unwrap()
}

/// Searches what the database holds now.
pub async fn search(pool: &PgPool, text: &str) -> Result<Found, sqlx::Error> {
    Ok(find(&understand(pool, &words(text)).await?.meanings))
}

async fn found(pool: &PgPool, text: &str) -> Vec<EventId> {
    search(pool, text).await.unwrap().events
}

#[sqlx::test(migrations = "../migrations")]
async fn words_are_found_in_any_order_without_accents_and_from_their_beginning(pool: PgPool) {
    let voyage = event(
        &pool,
        "Night Voyage",
        &["Mira Falk"],
        "From the first song on.",
    )
    .await;
    let kuenste = event(&pool, "Haus der Künste", &[], "").await;
    assert_eq!(found(&pool, "falk NIGHT").await, [voyage.event_id]);
    assert_eq!(found(&pool, "voy").await, [voyage.event_id]);
    assert_eq!(found(&pool, "kunste").await, [kuenste.event_id]);
    assert_eq!(found(&pool, "kuenste").await, [kuenste.event_id]);
    assert_eq!(found(&pool, "Künste").await, [kuenste.event_id]);
    assert_eq!(found(&pool, "night künste").await, [], "no event has both");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_title_counts_for_more_than_a_description(pool: PgPool) {
    let told = event(&pool, "Evening", &[], "Songs of the harbour.").await;
    let named = event(&pool, "Harbour", &[], "An evening.").await;
    assert_eq!(
        found(&pool, "harbour").await,
        [named.event_id, told.event_id]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_slip_of_the_pen_is_forgiven_and_said(pool: PgPool) {
    let tempest = event(&pool, "The Tempest", &["Lindenhof Ensemble"], "").await;
    for slip in ["tempets", "tmepest", "tempset", "lindehof tempesst"] {
        let found = search(&pool, slip).await.unwrap();
        assert_eq!(found.events, [tempest.event_id], "{slip}");
        assert!(found.instead.unwrap().contains("tempest"), "{slip}");
    }
    assert_eq!(search(&pool, "tempest").await.unwrap().instead, None);
    assert_eq!(search(&pool, "qqqqq").await.unwrap(), Found::default());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_word_like_the_beginning_of_many_finds_the_one_that_is_much_nearer(pool: PgPool) {
    let theatre = event(&pool, "Theatre", &[], "").await;
    for title in ["The Tempest", "These Days", "Thunder"] {
        event(&pool, title, &[], "").await;
    }
    let found = search(&pool, "theater").await.unwrap();
    assert_eq!(found.events, [theatre.event_id]);
    assert_eq!(found.instead.as_deref(), Some("theatre"));
}

#[sqlx::test(migrations = "../migrations")]
async fn things_are_found_by_their_names_in_other_languages(pool: PgPool) {
    let voyage = event(&pool, "Night Voyage", &[], "").await;
    assert_eq!(found(&pool, "musik").await, [voyage.event_id], "it is near");
    assert_eq!(found(&pool, "klänge nacht").await, []);
    let other = |slug: &str, name: &str| OtherName {
        of: Some(Named::Category),
        slug: slug.to_owned(),
        name: name.to_owned(),
    };
    let names = [other("music", "Musik & Klänge"), other("film", "Kino")];
    let before = version(&pool).await.unwrap();
    assert!(note_other_names(&pool, &names).await.unwrap());
    let after = version(&pool).await.unwrap();
    assert!(after > before, "what was found before is forgotten");
    let klaenge = search(&pool, "klaenge").await.unwrap();
    assert_eq!(klaenge.events, [voyage.event_id]);
    assert_eq!(klaenge.instead, None);
    assert_eq!(found(&pool, "kino").await, []);
    assert!(!note_other_names(&pool, &names).await.unwrap());
    assert_eq!(version(&pool).await.unwrap(), after, "nothing is new");
    let later = event(&pool, "Day Voyage", &[], "").await;
    assert!(found(&pool, "klänge").await.contains(&later.event_id));
}

#[sqlx::test(migrations = "../migrations")]
async fn no_text_is_too_odd_to_search(pool: PgPool) {
    event(&pool, "The Tempest", &[], "").await;
    let long = "tempest ".repeat(1_250);
    let one = "t".repeat(10_000);
    for text in [
        "",
        "  ",
        "'",
        "a:* & !b | (",
        "\\",
        "%_",
        "\0",
        "<b>",
        "🦀",
        "’’’",
        &long,
        &one,
    ] {
        search(&pool, text).await.unwrap();
    }
    assert_eq!(found(&pool, &long).await.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_rename_is_searched_at_once_keeps_its_old_address_and_raises_the_version(pool: PgPool) {
    let key = event(&pool, "Night Voyage", &["Mira Falk"], "").await;
    let before = version(&pool).await.unwrap();
    sqlx::query("update artist set name = 'Mira Berg'")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(found(&pool, "berg").await, [key.event_id]);
    assert_eq!(found(&pool, "mira falk").await, []);
    sqlx::query("update event set slug = 'day-voyage'")
        .execute(&pool)
        .await
        .unwrap();
    let formerly = formerly(&pool, Named::Event, "night-voyage").await.unwrap();
    assert_eq!(formerly.map(EventId), Some(key.event_id));
    assert!(version(&pool).await.unwrap() > before);
    let all = everything(&pool).await.unwrap();
    assert_eq!(all.events[0].slug, "day-voyage");
    assert_eq!(all.version, version(&pool).await.unwrap());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_wish_for_the_newsletter_is_noted_once(pool: PgPool) {
    let at = Timestamp(1_800_000_000_000);
    for email in ["ada@example.org", "ADA@example.org"] {
        let state = subscribe(&pool, email, "de", at).await.unwrap();
        assert_eq!(state, Subscribed::Pending);
    }
    sqlx::query("update newsletter_subscription set state = 'confirmed', confirmed_at = now()")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(
        subscribe(&pool, "ada@example.org", "en", at).await.unwrap(),
        Subscribed::Already
    );
    let rows = sqlx::query_scalar!("select count(*) from newsletter_subscription");
    assert_eq!(rows.fetch_one(&pool).await.unwrap(), Some(1));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_event_without_sessions_is_read_too(pool: PgPool) {
    event(&pool, "Salon", &[], "").await;
    let all = everything(&pool).await.unwrap();
    assert_eq!((all.events.len(), all.sessions.len()), (1, 0));
    assert_ne!(all.events[0].category_id, CategoryId(Uuid::nil()));
}
