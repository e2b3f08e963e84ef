//! How an attempt's provider, state and places are written in columns.

use domain::order::{PaymentState, Provider};
use domain::seat_map::Places;
use domain::{SeatIndex, SectionIndex};

use crate::columns::{count, undecodable};

pub(crate) fn provider(word: &str) -> Result<Option<Provider>, sqlx::Error> {
    match word {
        "stripe" => Ok(Some(Provider::Stripe)),
        "paypal" => Ok(Some(Provider::Paypal)),
        "test" => Ok(Some(Provider::Test)),
        "none" => Ok(None),
        other => Err(undecodable(&format!("there is no provider {other:?}"))),
    }
}

pub(crate) fn provider_word(provider: Option<Provider>) -> &'static str {
    match provider {
        Some(Provider::Stripe) => "stripe",
        Some(Provider::Paypal) => "paypal",
        Some(Provider::Test) => "test",
        None => "none",
    }
}

pub(super) fn payment_state(word: &str) -> Result<PaymentState, sqlx::Error> {
    match word {
        "pending" => Ok(PaymentState::Pending),
        "succeeded" => Ok(PaymentState::Succeeded),
        "declined" => Ok(PaymentState::Declined),
        "cancelled" => Ok(PaymentState::Cancelled),
        "refunded" => Ok(PaymentState::Refunded),
        other => Err(undecodable(&format!("no payment has the state {other:?}"))),
    }
}

pub(crate) fn state_word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Pending => "pending",
        PaymentState::Succeeded => "succeeded",
        PaymentState::Declined => "declined",
        PaymentState::Cancelled => "cancelled",
        PaymentState::Refunded => "refunded",
    }
}

pub(super) fn seats_of(column: &[i32]) -> Result<Vec<SeatIndex>, sqlx::Error> {
    column
        .iter()
        .map(|seat| count(*seat).map(SeatIndex))
        .collect()
}

pub(super) fn seat_column(seats: &[SeatIndex]) -> Vec<i32> {
    let indexes = seats.iter().map(|seat| i32::try_from(seat.0));
    indexes
        .map(|index| index.expect("a manifest has fewer seats than i32 counts"))
        .collect()
}

pub(super) fn lot(section: i16, quantity: i32) -> Result<(SectionIndex, u32), sqlx::Error> {
    let section = u16::try_from(section).map_err(|_| undecodable("a section index is negative"))?;
    Ok((SectionIndex(section), count(quantity)?))
}

pub(super) fn standing_columns(places: &Places) -> (Vec<i16>, Vec<i32>) {
    let columns = places.standing.iter().map(|(section, quantity)| {
        let section =
            i16::try_from(section.0).expect("a manifest has fewer sections than i16 counts");
        (section, i32::try_from(*quantity).unwrap_or(i32::MAX))
    });
    columns.unzip()
}
