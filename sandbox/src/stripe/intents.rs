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

use serde_json::{Value, json};

use super::account::{Account, Answer, Metadata, merge};
use super::amounts::Amount;
use super::cards::{Behaviour, Decline, GENERIC_DECLINE};
use super::form::Form;
use super::methods::Method;
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

    /// Pays, as far as the method goes by itself. `from_page` is the buyer's side.
    pub fn confirm_intent(&mut self, id: &str, form: &Form, from_page: bool, now: i64) -> Answer {
        form.only(&FIELDS)?;
        let intent = self.intent(id)?.clone();
        if !intent.status.is_open() {
            return Err(self.unexpected(&intent, "confirmed"));
        }
        let method = self.method_of(form, now)?;
        self.attach(id, method)?;
        let Some(method) = self
            .intent(id)?
            .method
            .clone()
            .and_then(|method| self.methods.get(&method).cloned())
        else {
            let intent = self.render_intent(id, &[])?;
            return Err(Refusal::unexpected_state(
                "Nothing to pay with: give a payment method first.",
                intent,
            ));
        };
        let return_url = form.owned("return_url");
        let script_asks = from_page && form.is_true("use_stripe_sdk") && !method.is_bank();
        let may_redirect = method.is_bank() || intent.automatic == Some(Redirects::Always);
        if may_redirect && !script_asks && return_url.is_none() {
            let message =
                "This payment method may redirect: say where it comes back to, return_url.";
            return Err(Refusal::invalid(message, Some("return_url")));
        }
        let changed = self.intent_mut(id)?;
        changed.by_script = script_asks || return_url.is_none();
        changed.return_url = return_url.or_else(|| changed.return_url.take());
        changed.last_error = None;
        self.try_to_pay(id, &method, now)?;
        self.render_intent(id, &form.list("expand"))
    }

    /// The holder's word in 3-D Secure, or at their bank.
    pub fn authenticate_intent(&mut self, id: &str, agreed: bool, now: i64) -> Answer {
        let intent = self.intent(id)?.clone();
        let method = intent
            .method
            .as_ref()
            .and_then(|method| self.methods.get(method).cloned());
        let (Status::RequiresAction, Some(method)) = (intent.status, method) else {
            return Err(self.unexpected(&intent, "authenticated"));
        };
        let then = match method.behaviour() {
            Behaviour::Authenticates(then) => then,
            Behaviour::Pays
            | Behaviour::Declines(_)
            | Behaviour::Disputes(_)
            | Behaviour::RefundsLate { .. } => None,
        };
        let failed = Decline {
            code: "payment_intent_authentication_failure",
            decline_code: None,
            message: "The payment method was not authenticated. Choose another, or try again.",
        };
        let outcome = match (agreed, then) {
            (false, _) => self.fail(id, &method, failed, false, now),
            (true, Some(decline)) => self.fail(id, &method, decline, true, now),
            (true, None) => self.succeed(id, &method, true, now),
        };
        // The buyer is told through the intent.
        if let Err(refusal) = outcome
            && refusal.payment_intent.is_none()
        {
            return Err(refusal);
        }
        self.render_intent(id, &[])
    }

    pub fn cancel_intent(&mut self, id: &str, form: &Form, now: i64) -> Answer {
        form.only(&["cancellation_reason"])?;
        let intent = self.intent(id)?.clone();
        if !intent.status.is_open() {
            return Err(self.unexpected(&intent, "canceled"));
        }
        let reason = form.owned("cancellation_reason");
        let known = [
            "abandoned",
            "duplicate",
            "fraudulent",
            "requested_by_customer",
        ];
        if let Some(reason) = &reason
            && !known.contains(&reason.as_str())
        {
            return Err(Refusal::invalid(
                format!("No such cancellation_reason: {reason}"),
                Some("cancellation_reason"),
            ));
        }
        let intent = self.intent_mut(id)?;
        intent.status = Status::Canceled;
        intent.canceled_at = Some(now);
        intent.cancellation_reason = reason;
        self.emit(
            "payment_intent.canceled",
            id,
            self.render_intent(id, &[])?,
            now,
        );
        self.render_intent(id, &form.list("expand"))
    }

    pub fn render_intent(&self, id: &str, expand: &[&str]) -> Answer {
        let intent = self.intent(id)?;
        let mut rendered = intent.render(&self.base_url);
        if expand.contains(&"payment_method")
            && let Some(method) = intent.method.as_ref().and_then(|id| self.methods.get(id))
        {
            rendered["payment_method"] = method.render();
        }
        if expand.iter().any(|path| path.starts_with("latest_charge"))
            && let Some(charge) = &intent.latest_charge
        {
            rendered["latest_charge"] = self.render_charge(charge, &[])?;
        }
        Ok(rendered)
    }

    /// The newest first.
    pub fn newest_intents(&self) -> impl Iterator<Item = &Intent> {
        self.order
            .iter()
            .rev()
            .filter_map(|id| self.intents.get(id))
    }

    fn attach(&mut self, id: &str, method: Option<Method>) -> Result<(), Box<Refusal>> {
        let Some(method) = method else { return Ok(()) };
        let intent = self.intent_mut(id)?;
        if !intent
            .method_types
            .iter()
            .any(|known| known == method.type_name())
        {
            let message = format!("This intent does not take {}.", method.type_name());
            return Err(Refusal::invalid(message, Some("payment_method"))
                .coded("payment_intent_invalid_parameter"));
        }
        intent.method = Some(method.id);
        intent.status = Status::RequiresConfirmation;
        Ok(())
    }

    fn try_to_pay(&mut self, id: &str, method: &Method, now: i64) -> Result<(), Box<Refusal>> {
        if self.declines_all {
            return self.fail(id, method, GENERIC_DECLINE, true, now);
        }
        match method.behaviour() {
            Behaviour::Declines(decline) => self.fail(id, method, decline, true, now),
            Behaviour::Authenticates(_) => {
                self.intent_mut(id)?.status = Status::RequiresAction;
                let rendered = self.render_intent(id, &[])?;
                self.emit("payment_intent.requires_action", id, rendered, now);
                Ok(())
            }
            Behaviour::Disputes(reason) => {
                self.succeed(id, method, false, now)?;
                self.open_dispute(id, reason, now)
            }
            Behaviour::Pays | Behaviour::RefundsLate { .. } => self.succeed(id, method, false, now),
        }
    }

    fn succeed(
        &mut self,
        id: &str,
        method: &Method,
        authenticated: bool,
        now: i64,
    ) -> Result<(), Box<Refusal>> {
        let charge = self.charge_intent(id, method, authenticated, None, now)?;
        let intent = self.intent_mut(id)?;
        intent.status = Status::Succeeded;
        intent.latest_charge = Some(charge.clone());
        self.emit(
            "charge.succeeded",
            id,
            self.render_charge(&charge, &[])?,
            now,
        );
        self.emit(
            "payment_intent.succeeded",
            id,
            self.render_intent(id, &[])?,
            now,
        );
        Ok(())
    }

    /// Back to the choice of a method; the refusal is what the API answers.
    fn fail(
        &mut self,
        id: &str,
        method: &Method,
        decline: Decline,
        charged: bool,
        now: i64,
    ) -> Result<(), Box<Refusal>> {
        let mut refusal = Refusal::card(decline.code, decline.message);
        refusal.decline_code = decline.decline_code;
        refusal.payment_method = Some(method.render());
        if charged {
            let charge = self.charge_intent(id, method, false, Some(decline), now)?;
            self.intent_mut(id)?.latest_charge = Some(charge.clone());
            let rendered = self.render_charge(&charge, &[])?;
            self.emit("charge.failed", id, rendered, now);
            refusal.charge = Some(charge);
        }
        let intent = self.intent_mut(id)?;
        intent.status = Status::RequiresPaymentMethod;
        intent.method = None;
        intent.last_error = Some(refusal.detail());
        let rendered = self.render_intent(id, &[])?;
        self.emit("payment_intent.payment_failed", id, rendered.clone(), now);
        refusal.payment_intent = Some(rendered);
        Err(refusal)
    }

    fn unexpected(&self, intent: &Intent, done: &str) -> Box<Refusal> {
        Refusal::unexpected_state(
            format!(
                "This PaymentIntent is {}: it cannot be {done}.",
                intent.status.name()
            ),
            intent.render(&self.base_url),
        )
    }
}

impl Intent {
    /// Where the holder is asked.
    fn next_action(&self, base_url: &str) -> Value {
        if self.status != Status::RequiresAction {
            return Value::Null;
        }
        let url = format!("{base_url}/authenticate/{}", self.client_secret);
        if self.by_script {
            return json!({"type": "use_stripe_sdk", "use_stripe_sdk": {
                "type": "three_d_secure_redirect", "stripe_js": url, "source": self.id,
            }});
        }
        json!({"type": "redirect_to_url", "redirect_to_url": {"return_url": self.return_url, "url": url}})
    }

    pub fn render(&self, base_url: &str) -> Value {
        let received = match self.status {
            Status::Succeeded => self.amount.minor,
            _ => 0,
        };
        json!({
            "id": self.id, "object": "payment_intent",
            "amount": self.amount.minor, "amount_capturable": 0, "amount_details": {"tip": {}},
            "amount_received": received, "application": null, "application_fee_amount": null,
            "automatic_payment_methods": self.automatic.map(|redirects| json!({
                "allow_redirects": match redirects { Redirects::Always => "always", Redirects::Never => "never" },
                "enabled": true,
            })),
            "canceled_at": self.canceled_at, "cancellation_reason": self.cancellation_reason,
            "capture_method": "automatic_async", "client_secret": self.client_secret,
            "confirmation_method": "automatic", "created": self.created, "currency": self.amount.currency,
            "customer": null, "description": self.description, "excluded_payment_method_types": null,
            "last_payment_error": self.last_error, "latest_charge": self.latest_charge, "livemode": false,
            "metadata": self.metadata, "next_action": self.next_action(base_url), "on_behalf_of": null,
            "payment_method": self.method, "payment_method_configuration_details": null,
            "payment_method_options": {"card": {
                "installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic",
            }},
            "payment_method_types": self.method_types, "processing": null, "receipt_email": self.receipt_email,
            "review": null, "setup_future_usage": null, "shipping": self.shipping, "source": null,
            "statement_descriptor": self.statement_descriptor,
            "statement_descriptor_suffix": self.statement_descriptor_suffix,
            "status": self.status.name(), "transfer_data": null, "transfer_group": null,
        })
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
