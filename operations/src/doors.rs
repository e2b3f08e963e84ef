//! The door: scanning tickets and admitting each once, within one's own venue or artist.
//!
//! What is scanned is judged in this order: the code's signature, the session, the ticket and its
//! order, the time. Every attempt is recorded with its verdict; a repeated nonce is the same attempt.

use chrono::Utc;
use domain::order::OrderStatus;
use domain::pnr::Pnr;
use domain::{OrderId, SectionIndex, SessionId, TicketId, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgExecutor};
use store::doors::{Door, DoorOrder, DoorTicket, NewScan, StoredScan, TicketStatus};
use thiserror::Error;

use crate::App;
use crate::people::SignedIn;

/// The longest nonce, in characters.
const NONCE_MAX: usize = 64;
/// The longest name of a device, in characters.
const DEVICE_MAX: usize = 100;

/// What is scanned or typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    Code(String),
    Pnr(String),
    Ticket(TicketId),
}

/// An attempt at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    pub session_id: SessionId,
    pub scanned: Scanned,
    /// The scanner's name for this attempt: repeated, it is answered as the first time. 1 to 64 characters.
    pub nonce: String,
    pub device: String,
}

/// The answer to a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Admitted,
    AlreadyUsed,
    WrongSession,
    Refunded,
    Cancelled,
    NotPaid,
    Forged,
    Unknown,
    TooEarly,
    Found,
}

/// The answer with what the scanner shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanAnswer {
    pub verdict: Verdict,
    pub order: Option<ScannedOrder>,
    pub ticket: Option<ScannedTicket>,
    /// All tickets of the order, where a PNR was found.
    pub tickets: Vec<ScannedTicket>,
    pub first_scan: Option<FirstScan>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedOrder {
    pub order_id: OrderId,
    pub pnr: Pnr,
    pub status: OrderStatus,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedTicket {
    pub ticket_id: TicketId,
    pub section_index: SectionIndex,
    pub section: String,
    pub row: Option<String>,
    pub number: Option<String>,
    pub holder: String,
    pub admitted_at: Option<Timestamp>,
}

/// Which scan admitted the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstScan {
    pub at: Timestamp,
    pub device: String,
    /// The name of the person who scanned.
    pub by: String,
}

/// How a session's door stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Board {
    pub inside: u64,
    pub expected: u64,
    /// Admissions within the last minute.
    pub per_minute: u64,
    pub refusals: u64,
}

/// Why a scan was not judged.
#[derive(Debug, Error)]
pub enum DoorError {
    #[error("there is no such session")]
    NotFound,
    /// The session is not of the person's venues or artists.
    #[error("the session is not yours")]
    Forbidden,
    /// The nonce was used for another scan.
    #[error("the nonce was used for another scan")]
    NonceReused,
    #[error("some fields are wrong")]
    Invalid(Vec<(&'static str, String)>),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What was found of the thing that was scanned.
enum Finding {
    Nothing,
    Ticket(DoorTicket),
    Order(DoorOrder),
}

/// A finding and what follows from it, before the admission.
struct Judgement {
    verdict: Verdict,
    finding: Finding,
}

/// Whether the person works at this session's door: admin, or of its venue, or of one of its artists.
///
/// # Errors
/// They do not, or there is no such session.
pub async fn may_scan(app: &App, by: &SignedIn, session: SessionId) -> Result<(), DoorError> {
    door_of(&app.pool, by, session).await.map(drop)
}

/// Judges a scan, and admits its ticket if that is right.
///
/// # Errors
/// The session is not theirs, the nonce was used for another scan, or fields are wrong.
pub async fn validate(app: &App, by: &SignedIn, scan: Scan) -> Result<ScanAnswer, DoorError> {
    check_fields(&scan)?;
    let door = door_of(&app.pool, by, scan.session_id).await?;
    let new = NewScan {
        session_id: scan.session_id,
        account_id: by.account_id,
        nonce: &scan.nonce,
        request_hash: fingerprint(&scan),
        device: &scan.device,
    };
    if let Some(answer) = repeat(app, &new, &scan).await? {
        return Ok(answer);
    }
    match judge_and_record(app, by, &door, &scan, &new).await? {
        Some(answer) => Ok(answer),
        // The same nonce was judged while this one was.
        None => repeat(app, &new, &scan)
            .await?
            .ok_or(DoorError::NonceReused),
    }
}

/// How a session's door stands.
///
/// # Errors
/// The session is not theirs.
pub async fn board(app: &App, by: &SignedIn, session: SessionId) -> Result<Board, DoorError> {
    may_scan(app, by, session).await?;
    let counts = store::doors::counts(&app.pool, session).await?;
    Ok(Board {
        inside: counts.inside,
        expected: counts.expected,
        per_minute: counts.last_minute,
        refusals: counts.refusals,
    })
}

async fn door_of(
    connection: impl PgExecutor<'_>,
    by: &SignedIn,
    session: SessionId,
) -> Result<Door, DoorError> {
    let door = store::doors::door(connection, session)
        .await?
        .ok_or(DoorError::NotFound)?;
    if is_theirs(by, &door) {
        Ok(door)
    } else {
        Err(DoorError::Forbidden)
    }
}

fn is_theirs(by: &SignedIn, door: &Door) -> bool {
    by.admin
        || by.venues.contains(&door.venue_id)
        || by
            .artists
            .iter()
            .any(|artist| door.artists.contains(artist))
}

fn check_fields(scan: &Scan) -> Result<(), DoorError> {
    let mut faults = Vec::new();
    if !(1..=NONCE_MAX).contains(&scan.nonce.chars().count()) {
        faults.push((
            "nonce",
            format!("this must have 1 to {NONCE_MAX} characters"),
        ));
    }
    if scan.device.chars().count() > DEVICE_MAX {
        faults.push((
            "device",
            format!("this must have at most {DEVICE_MAX} characters"),
        ));
    }
    // Postgres stores no NUL, and nobody types one.
    for (field, text) in [("nonce", &scan.nonce), ("device", &scan.device)] {
        if text.chars().any(char::is_control) {
            faults.push((field, "this must not contain control characters".to_owned()));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(DoorError::Invalid(faults))
    }
}

/// What makes two scans the same attempt.
fn fingerprint(scan: &Scan) -> [u8; 32] {
    let (kind, text) = match &scan.scanned {
        Scanned::Code(code) => ("code", code.trim().to_owned()),
        Scanned::Pnr(pnr) => ("pnr", pnr.trim().to_owned()),
        Scanned::Ticket(ticket) => ("ticket", ticket.to_string()),
    };
    Sha256::digest(format!("{} {kind} {text}", scan.session_id)).into()
}

/// The answer to a nonce that was judged before.
async fn repeat(
    app: &App,
    new: &NewScan<'_>,
    scan: &Scan,
) -> Result<Option<ScanAnswer>, DoorError> {
    let stored = store::doors::scan_of(&app.pool, new.account_id, new.nonce).await?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    if stored.request_hash != new.request_hash {
        return Err(DoorError::NonceReused);
    }
    let Some(verdict) = Verdict::from_word(&stored.verdict) else {
        return Ok(None);
    };
    let finding = found_before(app, &stored, verdict, scan).await?;
    answer(app, Judgement { verdict, finding }).await.map(Some)
}

async fn found_before(
    app: &App,
    stored: &StoredScan,
    verdict: Verdict,
    scan: &Scan,
) -> Result<Finding, DoorError> {
    if let (Verdict::Found, Scanned::Pnr(pnr)) = (verdict, &scan.scanned) {
        return order_of_pnr(&app.pool, pnr).await;
    }
    let Some(ticket_id) = stored.ticket_id else {
        return Ok(Finding::Nothing);
    };
    let mut connection = app.pool.acquire().await?;
    let ticket = store::doors::ticket(&mut connection, ticket_id).await?;
    Ok(ticket.map_or(Finding::Nothing, Finding::Ticket))
}

/// Nothing if this nonce was recorded by somebody faster.
async fn judge_and_record(
    app: &App,
    by: &SignedIn,
    door: &Door,
    scan: &Scan,
    new: &NewScan<'_>,
) -> Result<Option<ScanAnswer>, DoorError> {
    let mut tx = app.pool.begin().await?;
    let mut judgement = judge(app, &mut tx, by, door, scan).await?;
    let ticket_id = judgement.ticket_id();
    let word = judgement.verdict.word();
    let Some(scan_id) = store::doors::record(&mut *tx, new, ticket_id, word).await? else {
        return Ok(None);
    };
    if let (Verdict::Admitted, Some(ticket)) = (judgement.verdict, ticket_id) {
        let admitted = store::doors::admit(&mut tx, scan.session_id, ticket, scan_id).await;
        if is_admitted_before(&admitted) {
            // The guard spoke, and spoiled this transaction: the refusal is recorded in one of its own.
            tx.rollback().await?;
            judgement.verdict = Verdict::AlreadyUsed;
            let word = judgement.verdict.word();
            if store::doors::record(&app.pool, new, ticket_id, word)
                .await?
                .is_none()
            {
                return Ok(None);
            }
            return answer(app, judgement).await.map(Some);
        }
        admitted?;
    }
    tx.commit().await?;
    answer(app, judgement).await.map(Some)
}

fn is_admitted_before(admitted: &Result<(), store::Error>) -> bool {
    let violated = admitted.as_ref().err().and_then(store::violated_constraint);
    violated == Some("admission_is_one_per_ticket")
}

async fn judge(
    app: &App,
    tx: &mut PgConnection,
    by: &SignedIn,
    door: &Door,
    scan: &Scan,
) -> Result<Judgement, DoorError> {
    let ticket_id = match &scan.scanned {
        Scanned::Pnr(pnr) => return judge_order(tx, by, pnr, scan.session_id).await,
        Scanned::Ticket(ticket_id) => *ticket_id,
        Scanned::Code(code) => match app.ticket_keys.verify(code) {
            Ok(code) => code.ticket_id,
            Err(_) => return Ok(Judgement::nothing(Verdict::Forged)),
        },
    };
    let Some(ticket) = store::doors::ticket(&mut *tx, ticket_id).await? else {
        return Ok(Judgement::nothing(Verdict::Unknown));
    };
    if ticket.session_id != scan.session_id {
        let is_code = matches!(scan.scanned, Scanned::Code(_));
        return judge_stranger(tx, by, ticket.session_id, is_code, Finding::Ticket(ticket)).await;
    }
    let verdict = verdict(&ticket, door, Timestamp::from(Utc::now()));
    Ok(Judgement {
        verdict,
        finding: Finding::Ticket(ticket),
    })
}

/// A ticket of this session.
fn verdict(ticket: &DoorTicket, door: &Door, now: Timestamp) -> Verdict {
    match (ticket.order_status, ticket.status) {
        (OrderStatus::Refunded, _) | (_, TicketStatus::Refunded) => Verdict::Refunded,
        (OrderStatus::Cancelled, _) | (_, TicketStatus::Cancelled) => Verdict::Cancelled,
        (OrderStatus::Pending, TicketStatus::Valid) => Verdict::NotPaid,
        (OrderStatus::Paid, TicketStatus::Valid) => match door.doors_open_at {
            Some(opening) if now < opening => Verdict::TooEarly,
            // Whether it was admitted before, the constraint knows best.
            Some(_) | None => Verdict::Admitted,
        },
    }
}

/// A PNR admits nothing: it is a label, and one order may have many tickets.
async fn judge_order(
    tx: &mut PgConnection,
    by: &SignedIn,
    pnr: &str,
    session: SessionId,
) -> Result<Judgement, DoorError> {
    match order_of_pnr(&mut *tx, pnr).await? {
        Finding::Order(order) if order.session_id == session => Ok(Judgement {
            verdict: Verdict::Found,
            finding: Finding::Order(order),
        }),
        Finding::Order(order) => {
            judge_stranger(tx, by, order.session_id, false, Finding::Order(order)).await
        }
        Finding::Ticket(_) | Finding::Nothing => Ok(Judgement::nothing(Verdict::Unknown)),
    }
}

/// What belongs to another session is shown to those who work there too. To others a code that
/// was signed here says that much, and a bare reference says nothing.
async fn judge_stranger(
    tx: &mut PgConnection,
    by: &SignedIn,
    session: SessionId,
    is_code: bool,
    finding: Finding,
) -> Result<Judgement, DoorError> {
    match door_of(tx, by, session).await {
        Ok(_) => Ok(Judgement {
            verdict: Verdict::WrongSession,
            finding,
        }),
        Err(DoorError::Forbidden | DoorError::NotFound) if is_code => {
            Ok(Judgement::nothing(Verdict::WrongSession))
        }
        Err(DoorError::Forbidden | DoorError::NotFound) => Ok(Judgement::nothing(Verdict::Unknown)),
        Err(error) => Err(error),
    }
}

async fn order_of_pnr(connection: impl PgExecutor<'_>, pnr: &str) -> Result<Finding, DoorError> {
    let Ok(pnr) = pnr.parse::<Pnr>() else {
        return Ok(Finding::Nothing);
    };
    let order = store::doors::order_by_pnr(connection, pnr).await?;
    Ok(order.map_or(Finding::Nothing, Finding::Order))
}

async fn answer(app: &App, judgement: Judgement) -> Result<ScanAnswer, DoorError> {
    let Judgement { verdict, finding } = judgement;
    let mut answer = ScanAnswer {
        verdict,
        order: None,
        ticket: None,
        tickets: Vec::new(),
        first_scan: None,
    };
    match finding {
        Finding::Nothing => {}
        Finding::Ticket(ticket) => {
            if verdict == Verdict::AlreadyUsed {
                answer.first_scan = first_scan(app, ticket.ticket_id).await?;
            }
            answer.order = Some(ScannedOrder {
                order_id: ticket.order_id,
                pnr: ticket.pnr,
                status: ticket.order_status,
            });
            answer.ticket = Some(scanned(ticket));
        }
        Finding::Order(order) => {
            if verdict == Verdict::Found {
                let tickets = store::doors::tickets_of(&app.pool, order.order_id).await?;
                answer.tickets = tickets.into_iter().map(scanned).collect();
            }
            let DoorOrder {
                order_id,
                pnr,
                status,
                ..
            } = order;
            answer.order = Some(ScannedOrder {
                order_id,
                pnr,
                status,
            });
        }
    }
    Ok(answer)
}

async fn first_scan(app: &App, ticket: TicketId) -> Result<Option<FirstScan>, DoorError> {
    let admission = store::doors::admission_of(&app.pool, ticket).await?;
    Ok(admission.map(|first| FirstScan {
        at: first.at,
        device: first.device,
        by: first.by,
    }))
}

fn scanned(ticket: DoorTicket) -> ScannedTicket {
    ScannedTicket {
        ticket_id: ticket.ticket_id,
        section_index: ticket.section,
        section: ticket.section_name,
        row: ticket.row,
        number: ticket.number,
        holder: ticket.holder,
        admitted_at: ticket.admitted_at,
    }
}

impl Judgement {
    fn nothing(verdict: Verdict) -> Self {
        Self {
            verdict,
            finding: Finding::Nothing,
        }
    }

    fn ticket_id(&self) -> Option<TicketId> {
        match &self.finding {
            Finding::Ticket(ticket) => Some(ticket.ticket_id),
            Finding::Order(_) | Finding::Nothing => None,
        }
    }
}

impl Verdict {
    const ALL: [Self; 10] = [
        Self::Admitted,
        Self::AlreadyUsed,
        Self::WrongSession,
        Self::Refunded,
        Self::Cancelled,
        Self::NotPaid,
        Self::Forged,
        Self::Unknown,
        Self::TooEarly,
        Self::Found,
    ];

    /// The word for it in the database and on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::AlreadyUsed => "already_used",
            Self::WrongSession => "wrong_session",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
            Self::NotPaid => "not_paid",
            Self::Forged => "forged",
            Self::Unknown => "unknown",
            Self::TooEarly => "too_early",
            Self::Found => "found",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }
}
