//! What a buyer has typed in the gateway so far, for the gateway's own pages.

use domain::OrderId;
use domain::order::{Credential, Provider};
use domain::seat_map::Ending;
use sqlx::PgExecutor;

use crate::columns::count;
use crate::orders::{account_column, ending, secret_column};
use crate::payments::{provider, provider_word};

/// What a buyer has typed so far, and how the order's time went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayDetails {
    /// How many places they want.
    pub quantity: Option<u32>,
    /// Who buys and where they live.
    pub address: Option<StoredAddress>,
    /// How they want to pay.
    pub method: Option<Provider>,
    /// Whether the one extension is taken.
    pub is_extended: bool,
    /// How the order ended, if it ended unsold.
    pub ending: Option<Ending>,
}

/// Who buys and where they live.
///
/// `postcode` and `city` are empty where the country's addresses have none; `state` is province, county or what
/// else the country calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAddress {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub line1: String,
    pub line2: Option<String>,
    pub postcode: String,
    pub city: String,
    pub state: Option<String>,
    pub country: String,
}

struct Row {
    quantity: Option<i32>,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    line1: Option<String>,
    line2: Option<String>,
    postcode: Option<String>,
    city: Option<String>,
    state: Option<String>,
    country: Option<String>,
    method: Option<String>,
    is_extended: bool,
    ending: Option<String>,
}

/// What the owner of an order has typed so far; nothing if there is no such order or it is not theirs.
///
/// # Errors
/// The database does not answer.
pub async fn of_order(
    connection: impl PgExecutor<'_>,
    by: &Credential,
    order: OrderId,
) -> Result<Option<GatewayDetails>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select quantity as "quantity?", name as "name?", email as "email?", phone as "phone?",
               line1 as "line1?", line2 as "line2?", postcode as "postcode?", city as "city?",
               state as "state?", country as "country?", method as "method?", is_extended, ending
           from event_session_order left join order_details using (order_id)
           where (secret_hash = $1 or account_id = $2) and order_id = $3"#,
        secret_column(by),
        account_column(by),
        order.0,
    );
    row.fetch_optional(connection)
        .await?
        .map(GatewayDetails::try_from)
        .transpose()
}

/// Notes how the owner of a pending order wants to pay; whether it was noted.
///
/// # Errors
/// The database does not answer.
pub async fn set_method(
    connection: impl PgExecutor<'_>,
    by: &Credential,
    order: OrderId,
    method: Provider,
) -> Result<bool, sqlx::Error> {
    let noted = sqlx::query!(
        "insert into order_details (order_id, method)
         select order_id, $4 from event_session_order
         where (secret_hash = $1 or account_id = $2) and order_id = $3 and status = 'PENDING'
         on conflict (order_id) do update set method = excluded.method",
        secret_column(by),
        account_column(by),
        order.0,
        provider_word(Some(method)),
    );
    Ok(noted.execute(connection).await?.rows_affected() == 1)
}

impl TryFrom<Row> for GatewayDetails {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            quantity: row.quantity.map(count).transpose()?,
            method: row.method.as_deref().map(provider).transpose()?.flatten(),
            is_extended: row.is_extended,
            ending: row.ending.as_deref().map(ending).transpose()?,
            address: address(row),
        })
    }
}

/// Whole or not there: a constraint keeps it so.
fn address(row: Row) -> Option<StoredAddress> {
    Some(StoredAddress {
        name: row.name?,
        email: row.email?,
        phone: row.phone,
        line1: row.line1?,
        line2: row.line2,
        postcode: row.postcode?,
        city: row.city?,
        state: row.state,
        country: row.country?,
    })
}
