//! Keeps the catalogue current, and learns what is left of the sessions in it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::web;
use actors::Left;
use domain::SessionId;
use store::discovery;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::names::other_names;
use super::words::Words;
use super::{Catalogue, KeptPages};
use crate::context::Context;
use crate::error::Answer;

/// How often it is asked whether something has changed: what staff publish is seen after so long at most.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// Of how many sessions it is asked at once what is left.
const SESSIONS_AT_ONCE: usize = 2_000;

/// The catalogue of the process.
#[derive(Default)]
pub struct Keeper {
    current: RwLock<Option<Arc<Catalogue>>>,
    reading: Mutex<()>,
    /// What was searched for.
    pub words: Words,
    /// The pages that were made of it.
    pub pages: KeptPages,
}

impl Keeper {
    /// The catalogue as it was read last; read now if it never was.
    ///
    /// # Errors
    /// It never was, and the database does not answer.
    pub async fn catalogue(&self, context: &Context) -> Answer<Arc<Catalogue>> {
        if let Some(current) = self.current() {
            return Ok(current);
        }
        let _one_reads = self.reading.lock().await;
        if let Some(current) = self.current() {
            return Ok(current);
        }
        Ok(self.read(context).await?)
    }

    /// The catalogue as it is in the database now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn fresh_catalogue(&self, context: &Context) -> Answer<Arc<Catalogue>> {
        self.look(context).await?;
        self.catalogue(context).await
    }

    fn current(&self) -> Option<Arc<Catalogue>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Reads all of it, and what is left of the sessions that are new in it, before anybody sees it.
    async fn read(&self, context: &Context) -> Result<Arc<Catalogue>, store::Error> {
        let mut all = discovery::everything(&context.app.pool).await?;
        let names = other_names(&context.messages, &all);
        if discovery::note_other_names(&context.app.pool, &names).await? {
            all = discovery::everything(&context.app.pool).await?;
        }
        let catalogue = Arc::new(Catalogue::of(all));
        learn_what_is_left(context, &catalogue).await?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::clone(&catalogue));
        Ok(catalogue)
    }

    async fn look(&self, context: &Context) -> Result<(), store::Error> {
        let Some(current) = self.current() else {
            return Ok(());
        };
        let version = discovery::version(&context.app.pool).await?;
        if version == current.version {
            return Ok(());
        }
        let _one_reads = self.reading.lock().await;
        // Who waited for another reader has what that one read.
        if self
            .current()
            .is_none_or(|current| current.version < version)
        {
            self.read(context).await?;
        }
        Ok(())
    }
}

/// Reads the catalogue again whenever its version has risen, until `shutdown`.
pub async fn keep_current(context: web::Data<Context>, shutdown: CancellationToken) {
    let mut interval = tokio::time::interval(LOOK_INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while shutdown
        .run_until_cancelled(interval.tick())
        .await
        .is_some()
    {
        if let Err(error) = context.keeper.look(&context).await {
            // What was read last is shown until the database answers again.
            tracing::debug!(%error, "the catalogue could not be looked at");
        }
    }
}

/// A live session's feed says what is left; of the others nothing changes, so that asking once is enough.
async fn learn_what_is_left(context: &Context, catalogue: &Catalogue) -> Result<(), store::Error> {
    let board = context.app.registry.board();
    let to_come = &catalogue.sessions[catalogue.to_come(context.now())..];
    let unknown: Vec<(SessionId, u32)> = to_come
        .iter()
        .map(|session| (session.row.session_id, session.row.places))
        .filter(|(session, _)| board.left(*session).is_none())
        .collect();
    for part in unknown.chunks(SESSIONS_AT_ONCE) {
        let ids: Vec<SessionId> = part.iter().map(|(session, _)| *session).collect();
        let gone = discovery::places_gone(&context.app.pool, &ids).await?;
        for ((session, places), (gone_of, gone)) in part.iter().zip(gone) {
            debug_assert_eq!(*session, gone_of, "the database answers in the order asked");
            board.note_stored(*session, Left::of(places.saturating_sub(gone), *places));
        }
    }
    Ok(())
}
