//! PaymentIntents and their states.
//!
//! ```text
//!                 confirm                       asks its holder
//! requires_payment_method ──▶ (card pays?) ──▶ requires_action ──▶ (yes) succeeded
//!   ▲  │ payment method given     │ yes  │ no        │ no
//!   │  ▼                          ▼      │           │
//!   │ requires_confirmation   succeeded  │           │
//!   └────────────────────────────────────┴───────────┘   with last_payment_error
//! every state but succeeded ── cancel ──▶ canceled
//! ```

mod paying;
mod rendering;

use serde_json::{Value, json};

use super::account::{Account, Answer, Metadata, merge};
use super::amounts::Amount;
use super::form::Form;
use super::refusal::Refusal;
use crate::ids;

#[derive(Debug, Clone)]
pub struct Intent {
    pub id: String,
    pub client_secret: String,
    pub amount: Amount,
    pub status: Status,
    pub created: i64,
    pub metadata: Metadata,
    pub description: Option<String>,
    pub receipt_email: Option<String>,
    pub statement_descriptor: Option<String>,
    pub statement_descriptor_suffix: Option<String>,
    pub shipping: Value,
    /// Where Stripe chooses the payment methods: whether they may redirect.
    pub automatic: Option<Redirects>,
    pub method_types: Vec<String>,
    pub method: Option<String>,
    pub latest_charge: Option<String>,
    pub last_error: Option<Value>,
    pub canceled_at: Option<i64>,
    pub cancellation_reason: Option<String>,
    pub return_url: Option<String>,
    /// Whether the page's script asks the holder, instead of a redirect.
    by_script: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Succeeded,
    Canceled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    Always,
    Never,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    fn is_open(self) -> bool {
        match self {
            Self::RequiresPaymentMethod | Self::RequiresConfirmation | Self::RequiresAction => true,
            Self::Succeeded | Self::Canceled => false,
        }
    }
}

/// What creating, updating and confirming may say.
const FIELDS: [&str; 25] = [
    "amount",
    "automatic_payment_methods",
    "client_secret",
    "confirm",
    "confirmation_method",
    "capture_method",
    "currency",
    "customer",
    "description",
    "error_on_requires_action",
    "expected_payment_method_type",
    "mandate_data",
    "metadata",
    "off_session",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "use_stripe_sdk",
];

impl Account {
    pub fn create_intent(&mut self, form: &Form, now: i64) -> Answer {
        form.only(&FIELDS)?;
        if form
            .text("capture_method")
            .is_some_and(|method| method == "manual")
        {
            let message = "The sandbox captures at once: capture_method=manual is not played.";
            return Err(Refusal::invalid(message, Some("capture_method")));
        }
        let amount = Amount::read(form, None)?;
        let mut metadata = Metadata::new();
        merge(&mut metadata, form.map("metadata"))?;
        let id = ids::with_prefix("pi_3");
        let automatic = automatic(form)?;
        let intent = Intent {
            client_secret: ids::with_prefix(&format!("{id}_secret_")),
            status: Status::RequiresPaymentMethod,
            created: now,
            metadata,
            description: form.owned("description"),
            receipt_email: form.owned("receipt_email"),
            statement_descriptor: form.owned("statement_descriptor"),
            statement_descriptor_suffix: form.owned("statement_descriptor_suffix"),
            shipping: shipping(form),
            method_types: method_types(form, automatic, &amount)?,
            automatic,
            amount,
            method: None,
            latest_charge: None,
            last_error: None,
            canceled_at: None,
            cancellation_reason: None,
            return_url: None,
            by_script: false,
            id: id.clone(),
        };
        let method = self.method_of(form, now)?;
        self.forget_oldest();
        self.order.push_back(id.clone());
        self.intents.insert(id.clone(), intent);
        self.attach(&id, method)?;
        self.emit(
            "payment_intent.created",
            &id,
            self.render_intent(&id, &[])?,
            now,
        );
        if form.is_true("confirm") {
            return self.confirm_intent(&id, form, false, now);
        }
        self.render_intent(&id, &form.list("expand"))
    }

    pub fn update_intent(&mut self, id: &str, form: &Form, now: i64) -> Answer {
        form.only(&FIELDS)?;
        let intent = self.intent(id)?.clone();
        let touches_money = [
            "amount",
            "currency",
            "payment_method",
            "payment_method_data",
        ]
        .iter()
        .any(|name| form.has(name));
        if touches_money && !intent.status.is_open() {
            return Err(self.unexpected(&intent, "updated"));
        }
        let mut changed = intent;
        merge(&mut changed.metadata, form.map("metadata"))?;
        if form.has("amount") || form.has("currency") {
            changed.amount = Amount::read(form, Some(&changed.amount))?;
        }
        let texts = [
            ("description", &mut changed.description),
            ("receipt_email", &mut changed.receipt_email),
            ("statement_descriptor", &mut changed.statement_descriptor),
            (
                "statement_descriptor_suffix",
                &mut changed.statement_descriptor_suffix,
            ),
        ];
        for (name, field) in texts {
            if form.has(name) {
                *field = form.owned(name);
            }
        }
        if form.has("shipping") {
            changed.shipping = shipping(form);
        }
        let method = self.method_of(form, now)?;
        self.intents.insert(id.to_owned(), changed);
        self.attach(id, method)?;
        self.render_intent(id, &form.list("expand"))
    }

    /// The newest first.
    pub fn newest_intents(&self) -> impl Iterator<Item = &Intent> {
        self.order
            .iter()
            .rev()
            .filter_map(|id| self.intents.get(id))
    }
}

fn automatic(form: &Form) -> Result<Option<Redirects>, Box<Refusal>> {
    if form.has("payment_method_types") {
        if form.is_true("automatic_payment_methods[enabled]") {
            let message = "Name the payment method types, or have them chosen: not both.";
            return Err(Refusal::invalid(message, Some("automatic_payment_methods")));
        }
        return Ok(None);
    }
    match form.text("automatic_payment_methods[allow_redirects]") {
        None | Some("always") => Ok(Some(Redirects::Always)),
        Some("never") => Ok(Some(Redirects::Never)),
        Some(other) => Err(Refusal::invalid(
            format!("Redirects are allowed always or never, not {other}."),
            Some("automatic_payment_methods[allow_redirects]"),
        )),
    }
}

/// Chosen by the currency, as the settings of a real account choose.
fn method_types(
    form: &Form,
    automatic: Option<Redirects>,
    amount: &Amount,
) -> Result<Vec<String>, Box<Refusal>> {
    let bank = amount.currency == "eur";
    let types: Vec<&str> = match automatic {
        None => form.list("payment_method_types"),
        Some(Redirects::Always) if bank => vec!["card", "ideal"],
        Some(_) => vec!["card"],
    };
    match types.iter().find(|kind| !["card", "ideal"].contains(kind)) {
        Some(other) => Err(Refusal::invalid(
            format!("The sandbox does not play the payment method {other}."),
            Some("payment_method_types"),
        )),
        None => Ok(types.into_iter().map(str::to_owned).collect()),
    }
}

fn shipping(form: &Form) -> Value {
    if !form.has("shipping") {
        return Value::Null;
    }
    let text = |name: &str| Value::from(form.text(name));
    json!({
        "address": {
            "city": text("shipping[address][city]"), "country": text("shipping[address][country]"),
            "line1": text("shipping[address][line1]"), "line2": text("shipping[address][line2]"),
            "postal_code": text("shipping[address][postal_code]"), "state": text("shipping[address][state]"),
        },
        "carrier": null, "name": text("shipping[name]"), "phone": text("shipping[phone]"), "tracking_number": null,
    })
}
