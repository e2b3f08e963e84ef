//! The API's table: what is done at which address, and who may.

use serde_json::json;

use super::account::{Account, Answer, page};
use super::form::Form;
use super::refusal::Refusal;

/// Whose key a request bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The shop's server.
    Secret,
    /// The buyer's browser.
    Publishable,
}

/// One request to the API.
#[derive(Debug)]
pub struct Call<'a> {
    pub caller: Caller,
    pub method: &'a str,
    /// The address after `/v1/`.
    pub path: &'a str,
    pub form: &'a Form,
    pub now: i64,
}

impl Account {
    /// Does what a request asks.
    pub fn answer(&mut self, call: &Call<'_>) -> Answer {
        let Call {
            caller,
            method,
            path,
            form,
            now,
        } = *call;
        let parts: Vec<&str> = path.split('/').collect();
        let expand = form.list("expand");
        if caller == Caller::Publishable {
            return self.answer_browser(call, &parts);
        }
        match (method, parts.as_slice()) {
            ("POST", ["payment_intents"]) => self.create_intent(form, now),
            ("GET", ["payment_intents"]) => self.list_intents(form),
            ("GET", ["payment_intents", id]) => self.render_intent(id, &expand),
            ("POST", ["payment_intents", id]) => self.update_intent(id, form, now),
            ("POST", ["payment_intents", id, "confirm"]) => {
                self.confirm_intent(id, form, false, now)
            }
            ("POST", ["payment_intents", id, "cancel"]) => self.cancel_intent(id, form, now),
            ("POST", ["payment_methods"]) => self.create_method(form, now),
            ("GET", ["payment_methods", id]) => self.show_method(id),
            ("GET", ["charges", id]) => self.render_charge(id, &expand),
            ("POST", ["refunds"]) => self.create_refund(form, now),
            ("GET", ["refunds"]) => self.list_refunds(form),
            ("GET", ["refunds", id]) => self.render_refund(id, &expand),
            ("POST", ["refunds", id]) => self.update_refund(id, form, now),
            ("GET", ["disputes"]) => self.list_disputes(form),
            ("GET", ["disputes", id]) => self.show_dispute(id),
            ("POST", ["disputes", id]) => self.answer_dispute(id, form, now),
            ("POST", ["disputes", id, "close"]) => self.close_dispute(id, false, now),
            ("GET", ["events"]) => self.list_events(form),
            ("GET", ["events", id]) => self.event(id),
            ("GET", ["account"]) => Ok(json!({
                "id": "acct_1Sandbox", "object": "account", "charges_enabled": true, "country": "DE",
                "default_currency": "eur", "details_submitted": true, "payouts_enabled": true, "type": "standard",
            })),
            _ => Err(Refusal::unknown_address(method, &format!("/v1/{path}"))),
        }
    }

    /// What a browser may: pay an intent whose secret it has.
    fn answer_browser(&mut self, call: &Call<'_>, parts: &[&str]) -> Answer {
        let Call { form, now, .. } = *call;
        match (call.method, parts) {
            ("POST", ["payment_methods"]) => self.create_method(form, now),
            ("GET", ["payment_intents", id]) => {
                self.check_secret(id, form)?;
                self.render_intent(id, &form.list("expand"))
            }
            ("POST", ["payment_intents", id, "confirm"]) => {
                self.check_secret(id, form)?;
                self.confirm_intent(id, form, true, now)
            }
            _ => Err(Refusal::secret_key_needed()),
        }
    }

    fn check_secret(&self, id: &str, form: &Form) -> Result<(), Box<Refusal>> {
        let given = form.required("client_secret")?;
        match self.intents.get(id) {
            Some(intent) if intent.client_secret == given => Ok(()),
            // The same answer for both, so that ids cannot be guessed.
            Some(_) | None => Err(Refusal::no_such("payment_intent", id)),
        }
    }

    fn list_intents(&self, form: &Form) -> Answer {
        form.only(&["limit", "starting_after", "created"])?;
        let since = form.integer("created[gte]")?.unwrap_or(i64::MIN);
        let until = form.integer("created[lte]")?.unwrap_or(i64::MAX);
        let found = self
            .newest_intents()
            .filter(|intent| (since..=until).contains(&intent.created))
            .map(|intent| intent.render(&self.base_url));
        page("/v1/payment_intents", found, form)
    }

    fn list_events(&self, form: &Form) -> Answer {
        form.only(&["limit", "starting_after", "type", "created"])?;
        let since = form.integer("created[gte]")?.unwrap_or(i64::MIN);
        let found = self
            .newest_events()
            .filter(|event| form.text("type").is_none_or(|kind| event["type"] == kind))
            .filter(|event| event["created"].as_i64() >= Some(since));
        page("/v1/events", found, form)
    }
}
