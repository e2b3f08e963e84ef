//! Disputes: a holder takes the money back through the bank. Evidence decides: `winning_evidence` wins, all else loses.

use serde_json::{Value, json};

use super::account::{Account, Answer, Metadata, merge, page};
use super::form::Form;
use super::refusal::Refusal;
use crate::ids;

/// How long evidence can be given.
const EVIDENCE_SECS: i64 = 9 * 24 * 3600;

#[derive(Debug, Clone)]
pub struct Dispute {
    pub id: String,
    pub charge: String,
    pub intent: String,
    pub amount: i64,
    currency: String,
    brand: &'static str,
    created: i64,
    reason: &'static str,
    pub status: Status,
    evidence: Option<String>,
    metadata: Metadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    NeedsResponse,
    Won,
    Lost,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

impl Account {
    /// The holder disputes what the intent took.
    pub fn open_dispute(
        &mut self,
        intent: &str,
        reason: &'static str,
        now: i64,
    ) -> Result<(), Box<Refusal>> {
        let charge = self
            .intent(intent)?
            .latest_charge
            .clone()
            .unwrap_or_default();
        let charge = self
            .charges
            .get_mut(&charge)
            .filter(|charge| charge.failure.is_none() && !charge.disputed)
            .ok_or_else(|| Refusal::invalid("There is nothing to dispute.", None))?;
        charge.disputed = true;
        let dispute = Dispute {
            id: ids::with_prefix("dp_1"),
            charge: charge.id.clone(),
            intent: intent.to_owned(),
            amount: charge.amount - charge.refunded,
            currency: charge.currency.clone(),
            brand: charge.method.brand(),
            created: now,
            reason,
            status: Status::NeedsResponse,
            evidence: None,
            metadata: Metadata::new(),
        };
        let rendered = dispute.render();
        self.disputes.insert(dispute.id.clone(), dispute);
        self.emit("charge.dispute.created", intent, rendered.clone(), now);
        self.emit("charge.dispute.funds_withdrawn", intent, rendered, now);
        Ok(())
    }

    pub fn show_dispute(&self, id: &str) -> Answer {
        let found = self.disputes.get(id).map(Dispute::render);
        found.ok_or_else(|| Refusal::no_such("dispute", id))
    }

    pub fn list_disputes(&self, form: &Form) -> Answer {
        form.only(&["payment_intent", "charge", "limit", "starting_after"])?;
        let wanted = |dispute: &&Dispute| {
            form.text("payment_intent")
                .is_none_or(|intent| dispute.intent == intent)
                && form
                    .text("charge")
                    .is_none_or(|charge| dispute.charge == charge)
        };
        page(
            "/v1/disputes",
            self.disputes.values().filter(wanted).map(Dispute::render),
            form,
        )
    }

    /// Takes evidence, and with `submit` (as is usual) decides.
    pub fn answer_dispute(&mut self, id: &str, form: &Form, now: i64) -> Answer {
        form.only(&["evidence", "metadata", "submit"])?;
        let dispute = self
            .disputes
            .get_mut(id)
            .ok_or_else(|| Refusal::no_such("dispute", id))?;
        if dispute.status != Status::NeedsResponse {
            return Err(Refusal::invalid("This dispute is closed.", None));
        }
        merge(&mut dispute.metadata, form.map("metadata"))?;
        if let Some(text) = form.owned("evidence[uncategorized_text]") {
            dispute.evidence = Some(text);
        }
        let decided = dispute.evidence.is_some() && form.text("submit") != Some("false");
        if decided {
            let won = dispute.evidence.as_deref() == Some("winning_evidence");
            return self.close_dispute(id, won, now);
        }
        let (intent, rendered) = (dispute.intent.clone(), dispute.render());
        self.emit("charge.dispute.updated", &intent, rendered.clone(), now);
        Ok(rendered)
    }

    /// Ends a dispute. Won, the money comes back.
    pub fn close_dispute(&mut self, id: &str, won: bool, now: i64) -> Answer {
        let dispute = self
            .disputes
            .get_mut(id)
            .ok_or_else(|| Refusal::no_such("dispute", id))?;
        if dispute.status != Status::NeedsResponse {
            return Err(Refusal::invalid("This dispute is closed.", None));
        }
        dispute.status = if won { Status::Won } else { Status::Lost };
        let (intent, rendered) = (dispute.intent.clone(), dispute.render());
        self.emit("charge.dispute.closed", &intent, rendered.clone(), now);
        if won {
            self.emit(
                "charge.dispute.funds_reinstated",
                &intent,
                rendered.clone(),
                now,
            );
        }
        Ok(rendered)
    }
}

impl Dispute {
    pub fn render(&self) -> Value {
        json!({
            "id": self.id, "object": "dispute", "amount": self.amount, "balance_transactions": [],
            "charge": self.charge, "created": self.created, "currency": self.currency,
            "enhanced_eligibility_types": [], "evidence": evidence(self.evidence.as_deref()),
            "evidence_details": {
                "due_by": self.created + EVIDENCE_SECS, "enhanced_eligibility": {},
                "has_evidence": self.evidence.is_some(), "past_due": false,
                "submission_count": u8::from(self.evidence.is_some()),
            },
            "is_charge_refundable": false, "livemode": false, "metadata": self.metadata,
            "payment_intent": self.intent,
            "payment_method_details": {
                "card": {
                    "brand": self.brand, "case_type": "chargeback", "network": self.brand, "network_reason_code": "83",
                },
                "type": "card",
            },
            "reason": self.reason, "status": self.status.name(),
        })
    }
}

/// All fields that evidence may have; the sandbox keeps one.
fn evidence(text: Option<&str>) -> Value {
    const EMPTY: [&str; 26] = [
        "access_activity_log",
        "billing_address",
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "receipt",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "service_documentation",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_documentation",
        "shipping_tracking_number",
        "uncategorized_file",
    ];
    let mut evidence: serde_json::Map<String, Value> = EMPTY
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    evidence.insert("enhanced_evidence".to_owned(), json!({}));
    evidence.insert("uncategorized_text".to_owned(), text.into());
    Value::Object(evidence)
}
