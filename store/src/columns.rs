//! Values of columns as the domain has them.

use domain::Currency;

pub(crate) fn currency_of(code: &str) -> Result<Currency, sqlx::Error> {
    code.parse()
        .map_err(|_| undecodable(&format!("{code:?} is no currency")))
}

pub(crate) fn count(number: i32) -> Result<u32, sqlx::Error> {
    u32::try_from(number).map_err(|_| undecodable(&format!("{number} is no count")))
}

/// A value that the schema's constraints keep out.
pub(crate) fn undecodable(message: &str) -> sqlx::Error {
    sqlx::Error::Decode(message.into())
}
