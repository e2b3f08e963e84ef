//! Orders and payments: their states, and who may touch them.
//!
//! ```text
//! order:    PENDING ──sale──▶ PAID ──refund of all──▶ REFUNDED
//!              └──cancel, expiry──▶ CANCELLED ──late payment, seats gone──▶ REFUNDED
//!                                       └──late payment, seats claimed again──▶ PAID
//!
//! payment:  PENDING ──money came──▶ SUCCEEDED ──seats gone, or staff──▶ REFUNDED
//!              ├──declined──▶ DECLINED
//!              └──deadline, cancel──▶ CANCELLED ──money came all the same──▶ SUCCEEDED
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::ids::AccountId;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    /// Being filled and paid, until `expireIfNotCompletedAt`.
    Pending,
    /// Sold.
    Paid,
    /// Given up by its buyer or by time.
    Cancelled,
    /// The money went back.
    Refunded,
}

/// Where an attempt to pay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The provider has not said yet.
    Pending,
    /// The money came.
    Succeeded,
    /// The provider refused.
    Declined,
    /// Withdrawn before the money came.
    Cancelled,
    /// The money went back.
    Refunded,
}

/// Who takes the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Stripe.
    Stripe,
    /// PayPal.
    Paypal,
    /// The demo's own, refused elsewhere.
    Test,
}

/// A step of the gateway that an order still lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// How many places.
    Amount,
    /// Who buys, and where they live.
    Address,
    /// The seats or standing places themselves.
    Seats,
}

/// The SHA-256 of an order's secret: all that is ever stored of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

impl SecretHash {
    /// The hash of a secret as the buyer presents it.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretHash")
    }
}

/// What somebody presents to touch an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Credential {
    /// The hash of the secret they sent.
    pub secret_hash: Option<SecretHash>,
    /// The account they are signed in to.
    pub account: Option<AccountId>,
}

/// Whose an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The hash of the secret that was handed out.
    pub secret_hash: SecretHash,
    /// The account that opened it, if any.
    pub account: Option<AccountId>,
}

impl Owner {
    /// Whether the credential opens this order: its login or the bearer of its secret, nobody else.
    #[must_use]
    pub fn admits(&self, credential: &Credential) -> bool {
        let by_secret = credential
            .secret_hash
            .is_some_and(|hash| bool::from(hash.0.ct_eq(&self.secret_hash.0)));
        let by_account = self.account.is_some() && self.account == credential.account;
        by_secret || by_account
    }
}

/// Whom a session's limit counts: an account, or a confirmed e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Buyer {
    /// Signed in.
    Account(AccountId),
    /// The SHA-256 of a confirmed address, lower case.
    Email([u8; 32]),
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn account(id: u128) -> Option<AccountId> {
        Some(AccountId(Uuid::from_u128(id)))
    }

    fn presents(secret: Option<&str>, account: Option<AccountId>) -> Credential {
        let secret_hash = secret.map(SecretHash::of);
        Credential {
            secret_hash,
            account,
        }
    }

    #[test]
    fn an_order_of_an_account_opens_to_that_account_and_to_the_bearer_of_its_secret() {
        let owner = Owner {
            secret_hash: SecretHash::of("secret"),
            account: account(1),
        };
        assert!(owner.admits(&presents(Some("secret"), None)));
        assert!(owner.admits(&presents(None, account(1))));
        assert!(owner.admits(&presents(Some("secret"), account(2))));
        assert!(owner.admits(&presents(Some("other"), account(1))));
        assert!(!owner.admits(&presents(Some("other"), account(2))));
        assert!(!owner.admits(&Credential::default()));
    }

    #[test]
    fn an_order_of_no_account_opens_to_the_bearer_of_its_secret_alone() {
        let owner = Owner {
            secret_hash: SecretHash::of("secret"),
            account: None,
        };
        assert!(owner.admits(&presents(Some("secret"), account(1))));
        assert!(!owner.admits(&presents(None, account(1))));
        assert!(!owner.admits(&presents(None, None)));
        assert!(!owner.admits(&presents(Some(""), None)));
    }

    #[test]
    fn a_secret_is_stored_as_its_sha_256_and_never_printed() {
        let hash = SecretHash::of("abc");
        assert_eq!(hash.0[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(format!("{hash:?}"), "SecretHash");
    }

    #[test]
    fn states_and_steps_are_named_as_the_contract_names_them() {
        let status = serde_json::to_string(&OrderStatus::Pending).unwrap();
        let state = serde_json::to_string(&PaymentState::Succeeded).unwrap();
        let provider = serde_json::to_string(&Provider::Paypal).unwrap();
        let step = serde_json::to_string(&Step::Address).unwrap();
        let names = [status, state, provider, step];
        let expected = ["PENDING", "succeeded", "paypal", "address"];
        assert_eq!(names, expected.map(|name| format!("\"{name}\"")));
    }
}
