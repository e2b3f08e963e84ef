//! What the words mean that people search for, as Postgres said it. What a word meant is kept for as long as the catalogue
//! is the same, so that Postgres is asked for new words alone, and never twice at once for one.
//!
//! Words gather while others are being asked for; then all that are still new are asked for in one statement. So however many
//! people search, they take one connection.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use dashmap::DashMap;
use store::discovery::{self, Found, Meaning};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::error::{Answer, Problem};
use crate::limits::Asker;

/// How much is kept at most; more, and all is forgotten: whoever makes words up gains nothing.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// What a word takes beside its letters and hits.
const BYTES_PER_WORD: usize = 200;
/// How many words are asked for in one statement: few enough that those who come next need not wait long.
const WORDS_AT_ONCE: usize = 32;
/// How many words may wait; who brings more is told to come again.
const WAITING_MAX: usize = 2_000;
/// How many of them may be of one address, behind which many people may be: so that no stranger keeps all others waiting.
const WAITING_EACH_MAX: usize = 200;
/// After how long who has too many may come again.
const RETRY: Duration = Duration::from_secs(1);
/// How long somebody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The words of the process.
#[derive(Default)]
pub struct Words {
    known: DashMap<String, Known>,
    bytes: AtomicUsize,
    waiting: Mutex<Vec<Wanted>>,
    is_wanted: Notify,
}

struct Known {
    /// The catalogue's version of which this holds.
    version: i64,
    meaning: Arc<Meaning>,
}

/// Somebody waits for a word.
struct Wanted {
    word: String,
    /// Of which version at least.
    version: i64,
    /// Who waits.
    asker: Asker,
    answer: oneshot::Sender<Arc<Meaning>>,
}

impl Words {
    /// The events that have all words of a text, in a catalogue of that version or a later one.
    ///
    /// # Errors
    /// A word is new, and Postgres does not say what it means; or too many of who asks wait already.
    pub async fn search(&self, text: &str, version: i64, asker: Asker) -> Answer<Found> {
        let words = discovery::words(text);
        let known = |word: &String| self.known(word, version);
        if let Some(meanings) = words.iter().map(known).collect::<Option<Vec<_>>>() {
            return Ok(discovery::find(&meanings));
        }
        let answers = self.want(words, version, asker)?;
        let answers = futures_util::future::try_join_all(answers);
        match tokio::time::timeout(PATIENCE, answers).await {
            Ok(Ok(meanings)) => Ok(discovery::find(&meanings)),
            // It was told where it failed.
            Ok(Err(_)) | Err(_) => Err(Problem::search_unavailable()),
        }
    }

    fn known(&self, word: &str, version: i64) -> Option<Arc<Meaning>> {
        let known = self.known.get(word)?;
        (known.version >= version).then(|| Arc::clone(&known.meaning))
    }

    /// Lets words be asked for. Those that are known are answered without asking.
    fn want(
        &self,
        words: Vec<String>,
        version: i64,
        asker: Asker,
    ) -> Answer<Vec<oneshot::Receiver<Arc<Meaning>>>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let of_asker = waiting.iter().filter(|wanted| wanted.asker == asker);
        if asker.0.is_some() && of_asker.count() + words.len() > WAITING_EACH_MAX {
            return Err(Problem::rate_limited(RETRY));
        }
        if waiting.len() + words.len() > WAITING_MAX {
            return Err(Problem::search_unavailable());
        }
        let want = |word| {
            let (answer, answered) = oneshot::channel();
            waiting.push(Wanted {
                word,
                version,
                asker,
                answer,
            });
            answered
        };
        let answers = words.into_iter().map(want).collect();
        drop(waiting);
        self.is_wanted.notify_one();
        Ok(answers)
    }

    /// Answers those who wait for what is known by now, and takes the words to ask for next, with all who wait for them.
    fn next(&self) -> HashMap<String, Vec<Wanted>> {
        let mut next: HashMap<String, Vec<Wanted>> = HashMap::new();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for wanted in std::mem::take(&mut *waiting) {
            // Who has gone is not asked for.
            if wanted.answer.is_closed() {
                continue;
            }
            if let Some(meaning) = self.known(&wanted.word, wanted.version) {
                wanted.answered(&meaning);
            } else if next.len() < WORDS_AT_ONCE || next.contains_key(&wanted.word) {
                next.entry(wanted.word.clone()).or_default().push(wanted);
            } else {
                waiting.push(wanted);
            }
        }
        next
    }

    /// Asks for words, keeps what they mean, and answers.
    async fn ask(
        &self,
        context: &Context,
        mut wanted: HashMap<String, Vec<Wanted>>,
    ) -> Result<(), store::Error> {
        let words: Vec<String> = wanted.keys().cloned().collect();
        let understood = discovery::understand(&context.app.pool, &words).await?;
        for (word, meaning) in words.into_iter().zip(understood.meanings) {
            let meaning = Arc::new(meaning);
            for wanted in wanted.remove(&word).into_iter().flatten() {
                wanted.answered(&meaning);
            }
            let version = understood.version;
            self.keep(word, Known { version, meaning });
        }
        Ok(())
    }

    fn keep(&self, word: String, known: Known) {
        let size = size_of_word(&word, &known.meaning);
        if self.bytes.fetch_add(size, Ordering::Relaxed) + size > BYTES_MAX {
            self.known.clear();
            self.bytes.store(size, Ordering::Relaxed);
        }
        let former = self.known.insert(word.clone(), known);
        if let Some(former) = former {
            let size = size_of_word(&word, &former.meaning);
            self.bytes.fetch_sub(size, Ordering::Relaxed);
        }
    }
}

impl Wanted {
    fn answered(self, meaning: &Arc<Meaning>) {
        // Who has gone needs no answer.
        let _ = self.answer.send(Arc::clone(meaning));
    }
}

fn size_of_word(word: &str, meaning: &Meaning) -> usize {
    BYTES_PER_WORD + word.len() + size_of_val(meaning.hits.as_slice())
}

/// Asks Postgres for the words that are wanted, until `shutdown`.
pub async fn answer_words(context: web::Data<Context>, shutdown: CancellationToken) {
    let words = &context.keeper.words;
    while shutdown
        .run_until_cancelled(words.is_wanted.notified())
        .await
        .is_some()
    {
        loop {
            let next = words.next();
            if next.is_empty() {
                break;
            }
            if let Err(error) = words.ask(&context, next).await {
                // Who waited for them has been told that there is no answer.
                tracing::warn!(%error, "Postgres does not say what words mean");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use domain::EventId;
    use store::discovery::Hit;
    use uuid::Uuid;

    use super::*;

    fn meaning(hits: usize) -> Arc<Meaning> {
        let hit = Hit {
            event: EventId(Uuid::nil()),
            rank: 1.0,
        };
        Arc::new(Meaning {
            plain: Some("night".to_owned()),
            meant: vec!["night".to_owned()],
            hits: vec![hit; hits],
        })
    }

    fn keep(words: &Words, word: &str, version: i64, hits: usize) {
        let meaning = meaning(hits);
        words.keep(word.to_owned(), Known { version, meaning });
    }

    fn want(words: &Words, text: &str) -> Vec<oneshot::Receiver<Arc<Meaning>>> {
        words.want(discovery::words(text), 1, NOBODY).unwrap()
    }

    const NOBODY: Asker = Asker(None);

    #[test]
    fn a_word_is_asked_for_once_however_many_wait_for_it() {
        let words = Words::default();
        let waiting: Vec<_> = (0..5).flat_map(|_| want(&words, "Night river")).collect();
        let next = words.next();
        assert_eq!(next.len(), 2);
        assert_eq!(next["night"].len(), 5);
        assert_eq!(waiting.len(), 10);
        assert!(words.next().is_empty(), "they are being asked for");
    }

    #[test]
    fn what_has_become_known_meanwhile_is_answered_without_asking() {
        let words = Words::default();
        let mut answers = want(&words, "night");
        keep(&words, "night", 1, 1);
        assert!(words.next().is_empty());
        assert_eq!(answers[0].try_recv().unwrap(), meaning(1));
    }

    #[test]
    fn a_word_means_something_else_once_the_catalogue_has_changed() {
        let words = Words::default();
        keep(&words, "night", 1, 1);
        assert!(words.known("night", 1).is_some());
        assert!(words.known("night", 2).is_none());
        keep(&words, "night", 2, 1);
        assert!(words.known("night", 1).is_some(), "a later one will do");
        assert!(words.known("night", 2).is_some());
    }

    #[test]
    fn there_is_an_end_to_what_is_asked_for_at_once_and_to_what_waits() {
        let words = Words::default();
        let mut waiting = Vec::new();
        for number in 0..WAITING_MAX {
            waiting.extend(want(&words, &number.to_string()));
        }
        let refused = words.want(discovery::words("one more"), 1, NOBODY);
        assert_eq!(refused.unwrap_err().code(), "search_unavailable");
        assert_eq!(words.next().len(), WORDS_AT_ONCE);
        waiting.clear();
        assert!(words.next().is_empty(), "all others have gone");
    }

    #[test]
    fn a_stranger_with_ever_new_words_keeps_nobody_else_waiting() {
        let words = Words::default();
        let asker = |last| Asker(Some(IpAddr::from([192, 0, 2, last])));
        let want = |text: &str, asker| words.want(discovery::words(text), 1, asker);
        let mut waiting = Vec::new();
        let refused = loop {
            match want(
                &format!("made{} up{}", waiting.len(), waiting.len()),
                asker(1),
            ) {
                Ok(answers) => waiting.extend(answers),
                Err(refused) => break refused,
            }
        };
        assert_eq!(refused.code(), "rate_limited");
        assert_eq!(waiting.len(), WAITING_EACH_MAX);
        want("night voyage", asker(2)).unwrap();
        waiting.clear();
        while !words.next().is_empty() {}
        want("night voyage", asker(1)).unwrap();
    }

    #[test]
    fn made_up_words_do_not_fill_the_memory() {
        let words = Words::default();
        for number in 0..2_000 {
            keep(&words, &number.to_string(), 1, 2_000);
            keep(&words, "night", number, 2_000);
        }
        let sizes = words.known.iter();
        let sizes = sizes.map(|known| size_of_word(known.key(), &known.meaning));
        assert_eq!(words.bytes.load(Ordering::Relaxed), sizes.sum::<usize>());
        assert!(words.bytes.load(Ordering::Relaxed) <= BYTES_MAX);
    }
}
