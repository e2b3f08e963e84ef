//! Orders and their states.
//!
//! ```text
//! CREATED or PAYER_ACTION_REQUIRED ── the buyer approves ──▶ APPROVED ── capture ──▶ COMPLETED
//!                                        ▲                      │
//!                                        └── INSTRUMENT_DECLINED┘  the buyer chooses another way to pay
//! ```

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::account::{Account, Answer, Reply, time};
use super::amounts::{Amount, check_breakdown};
use super::refusal::Refusal;
use crate::ids;

#[derive(Debug, Clone)]
pub struct Order {
    pub id: String,
    pub status: Status,
    pub amount: Amount,
    pub unit: Unit,
    /// Whether the request named PayPal as the source of the payment.
    names_source: bool,
    pub return_url: Option<String>,
    pub cancel_url: Option<String>,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
    pub funding: Funding,
    pub capture: Option<String>,
}

/// What the order's one purchase unit says beside its amount.
#[derive(Debug, Clone)]
pub struct Unit {
    reference_id: String,
    pub custom_id: Option<String>,
    pub invoice_id: Option<String>,
    description: Option<String>,
    breakdown: Option<Value>,
    items: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Created,
    PayerActionRequired,
    Approved,
    Completed,
}

/// With what the buyer has approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Funding {
    Balance,
    /// The capture is declined.
    Declined,
    /// The capture is pending until it is reviewed.
    Reviewed,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::PayerActionRequired => "PAYER_ACTION_REQUIRED",
            Self::Approved => "APPROVED",
            Self::Completed => "COMPLETED",
        }
    }
}

impl Account {
    pub fn create_order(&mut self, body: &Value, full: bool, now: DateTime<Utc>) -> Answer {
        match body["intent"].as_str() {
            Some("CAPTURE") => {}
            None => return Err(Refusal::missing("/intent")),
            Some(_) => {
                return Err(Refusal::unprocessable(
                    "UNSUPPORTED_INTENT",
                    "The sandbox plays the intent CAPTURE.",
                ));
            }
        }
        let units = body["purchase_units"].as_array();
        let units = units.ok_or_else(|| Refusal::missing("/purchase_units"))?;
        let [unit] = units.as_slice() else {
            return Err(Refusal::malformed(
                "INVALID_ARRAY_MAX_ITEMS",
                "/purchase_units",
                "The sandbox plays orders of one purchase unit.",
            ));
        };
        let amount = Amount::read(
            &unit["amount"],
            "/purchase_units/@reference_id=='default'/amount",
        )?;
        check_breakdown(&unit["amount"])?;
        let names_source = body["payment_source"]["paypal"].is_object();
        let context = if names_source {
            &body["payment_source"]["paypal"]["experience_context"]
        } else {
            &body["application_context"]
        };
        let order = Order {
            id: ids::capitals(),
            status: if names_source {
                Status::PayerActionRequired
            } else {
                Status::Created
            },
            amount,
            unit: Unit::read(unit)?,
            names_source,
            return_url: address(context, "return_url")?,
            cancel_url: address(context, "cancel_url")?,
            created: now,
            updated: now,
            funding: Funding::Balance,
            capture: None,
        };
        let id = order.id.clone();
        self.forget_oldest();
        self.order.push_back(id.clone());
        self.orders.insert(id.clone(), order);
        let body = if full {
            self.render_order(&id)?
        } else {
            self.render_order_shortly(&id)?
        };
        Ok(Reply {
            status: if names_source { 200 } else { 201 },
            body,
        })
    }

    pub fn show_order(&self, id: &str) -> Answer {
        Ok(Reply {
            status: 200,
            body: self.render_order(id)?,
        })
    }

    /// Changes what an order says, as JSON Patch.
    pub fn patch_order(&mut self, id: &str, body: &Value, now: DateTime<Utc>) -> Answer {
        let mut changed = self.order(id)?.clone();
        if changed.status == Status::Completed {
            return Err(Refusal::unprocessable(
                "ORDER_ALREADY_COMPLETED",
                "The order is completed: it cannot be changed.",
            ));
        }
        let patches = body.as_array();
        let patches = patches.ok_or_else(|| {
            Refusal::malformed(
                "INVALID_PARAMETER_SYNTAX",
                "/",
                "A list of patches is wanted.",
            )
        })?;
        for patch in patches {
            changed.patch(patch)?;
        }
        changed.updated = now;
        self.orders.insert(id.to_owned(), changed);
        Ok(Reply {
            status: 204,
            body: Value::Null,
        })
    }

    /// The buyer approves, with this.
    pub fn approve_order(
        &mut self,
        id: &str,
        funding: Funding,
        now: DateTime<Utc>,
    ) -> Result<(), Box<Refusal>> {
        let order = self
            .orders
            .get_mut(id)
            .ok_or_else(|| Refusal::no_such(id))?;
        if order.status == Status::Completed {
            return Err(Refusal::unprocessable(
                "ORDER_ALREADY_CAPTURED",
                "The order is paid.",
            ));
        }
        order.status = Status::Approved;
        order.funding = funding;
        order.updated = now;
        let rendered = self.render_order(id)?;
        self.emit("CHECKOUT.ORDER.APPROVED", id, rendered, now);
        Ok(())
    }

    /// Where the buyer approves.
    pub fn approval_url(&self, id: &str) -> String {
        format!("{}/checkoutnow?token={id}", self.base_url)
    }

    pub fn render_order(&self, id: &str) -> Result<Value, Box<Refusal>> {
        let order = self.order(id)?;
        let mut rendered = self.render_order_shortly(id)?;
        rendered["intent"] = "CAPTURE".into();
        rendered["create_time"] = time(order.created).into();
        rendered["update_time"] = time(order.updated).into();
        rendered["purchase_units"] = json!([self.render_unit(order)?]);
        Ok(rendered)
    }

    /// What is always answered.
    pub fn render_order_shortly(&self, id: &str) -> Result<Value, Box<Refusal>> {
        let order = self.order(id)?;
        let path = format!("/v2/checkout/orders/{id}");
        let mut links = vec![self.link(&path, "self", "GET")];
        let approval = if order.names_source {
            "payer-action"
        } else {
            "approve"
        };
        if order.status != Status::Completed {
            links.push(json!({"href": self.approval_url(id), "rel": approval, "method": "GET"}));
            links.push(self.link(&path, "update", "PATCH"));
            links.push(self.link(&format!("{path}/capture"), "capture", "POST"));
        }
        let mut rendered = json!({"id": id, "status": order.status.name(), "links": links});
        let is_approved = matches!(order.status, Status::Approved | Status::Completed);
        if is_approved {
            let payer = payer();
            rendered["payment_source"] = json!({"paypal": {
                "email_address": payer["email_address"], "account_id": payer["payer_id"],
                "account_status": "VERIFIED", "name": payer["name"], "address": payer["address"],
            }});
            rendered["payer"] = payer;
        } else if order.names_source {
            rendered["payment_source"] = json!({"paypal": {}});
        }
        Ok(rendered)
    }

    /// The newest first.
    pub fn newest_orders(&self) -> impl Iterator<Item = &Order> {
        self.order.iter().rev().filter_map(|id| self.orders.get(id))
    }

    fn render_unit(&self, order: &Order) -> Result<Value, Box<Refusal>> {
        let mut amount = order.amount.render();
        if let Some(breakdown) = &order.unit.breakdown {
            amount["breakdown"] = breakdown.clone();
        }
        let mut unit = json!({
            "reference_id": order.unit.reference_id, "amount": amount,
            "payee": {"email_address": "shop@sandbox.example", "merchant_id": "SANDB0XSH0P22"},
        });
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                unit[name] = value;
            }
        };
        put("custom_id", order.unit.custom_id.clone().map(Value::from));
        put("invoice_id", order.unit.invoice_id.clone().map(Value::from));
        put(
            "description",
            order.unit.description.clone().map(Value::from),
        );
        put("items", order.unit.items.clone());
        put("payments", self.render_payments(order)?);
        Ok(unit)
    }

    fn render_payments(&self, order: &Order) -> Result<Option<Value>, Box<Refusal>> {
        let Some(capture) = &order.capture else {
            return Ok(None);
        };
        let refunds = &self.capture(capture)?.refunds;
        let refunds: Vec<Value> = refunds
            .iter()
            .map(|id| self.render_refund(id))
            .collect::<Result<_, _>>()?;
        let mut payments = json!({"captures": [self.render_capture(capture)?]});
        if !refunds.is_empty() {
            payments["refunds"] = refunds.into();
        }
        Ok(Some(payments))
    }
}

impl Order {
    fn patch(&mut self, patch: &Value) -> Result<(), Box<Refusal>> {
        let path = patch["path"].as_str();
        let path = path
            .ok_or_else(|| Refusal::unprocessable("PATCH_PATH_REQUIRED", "Say what to change."))?;
        let unit = format!(
            "/purchase_units/@reference_id=='{}'/",
            self.unit.reference_id
        );
        let Some(field) = path.strip_prefix(&unit) else {
            return Err(Refusal::unprocessable(
                "NOT_PATCHABLE",
                format!("The sandbox cannot change {path}."),
            ));
        };
        let operation = patch["op"].as_str().unwrap_or_default();
        let value = &patch["value"];
        if operation != "remove" && value.is_null() {
            return Err(Refusal::unprocessable(
                "PATCH_VALUE_REQUIRED",
                "Say to what.",
            ));
        }
        let text = || value.as_str().map(str::to_owned);
        match (operation, field) {
            ("replace" | "add", "amount") => {
                self.amount = Amount::read(value, path)?;
                check_breakdown(value)?;
                self.unit.breakdown = value.get("breakdown").cloned();
            }
            ("replace" | "add" | "remove", "custom_id") => self.unit.custom_id = text(),
            ("replace" | "add" | "remove", "invoice_id") => self.unit.invoice_id = text(),
            ("replace" | "add" | "remove", "description") => self.unit.description = text(),
            ("replace" | "add" | "remove", _) => {
                return Err(Refusal::unprocessable(
                    "NOT_PATCHABLE",
                    format!("The sandbox cannot change {path}."),
                ));
            }
            _ => {
                return Err(Refusal::malformed(
                    "INVALID_PATCH_OPERATION",
                    "/op",
                    "Add, replace or remove.",
                ));
            }
        }
        Ok(())
    }
}

impl Unit {
    fn read(unit: &Value) -> Result<Self, Box<Refusal>> {
        let text = |name: &str, most: usize| match unit[name].as_str() {
            Some(text) if text.is_empty() || text.chars().count() > most => {
                Err(Refusal::malformed(
                    "INVALID_STRING_LENGTH",
                    &format!("/purchase_units/0/{name}"),
                    format!("It has 1 to {most} characters."),
                ))
            }
            text => Ok(text.map(str::to_owned)),
        };
        Ok(Self {
            reference_id: text("reference_id", 256)?.unwrap_or_else(|| "default".to_owned()),
            custom_id: text("custom_id", 127)?,
            invoice_id: text("invoice_id", 127)?,
            description: text("description", 127)?,
            breakdown: unit["amount"].get("breakdown").cloned(),
            items: unit.get("items").cloned(),
        })
    }
}

fn address(context: &Value, name: &str) -> Result<Option<String>, Box<Refusal>> {
    match context[name].as_str() {
        None => Ok(None),
        Some(url) if reqwest::Url::parse(url).is_ok() => Ok(Some(url.to_owned())),
        Some(_) => Err(Refusal::malformed(
            "INVALID_PARAMETER_SYNTAX",
            &format!("/payment_source/paypal/experience_context/{name}"),
            "This is no address.",
        )),
    }
}

/// The one buyer of the sandbox.
pub fn payer() -> Value {
    json!({
        "address": {"country_code": "DE"}, "email_address": "buyer@sandbox.example",
        "name": {"given_name": "Bea", "surname": "Buyer"}, "payer_id": "SANDB0XBUYER2",
    })
}
