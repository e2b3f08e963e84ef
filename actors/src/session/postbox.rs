//! Answers on their way back to the thread that waits for them.
//!
//! To wake a task from another thread takes a system call, and a batch has hundreds of answers for a
//! few threads. So the answers for one thread travel in one parcel, and a task there hands them out.

use std::cell::RefCell;
use std::sync::Arc;

use domain::seat_map::Refusal;
use tokio::sync::{mpsc, oneshot};

/// What a command is answered.
pub(crate) type Answer = Result<(), Refusal>;

/// An answer, and who waits for it.
type Letter = (oneshot::Sender<Answer>, Answer);

/// Where an answer goes. Dropped unused, it says that the command's fate is not known.
pub(crate) struct Reply {
    postbox: Postbox,
    waiting: oneshot::Sender<Answer>,
}

/// The way to one thread's task. Unbounded, for nothing is sent but what somebody waits for. One
/// count is shared: two threads touch it for each answer.
#[derive(Clone)]
struct Postbox(Arc<mpsc::UnboundedSender<Vec<Letter>>>);

thread_local! {
    static OF_THIS_THREAD: RefCell<Option<Postbox>> = const { RefCell::new(None) };
}

/// A reply that comes back to this thread, and its waiting end.
pub(crate) fn reply() -> (Reply, oneshot::Receiver<Answer>) {
    let (waiting, answer) = oneshot::channel();
    let postbox = Postbox::of_this_thread();
    (Reply { postbox, waiting }, answer)
}

/// Sends everybody their answer.
pub(crate) fn send_all(answers: impl Iterator<Item = (Reply, Answer)>) {
    let mut parcels: Vec<(Postbox, Vec<Letter>)> = Vec::new();
    for (Reply { postbox, waiting }, answer) in answers {
        let letter = (waiting, answer);
        match parcels
            .iter_mut()
            .find(|(to, _)| Arc::ptr_eq(&to.0, &postbox.0))
        {
            Some((_, parcel)) => parcel.push(letter),
            None => parcels.push((postbox, vec![letter])),
        }
    }
    for (Postbox(to), parcel) in parcels {
        // Refused only when that runtime has ended, and with it all who wait there.
        let _ = to.send(parcel);
    }
}

impl Postbox {
    /// This thread's, whose task is spawned on the runtime that runs here when it is first needed.
    fn of_this_thread() -> Self {
        OF_THIS_THREAD.with_borrow_mut(|known| match known {
            // The runtime of a former one may have ended.
            Some(postbox) if !postbox.0.is_closed() => postbox.clone(),
            _ => known.insert(Self::open()).clone(),
        })
    }

    fn open() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(hand_out(receiver));
        Self(Arc::new(sender))
    }
}

async fn hand_out(mut parcels: mpsc::UnboundedReceiver<Vec<Letter>>) {
    while let Some(parcel) = parcels.recv().await {
        for (waiting, answer) in parcel {
            // Whoever does not wait any more has lost nothing: the answer is durable.
            let _ = waiting.send(answer);
        }
    }
}
