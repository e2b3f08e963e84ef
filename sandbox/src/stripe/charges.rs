//! Charges: one for each time that an intent is tried and gets as far as the bank.

use serde_json::{Value, json};

use super::account::{Account, Answer};
use super::cards::Decline;
use super::methods::Method;
use super::refusal::Refusal;
use crate::ids;

#[derive(Debug, Clone)]
pub struct Charge {
    pub id: String,
    pub intent: String,
    pub amount: i64,
    pub refunded: i64,
    pub currency: String,
    pub created: i64,
    pub disputed: bool,
    pub failure: Option<Decline>,
    pub method: Method,
    /// Whether its holder was asked.
    authenticated: bool,
    /// The refunds of it, oldest first.
    pub refunds: Vec<String>,
}

impl Account {
    /// Makes the charge of an intent; its id.
    pub fn charge_intent(
        &mut self,
        intent: &str,
        method: &Method,
        authenticated: bool,
        failure: Option<Decline>,
        now: i64,
    ) -> Result<String, Box<Refusal>> {
        let amount = self.intent(intent)?.amount.clone();
        let id = ids::with_prefix("ch_3");
        let charge = Charge {
            id: id.clone(),
            intent: intent.to_owned(),
            amount: amount.minor,
            refunded: 0,
            currency: amount.currency,
            created: now,
            disputed: false,
            failure,
            method: method.clone(),
            authenticated,
            refunds: Vec::new(),
        };
        self.charges.insert(id.clone(), charge);
        Ok(id)
    }

    pub fn render_charge(&self, id: &str, expand: &[&str]) -> Answer {
        let charge = self.charge(id)?;
        let intent = self.intent(&charge.intent)?;
        let paid = charge.failure.is_none();
        let mut rendered = json!({
            "id": charge.id, "object": "charge", "amount": charge.amount,
            "amount_captured": if paid { charge.amount } else { 0 }, "amount_refunded": charge.refunded,
            "application": null, "application_fee": null, "application_fee_amount": null,
            "balance_transaction": null, "billing_details": charge.method.billing_details(),
            "calculated_statement_descriptor": "SANDBOX", "captured": paid, "created": charge.created,
            "currency": charge.currency, "customer": null, "description": intent.description,
            "destination": null, "dispute": null, "disputed": charge.disputed, "failure_balance_transaction": null,
            "failure_code": charge.failure.map(|failure| failure.code),
            "failure_message": charge.failure.map(|failure| failure.message),
            "fraud_details": {}, "livemode": false, "metadata": intent.metadata, "on_behalf_of": null, "order": null,
            "outcome": outcome(charge.failure), "paid": paid, "payment_intent": charge.intent,
            "payment_method": charge.method.id,
            "payment_method_details": charge.method.render_on_charge(charge.authenticated), "radar_options": {},
            "receipt_email": intent.receipt_email, "receipt_number": null, "receipt_url": null,
            "refunded": paid && charge.refunded == charge.amount, "review": null, "shipping": intent.shipping,
            "source": null, "source_transfer": null, "statement_descriptor": intent.statement_descriptor,
            "statement_descriptor_suffix": intent.statement_descriptor_suffix,
            "status": if paid { "succeeded" } else { "failed" }, "transfer_data": null, "transfer_group": null,
        });
        if expand.contains(&"payment_intent") {
            rendered["payment_intent"] = intent.render(&self.base_url);
        }
        if expand.contains(&"refunds") {
            let refunds = charge
                .refunds
                .iter()
                .rev()
                .map(|id| self.render_refund(id, &[]));
            let refunds = refunds.collect::<Result<Vec<_>, _>>()?;
            let url = format!("/v1/charges/{id}/refunds");
            rendered["refunds"] =
                json!({"object": "list", "data": refunds, "has_more": false, "url": url});
        }
        Ok(rendered)
    }
}

fn outcome(failure: Option<Decline>) -> Value {
    match failure {
        None => json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": null,
            "network_status": "approved_by_network", "reason": null, "risk_level": "normal", "risk_score": 8,
            "seller_message": "Payment complete.", "type": "authorized",
        }),
        Some(decline) => json!({
            "advice_code": "try_again_later", "network_advice_code": "02", "network_decline_code": "05",
            "network_status": "declined_by_network", "reason": decline.decline_code.unwrap_or(decline.code),
            "risk_level": "normal", "risk_score": 8, "seller_message": decline.message, "type": "issuer_declined",
        }),
    }
}
