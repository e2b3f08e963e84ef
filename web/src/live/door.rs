//! What staff ask over the socket. Their login is looked up each time, for it may have ended.

use domain::{SessionId, TicketId};
use operations::doors::{self, Scan};
use operations::people::{self, SignedIn};

use super::own::Presented;
use super::packet::CloseWith;
use super::socket::End;
use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::public::validate::scanned;
use crate::wire::door::{DoorBoard, Validated};

/// A scan as it came in.
pub struct LiveScan {
    pub code: Option<String>,
    pub ticket_id: Option<uuid::Uuid>,
    pub nonce: String,
    pub device: Option<String>,
}

/// Who works here, or why nobody does.
pub async fn staff(context: &Context, presented: &Presented) -> Result<Answer<SignedIn>, End> {
    let Some(token) = &presented.login_token else {
        return Ok(Err(Problem::login_required()));
    };
    match people::signed_in(&context.app, token).await {
        Ok(Some(person)) if person.is_staff() => Ok(Ok(person)),
        Ok(Some(_)) => Ok(Err(Problem::forbidden())),
        Ok(None) => Err(End::Close(CloseWith::LoginEnded)),
        Err(error) => Ok(Err(error.into())),
    }
}

/// Judges a scan.
pub async fn scan(
    context: &Context,
    by: &SignedIn,
    session_id: SessionId,
    scan: LiveScan,
) -> Answer<Validated> {
    context.limits.scan(by.account_id)?;
    let scan = Scan {
        session_id,
        scanned: scanned(scan.code, None, scan.ticket_id.map(TicketId))?,
        nonce: scan.nonce,
        device: scan.device.unwrap_or_default(),
    };
    Ok(doors::validate(&context.app, by, scan).await?.into())
}

/// How the door stands.
pub async fn board(context: &Context, by: &SignedIn, session_id: SessionId) -> Answer<DoorBoard> {
    Ok(doors::board(&context.app, by, session_id).await?.into())
}
