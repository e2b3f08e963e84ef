//! What the control page shows of Stripe, and does in a buyer's or a bank's place.

use chrono::Utc;
use serde_json::{Value, json};

use super::Stripe;
use super::account::{Answer, RequestSource};
use super::refusal::Refusal;

impl Stripe {
    /// The newest intents, and what became of them.
    pub fn overview(&self, most: usize) -> Value {
        let account = self.account();
        let intents = account.newest_intents().take(most).map(|intent| {
            let charge = intent.latest_charge.as_ref().and_then(|id| account.charges.get(id));
            let refunds = charge.map_or(&[][..], |charge| &charge.refunds);
            let dispute = account.disputes.values().find(|dispute| dispute.intent == intent.id);
            json!({
                "id": intent.id, "status": intent.status.name(), "created": intent.created,
                "amount": intent.amount.minor, "currency": intent.amount.currency, "metadata": intent.metadata,
                "error": intent.last_error.as_ref().map(|error| error["message"].clone()),
                "refunded": charge.map_or(0, |charge| charge.refunded),
                "refunds": refunds.iter().filter_map(|id| account.refunds.get(id)).map(|refund| json!({
                    "id": refund.id, "amount": refund.amount, "status": refund.status.name(),
                })).collect::<Vec<_>>(),
                "dispute": dispute.map(|dispute| json!({"id": dispute.id, "status": dispute.status.name()})),
            })
        });
        json!({"total": account.intents.len(), "intents": intents.collect::<Vec<_>>()})
    }

    /// The holder's word in 3-D Secure, or at their bank.
    pub fn authenticate(&self, intent: &str, agreed: bool) -> Answer {
        self.with_account(RequestSource::default(), |account| {
            account.authenticate_intent(intent, agreed, Utc::now().timestamp())
        })
    }

    /// The holder disputes a payment.
    pub fn dispute(&self, intent: &str) -> Result<(), Box<Refusal>> {
        self.with_account(RequestSource::default(), |account| {
            account.open_dispute(intent, "fraudulent", Utc::now().timestamp())
        })
    }

    /// The bank decides a dispute.
    pub fn close_dispute(&self, id: &str, won: bool) -> Answer {
        self.with_account(RequestSource::default(), |account| {
            account.close_dispute(id, won, Utc::now().timestamp())
        })
    }

    /// The intent that a client secret opens, as it is now.
    pub fn intent_of_secret(&self, secret: &str) -> Option<Value> {
        let (id, _) = secret.split_once("_secret_")?;
        let account = self.account();
        let intent = account.intents.get(id)?;
        (intent.client_secret == secret).then(|| intent.render(&account.base_url))
    }

    /// Where a buyer goes back to after a redirect.
    pub fn return_url(&self, intent: &str) -> Option<String> {
        self.account().intents.get(intent)?.return_url.clone()
    }
}
