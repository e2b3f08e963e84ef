//! Captures and refunds.
//!
//! ```text
//! capture ──▶ COMPLETED ── refund ──▶ PARTIALLY_REFUNDED ──▶ REFUNDED
//!    └──▶ PENDING (reviewed) ──▶ COMPLETED or DECLINED
//! ```

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::account::{Account, Answer, Reply, time};
use super::amounts::Amount;
use super::orders::{Funding, Order, Status as OrderStatus};
use super::refusal::Refusal;
use crate::ids;

#[derive(Debug, Clone)]
pub struct Capture {
    pub id: String,
    pub order: String,
    pub amount: Amount,
    pub refunded: i64,
    pub status: Status,
    custom_id: Option<String>,
    invoice_id: Option<String>,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
    pub refunds: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    Completed,
    Declined,
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: String,
    capture: String,
    pub amount: Amount,
    custom_id: Option<String>,
    invoice_id: Option<String>,
    note: Option<String>,
    created: DateTime<Utc>,
}

impl Capture {
    pub fn status_name(&self) -> &'static str {
        match self.status {
            Status::Pending => "PENDING",
            Status::Declined => "DECLINED",
            Status::Completed if self.refunded == 0 => "COMPLETED",
            Status::Completed if self.refunded < self.amount.minor => "PARTIALLY_REFUNDED",
            Status::Completed => "REFUNDED",
        }
    }
}

impl Account {
    /// Takes the money of an approved order.
    pub fn capture_order(&mut self, id: &str, full: bool, now: DateTime<Utc>) -> Answer {
        let order = self.order_to_capture(id)?;
        let pending = order.funding == Funding::Reviewed;
        let capture = Capture {
            id: ids::capitals(),
            order: id.to_owned(),
            amount: order.amount.clone(),
            refunded: 0,
            status: if pending {
                Status::Pending
            } else {
                Status::Completed
            },
            custom_id: order.unit.custom_id.clone(),
            invoice_id: order.unit.invoice_id.clone(),
            created: now,
            updated: now,
            refunds: Vec::new(),
        };
        let capture_id = capture.id.clone();
        self.captures.insert(capture_id.clone(), capture);
        if let Some(order) = self.orders.get_mut(id) {
            order.status = OrderStatus::Completed;
            order.capture = Some(capture_id.clone());
        }
        let kind = if pending {
            "PAYMENT.CAPTURE.PENDING"
        } else {
            "PAYMENT.CAPTURE.COMPLETED"
        };
        let rendered = self.render_capture(&capture_id)?;
        self.emit(kind, id, rendered.clone(), now);
        let mut body = self.render_order(id)?;
        if !full {
            let reference_id = body["purchase_units"][0]["reference_id"].clone();
            body["purchase_units"] =
                json!([{"reference_id": reference_id, "payments": {"captures": [rendered]}}]);
        }
        Ok(Reply { status: 201, body })
    }

    /// The order, if its money can be taken.
    fn order_to_capture(&self, id: &str) -> Result<Order, Box<Refusal>> {
        let order = self.order(id)?;
        match order.status {
            OrderStatus::Approved => {}
            OrderStatus::Completed => {
                return Err(Refusal::unprocessable(
                    "ORDER_ALREADY_CAPTURED",
                    "The order is paid.",
                ));
            }
            OrderStatus::Created | OrderStatus::PayerActionRequired => {
                return Err(Refusal::unprocessable(
                    "ORDER_NOT_APPROVED",
                    "The buyer has not approved the order.",
                )
                .leading_to("payer-action", &self.approval_url(id)));
            }
        }
        if self.declines_all || order.funding == Funding::Declined {
            return Err(Refusal::unprocessable(
                "INSTRUMENT_DECLINED",
                "The buyer's way to pay was declined: let them choose another.",
            )
            .leading_to("redirect", &self.approval_url(id)));
        }
        Ok(order.clone())
    }

    /// A reviewed capture is completed, or denied.
    pub fn settle_capture(&mut self, id: &str, completed: bool, now: DateTime<Utc>) -> Answer {
        let capture = self
            .captures
            .get_mut(id)
            .ok_or_else(|| Refusal::no_such(id))?;
        if capture.status != Status::Pending {
            return Err(Refusal::unprocessable(
                "CAPTURE_STATUS_NOT_VALID",
                "The capture is not pending.",
            ));
        }
        capture.status = if completed {
            Status::Completed
        } else {
            Status::Declined
        };
        capture.updated = now;
        let order = capture.order.clone();
        let kind = if completed {
            "PAYMENT.CAPTURE.COMPLETED"
        } else {
            "PAYMENT.CAPTURE.DENIED"
        };
        let body = self.render_capture(id)?;
        self.emit(kind, &order, body.clone(), now);
        Ok(Reply { status: 200, body })
    }

    pub fn show_capture(&self, id: &str) -> Answer {
        Ok(Reply {
            status: 200,
            body: self.render_capture(id)?,
        })
    }

    pub fn refund_capture(
        &mut self,
        id: &str,
        body: &Value,
        full: bool,
        now: DateTime<Utc>,
    ) -> Answer {
        let capture = self.capture(id)?.clone();
        let amount = amount_to_refund(&capture, &body["amount"])?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let refund = Refund {
            id: ids::capitals(),
            capture: id.to_owned(),
            amount: amount.clone(),
            custom_id: text("custom_id").or_else(|| capture.custom_id.clone()),
            invoice_id: text("invoice_id").or_else(|| capture.invoice_id.clone()),
            note: text("note_to_payer"),
            created: now,
        };
        let refund_id = refund.id.clone();
        self.refunds.insert(refund_id.clone(), refund);
        if let Some(capture) = self.captures.get_mut(id) {
            capture.refunded += amount.minor;
            capture.updated = now;
            capture.refunds.push(refund_id.clone());
        }
        let rendered = self.render_refund(&refund_id)?;
        self.emit(
            "PAYMENT.CAPTURE.REFUNDED",
            &capture.order,
            rendered.clone(),
            now,
        );
        let body = if full {
            rendered
        } else {
            json!({"id": refund_id, "status": "COMPLETED", "links": rendered["links"]})
        };
        Ok(Reply { status: 201, body })
    }

    pub fn show_refund(&self, id: &str) -> Answer {
        Ok(Reply {
            status: 200,
            body: self.render_refund(id)?,
        })
    }

    pub fn render_capture(&self, id: &str) -> Result<Value, Box<Refusal>> {
        let capture = self.capture(id)?;
        let (amount, fee) = (&capture.amount, capture.amount.fee());
        let path = format!("/v2/payments/captures/{id}");
        let mut rendered = json!({
            "id": id, "status": capture.status_name(), "amount": amount.render(), "final_capture": true,
            "seller_protection": {
                "status": "ELIGIBLE", "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
            },
            "create_time": time(capture.created), "update_time": time(capture.updated),
            "supplementary_data": {"related_ids": {"order_id": capture.order}},
            "links": [
                self.link(&path, "self", "GET"),
                self.link(&format!("{path}/refund"), "refund", "POST"),
                self.link(&format!("/v2/checkout/orders/{}", capture.order), "up", "GET"),
            ],
        });
        match capture.status {
            Status::Pending => rendered["status_details"] = json!({"reason": "PENDING_REVIEW"}),
            Status::Declined => rendered["status_details"] = json!({"reason": "OTHER"}),
            Status::Completed => {
                rendered["seller_receivable_breakdown"] = json!({
                    "gross_amount": amount.render(), "paypal_fee": amount.of(fee).render(),
                    "net_amount": amount.of(amount.minor - fee).render(),
                });
            }
        }
        put_text(&mut rendered, "custom_id", capture.custom_id.as_ref());
        put_text(&mut rendered, "invoice_id", capture.invoice_id.as_ref());
        Ok(rendered)
    }

    pub fn render_refund(&self, id: &str) -> Result<Value, Box<Refusal>> {
        let refund = self.refunds.get(id).ok_or_else(|| Refusal::no_such(id))?;
        let capture = self.capture(&refund.capture)?;
        let mut rendered = json!({
            "id": id, "status": "COMPLETED", "amount": refund.amount.render(),
            "seller_payable_breakdown": {
                "gross_amount": refund.amount.render(), "paypal_fee": refund.amount.of(0).render(),
                "net_amount": refund.amount.render(), "total_refunded_amount": refund.amount.of(capture.refunded).render(),
            },
            "create_time": time(refund.created), "update_time": time(refund.created),
            "links": [
                self.link(&format!("/v2/payments/refunds/{id}"), "self", "GET"),
                self.link(&format!("/v2/payments/captures/{}", refund.capture), "up", "GET"),
            ],
        });
        put_text(&mut rendered, "custom_id", refund.custom_id.as_ref());
        put_text(&mut rendered, "invoice_id", refund.invoice_id.as_ref());
        put_text(&mut rendered, "note_to_payer", refund.note.as_ref());
        Ok(rendered)
    }
}

/// What a request asks to give back: as much as there is, without an amount.
fn amount_to_refund(capture: &Capture, asked: &Value) -> Result<Amount, Box<Refusal>> {
    let rest = capture.amount.minor - capture.refunded;
    match capture.status {
        Status::Pending => {
            return Err(Refusal::unprocessable(
                "PENDING_CAPTURE",
                "The capture is pending: nothing was taken yet.",
            ));
        }
        Status::Declined => {
            return Err(Refusal::unprocessable(
                "REFUND_NOT_ALLOWED",
                "The capture was declined.",
            ));
        }
        Status::Completed if rest == 0 => {
            return Err(Refusal::unprocessable(
                "CAPTURE_FULLY_REFUNDED",
                "The capture has been refunded in full.",
            ));
        }
        Status::Completed => {}
    }
    if asked.is_null() {
        return Ok(capture.amount.of(rest));
    }
    let amount = Amount::read(asked, "/amount")?;
    if amount.currency != capture.amount.currency {
        return Err(Refusal::unprocessable(
            "REFUND_CAPTURE_CURRENCY_MISMATCH",
            format!("The capture is in {}.", capture.amount.currency),
        ));
    }
    if amount.minor > rest {
        return Err(Refusal::unprocessable(
            "REFUND_AMOUNT_EXCEEDED",
            format!(
                "No more than {} is left to refund.",
                capture.amount.of(rest).text()
            ),
        ));
    }
    Ok(amount)
}

fn put_text(object: &mut Value, name: &str, text: Option<&String>) {
    if let Some(text) = text {
        object[name] = text.as_str().into();
    }
}
