//! The demo house: a generated theatre, an arena, a studio in another city, events on sale in them, and people
//! to sign in as.
//!
//! It is loaded in one transaction, so that its theatre is there only with all the rest.

mod halls;
mod programme;
#[cfg(test)]
mod tests;
mod theatre;

use domain::{Currency, SessionId, Timestamp, VenueId};
use sqlx::{PgConnection, PgPool};
use store::catalogue::EventFilter;
use store::people::{NewAccount, PersonRole};
use store::places::{NewCity, NewVenue, Plan, VenueError};
use thiserror::Error;

use crate::houses::House;
use crate::import_plan::plan_of;
use crate::people::hash_password;
use crate::publish::{self, PublishError, PutOnSale};

const THEATRE: &str = "Lindenhof Theatre";
const THEATRE_SLUG: &str = "lindenhof-theatre";
const ARENA: &str = "Spreebogen Arena";
const ARENA_SLUG: &str = "spreebogen-arena";
const STUDIO: &str = "Speicher Studio";
const STUDIO_SLUG: &str = "speicher-studio";
const CURRENCY: &str = "EUR";
const TIME_ZONE: &str = "Europe/Berlin";

/// What the demo offers to whoever tries it.
#[derive(Debug, Clone)]
pub struct DemoHouse {
    /// Whom to sign in as.
    pub logins: Vec<DemoLogin>,
    /// The sessions to come in the demo's venues, by start.
    pub sessions: Vec<DemoSession>,
    /// Whether it was made just now.
    pub fresh: bool,
}

/// Somebody to sign in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoLogin {
    /// The e-mail address.
    pub email: &'static str,
    /// The password.
    pub password: &'static str,
    /// Who they are, for people.
    pub part: &'static str,
}

/// A session to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSession {
    /// The session.
    pub session_id: SessionId,
    /// Its event's title.
    pub title: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When its sale begins.
    pub on_sale_from: Timestamp,
}

/// Why the demo house was not loaded.
#[derive(Debug, Error)]
pub enum DemoError {
    /// A venue was not made.
    #[error(transparent)]
    Venue(#[from] VenueError),
    /// A session was not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What somebody of the demo has to do with.
#[derive(Clone, Copy)]
enum Part {
    Admin,
    Venue(&'static str),
    Artist(&'static str),
}

struct Person {
    login: DemoLogin,
    name: &'static str,
    part: Part,
}

/// The demo's passwords are no secrets: they are printed, and the demo is never the real thing.
const PEOPLE: [Person; 4] = [
    Person {
        login: DemoLogin {
            email: "admin@frontrow.example",
            password: "demo-admin",
            part: "administrator",
        },
        name: "Ada Admin",
        part: Part::Admin,
    },
    Person {
        login: DemoLogin {
            email: "theatre@frontrow.example",
            password: "demo-theatre",
            part: "manager of the Lindenhof Theatre",
        },
        name: "Theo Lindner",
        part: Part::Venue(THEATRE_SLUG),
    },
    Person {
        login: DemoLogin {
            email: "artist@frontrow.example",
            password: "demo-artist",
            part: "manager of the artist Mira Falk",
        },
        name: "Kim Falk",
        part: Part::Artist("Mira Falk"),
    },
    Person {
        login: DemoLogin {
            email: "studio@frontrow.example",
            password: "demo-studio",
            part: "manager of another venue, the Speicher Studio",
        },
        name: "Sam Speicher",
        part: Part::Venue(STUDIO_SLUG),
    },
];

/// A session of the demo. Hours and days count from the day it is loaded.
struct Show {
    venue: &'static str,
    title: &'static str,
    description: &'static str,
    category: &'static str,
    artists: &'static [&'static str],
    /// Which days it is played.
    days: &'static [i64],
    /// At which hour, UTC.
    hour: i64,
    sale: DemoSale,
}

/// How a session's sale stands to the moment at which the demo is loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DemoSale {
    On,
    NotYet,
    Over,
}

const SHOWS: [Show; 7] = [
    Show {
        venue: THEATRE_SLUG,
        title: "The Tempest",
        description: "Shakespeare's last island, with live music by the ensemble.",
        category: "theatre",
        artists: &["Lindenhof Ensemble"],
        days: &[7, 8],
        hour: 18,
        sale: DemoSale::On,
    },
    Show {
        venue: THEATRE_SLUG,
        title: "Night Voyage",
        description: "Mira Falk and The Lanterns play their new record from first to last song.",
        category: "music",
        artists: &["Mira Falk", "The Lanterns"],
        days: &[14],
        hour: 19,
        sale: DemoSale::On,
    },
    Show {
        venue: THEATRE_SLUG,
        title: "Slow News",
        description: "Jon Abara reads the papers of a hundred years ago.",
        category: "comedy",
        artists: &["Jon Abara"],
        days: &[21],
        hour: 18,
        sale: DemoSale::On,
    },
    Show {
        venue: ARENA_SLUG,
        title: "Lanterns over the River",
        description: "The Lanterns in the round: their largest night so far, with Mira Falk as their guest.",
        category: "music",
        artists: &["The Lanterns", "Mira Falk"],
        days: &[30],
        hour: 19,
        sale: DemoSale::On,
    },
    Show {
        venue: STUDIO_SLUG,
        title: "Small Hours",
        description: "Mira Falk alone at the piano, for a few.",
        category: "music",
        artists: &["Mira Falk"],
        days: &[10],
        hour: 20,
        sale: DemoSale::On,
    },
    Show {
        venue: THEATRE_SLUG,
        title: "Jubilee Gala",
        description: "A hundred years of the house in one evening. Its sale begins later.",
        category: "gala",
        artists: &["Lindenhof Ensemble", "Mira Falk"],
        days: &[60],
        hour: 17,
        sale: DemoSale::NotYet,
    },
    Show {
        venue: THEATRE_SLUG,
        title: "Open Rehearsal",
        description: "The ensemble at work. Its sale is over.",
        category: "theatre",
        artists: &["Lindenhof Ensemble"],
        days: &[3],
        hour: 9,
        sale: DemoSale::Over,
    },
];

const DAY_MILLIS: i64 = 86_400_000;
const HOUR_MILLIS: i64 = 3_600_000;

/// Loads the demo house, or finds it loaded. Dates are set off from `now` when it is made.
///
/// # Errors
/// The database does not answer, or holds something of the demo's names that is not the demo's.
pub async fn load(pool: &PgPool, now: Timestamp) -> Result<DemoHouse, DemoError> {
    load_with_arena(pool, now, House::Arena.seats()).await
}

/// The same with an arena of so many seats, which is quicker made when it is small.
///
/// # Errors
/// As for [`load`].
pub async fn load_with_arena(
    pool: &PgPool,
    now: Timestamp,
    seats: u32,
) -> Result<DemoHouse, DemoError> {
    let fresh = store::places::venue_id(pool, THEATRE_SLUG).await?.is_none();
    if fresh {
        let hashes = hashes().await;
        let mut transaction = pool.begin().await?;
        make(&mut transaction, now, seats, &hashes).await?;
        transaction.commit().await?;
    }
    let logins = PEOPLE.iter().map(|person| person.login).collect();
    Ok(DemoHouse {
        logins,
        sessions: sessions(pool, now).await?,
        fresh,
    })
}

/// The name of a venue that is there only with all of the town.
const TOWN_SLUG: &str = "hoshizora-hall";

/// Loads the town around the demo's first two venues, or finds it loaded: more venues and cities, all that is on
/// there, and the blog. [`load`] comes first.
///
/// # Errors
/// As for [`load`].
pub async fn load_town(pool: &PgPool, now: Timestamp) -> Result<(), DemoError> {
    if store::places::venue_id(pool, TOWN_SLUG).await?.is_some() {
        return Ok(());
    }
    let mut transaction = pool.begin().await?;
    programme::make(&mut transaction, now).await?;
    transaction.commit().await?;
    Ok(())
}

async fn make(
    connection: &mut PgConnection,
    now: Timestamp,
    arena_seats: u32,
    hashes: &[String],
) -> Result<(), DemoError> {
    let currency: Currency = CURRENCY.parse().expect("it is a currency");
    let berlin = NewCity {
        name: "Berlin",
        country_code: "DE",
        country_name: "Germany",
    };
    let hamburg = NewCity {
        name: "Hamburg",
        country_code: "DE",
        country_name: "Germany",
    };
    let theatre = theatre::theatre(currency);
    let studio = theatre::studio(currency);
    let house = House::Arena;
    let arena = plan_of(&house.document(arena_seats), &house.prices(), currency);
    make_venue(
        connection,
        THEATRE,
        "Lindenhof 1, 10115 Berlin",
        berlin,
        &theatre,
    )
    .await?;
    make_venue(
        connection,
        ARENA,
        "Am Spreebogen 20, 10557 Berlin",
        berlin,
        &arena,
    )
    .await?;
    make_venue(
        connection,
        STUDIO,
        "Am Speicher 7, 20457 Hamburg",
        hamburg,
        &studio,
    )
    .await?;
    for show in &SHOWS {
        for day in show.days {
            publish::put_on_sale_in(connection, &put_on_sale(show, *day, now)).await?;
        }
    }
    for (person, hash) in PEOPLE.iter().zip(hashes) {
        make_person(connection, person, hash, now).await?;
    }
    Ok(())
}

async fn make_venue(
    connection: &mut PgConnection,
    name: &str,
    address: &str,
    city: NewCity<'_>,
    plan: &Plan,
) -> Result<VenueId, VenueError> {
    let venue = NewVenue {
        name,
        address,
        time_zone: TIME_ZONE,
        city,
        plan,
    };
    Ok(store::places::insert_venue_in(connection, &venue)
        .await?
        .venue_id)
}

fn put_on_sale(show: &Show, day: i64, now: Timestamp) -> PutOnSale {
    let midnight = now.0 - now.0.rem_euclid(DAY_MILLIS);
    let starts_at = Timestamp(midnight + day * DAY_MILLIS + show.hour * HOUR_MILLIS);
    let (on_sale_from, on_sale_until) = match show.sale {
        DemoSale::On => (Timestamp(now.0 - DAY_MILLIS), Some(starts_at)),
        DemoSale::NotYet => (Timestamp(midnight + 30 * DAY_MILLIS), Some(starts_at)),
        DemoSale::Over => (
            Timestamp(now.0 - 30 * DAY_MILLIS),
            Some(Timestamp(now.0 - HOUR_MILLIS)),
        ),
    };
    PutOnSale {
        venue: show.venue.to_owned(),
        title: show.title.to_owned(),
        description: show.description.to_owned(),
        category: show.category.to_owned(),
        artists: show.artists.iter().map(|name| (*name).to_owned()).collect(),
        starts_at,
        doors_open_at: None,
        on_sale_from,
        on_sale_until,
        max_per_order: 10,
        max_per_buyer: None,
        hold_secs: 600,
        section_prices: Vec::new(),
        returns: None,
    }
}

async fn make_person(
    connection: &mut PgConnection,
    person: &Person,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), store::Error> {
    let roles = match person.part {
        Part::Admin => vec!["ADMIN".to_owned()],
        Part::Venue(_) | Part::Artist(_) => Vec::new(),
    };
    let account = NewAccount {
        email: person.login.email,
        name: person.name,
        password_hash,
        roles: &roles,
        created_at: now,
    };
    let account_id = store::people::insert_account(&mut *connection, &account).await?;
    match person.part {
        Part::Admin => Ok(()),
        Part::Venue(slug) => {
            let venue_id = store::places::venue_id(&mut *connection, slug).await?;
            let venue_id = venue_id.expect("the demo's venues were just made");
            store::people::set_venue_person(connection, venue_id, account_id, PersonRole::Manager)
                .await
        }
        Part::Artist(name) => {
            let artist_id = store::events::ensure_artist(connection, name).await?;
            store::people::set_artist_person(connection, artist_id, account_id, PersonRole::Manager)
                .await
        }
    }
}

/// Hashing takes its time, so it is done before the transaction begins.
async fn hashes() -> Vec<String> {
    let hashed = tokio::task::spawn_blocking(|| {
        PEOPLE
            .iter()
            .map(|person| hash_password(person.login.password))
            .collect()
    });
    hashed.await.expect("hashing a password does not panic")
}

async fn sessions(pool: &PgPool, now: Timestamp) -> Result<Vec<DemoSession>, store::Error> {
    let mut sessions = Vec::new();
    for venue in [THEATRE_SLUG, ARENA_SLUG, STUDIO_SLUG] {
        let filter = EventFilter {
            venue: Some(venue.to_owned()),
            ..EventFilter::default()
        };
        for event in store::catalogue::events(pool, &filter, now).await?.events {
            let listed = event.sessions.into_iter().map(|session| DemoSession {
                session_id: session.session_id,
                title: event.title.clone(),
                starts_at: session.starts_at,
                on_sale_from: session.sale.from,
            });
            sessions.extend(listed);
        }
    }
    sessions.sort_by_key(|session| (session.starts_at, session.session_id));
    Ok(sessions)
}
