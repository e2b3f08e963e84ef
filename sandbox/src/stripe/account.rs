//! The account that is played: all its objects, and the events that each change of them tells. Changes come one after the
//! other, with the time as an argument.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::Bytes;
use serde_json::{Value, json};

use super::charges::Charge;
use super::disputes::Dispute;
use super::intents::Intent;
use super::methods::Method;
use super::refunds::Refund;
use super::refusal::Refusal;
use crate::ids;

/// The version whose shapes are played.
pub const API_VERSION: &str = "2026-09-30.endive";
/// Older events can no longer be asked for, so that a storm does not fill the memory.
const EVENTS_MAX: usize = 10_000;
/// Nor can older intents, with all that hangs on them.
const INTENTS_MAX: usize = 100_000;

/// What an operation answers.
pub type Answer = Result<Value, Box<Refusal>>;
/// An object's own notes, as whoever made it wrote them.
pub type Metadata = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub struct Account {
    pub intents: HashMap<String, Intent>,
    pub methods: HashMap<String, Method>,
    pub charges: HashMap<String, Charge>,
    pub refunds: HashMap<String, Refund>,
    pub disputes: HashMap<String, Dispute>,
    /// Intents in the order in which they were made.
    pub order: VecDeque<String>,
    /// Refunds that are settled later.
    pub unsettled_refunds: Vec<String>,
    /// Where the API's pages are, without a slash at the end.
    pub base_url: String,
    /// Whoever pays is declined.
    pub declines_all: bool,
    events: VecDeque<Event>,
    new_events: Vec<Event>,
    request: RequestSource,
}

/// The request that causes events.
#[derive(Debug, Default, Clone)]
pub struct RequestSource {
    pub id: Option<String>,
    pub idempotency_key: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub kind: &'static str,
    /// The intent that it is about, in the end.
    pub about: String,
    /// As the webhook is sent it.
    pub body: Bytes,
}

impl Account {
    /// A new account, whose pages are at this address.
    pub fn at(base_url: String) -> Self {
        Self {
            base_url,
            ..Self::default()
        }
    }

    /// Says whose doing the next events are.
    pub fn caused_by(&mut self, request: RequestSource) {
        self.request = request;
    }

    /// Tells that something happened to an object.
    pub fn emit(&mut self, kind: &'static str, about: &str, object: Value, now: i64) {
        let id = ids::with_prefix("evt_3");
        let body = json!({
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": now,
            "data": {"object": object},
            "livemode": false,
            "pending_webhooks": 1,
            "request": {"id": self.request.id, "idempotency_key": self.request.idempotency_key},
            "type": kind,
        });
        let event = Event {
            id,
            kind,
            about: about.to_owned(),
            body: Bytes::from(body.to_string()),
        };
        if self.events.len() >= EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event.clone());
        self.new_events.push(event);
    }

    /// The events that nobody has been told yet.
    pub fn take_new_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.new_events)
    }

    pub fn event(&self, id: &str) -> Answer {
        let found = self.events.iter().find(|event| event.id == id);
        found
            .and_then(|event| serde_json::from_slice(&event.body).ok())
            .ok_or_else(|| Refusal::no_such("event", id))
    }

    /// The newest first.
    pub fn newest_events(&self) -> impl Iterator<Item = Value> {
        let newest = self.events.iter().rev();
        newest.filter_map(|event| serde_json::from_slice(&event.body).ok())
    }

    /// Makes room for one more intent.
    pub fn forget_oldest(&mut self) {
        if self.order.len() < INTENTS_MAX {
            return;
        }
        let oldest = self.order.pop_front();
        let Some(intent) = oldest.and_then(|id| self.intents.remove(&id)) else {
            return;
        };
        if let Some(method) = intent.method {
            self.methods.remove(&method);
        }
        let charge = intent.latest_charge.and_then(|id| self.charges.remove(&id));
        for refund in charge.map(|charge| charge.refunds).unwrap_or_default() {
            self.refunds.remove(&refund);
        }
    }

    pub fn intent(&self, id: &str) -> Result<&Intent, Box<Refusal>> {
        self.intents
            .get(id)
            .ok_or_else(|| Refusal::no_such("payment_intent", id))
    }

    pub fn intent_mut(&mut self, id: &str) -> Result<&mut Intent, Box<Refusal>> {
        self.intents
            .get_mut(id)
            .ok_or_else(|| Refusal::no_such("payment_intent", id))
    }

    pub fn charge(&self, id: &str) -> Result<&Charge, Box<Refusal>> {
        self.charges
            .get(id)
            .ok_or_else(|| Refusal::no_such("charge", id))
    }
}

/// Adds to an object's metadata what a request says; an empty value takes its key away.
pub fn merge(metadata: &mut Metadata, changes: Metadata) -> Result<(), Box<Refusal>> {
    for (key, value) in changes {
        if key.len() > 40 || value.len() > 500 {
            let message = "A metadata key has at most 40 characters, its value at most 500.";
            return Err(Refusal::invalid(message, Some("metadata")));
        }
        if value.is_empty() {
            metadata.remove(&key);
        } else {
            metadata.insert(key, value);
        }
    }
    if metadata.len() > 50 {
        return Err(Refusal::invalid(
            "There are at most 50 metadata keys.",
            Some("metadata"),
        ));
    }
    Ok(())
}

/// A page of a list, as Stripe gives it: newest first, `limit` at most, from after `starting_after`.
pub fn page(
    url: &str,
    newest_first: impl Iterator<Item = Value>,
    form: &super::form::Form,
) -> Answer {
    let limit = form.integer("limit")?.unwrap_or(10);
    let Some(limit) = usize::try_from(limit)
        .ok()
        .filter(|limit| (1..=100).contains(limit))
    else {
        return Err(Refusal::invalid("The limit is 1 to 100.", Some("limit")));
    };
    let after = form.owned("starting_after");
    let mut passed = after.is_none();
    let mut rest = newest_first.filter(move |item| {
        let here = passed;
        passed = passed || item["id"].as_str() == after.as_deref();
        here
    });
    let data: Vec<Value> = rest.by_ref().take(limit).collect();
    let has_more = rest.next().is_some();
    Ok(json!({"object": "list", "data": data, "has_more": has_more, "url": url}))
}
