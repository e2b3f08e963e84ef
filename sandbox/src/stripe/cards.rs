//! The well-known test cards: what each does when it pays.

/// What a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Pays,
    Declines(Decline),
    /// Asks its holder first, and then does as it says.
    Authenticates(Option<Decline>),
    /// Pays, and its holder disputes it, with this reason.
    Disputes(&'static str),
    /// Pays; its refunds are pending at first, and then succeed.
    RefundsLate,
    /// Pays; its refunds succeed at first, and then fail.
    RefundsFail,
}

/// How a card is declined: Stripe's code, and its bank's reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decline {
    pub code: &'static str,
    pub decline_code: Option<&'static str>,
    pub message: &'static str,
}

/// A test card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    pub number: &'static str,
    /// The id under which the API takes it without its number.
    pub alias: &'static str,
    pub brand: &'static str,
    pub behaviour: Behaviour,
}

pub const GENERIC_DECLINE: Decline = Decline {
    code: "card_declined",
    decline_code: Some("generic_decline"),
    message: "Your card was declined.",
};
const INSUFFICIENT_FUNDS: Decline = Decline {
    code: "card_declined",
    decline_code: Some("insufficient_funds"),
    message: "Your card has insufficient funds.",
};
const NO_TEST_CARD: Decline = Decline {
    code: "card_declined",
    decline_code: Some("test_mode_live_card"),
    message: "The sandbox takes test cards only.",
};

const fn visa(number: &'static str, alias: &'static str, behaviour: Behaviour) -> TestCard {
    let brand = "visa";
    TestCard {
        number,
        alias,
        brand,
        behaviour,
    }
}

const fn declined(
    code: &'static str,
    decline_code: Option<&'static str>,
    message: &'static str,
) -> Behaviour {
    Behaviour::Declines(Decline {
        code,
        decline_code,
        message,
    })
}

const CARDS: [TestCard; 22] = [
    visa("4242424242424242", "pm_card_visa", Behaviour::Pays),
    visa("4000056655665556", "pm_card_visa_debit", Behaviour::Pays),
    TestCard {
        number: "5555555555554444",
        alias: "pm_card_mastercard",
        brand: "mastercard",
        behaviour: Behaviour::Pays,
    },
    TestCard {
        number: "378282246310005",
        alias: "pm_card_amex",
        brand: "amex",
        behaviour: Behaviour::Pays,
    },
    visa(
        "4000000000000002",
        "pm_card_visa_chargeDeclined",
        Behaviour::Declines(GENERIC_DECLINE),
    ),
    visa(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        Behaviour::Declines(INSUFFICIENT_FUNDS),
    ),
    visa(
        "4000000000009987",
        "pm_card_visa_chargeDeclinedLostCard",
        declined(
            "card_declined",
            Some("lost_card"),
            "Your card was declined.",
        ),
    ),
    visa(
        "4000000000000069",
        "pm_card_chargeDeclinedExpiredCard",
        declined("expired_card", None, "Your card has expired."),
    ),
    visa(
        "4000000000000127",
        "pm_card_chargeDeclinedIncorrectCvc",
        declined(
            "incorrect_cvc",
            None,
            "Your card's security code is incorrect.",
        ),
    ),
    visa(
        "4000000000000119",
        "pm_card_chargeDeclinedProcessingError",
        declined(
            "processing_error",
            None,
            "Your card could not be processed. Try again in a moment.",
        ),
    ),
    visa(
        "4000002500003155",
        "pm_card_authenticationRequiredOnSetup",
        Behaviour::Authenticates(None),
    ),
    visa(
        "4000002760003184",
        "pm_card_authenticationRequired",
        Behaviour::Authenticates(None),
    ),
    visa(
        "4000000000003220",
        "pm_card_threeDSecure2Required",
        Behaviour::Authenticates(None),
    ),
    visa(
        "4000000000003063",
        "pm_card_threeDSecureRequired",
        Behaviour::Authenticates(None),
    ),
    visa(
        "4000008400001629",
        "pm_card_threeDSecureRequiredChargeDeclined",
        Behaviour::Authenticates(Some(GENERIC_DECLINE)),
    ),
    visa(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        Behaviour::Authenticates(Some(INSUFFICIENT_FUNDS)),
    ),
    visa(
        "4000000000000259",
        "pm_card_createDispute",
        Behaviour::Disputes("fraudulent"),
    ),
    visa(
        "4000000000002685",
        "pm_card_createDisputeProductNotReceived",
        Behaviour::Disputes("product_not_received"),
    ),
    visa(
        "4000000000007726",
        "pm_card_pendingRefund",
        Behaviour::RefundsLate,
    ),
    visa(
        "4000000000005126",
        "pm_card_refundFail",
        Behaviour::RefundsFail,
    ),
    visa("4000002760000016", "pm_card_de", Behaviour::Pays),
    visa(
        "4000000000000341",
        "pm_card_chargeCustomerFail",
        Behaviour::Declines(GENERIC_DECLINE),
    ),
];

/// The card of a number, or of the API's name for it. Any other number that could be a card's is declined.
pub fn find(number_or_alias: &str) -> Option<TestCard> {
    // Older names of the same cards.
    let wanted = match number_or_alias {
        "pm_card_chargeDeclined" => "pm_card_visa_chargeDeclined",
        "pm_card_chargeDeclinedInsufficientFunds" => "pm_card_visa_chargeDeclinedInsufficientFunds",
        other => other,
    };
    CARDS
        .into_iter()
        .find(|card| card.number == wanted || card.alias == wanted)
}

/// A card that is none of the test cards.
pub fn stranger() -> TestCard {
    visa("", "", Behaviour::Declines(NO_TEST_CARD))
}

/// Whether the digits add up as a card's do (ISO/IEC 7812-1, Luhn).
pub fn adds_up(number: &str) -> bool {
    let digits = number.bytes().rev().enumerate();
    let sum: u32 = digits
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            match (place % 2, digit) {
                (0, _) => digit,
                (_, 5..=9) => digit * 2 - 9,
                (_, _) => digit * 2,
            }
        })
        .sum();
    (12..=19).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_card_adds_up_and_has_its_own_names() {
        for card in CARDS {
            assert!(adds_up(card.number), "{card:?}");
            assert_eq!(find(card.number), Some(card));
            assert_eq!(find(card.alias), Some(card));
        }
    }

    #[test]
    fn a_wrong_digit_is_noticed() {
        assert!(!adds_up("4242424242424241"));
        assert!(!adds_up("42424242424x4242"));
        assert!(!adds_up("4242"));
    }
}
