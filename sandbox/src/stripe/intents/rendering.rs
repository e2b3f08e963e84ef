//! PaymentIntents as Stripe's API shows them.

use serde_json::{Value, json};

use super::{Intent, Redirects, Status};
use crate::stripe::account::{Account, Answer};

impl Account {
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
