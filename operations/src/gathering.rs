//! Writing together what comes together: whoever comes while others are being written is written with the next.
//!
//! Written one by one, each would cost a statement and a commit of its own, and those behind it would wait; together they
//! cost one. Alone, nobody waits for others.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::{Semaphore, oneshot};

/// What came of an item, or why nobody knows: the same for all of a batch.
pub(crate) type Written<T> = Result<T, Arc<store::Error>>;

/// As many as are written at once.
const BATCH_MAX: usize = 256;

/// Items that wait, and who may write them.
pub(crate) struct Gathering<Item, Answer> {
    waiting: Arc<Mutex<Vec<Waiting<Item, Answer>>>>,
    writers: Arc<Semaphore>,
}

struct Waiting<Item, Answer> {
    item: Item,
    answer: oneshot::Sender<Answer>,
}

impl<Item: Send + 'static, Answer: Send + 'static> Gathering<Item, Answer> {
    /// With so many batches under way at most: while one waits for the disk, the next gathers.
    pub fn of(writers: usize) -> Self {
        Self {
            waiting: Arc::default(),
            writers: Arc::new(Semaphore::new(writers)),
        }
    }

    /// Has an item written, by `write` or by that of another, which must do the same: it answers each item in its order.
    /// Nothing where a writer died.
    pub async fn put<Write, Writing>(&self, item: Item, write: Write) -> Option<Answer>
    where
        Write: Fn(Vec<Item>) -> Writing,
        Writing: Future<Output = Vec<Answer>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.waiting().push(Waiting { item, answer });
        let mut answered = std::pin::pin!(answered);
        loop {
            let turn = tokio::select! {
                biased;
                answer = &mut answered => return answer.ok(),
                turn = self.writers.clone().acquire_owned() => turn.expect("it is never closed"),
            };
            let (items, answers) = self.take();
            if items.is_empty() {
                // Another took ours, and is about to answer.
                drop(turn);
                return (&mut answered).await.ok();
            }
            let writing = write(items);
            // A task of its own: whoever came first may go away, and the others still wait.
            tokio::spawn(async move {
                let written = writing.await;
                drop(turn);
                for (answer, written) in answers.into_iter().zip(written) {
                    // Nobody listens where the asker has gone away.
                    let _ = answer.send(written);
                }
            });
        }
    }

    fn take(&self) -> (Vec<Item>, Vec<oneshot::Sender<Answer>>) {
        let mut waiting = self.waiting();
        let len = waiting.len().min(BATCH_MAX);
        let taken = waiting.drain(..len);
        taken.map(|it| (it.item, it.answer)).unzip()
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting<Item, Answer>>> {
        self.waiting.lock().expect("nobody panics with it")
    }
}

/// What came of a batch, for each of its items.
pub(crate) fn to_each<T>(written: Result<Vec<T>, store::Error>, len: usize) -> Vec<Written<T>> {
    match written {
        Ok(written) => written.into_iter().map(Ok).collect(),
        Err(error) => {
            let error = Arc::new(error);
            (0..len).map(|_| Err(Arc::clone(&error))).collect()
        }
    }
}

/// What came of one item. Nothing where a rule stood in the way of its batch, and it is to be done by itself, which says why;
/// where the database did not answer nobody knows, and whoever asked repeats the request.
pub(crate) fn known<T>(written: Option<Written<T>>) -> Result<Option<T>, store::Error> {
    match written {
        Some(Ok(written)) => Ok(Some(written)),
        Some(Err(error)) if !store::is_unavailable(&error) => Ok(None),
        Some(Err(_)) | None => Err(store::Error::WorkerCrashed),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn each_is_answered_for_its_own_item_and_many_are_written_together() {
        let gathering = Gathering::<usize, usize>::of(1);
        let batches = Arc::new(AtomicUsize::new(0));
        let write = |items: Vec<usize>| {
            let batches = Arc::clone(&batches);
            async move {
                batches.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                items.into_iter().map(|item| item * 2).collect()
            }
        };
        let count = 3 * BATCH_MAX;
        let asking = (0..count).map(|item| gathering.put(item, write));
        let answers = futures_util::future::join_all(asking).await;
        let expected: Vec<_> = (0..count).map(|item| Some(item * 2)).collect();
        assert_eq!(answers, expected);
        let batches = batches.load(Ordering::Relaxed);
        assert!(batches <= count / BATCH_MAX + 2, "{batches}");
    }

    #[tokio::test]
    async fn whoever_came_first_may_go_away_and_the_others_are_answered() {
        let gathering = Gathering::<u8, u8>::of(1);
        let write = |items| async {
            tokio::task::yield_now().await;
            items
        };
        let mut first = Box::pin(gathering.put(1, write));
        let polled = std::future::poll_fn(|context| {
            std::task::Poll::Ready(first.as_mut().poll(context).is_pending())
        });
        assert!(polled.await, "it waits for its batch");
        drop(first);
        assert_eq!(gathering.put(2, write).await, Some(2));
    }

    #[tokio::test]
    async fn a_writer_that_dies_leaves_nobody_waiting() {
        let gathering = Gathering::<u8, u8>::of(1);
        let write = |_: Vec<u8>| async { panic!("as it may be") };
        assert_eq!(gathering.put(1, write).await, None);
        let write = |items| async { items };
        assert_eq!(gathering.put(2, write).await, Some(2), "the next goes on");
    }
}
