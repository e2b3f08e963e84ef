//! Payment methods: a card by its number or by the name of a test card, or the buyer's bank (iDEAL), which is always a redirect.

use std::sync::Arc;

use serde_json::{Value, json};

use super::account::{Account, Answer};
use super::cards::{self, Behaviour, TestCard};
use super::form::Form;
use super::refusal::Refusal;
use crate::ids;

#[derive(Debug, Clone)]
pub struct Method {
    pub id: String,
    pub kind: Kind,
    pub created: i64,
    /// Where any was given: most have none, and each payment keeps it.
    billing_details: Option<Arc<Value>>,
}

#[derive(Debug, Clone)]
pub enum Kind {
    Card {
        card: TestCard,
        last4: String,
        exp_month: i64,
        exp_year: i64,
    },
    Bank,
}

impl Method {
    /// Reads a method from the fields under `at`, which is empty for the fields themselves.
    pub fn read(form: &Form, at: &str, now: i64) -> Result<Self, Box<Refusal>> {
        let field = |path: &str| match at {
            "" => path.to_owned(),
            _ => match path.split_once('[') {
                Some((first, rest)) => format!("{at}[{first}][{rest}"),
                None => format!("{at}[{path}]"),
            },
        };
        let kind = match form.required(&field("type"))? {
            "card" => read_card(form, &field, now)?,
            "ideal" => Kind::Bank,
            other => {
                return Err(Refusal::invalid(
                    format!("The sandbox does not play the payment method {other}."),
                    Some(&field("type")),
                ));
            }
        };
        let detail =
            |name: &str| Value::from(form.text(&field(&format!("billing_details[{name}]"))));
        let address = |name: &str| {
            Value::from(form.text(&field(&format!("billing_details[address][{name}]"))))
        };
        let given = form.has_under(&field("billing_details"));
        Ok(Self {
            id: ids::with_prefix("pm_1"),
            kind,
            created: now,
            billing_details: given.then(|| Arc::new(json!({
                "address": {
                    "city": address("city"), "country": address("country"), "line1": address("line1"),
                    "line2": address("line2"), "postal_code": address("postal_code"), "state": address("state"),
                },
                "email": detail("email"), "name": detail("name"), "phone": detail("phone"), "tax_id": null,
            }))),
        })
    }

    /// The method that the name of a test card stands for.
    pub fn of_test_card(alias: &str, now: i64) -> Option<Self> {
        let card = cards::find(alias).filter(|card| card.alias.starts_with("pm_"))?;
        Some(Self {
            id: ids::with_prefix("pm_1"),
            kind: Kind::Card {
                card,
                last4: card.number[card.number.len() - 4..].to_owned(),
                exp_month: 12,
                exp_year: 2040,
            },
            created: now,
            billing_details: None,
        })
    }

    pub fn is_bank(&self) -> bool {
        matches!(self.kind, Kind::Bank)
    }

    /// `card` or `ideal`.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Card { .. } => "card",
            Kind::Bank => "ideal",
        }
    }

    pub fn behaviour(&self) -> Behaviour {
        match &self.kind {
            Kind::Card { card, .. } => card.behaviour,
            Kind::Bank => Behaviour::Authenticates(None),
        }
    }

    pub fn brand(&self) -> &'static str {
        match &self.kind {
            Kind::Card { card, .. } => card.brand,
            Kind::Bank => "ideal",
        }
    }

    pub fn render(&self) -> Value {
        let mut method = json!({
            "id": self.id, "object": "payment_method", "allow_redisplay": "unspecified",
            "billing_details": self.billing_details(), "created": self.created, "customer": null,
            "livemode": false, "metadata": {}, "type": self.type_name(),
        });
        method[self.type_name()] = match &self.kind {
            Kind::Bank => json!({"bank": null, "bic": null}),
            Kind::Card {
                card,
                last4,
                exp_month,
                exp_year,
            } => json!({
                "brand": card.brand, "checks": checks(), "country": "US", "display_brand": card.brand,
                "exp_month": exp_month, "exp_year": exp_year, "fingerprint": fingerprint(last4), "funding": "credit",
                "generated_from": null, "last4": last4,
                "networks": {"available": [card.brand], "preferred": null},
                "regulated_status": "unregulated", "three_d_secure_usage": {"supported": true}, "wallet": null,
            }),
        };
        method
    }

    pub fn billing_details(&self) -> Value {
        match &self.billing_details {
            Some(details) => Value::clone(details),
            None => no_billing_details(),
        }
    }

    /// How it is shown on a charge.
    pub fn render_on_charge(&self, authenticated: bool) -> Value {
        match &self.kind {
            Kind::Bank => json!({"type": "ideal", "ideal": {
                "bank": null, "bic": null, "generated_sepa_debit": null, "generated_sepa_debit_mandate": null,
                "iban_last4": "9124", "transaction_id": null, "verified_name": "Jenny Rosen",
            }}),
            Kind::Card {
                card,
                last4,
                exp_month,
                exp_year,
            } => json!({"type": "card", "card": {
                "amount_authorized": null, "authorization_code": null, "brand": card.brand, "checks": checks(),
                "country": "US", "exp_month": exp_month, "exp_year": exp_year, "fingerprint": fingerprint(last4),
                "funding": "credit", "installments": null, "last4": last4, "mandate": null, "network": card.brand,
                "network_token": {"used": false}, "network_transaction_id": null, "regulated_status": "unregulated",
                "three_d_secure": if authenticated {
                    json!({
                        "authentication_flow": "challenge", "electronic_commerce_indicator": "05",
                        "exemption_indicator": null, "result": "authenticated", "result_reason": null,
                        "transaction_id": null, "version": "2.2.0",
                    })
                } else {
                    Value::Null
                },
                "wallet": null,
            }}),
        }
    }
}

impl Account {
    pub fn create_method(&mut self, form: &Form, now: i64) -> Answer {
        form.only(&[
            "type",
            "card",
            "ideal",
            "billing_details",
            "metadata",
            "allow_redisplay",
            "customer",
            "payment_user_agent",
        ])?;
        let method = Method::read(form, "", now)?;
        let rendered = method.render();
        self.methods.insert(method.id.clone(), method);
        Ok(rendered)
    }

    pub fn show_method(&self, id: &str) -> Answer {
        let found = self.methods.get(id);
        found
            .map(Method::render)
            .ok_or_else(|| Refusal::no_such("PaymentMethod", id))
    }

    /// The method a request names, or brings with it. None where it says nothing of one.
    pub fn method_of(&mut self, form: &Form, now: i64) -> Result<Option<Method>, Box<Refusal>> {
        let method = if form.has("payment_method_data") {
            Method::read(form, "payment_method_data", now)?
        } else if let Some(id) = form.text("payment_method") {
            match self.methods.get(id) {
                Some(known) => return Ok(Some(known.clone())),
                None => Method::of_test_card(id, now)
                    .ok_or_else(|| Refusal::no_such("PaymentMethod", id))?,
            }
        } else {
            return Ok(None);
        };
        self.methods.insert(method.id.clone(), method.clone());
        Ok(Some(method))
    }
}

fn read_card(form: &Form, field: &impl Fn(&str) -> String, now: i64) -> Result<Kind, Box<Refusal>> {
    let part = |name: &str| field(&format!("card[{name}]"));
    let number: String = form
        .required(&part("number"))?
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    if !cards::adds_up(&number) {
        return Err(refuse(
            "incorrect_number",
            "Your card number is incorrect.",
            "number",
        ));
    }
    let (exp_month, exp_year) = read_expiry(form, &part, now)?;
    let cvc = form.text(&part("cvc")).unwrap_or("123");
    if !(3..=4).contains(&cvc.len()) || !cvc.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse(
            "invalid_cvc",
            "Your card's security code is invalid.",
            "cvc",
        ));
    }
    Ok(Kind::Card {
        card: cards::find(&number).unwrap_or_else(cards::stranger),
        last4: number[number.len() - 4..].to_owned(),
        exp_month,
        exp_year,
    })
}

fn read_expiry(
    form: &Form,
    part: &impl Fn(&str) -> String,
    now: i64,
) -> Result<(i64, i64), Box<Refusal>> {
    use chrono::{DateTime, Datelike as _};
    let month = form
        .integer(&part("exp_month"))?
        .ok_or_else(|| Refusal::missing(&part("exp_month")))?;
    let year = form
        .integer(&part("exp_year"))?
        .ok_or_else(|| Refusal::missing(&part("exp_year")))?;
    let year = if year < 100 { 2000 + year } else { year };
    let today = DateTime::from_timestamp(now, 0).unwrap_or_default();
    let this_year = i64::from(today.year());
    if !(1..=12).contains(&month) {
        return Err(refuse(
            "invalid_expiry_month",
            "Your card's expiration month is invalid.",
            "exp_month",
        ));
    }
    if !(this_year..=this_year + 50).contains(&year) {
        return Err(refuse(
            "invalid_expiry_year",
            "Your card's expiration year is invalid.",
            "exp_year",
        ));
    }
    if year == this_year && month < i64::from(today.month()) {
        return Err(refuse(
            "invalid_expiry_month",
            "Your card's expiration date is in the past.",
            "exp_month",
        ));
    }
    Ok((month, year))
}

/// A card that cannot be one: refused before anything is tried with it.
fn refuse(code: &'static str, message: &str, param: &str) -> Box<Refusal> {
    let mut refusal = Refusal::card(code, message);
    refusal.param = Some(param.to_owned());
    refusal.begun = false;
    refusal
}

fn no_billing_details() -> Value {
    json!({
        "address": {"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null},
        "email": null, "name": null, "phone": null, "tax_id": null,
    })
}

fn checks() -> Value {
    json!({"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"})
}

/// The same for the same card.
fn fingerprint(last4: &str) -> String {
    format!("sandboxcard{last4}")
}
