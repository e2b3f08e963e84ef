//! An order and what is asked of it.

use chrono::{DateTime, Utc};
use domain::order::{OrderStatus, PaymentState, Provider, Step};
use operations::orders::{OrderView, PaymentView, TicketView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An amount of money in the currency's minor unit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Money {
    /// Cents for EUR, yen for JPY.
    #[schema(example = 8000)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
}

/// An order as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Order {
    pub event_session_order_id: Uuid,
    pub session_id: Uuid,
    /// `PENDING`, `PAID`, `CANCELLED` or `REFUNDED`.
    #[schema(value_type = String, example = "PENDING")]
    #[cfg_attr(test, ts(type = r#""PENDING" | "PAID" | "CANCELLED" | "REFUNDED""#))]
    pub status: OrderStatus,
    /// The short reference to read out; never a credential.
    pub pnr: String,
    #[cfg_attr(test, ts(type = "string"))]
    pub expire_if_not_completed_at: DateTime<Utc>,
    /// Whole seconds until then, by the server's clock.
    pub seconds_left: u64,
    /// Seat indexes, rising.
    pub seats: Vec<u32>,
    pub standing: Vec<StandingPlaces>,
    pub total: Money,
    /// The steps of the gateway that are still to be done: `amount`, `address`, `seats`.
    #[schema(value_type = Vec<String>)]
    #[cfg_attr(test, ts(type = r#"Array<"amount" | "address" | "seats">"#))]
    pub missing: Vec<Step>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub payment: Option<Payment>,
    /// Once paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub tickets: Option<Vec<Ticket>>,
}

/// A new order, with the secret that is told only once.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenedOrder {
    #[serde(flatten)]
    pub order: Order,
    pub order_secret: String,
}

/// Places in a standing section.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StandingPlaces {
    pub section_id: Uuid,
    pub quantity: u32,
}

/// The latest attempt to pay.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Payment {
    pub attempt_id: Uuid,
    /// `stripe`, `paypal` or `test`; absent where there was nothing to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    #[cfg_attr(test, ts(optional, type = r#""stripe" | "paypal" | "test""#))]
    pub provider: Option<Provider>,
    /// `pending`, `succeeded`, `declined`, `cancelled` or `refunded`.
    #[schema(value_type = String)]
    #[cfg_attr(
        test,
        ts(type = r#""pending" | "succeeded" | "declined" | "cancelled" | "refunded""#)
    )]
    pub state: PaymentState,
    /// Whole seconds that its places are kept for it while it is pending, whatever becomes of the order's own time.
    pub seconds_left: u64,
}

/// One admission.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Ticket {
    pub ticket_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub index: Option<u32>,
    pub section_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub row: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub number: Option<String>,
    /// What the QR code says.
    pub code: String,
    pub pdf_url: String,
}

/// How many places the buyer wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    #[schema(minimum = 1)]
    pub quantity: i64,
}

/// Who buys, and where they live.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Address {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
    pub phone: Option<String>,
    #[serde(default)]
    pub line1: String,
    pub line2: Option<String>,
    #[serde(default)]
    pub postcode: String,
    #[serde(default)]
    pub city: String,
    /// Where the country's addresses have one; asked for only where it is sent.
    pub state: Option<String>,
    /// ISO 3166-1, two letters.
    #[serde(default)]
    pub country: String,
}

/// What a claim asks for: exactly one of `seats`, `section` with `quantity`, or `best`, which `section`, `minPrice`,
/// `maxPrice` and `accessible` may narrow.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub struct GetSeat {
    /// These seats.
    #[schema(nullable = false)]
    pub seats: Option<Vec<i64>>,
    /// A standing section, or where to look for the best.
    #[schema(nullable = false)]
    pub section: Option<Uuid>,
    /// So many places of the standing section.
    #[schema(nullable = false)]
    pub quantity: Option<i64>,
    /// The best so many together.
    #[schema(nullable = false)]
    pub best: Option<i64>,
    /// What each of the best costs at least, in minor units of the session's currency.
    #[schema(nullable = false)]
    pub min_price: Option<i64>,
    /// What each of the best costs at most, in minor units of the session's currency.
    #[schema(nullable = false)]
    pub max_price: Option<i64>,
    /// Whether one of the best at least has to be accessible. If not, accessible seats come last.
    #[schema(nullable = false)]
    pub accessible: Option<bool>,
}

/// What to give back: `seats`, or `section` with `quantity`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropSeat {
    #[schema(nullable = false)]
    pub seats: Option<Vec<i64>>,
    #[schema(nullable = false)]
    pub section: Option<Uuid>,
    #[schema(nullable = false)]
    pub quantity: Option<i64>,
}

/// With whom to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartPayment {
    /// `stripe`, `paypal` or `test`.
    #[schema(value_type = String)]
    pub provider: Provider,
}

/// An attempt to pay that has begun.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedPayment {
    pub attempt_id: Uuid,
    /// `pending`, or `succeeded` where there was nothing to pay.
    #[schema(value_type = String)]
    pub state: PaymentState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripe: Option<StripePayment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paypal: Option<PaypalPayment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<TestPayment>,
}

/// What Stripe's Payment Element is opened with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StripePayment {
    pub client_secret: String,
    pub publishable_key: String,
}

/// Where the buyer agrees.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaypalPayment {
    pub approve_url: String,
}

/// Where the demo's provider takes the buyer's answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestPayment {
    pub confirm_url: String,
}

/// The buyer's answer to the demo's provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTest {
    pub outcome: Outcome,
}

/// How the demo's provider is to decide.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeed,
    Decline,
}

impl From<domain::Money> for Money {
    fn from(money: domain::Money) -> Self {
        Self {
            amount: money.minor,
            currency: money.currency.code().to_owned(),
        }
    }
}

impl Order {
    /// The order as the wire has it; `public_url` is where its tickets' documents are found.
    #[must_use]
    pub fn new(view: OrderView, public_url: &str) -> Self {
        let order_id = view.order_id.0;
        let tickets = (!view.tickets.is_empty()).then(|| {
            let ticket = |ticket| Ticket::new(ticket, order_id, public_url);
            view.tickets.into_iter().map(ticket).collect()
        });
        Self {
            event_session_order_id: order_id,
            session_id: view.session_id.0,
            status: view.status,
            pnr: view.pnr.to_string(),
            expire_if_not_completed_at: view.expires_at.to_datetime(),
            seconds_left: view.seconds_left,
            seats: view.seats.iter().map(|seat| seat.0).collect(),
            standing: view
                .standing
                .iter()
                .map(|&(section, quantity)| StandingPlaces {
                    section_id: section.0,
                    quantity,
                })
                .collect(),
            total: view.total.into(),
            missing: view.missing,
            payment: view.payment.map(Payment::from),
            tickets,
        }
    }
}

impl From<PaymentView> for Payment {
    fn from(view: PaymentView) -> Self {
        Self {
            attempt_id: view.payment_id.0,
            provider: view.provider,
            state: view.state,
            seconds_left: view.seconds_left,
        }
    }
}

impl Ticket {
    fn new(view: TicketView, order_id: Uuid, public_url: &str) -> Self {
        let ticket_id = view.ticket_id.0;
        Self {
            ticket_id,
            index: view.seat.map(|seat| seat.0),
            section_id: view.section_id.0,
            row: view.row,
            number: view.number,
            code: view.code,
            pdf_url: format!("{public_url}/api/gateway/orders/{order_id}/tickets/{ticket_id}.pdf"),
        }
    }
}
