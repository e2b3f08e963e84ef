//! Refunds, in full and in part, never above what was paid.
//!
//! A refund succeeds at once, except on two test cards: of one it is pending for a second, and then succeeds; of the other
//! it succeeds, and a second later fails, as a bank may say after days. Both tell so by events of their own.

use serde_json::json;

use super::account::{Account, Answer, Metadata, merge, page};
use super::cards::Behaviour;
use super::charges::Charge;
use super::form::Form;
use super::refusal::Refusal;
use crate::ids;

/// After how long a late refund is settled.
const UNSETTLED_SECS: i64 = 1;

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: String,
    pub charge: String,
    pub intent: String,
    pub amount: i64,
    pub currency: String,
    pub created: i64,
    pub status: Status,
    reason: Option<String>,
    metadata: Metadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    Succeeded,
    /// It has succeeded, as far as anybody knows.
    BoundToFail,
    Failed,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded | Self::BoundToFail => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// What it comes to, where that is still to come.
    fn next(self) -> Option<Self> {
        match self {
            Self::Pending => Some(Self::Succeeded),
            Self::BoundToFail => Some(Self::Failed),
            Self::Succeeded | Self::Failed => None,
        }
    }
}

impl Account {
    pub fn create_refund(&mut self, form: &Form, now: i64) -> Answer {
        form.only(&[
            "payment_intent",
            "charge",
            "amount",
            "reason",
            "metadata",
            "currency",
            "instructions_email",
        ])?;
        let charge = self.charge_to_refund(form)?;
        let amount = amount_to_refund(&charge, form.integer("amount")?)?;
        let reason = form.owned("reason");
        if let Some(reason) = &reason
            && !["duplicate", "fraudulent", "requested_by_customer"].contains(&reason.as_str())
        {
            return Err(Refusal::invalid(
                format!("No such reason: {reason}"),
                Some("reason"),
            ));
        }
        let mut metadata = Metadata::new();
        merge(&mut metadata, form.map("metadata"))?;
        let id = ids::with_prefix("re_3");
        let status = match charge.method.behaviour() {
            Behaviour::RefundsLate => Status::Pending,
            Behaviour::RefundsFail => Status::BoundToFail,
            Behaviour::Pays
            | Behaviour::Declines(_)
            | Behaviour::Authenticates(_)
            | Behaviour::Disputes(_) => Status::Succeeded,
        };
        let refund = Refund {
            id: id.clone(),
            charge: charge.id.clone(),
            intent: charge.intent.clone(),
            amount,
            currency: charge.currency.clone(),
            created: now,
            status,
            reason,
            metadata,
        };
        self.record(refund, now)?;
        self.render_refund(&id, &form.list("expand"))
    }

    pub fn update_refund(&mut self, id: &str, form: &Form, now: i64) -> Answer {
        form.only(&["metadata"])?;
        let refund = self
            .refunds
            .get_mut(id)
            .ok_or_else(|| Refusal::no_such("refund", id))?;
        merge(&mut refund.metadata, form.map("metadata"))?;
        let intent = refund.intent.clone();
        self.emit("refund.updated", &intent, self.render_refund(id, &[])?, now);
        self.render_refund(id, &form.list("expand"))
    }

    pub fn list_refunds(&self, form: &Form) -> Answer {
        form.only(&["payment_intent", "charge", "limit", "starting_after"])?;
        let wanted = |refund: &&Refund| {
            form.text("payment_intent")
                .is_none_or(|intent| refund.intent == intent)
                && form
                    .text("charge")
                    .is_none_or(|charge| refund.charge == charge)
        };
        let mut found: Vec<&Refund> = self.refunds.values().filter(wanted).collect();
        found.sort_by(|one, other| (other.created, &other.id).cmp(&(one.created, &one.id)));
        let rendered = found
            .iter()
            .filter_map(|refund| self.render_refund(&refund.id, &[]).ok());
        page("/v1/refunds", rendered, form)
    }

    /// Settles the refunds that have waited for it long enough.
    pub fn settle_refunds(&mut self, now: i64) {
        let due: Vec<(String, Status)> = self
            .unsettled_refunds
            .iter()
            .filter_map(|id| self.refunds.get(id))
            .filter(|refund| now - refund.created >= UNSETTLED_SECS)
            .filter_map(|refund| Some((refund.id.clone(), refund.status.next()?)))
            .collect();
        for (id, status) in due {
            self.settle(&id, status, now);
        }
    }

    pub fn render_refund(&self, id: &str, expand: &[&str]) -> Answer {
        let refund = self
            .refunds
            .get(id)
            .ok_or_else(|| Refusal::no_such("refund", id))?;
        let mut rendered = json!({
            "id": refund.id, "object": "refund", "amount": refund.amount, "balance_transaction": null,
            "charge": refund.charge, "created": refund.created, "currency": refund.currency,
            "destination_details": {"type": "card", "card": {
                "reference": null, "reference_status": "pending", "reference_type": "acquirer_reference_number",
                "type": "refund",
            }},
            "metadata": refund.metadata, "payment_intent": refund.intent, "reason": refund.reason,
            "receipt_number": null, "source_transfer_reversal": null, "status": refund.status.name(),
            "transfer_reversal": null,
        });
        match refund.status {
            Status::Failed => rendered["failure_reason"] = "expired_or_canceled_card".into(),
            Status::Pending => rendered["pending_reason"] = "processing".into(),
            Status::Succeeded | Status::BoundToFail => {}
        }
        if expand.contains(&"charge") {
            rendered["charge"] = self.render_charge(&refund.charge, &[])?;
        }
        if expand.contains(&"payment_intent") {
            rendered["payment_intent"] = self.render_intent(&refund.intent, &[])?;
        }
        Ok(rendered)
    }

    /// Writes a refund down, and tells of it.
    fn record(&mut self, refund: Refund, now: i64) -> Result<(), Box<Refusal>> {
        let (id, intent, charge) = (
            refund.id.clone(),
            refund.intent.clone(),
            refund.charge.clone(),
        );
        if refund.status.next().is_some() {
            self.unsettled_refunds.push(id.clone());
        }
        if let Some(charge) = self.charges.get_mut(&charge) {
            charge.refunded += refund.amount;
            charge.refunds.push(id.clone());
        }
        self.refunds.insert(id.clone(), refund);
        self.emit(
            "refund.created",
            &intent,
            self.render_refund(&id, &[])?,
            now,
        );
        self.emit(
            "charge.refunded",
            &intent,
            self.render_charge(&charge, &[])?,
            now,
        );
        Ok(())
    }

    fn settle(&mut self, id: &str, status: Status, now: i64) {
        self.unsettled_refunds.retain(|unsettled| unsettled != id);
        let Some(refund) = self.refunds.get_mut(id) else {
            return;
        };
        refund.status = status;
        let has_failed = status == Status::Failed;
        let (intent, charge, amount) =
            (refund.intent.clone(), refund.charge.clone(), refund.amount);
        // The money is back with whom it should have left.
        if has_failed && let Some(charge) = self.charges.get_mut(&charge) {
            charge.refunded -= amount;
        }
        let Ok(rendered) = self.render_refund(id, &[]) else {
            return;
        };
        if has_failed {
            self.emit("refund.failed", &intent, rendered.clone(), now);
        }
        self.emit("refund.updated", &intent, rendered.clone(), now);
        self.emit("charge.refund.updated", &intent, rendered, now);
    }

    fn charge_to_refund(&self, form: &Form) -> Result<Charge, Box<Refusal>> {
        let charge = match (form.text("payment_intent"), form.text("charge")) {
            (Some(intent), None) => {
                let paid = self.intent(intent)?.latest_charge.as_ref();
                let paid = paid
                    .and_then(|id| self.charges.get(id))
                    .filter(|charge| charge.failure.is_none());
                paid.cloned().ok_or_else(|| {
                    Refusal::invalid(
                        format!("This PaymentIntent ({intent}) was never paid: there is nothing to refund."),
                        Some("payment_intent"),
                    )
                })?
            }
            (None, Some(charge)) => self.charge(charge)?.clone(),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Refusal::invalid(
                    "Say either payment_intent or charge.",
                    None,
                ));
            }
        };
        if charge.failure.is_some() {
            return Err(Refusal::invalid(
                format!("Charge {} failed.", charge.id),
                Some("charge"),
            ));
        }
        if charge.disputed {
            return Err(
                Refusal::invalid(format!("Charge {} is disputed.", charge.id), None)
                    .coded("charge_disputed")
                    .begun(),
            );
        }
        Ok(charge)
    }
}

fn amount_to_refund(charge: &Charge, asked: Option<i64>) -> Result<i64, Box<Refusal>> {
    let rest = charge.amount - charge.refunded;
    if rest == 0 {
        return Err(Refusal::invalid(
            format!("Charge {} has already been refunded.", charge.id),
            None,
        )
        .coded("charge_already_refunded")
        .begun());
    }
    match asked {
        None => Ok(rest),
        Some(amount) if amount < 1 => {
            Err(Refusal::invalid("A refund is at least 1.", Some("amount"))
                .coded("parameter_invalid_integer"))
        }
        Some(amount) if amount > rest => Err(Refusal::invalid(
            format!(
                "Refund amount ({amount}) is greater than unrefunded amount on charge ({rest})."
            ),
            Some("amount"),
        )
        .begun()),
        Some(amount) => Ok(amount),
    }
}
