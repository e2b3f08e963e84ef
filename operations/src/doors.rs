//! The door: scanning tickets and admitting each once, within one's own venue or artist.
//!
//! What is scanned is judged in this order: the code's signature, the session, the ticket and its
//! order, the time. Every attempt is recorded with its verdict; a repeated nonce is the same attempt.

mod answering;
mod judging;

use domain::order::OrderStatus;
use domain::pnr::Pnr;
use domain::{OrderId, SectionIndex, SessionId, TicketId, Timestamp};
use sha2::{Digest, Sha256};
use store::doors::{Door, DoorScope, NewScan, StoredScan};
use thiserror::Error;

pub use store::doors::OwnDoor;

use self::answering::answer;
use self::judging::{Finding, Judgement, door_of, judge, order_of_pnr};
use crate::App;
use crate::people::SignedIn;

/// The longest nonce, in characters.
const NONCE_MAX: usize = 64;
/// The longest name of a device, in characters.
const DEVICE_MAX: usize = 100;

/// A door is listed until so long after its session began.
const LISTED_SINCE_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// How many doors are listed.
const LISTED_MAX: i64 = 200;

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

/// The sessions at whose doors the person works that began a day ago or begin later, by start.
///
/// # Errors
/// The database does not answer.
pub async fn own_doors(
    app: &App,
    by: &SignedIn,
    now: Timestamp,
) -> Result<Vec<OwnDoor>, DoorError> {
    let scope = DoorScope {
        admin: by.admin,
        venues: &by.venues,
        artists: &by.artists,
    };
    let from = Timestamp(now.0.saturating_sub(LISTED_SINCE_MILLIS));
    Ok(store::doors::own_doors(&app.pool, scope, from, LISTED_MAX).await?)
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
