//! Scans and admissions.

mod own;

use domain::order::OrderStatus;
use domain::pnr::Pnr;
use domain::{AccountId, ArtistId, OrderId, SectionIndex, SessionId, TicketId, Timestamp, VenueId};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::columns::undecodable;
use crate::orders::{hash_of, order_status, pnr_of};
use crate::tickets::section_of;

pub use own::{DoorScope, OwnDoor, own_doors};

/// Whose a session is, and when its doors open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The venue it takes place in.
    pub venue_id: VenueId,
    /// The artists it features.
    pub artists: Vec<ArtistId>,
    /// Before it nobody is admitted.
    pub doors_open_at: Option<Timestamp>,
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketStatus {
    /// It admits.
    Valid,
    /// It was withdrawn.
    Cancelled,
    /// Its money went back.
    Refunded,
}

/// A ticket as the door sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The session it admits to.
    pub session_id: SessionId,
    /// Its order.
    pub order_id: OrderId,
    /// The order's reference.
    pub pnr: Pnr,
    /// Where the order stands.
    pub order_status: OrderStatus,
    /// Where the ticket stands.
    pub status: TicketStatus,
    /// Its section.
    pub section: SectionIndex,
    /// The section's name.
    pub section_name: String,
    /// The row's label.
    pub row: Option<String>,
    /// The seat's label.
    pub number: Option<String>,
    /// Whose name is on it.
    pub holder: String,
    /// When it was admitted, if it was.
    pub admitted_at: Option<Timestamp>,
}

/// An order as the door sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorOrder {
    /// The order.
    pub order_id: OrderId,
    /// Its session.
    pub session_id: SessionId,
    /// Its reference.
    pub pnr: Pnr,
    /// Where it stands.
    pub status: OrderStatus,
}

/// An attempt at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewScan<'a> {
    /// The session whose door it is.
    pub session_id: SessionId,
    /// Who scans.
    pub account_id: AccountId,
    /// Their name for this attempt.
    pub nonce: &'a str,
    /// What was scanned, hashed.
    pub request_hash: [u8; 32],
    /// The device it was scanned with.
    pub device: &'a str,
}

/// An attempt that was judged before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScan {
    /// What was scanned, hashed.
    pub request_hash: [u8; 32],
    /// The ticket, if one was found.
    pub ticket_id: Option<TicketId>,
    /// How it was judged.
    pub verdict: String,
}

/// The scan that admitted a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// When.
    pub at: Timestamp,
    /// With which device.
    pub device: String,
    /// By whom.
    pub by: String,
}

/// How a session's door stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tickets admitted.
    pub inside: u64,
    /// Valid tickets, admitted or not.
    pub expected: u64,
    /// Admissions within the last minute.
    pub last_minute: u64,
    /// Scans that were refused.
    pub refusals: u64,
}

/// A session's door, if there is such a session.
///
/// # Errors
/// The database does not answer.
pub async fn door(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<Option<Door>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select venue_id, doors_open_at,
               array(select artist_id from event_artist artist
                     where artist.event_id = event_session.event_id) as "artists!"
           from event_session where session_id = $1"#,
        session.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Door {
        venue_id: VenueId(row.venue_id),
        artists: row.artists.into_iter().map(ArtistId).collect(),
        doors_open_at: row.doors_open_at.map(Timestamp::from),
    }))
}

/// An attempt that this person made under this nonce.
///
/// # Errors
/// The database does not answer.
pub async fn scan_of(
    connection: impl PgExecutor<'_>,
    account: AccountId,
    nonce: &str,
) -> Result<Option<StoredScan>, sqlx::Error> {
    let row = sqlx::query!(
        "select request_hash, ticket_id, verdict from scan where account_id = $1 and nonce = $2",
        account.0,
        nonce,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(StoredScan {
        request_hash: hash_of(row.request_hash)?,
        ticket_id: row.ticket_id.map(TicketId),
        verdict: row.verdict,
    }))
}

/// Writes an attempt; nothing if this person has made one under this nonce.
///
/// # Errors
/// The database does not answer.
pub async fn record(
    connection: impl PgExecutor<'_>,
    scan: &NewScan<'_>,
    ticket: Option<TicketId>,
    verdict: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    let recorded = sqlx::query_scalar!(
        "insert into scan
             (scan_id, session_id, account_id, nonce, request_hash, device, ticket_id, verdict, scanned_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, now())
         on conflict on constraint scan_nonce_is_unique_in_account do nothing
         returning scan_id",
        Uuid::now_v7(),
        scan.session_id.0,
        scan.account_id.0,
        scan.nonce,
        scan.request_hash.as_slice(),
        scan.device,
        ticket.map(|ticket| ticket.0),
        verdict,
    );
    recorded.fetch_optional(connection).await
}

/// Admits a ticket by a scan.
///
/// # Errors
/// The database does not answer, or the ticket was admitted before (`admission_is_one_per_ticket`).
pub async fn admit(
    transaction: &mut PgConnection,
    session: SessionId,
    ticket: TicketId,
    scan: Uuid,
) -> Result<(), sqlx::Error> {
    let admitted = sqlx::query!(
        "insert into admission (ticket_id, session_id, scan_id, admitted_at) values ($1, $2, $3, now())",
        ticket.0,
        session.0,
        scan,
    );
    admitted.execute(transaction).await.map(drop)
}

/// A ticket, locked against being cancelled or refunded until this transaction ends.
///
/// # Errors
/// The database does not answer.
pub async fn ticket(
    transaction: &mut PgConnection,
    ticket: TicketId,
) -> Result<Option<DoorTicket>, sqlx::Error> {
    let row = sqlx::query_as!(
        TicketRow,
        r#"select ticket_id, ticket.session_id, order_id, pnr, o.status as order_status, ticket.status,
               section_index, section_name, row_label, seat_number, holder,
               (select min(admitted_at) from admission where admission.ticket_id = ticket.ticket_id) as admitted_at
           from ticket join event_session_order o using (order_id)
           where ticket_id = $1 for share of ticket"#,
        ticket.0,
    );
    row.fetch_optional(transaction)
        .await?
        .map(door_ticket)
        .transpose()
}

/// An order by its reference.
///
/// # Errors
/// The database does not answer.
pub async fn order_by_pnr(
    connection: impl PgExecutor<'_>,
    pnr: Pnr,
) -> Result<Option<DoorOrder>, sqlx::Error> {
    let row = sqlx::query!(
        "select order_id, session_id, status from event_session_order where pnr = $1",
        pnr.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(DoorOrder {
        order_id: OrderId(row.order_id),
        session_id: SessionId(row.session_id),
        pnr,
        status: order_status(&row.status)?,
    }))
}

/// The tickets of an order, in their order of sale, whatever their status.
///
/// # Errors
/// The database does not answer.
pub async fn tickets_of(
    connection: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Vec<DoorTicket>, sqlx::Error> {
    let rows = sqlx::query_as!(
        TicketRow,
        r#"select ticket_id, ticket.session_id, order_id, pnr, o.status as order_status, ticket.status,
               section_index, section_name, row_label, seat_number, holder,
               (select min(admitted_at) from admission where admission.ticket_id = ticket.ticket_id) as admitted_at
           from ticket join event_session_order o using (order_id)
           where order_id = $1 order by ordinal"#,
        order.0,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(door_ticket).collect()
}

/// The scan that admitted a ticket, if it was admitted.
///
/// # Errors
/// The database does not answer.
pub async fn admission_of(
    connection: impl PgExecutor<'_>,
    ticket: TicketId,
) -> Result<Option<Admission>, sqlx::Error> {
    let row = sqlx::query!(
        "select admitted_at, device, name
         from admission join scan using (scan_id) join account using (account_id)
         where admission.ticket_id = $1",
        ticket.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Admission {
        at: row.admitted_at.into(),
        device: row.device,
        by: row.name,
    }))
}

/// How a session's door stands.
///
/// # Errors
/// The database does not answer.
pub async fn counts(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<Counts, sqlx::Error> {
    let row = sqlx::query!(
        r#"select
               (select count(*) from admission where session_id = $1) as "inside!",
               (select count(*) from ticket where session_id = $1 and status = 'VALID') as "expected!",
               (select count(*) from admission
                where session_id = $1 and admitted_at > now() - interval '1 minute') as "last_minute!",
               (select count(*) from scan
                where session_id = $1 and verdict not in ('admitted', 'found')) as "refusals!""#,
        session.0,
    )
    .fetch_one(connection)
    .await?;
    Ok(Counts {
        inside: row.inside.unsigned_abs(),
        expected: row.expected.unsigned_abs(),
        last_minute: row.last_minute.unsigned_abs(),
        refusals: row.refusals.unsigned_abs(),
    })
}

struct TicketRow {
    ticket_id: Uuid,
    session_id: Uuid,
    order_id: Uuid,
    pnr: String,
    order_status: String,
    status: String,
    section_index: i16,
    section_name: String,
    row_label: Option<String>,
    seat_number: Option<String>,
    holder: String,
    admitted_at: Option<chrono::DateTime<chrono::Utc>>,
}

fn door_ticket(row: TicketRow) -> Result<DoorTicket, sqlx::Error> {
    Ok(DoorTicket {
        ticket_id: TicketId(row.ticket_id),
        session_id: SessionId(row.session_id),
        order_id: OrderId(row.order_id),
        pnr: pnr_of(&row.pnr)?,
        order_status: order_status(&row.order_status)?,
        status: ticket_status(&row.status)?,
        section: section_of(row.section_index)?,
        section_name: row.section_name,
        row: row.row_label,
        number: row.seat_number,
        holder: row.holder,
        admitted_at: row.admitted_at.map(Timestamp::from),
    })
}

fn ticket_status(word: &str) -> Result<TicketStatus, sqlx::Error> {
    match word {
        "VALID" => Ok(TicketStatus::Valid),
        "CANCELLED" => Ok(TicketStatus::Cancelled),
        "REFUNDED" => Ok(TicketStatus::Refunded),
        other => Err(undecodable(&format!("no ticket has the status {other:?}"))),
    }
}
