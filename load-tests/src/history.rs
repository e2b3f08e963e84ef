//! What was asked and answered, and when: all that the checkers believe.
//!
//! A history may have a file: then a record counts only once it is written there and fsynced, so
//! that "acknowledged" means something even if the generator itself were to die.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::outcome::Outcome;
use crate::record_file::RecordFile;
use crate::timeline::{Micros, Timeline};

/// One request with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When it was sent.
    pub start: Micros,
    /// When its answer had arrived, or it was known that none would.
    pub end: Micros,
    pub session: Uuid,
    /// The order it concerns; nil where opening one brought none.
    pub order: Uuid,
    pub operation: Operation,
    pub answer: Answer,
}

/// What a buyer may ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Operation {
    Open,
    Read,
    Amount { quantity: usize },
    Address,
    Claim { key: String, wish: Wish },
    Drop { seats: Vec<u32> },
    Cancel,
    StartPayment { key: String },
    Confirm { path: String, succeed: bool },
}

/// What a claim asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// These seats.
    Seats(Vec<u32>),
    /// The best so many together.
    Best(usize),
}

/// What the server said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The order as it is now.
    Order(OrderState),
    /// An attempt to pay has begun; the order's places are pinned.
    PaymentStarted {
        state: String,
        confirm_path: Option<String>,
    },
    /// A clear no (any 4xx).
    Refused(Refusal),
    /// Nobody knows whether it was carried out: a 5xx, a cut connection, a time-out.
    Unknown {
        status: Option<u16>,
        has_retry_after: bool,
        cause: String,
    },
}

/// An order as an answer showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderState {
    pub status: Status,
    /// Rising.
    pub seats: Vec<u32>,
    pub deadline: Micros,
    /// In minor units.
    pub total: i64,
    /// The seats that tickets were issued for, rising.
    pub tickets: Vec<u32>,
}

/// Where an order stands, in the contract's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Pending,
    Paid,
    Cancelled,
    Refunded,
}

/// Why the server said no.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub taken: Vec<u32>,
    pub alternative: Vec<u32>,
    pub free: Option<u32>,
}

/// All records of a run, in the order in which their answers arrived.
pub struct History {
    pub timeline: Timeline,
    records: Mutex<Vec<Record>>,
    unanswered: AtomicUsize,
    file: Option<RecordFile>,
}

impl Operation {
    /// What it is called in the figures.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Amount { .. } => "amount",
            Self::Address => "address",
            Self::Claim { .. } => "claim",
            Self::Drop { .. } => "drop",
            Self::Cancel => "cancel",
            Self::StartPayment { .. } => "payment",
            Self::Confirm { .. } => "confirm",
        }
    }
}

impl History {
    /// A history in memory.
    pub fn new() -> Self {
        Self {
            timeline: Timeline::new(),
            records: Mutex::default(),
            unanswered: AtomicUsize::new(0),
            file: None,
        }
    }

    /// A history whose records count only when they are fsynced in a file.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn in_file(path: &Path) -> Outcome<Self> {
        Ok(Self {
            file: Some(RecordFile::create(path)?),
            ..Self::new()
        })
    }

    /// Notes that a request is on its way.
    pub fn sent(&self) -> Micros {
        self.unanswered.fetch_add(1, Ordering::SeqCst);
        self.timeline.now()
    }

    /// Notes that a request's answer has arrived, or never will.
    pub fn answered(&self) -> Micros {
        self.unanswered.fetch_sub(1, Ordering::SeqCst);
        self.timeline.now()
    }

    /// How many requests are on their way.
    pub fn unanswered(&self) -> usize {
        self.unanswered.load(Ordering::SeqCst)
    }

    /// Keeps a record; returns when it counts.
    ///
    /// # Panics
    /// The file cannot be written: then nothing that follows would mean anything.
    pub async fn keep(&self, record: Record) {
        if let Some(file) = &self.file {
            file.append(&record).await;
        }
        self.records.lock().expect("no holder panics").push(record);
    }

    /// All records so far. Where there is a file, they are read back from it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn records(&self) -> Outcome<Vec<Record>> {
        match &self.file {
            Some(file) => file.read_back(),
            None => Ok(self.records.lock().expect("no holder panics").clone()),
        }
    }
}
