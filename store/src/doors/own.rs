//! At whose doors somebody works.

use domain::{ArtistId, SessionId, Timestamp, VenueId};
use sqlx::PgExecutor;
use uuid::Uuid;

/// A session at whose door somebody works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDoor {
    /// The session.
    pub session_id: SessionId,
    /// The event's title.
    pub title: String,
    /// The venue's name.
    pub venue: String,
    /// The venue's time zone, an IANA name.
    pub time_zone: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// Tickets admitted.
    pub inside: u64,
    /// Valid tickets, admitted or not.
    pub expected: u64,
}

/// Whose doors are asked for: everybody's, or those of these venues and artists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorScope<'a> {
    /// Somebody who works everywhere.
    pub admin: bool,
    /// Their venues.
    pub venues: &'a [VenueId],
    /// Their artists.
    pub artists: &'a [ArtistId],
}

/// The sessions at whose doors somebody works that begin at `from` or later, by start.
///
/// # Errors
/// The database does not answer.
pub async fn own_doors(
    connection: impl PgExecutor<'_>,
    scope: DoorScope<'_>,
    from: Timestamp,
    count_max: i64,
) -> Result<Vec<OwnDoor>, sqlx::Error> {
    let venues: Vec<Uuid> = scope.venues.iter().map(|venue| venue.0).collect();
    let artists: Vec<Uuid> = scope.artists.iter().map(|artist| artist.0).collect();
    let rows = sqlx::query!(
        r#"select session_id, event.title, venue.name as venue, venue.time_zone, session.starts_at,
               (select count(*) from admission
                where admission.session_id = session.session_id) as "inside!",
               (select count(*) from ticket
                where ticket.session_id = session.session_id and ticket.status = 'VALID') as "expected!"
           from event_session session
           join event using (event_id)
           join venue using (venue_id)
           where session.status <> 'draft' and session.starts_at >= $4
               and ($1 or session.venue_id = any($2::uuid[]) or exists (
                   select from event_artist
                   where event_artist.event_id = event.event_id and artist_id = any($3::uuid[])))
           order by session.starts_at, session_id
           limit $5"#,
        scope.admin,
        &venues,
        &artists,
        crate::instant(from),
        count_max,
    )
    .fetch_all(connection)
    .await?;
    let doors = rows.into_iter().map(|row| OwnDoor {
        session_id: SessionId(row.session_id),
        title: row.title,
        venue: row.venue,
        time_zone: row.time_zone,
        starts_at: row.starts_at.into(),
        inside: row.inside.unsigned_abs(),
        expected: row.expected.unsigned_abs(),
    });
    Ok(doors.collect())
}
