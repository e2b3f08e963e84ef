//! What each refusal of the rooms below is called, and its status.

use std::time::Duration;

use actix_web::http::StatusCode;
use actors::SessionError;
use chrono::SecondsFormat;
use domain::order::Step;
use domain::seat_map::Refusal;
use operations::doors::DoorError;
use operations::orders::OrderError;
use operations::payments::{PaymentError, Untrusted, WebhookError};
use operations::people::LoginError;
use serde_json::json;

use super::Problem;

/// How soon to ask again when the database does not answer.
const UNAVAILABLE_RETRY: Duration = Duration::from_secs(1);

/// How soon to ask again when a payment provider does not answer.
const PROVIDER_RETRY: Duration = Duration::from_secs(10);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownOrder => Self::not_found(),
            Refusal::Forbidden => Self::forbidden(),
            Refusal::OrderExpired => Self::conflict("order_expired", "The order has expired"),
            Refusal::PaymentUnderWay => {
                let title = "A payment for the order is under way";
                Self::conflict("payment_under_way", title)
            }
            Refusal::AlreadyExtended => {
                let title = "The order has been extended already";
                Self::conflict("already_extended", title)
            }
            Refusal::NothingHeld => Self::step_missing(&[Step::Seats]),
            Refusal::AlreadyOpen => Self::conflict("already_open", "The order is open already"),
            Refusal::InvalidPlaces { seats } => Self::invalid_seat(&seats),
            Refusal::SeatTaken { taken, alternative } => {
                Self::conflict("seat_taken", "Some of the seats are taken")
                    .with("taken", json!(taken))
                    .with("alternative", json!(alternative))
            }
            Refusal::SoldOut { free } => {
                let title = "There are not so many places left";
                Self::conflict("sold_out", title).with("free", json!(free))
            }
            Refusal::LimitReached { limit } => {
                let title = "More places than the session allows";
                Self::conflict("limit_reached", title).with("limit", json!(limit))
            }
            Refusal::TooManyClaims => {
                let title = "The order has made more claims than anybody needs";
                Self::conflict("too_many_claims", title)
            }
            Refusal::NotOnSale { opens_at } => {
                let opens_at = opens_at.map(|at| {
                    at.to_datetime()
                        .to_rfc3339_opts(SecondsFormat::Millis, true)
                });
                Self::conflict("not_on_sale", "The session is not on sale")
                    .with("opensAt", json!(opens_at))
            }
            Refusal::KeyReused => Self::key_reused(),
            Refusal::ClaimLapsed => {
                let title = "The places of this claim have been given up since";
                Self::conflict("claim_lapsed", title)
            }
        }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotFound => Self::not_found(),
            OrderError::Forbidden => Self::forbidden(),
            OrderError::Paid => Self::conflict("order_paid", "The order is paid"),
            OrderError::Cancelled => {
                Self::conflict("order_cancelled", "The order was cancelled or has expired")
            }
            OrderError::Refused(refusal) => refusal.into(),
            OrderError::Invalid(fields) => Self::invalid_fields(
                fields
                    .into_iter()
                    .map(|(field, fault)| (field, fault.to_string())),
            ),
            OrderError::Busy { retry_after } => Self::busy(retry_after),
            OrderError::Unavailable { retry_after } => Self::unavailable(retry_after),
            OrderError::Store(error) => error.into(),
        }
    }
}

impl From<PaymentError> for Problem {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Order(error) => error.into(),
            PaymentError::StepMissing(steps) => Self::step_missing(&steps),
            PaymentError::ProviderUnavailable => {
                let title = "The payment provider is not available";
                Self::conflict("provider_unavailable", title)
            }
            PaymentError::ProviderFailing => {
                let title = "The payment provider does not answer; nothing was charged";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "provider_failing", title)
                    .retry_after(PROVIDER_RETRY)
            }
            PaymentError::StillProcessing => Refusal::PaymentUnderWay.into(),
            PaymentError::Provider(failure) => {
                let title = "The payment provider is not available";
                Self::conflict("provider_unavailable", title).caused_by(&failure)
            }
            PaymentError::NotFound => Self::not_found(),
            PaymentError::Over => Self::conflict("payment_over", "The payment is over"),
            PaymentError::KeyReused => Self::key_reused(),
        }
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::WrongCredentials => {
                let title = "The e-mail address or the password is wrong";
                Self::new(StatusCode::UNAUTHORIZED, "wrong_credentials", title)
            }
            LoginError::Store(error) => error.into(),
        }
    }
}

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::NotFound => Self::not_found(),
            DoorError::Forbidden => Self::forbidden(),
            DoorError::NonceReused => {
                let title = "The nonce was used for another scan";
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "nonce_reused", title)
            }
            DoorError::Invalid(fields) => Self::invalid_fields(fields),
            DoorError::Store(error) => error.into(),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unknown => Self::not_found(),
            SessionError::Unavailable { retry_after } => Self::unavailable(retry_after),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        of_store(&error)
    }
}

fn of_store(error: &store::Error) -> Problem {
    match is_outage(error) {
        true => Problem::unavailable(UNAVAILABLE_RETRY).caused_by(error),
        false => Problem::defect(error),
    }
}

/// Whether the database is away, starting, stopping or full, and not our statement wrong.
fn is_outage(error: &store::Error) -> bool {
    use store::Error::{Database, Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
    match error {
        Io(_) | PoolTimedOut | PoolClosed | Protocol(_) | Tls(_) | WorkerCrashed => true,
        // Connection exceptions, insufficient resources, operator intervention.
        Database(error) => error.code().is_some_and(|code| {
            ["08", "53", "57"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::NotConfigured => Self::not_found(),
            WebhookError::Untrusted(Untrusted::Undecided(failure)) => {
                Self::unavailable(PROVIDER_RETRY).caused_by(&failure)
            }
            WebhookError::Untrusted(untrusted) => {
                let code = match untrusted {
                    Untrusted::Forged => "signature_invalid",
                    Untrusted::Stale => "signature_stale",
                    Untrusted::Foreign => "account_unknown",
                    Untrusted::Unreadable | Untrusted::Undecided(_) => "event_unreadable",
                };
                Self::new(StatusCode::BAD_REQUEST, code, "The webhook is refused")
                    .detail(untrusted.to_string())
            }
            WebhookError::Store(error) => of_store(&error),
        }
    }
}
