//! The actors of a simulation, the way to them, and the checks of quiet moments.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::seat_map::Command;
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::answers::{self, Question};
use super::audience;
use super::house::House;
use super::rows::{OrderRow, Rows, Status};
use super::storage::{Books, Database, FaultyStorage, Flaw, Weather};
use crate::feed::screen::Screen;
use crate::session::mailbox::{Sender, mailbox};
use crate::session::{CommandError, SessionActor};
use crate::{Clock, Feed, SessionInfo, test_house};

/// How long a quiet moment lasts before it is looked at: longer than any backoff or timeout.
const SETTLING: Duration = Duration::from_secs(12);

/// How long an answer may take at most: the write in flight is given up in time, and so is one's
/// own.
const PATIENCE: Duration = Duration::from_secs(10);

/// One running actor.
struct Live {
    sender: Sender,
    feed: Arc<Feed>,
    task: JoinHandle<()>,
}

/// Everything there is.
pub struct World {
    pub info: Arc<SessionInfo>,
    pub clock: Clock,
    pub database: Arc<Database>,
    live: Mutex<Live>,
    /// An actor that has lost the session and does not know it.
    zombie: Mutex<Option<Live>>,
    asking: AtomicUsize,
    orders_opened: AtomicU64,
    is_quiet: AtomicBool,
    is_over: AtomicBool,
    answers: Mutex<BTreeMap<String, usize>>,
}

impl World {
    pub fn new(seed: u64, flaw: Flaw) -> Arc<Self> {
        let info = test_house::info(&[40, 20], &[20]);
        let clock = test_house::clock();
        let database = Database::new(&info, clock, seed, flaw);
        let feed = new_feed(&info, &database);
        let live = spawn_actor(&info, clock, &database, feed);
        Arc::new(Self {
            info,
            clock,
            database,
            live: Mutex::new(live),
            zombie: Mutex::new(None),
            asking: AtomicUsize::new(0),
            orders_opened: AtomicU64::new(0),
            is_quiet: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            answers: Mutex::default(),
        })
    }

    /// Asks whoever is live, and checks the answer.
    pub async fn ask(&self, command: &Command) -> Result<(), CommandError> {
        let sender = self.live.lock().unwrap().sender.clone();
        self.ask_by(&sender, command).await
    }

    /// Asks the zombie, if there is one.
    pub async fn ask_anybody(&self, command: &Command) -> Result<(), CommandError> {
        match self.zombie_sender() {
            Some(sender) => self.ask_by(&sender, command).await,
            None => self.ask(command).await,
        }
    }

    fn zombie_sender(&self) -> Option<Sender> {
        let zombie = self.zombie.lock().unwrap();
        zombie.as_ref().map(|zombie| zombie.sender.clone())
    }

    async fn ask_by(&self, sender: &Sender, command: &Command) -> Result<(), CommandError> {
        let _asking = Asking::new(&self.asking);
        let sent = self.note_question(command);
        let asked_at = Instant::now();
        let answer = sender.ask(command.clone()).await;
        if asked_at.elapsed() > PATIENCE {
            let waited = asked_at.elapsed();
            let fault = format!("{command:?} was answered {answer:?} only after {waited:?}");
            self.database.books().history.fault(fault);
        }
        let now = self.clock.now();
        let question = Question { command, sent };
        answers::check(&mut self.database.books().history, &question, &answer, now);
        let name = match &answer {
            Ok(()) => format!("{} done", name(command)),
            Err(CommandError::Refused(refusal)) => refusal.name().to_owned(),
            Err(CommandError::Busy { .. }) => "busy".to_owned(),
            Err(CommandError::Unavailable { .. }) => "unavailable".to_owned(),
        };
        *self.answers.lock().unwrap().entry(name).or_default() += 1;
        answer
    }

    fn note_question(&self, command: &Command) -> usize {
        let history = &mut self.database.books().history;
        match command {
            Command::Drop { order, places, .. } => history.ask_drop(*order, places),
            Command::Cancel { order, .. } => history.ask_cancel(*order),
            _ => {}
        }
        history.position()
    }

    pub fn next_order(&self) -> u64 {
        self.orders_opened.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Sleeps, and longer while the house is quiet. Whether the sale goes on.
    pub async fn pause(&self, pause: Duration) -> bool {
        sleep(pause).await;
        while self.is_quiet.load(Ordering::Relaxed) && !self.is_over.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(100)).await;
        }
        !self.is_over.load(Ordering::Relaxed)
    }

    /// How often each answer was given.
    pub fn answers(&self) -> BTreeMap<String, usize> {
        self.answers.lock().unwrap().clone()
    }

    /// Bad weather and dying actors for so long.
    pub async fn storm(&self, rng: &mut StdRng, length: Duration) {
        let end = Instant::now() + length;
        while Instant::now() < end {
            self.database.set_weather(match rng.random_range(0..10) {
                0..7 => Weather::Calm,
                7..9 => Weather::Rough,
                _ => Weather::Outage,
            });
            sleep(Duration::from_millis(rng.random_range(500..6_000))).await;
            match rng.random_range(0..30) {
                0 => self.restart().await,
                1 => self.kill(),
                2 => self.leave_zombie(),
                3..9 => self.end_zombie(),
                _ => {}
            }
        }
    }

    /// Asks the actor to end and starts the next one.
    async fn restart(&self) {
        let sender = self.live.lock().unwrap().sender.clone();
        sender.stop().await;
        self.start_next();
    }

    /// Ends the actor in the middle, as a panic does, and starts the next one.
    fn kill(&self) {
        self.live.lock().unwrap().task.abort();
        self.start_next();
    }

    fn start_next(&self) {
        let mut live = self.live.lock().unwrap();
        let feed = Arc::clone(&live.feed);
        *live = spawn_actor(&self.info, self.clock, &self.database, feed);
    }

    /// Starts another actor beside this one, as another process would, with a feed of its own.
    fn leave_zombie(&self) {
        self.end_zombie();
        let feed = new_feed(&self.info, &self.database);
        let next = spawn_actor(&self.info, self.clock, &self.database, feed);
        let former = std::mem::replace(&mut *self.live.lock().unwrap(), next);
        *self.zombie.lock().unwrap() = Some(former);
    }

    fn end_zombie(&self) {
        if let Some(zombie) = self.zombie.lock().unwrap().take() {
            zombie.task.abort();
        }
    }

    /// Lets everything settle in good weather, and looks whether all agree.
    pub async fn look(&self) {
        self.is_quiet.store(true, Ordering::Relaxed);
        self.end_zombie();
        self.database.set_weather(Weather::Calm);
        self.wake().await;
        while self.asking.load(Ordering::Relaxed) > 0 || self.database.busy() > 0 {
            sleep(Duration::from_millis(100)).await;
        }
        sleep(SETTLING).await;
        while !self.is_still(Duration::from_millis(5)).await {}
        self.compare();
        self.is_quiet.store(false, Ordering::Relaxed);
    }

    /// Lets an actor notice that a zombie had taken the session from it: it learns with its next
    /// batch, however little is in it.
    async fn wake(&self) {
        let sender = self.live.lock().unwrap().sender.clone();
        let nobody = test_house::order(0);
        let _ = sender.ask(Command::Unpin { order: nobody }).await;
    }

    /// Whether nothing happens for a while. A commit that has just come back is still on its way
    /// to the feed.
    async fn is_still(&self, length: Duration) -> bool {
        let (was_busy, position) = (self.database.busy() > 0, self.position());
        sleep(length).await;
        !was_busy && self.database.busy() == 0 && self.position() == position
    }

    fn position(&self) -> usize {
        self.database.books().history.position()
    }

    /// Lets nobody act any more.
    pub fn close(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn compare(&self) {
        let live = self.live.lock().unwrap();
        let feed = Arc::clone(&live.feed);
        let Books { rows, history } = &mut *self.database.books();
        if live.task.is_finished() {
            history.fault("the actor has fallen by itself".to_owned());
        }
        history.compare(rows);
        let screen = Screen::from_availability(&feed.snapshot(), self.info.manifest.seats().len());
        let last = history.shown.get(&feed.snapshot().epoch);
        if !last
            .and_then(|shown| shown.last())
            .is_some_and(|house| house.is_on(&screen))
        {
            history.fault(format!("at rest the feed shows {screen:?}"));
        }
        for row in rows.orders.values() {
            if let Err(fault) = self.compare_order(&feed, rows, row) {
                history.fault(format!("at rest {row:?} {fault}"));
            }
        }
    }

    fn compare_order(&self, feed: &Feed, rows: &Rows, row: &OrderRow) -> Result<(), String> {
        let id = row.opening.order;
        let fed = feed.order(id);
        let fed = match (row.status, fed) {
            // A sale whose tell is on its way looks pinned still.
            (Status::Paid, Some(fed)) if fed.pinned => return Ok(()),
            (Status::Paid | Status::Cancelled, None) => return Ok(()),
            (Status::Pending, Some(fed)) => fed,
            (_, fed) => return Err(format!("is fed as {fed:?}")),
        };
        let now = self.clock.now();
        if !fed.pinned && row.expires_at.plus(Duration::from_secs(2)) < now {
            return Err(format!("is kept at {now:?}"));
        }
        let seats = rows.seats.iter();
        let seats = seats.filter(|(_, state)| super::rows::owner(**state) == Some(id));
        let lots = rows.lots.iter().filter(|((order, _), _)| *order == id);
        let is_same = fed.seats.iter().eq(seats.map(|(seat, _)| seat))
            && fed
                .standing
                .into_iter()
                .eq(lots.map(|((_, section), lot)| (*section, lot.quantity)))
            && fed.pinned == rows.is_pinned(id)
            && fed.expires_at <= row.expires_at;
        is_same
            .then_some(())
            .ok_or_else(|| "is fed otherwise".to_owned())
    }

    /// After the last payment was told and the last hold ran out, nothing but sales is left.
    pub fn compare_at_the_end(&self) {
        self.compare();
        let feed = Arc::clone(&self.live.lock().unwrap().feed);
        let Books { rows, history } = &mut *self.database.books();
        let house = House::of_rows(&self.info.manifest, rows);
        let screen = Screen::from_availability(&feed.snapshot(), self.info.manifest.seats().len());
        if !house.is_on(&screen) {
            history.fault(format!(
                "in the end the feed shows {screen:?}, but {house:?} is stored"
            ));
        }
        for row in rows.orders.values() {
            if row.status == Status::Pending {
                history.fault(format!("in the end {row:?} is open"));
            }
        }
    }
}

fn new_feed(info: &Arc<SessionInfo>, database: &Arc<Database>) -> Arc<Feed> {
    let feed = Feed::new(Arc::clone(info), Arc::default(), &Handle::current());
    tokio::spawn(audience::watch(Arc::clone(&feed), Arc::clone(database)));
    feed
}

fn spawn_actor(
    info: &Arc<SessionInfo>,
    clock: Clock,
    database: &Arc<Database>,
    feed: Arc<Feed>,
) -> Live {
    let (sender, mailbox) = mailbox();
    let actor = SessionActor {
        info: Arc::clone(info),
        storage: Arc::new(FaultyStorage(Arc::clone(database))),
        feed: Arc::clone(&feed),
        mailbox,
        clock,
        idle_after: Duration::from_secs(3_600),
    };
    Live {
        sender,
        feed,
        task: tokio::spawn(actor.run()),
    }
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Open(_) => "open",
        Command::Extend { .. } => "extend",
        Command::Cancel { .. } => "cancel",
        Command::Claim(_) => "claim",
        Command::Drop { .. } => "drop",
        Command::Pin { .. } => "pin",
        Command::Unpin { .. } => "unpin",
        Command::Reclaim { .. } => "reclaim",
        Command::Sell { .. } => "sell",
        _ => "other",
    }
}

struct Asking<'a>(&'a AtomicUsize);

impl<'a> Asking<'a> {
    fn new(asking: &'a AtomicUsize) -> Self {
        asking.fetch_add(1, Ordering::Relaxed);
        Self(asking)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
