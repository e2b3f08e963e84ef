//! What the session actor thinks with: the seat map, and the batch that gathers.

use std::sync::Arc;

use domain::Timestamp;
use domain::seat_map::{Change, Command, Refusal, SeatMap};
use store::journal::Loaded;

use crate::SessionInfo;
use crate::session::mailbox::Message;
use crate::session::postbox::{self, Answer, Reply};

/// How many commands one batch takes; more wait in the mailbox, and when that is full are shed.
const BATCH_COMMANDS_MAX: usize = 1024;

/// The decided state of a session, which may be ahead of what is durable.
pub(super) struct Core {
    map: SeatMap,
    epoch: u32,
    gathering: Batch,
    claims_uncounted: u64,
}

/// Commands decided one after the other, with what they changed and what they will be answered.
#[derive(Default)]
pub(super) struct Batch {
    pub changes: Vec<Change>,
    pub answers: Answers,
}

/// Who is answered what. Dropped, it tells everybody that the fate of their command is not known.
pub(super) type Answers = Vec<(Option<Reply>, Answer)>;

impl Core {
    /// Rebuilds the map from what was stored.
    pub fn new(info: &SessionInfo, loaded: &Loaded) -> Self {
        let mut map = SeatMap::new(Arc::clone(&info.manifest), info.rules.clone());
        loaded.changes.iter().for_each(|change| map.apply(change));
        Self {
            map,
            epoch: loaded.epoch,
            gathering: Batch::default(),
            claims_uncounted: 0,
        }
    }

    pub fn map(&self) -> &SeatMap {
        &self.map
    }

    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// How many commands more the gathering batch takes.
    pub fn room(&self) -> usize {
        BATCH_COMMANDS_MAX.saturating_sub(self.gathering.answers.len())
    }

    /// Decides a command and applies it in memory; it is answered with its batch.
    pub fn take(&mut self, message: Message, now: Timestamp) {
        let answer = self.map.decide(&message.command, now).map(|changes| {
            changes.iter().for_each(|change| self.map.apply(change));
            self.gathering.changes.extend(changes);
        });
        if let Err(refusal) = &answer {
            count_refusal(refusal);
        }
        self.claims_uncounted += u64::from(matches!(message.command, Command::Claim(_)));
        self.gathering.answers.push((message.reply, answer));
    }

    /// Lets orders expire whose deadline has come.
    pub fn expire_due(&mut self, now: Timestamp) {
        if self.map.next_deadline().is_some_and(|due| due <= now) {
            self.take(Message::unanswered(Command::Expire), now);
        }
    }

    /// What has gathered, to be written now.
    pub fn next_batch(&mut self) -> Option<Batch> {
        let gathered = std::mem::take(&mut self.gathering);
        // Once a batch, for finding a counter by its name takes longer than deciding.
        let claims = std::mem::take(&mut self.claims_uncounted);
        metrics::counter!("frontrow_claims_total").increment(claims);
        (!gathered.answers.is_empty()).then_some(gathered)
    }
}

impl Batch {
    /// Answers everybody. The batch must be durable.
    pub fn answer(self) {
        metrics::histogram!("frontrow_batch_commands").record(as_float(self.answers.len()));
        let answers = self.answers.into_iter();
        postbox::send_all(answers.filter_map(|(reply, answer)| Some((reply?, answer))));
    }

    /// What must never be done, so that the kill drill can show that it notices.
    #[cfg(feature = "answer-before-commit")]
    pub fn answer_too_early(mut self) -> Self {
        let answers = std::mem::take(&mut self.answers);
        Self {
            changes: Vec::new(),
            answers,
        }
        .answer();
        self
    }
}

fn count_refusal(refusal: &Refusal) {
    metrics::counter!("frontrow_refusals_total", "reason" => refusal.name()).increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "a batch has few commands")]
fn as_float(count: usize) -> f64 {
    count as f64
}
