//! Sales that were made at a counter before this house was opened: paid orders with their places and
//! tickets, as a sale leaves them. Only for sessions that nobody sells yet: it does not ask their actor.

use domain::pnr::Pnr;
use domain::{PaymentId, SessionId, Timestamp};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::columns::count;
use crate::instant;

/// Who sold, and when.
#[derive(Debug, Clone, Copy)]
pub struct Counter<'a> {
    /// The name on the tickets.
    pub holder: &'a str,
    /// Where a question about them goes.
    pub email: &'a str,
    /// When they were paid.
    pub sold_at: Timestamp,
}

/// How many places a session has.
///
/// # Errors
/// The database does not answer, or there is no such session.
pub async fn places(
    connection: impl PgExecutor<'_>,
    session: SessionId,
) -> Result<u32, sqlx::Error> {
    let places = sqlx::query_scalar!(
        "select places from event_session join manifest using (manifest_id) where session_id = $1",
        session.0,
    )
    .fetch_one(connection)
    .await?;
    count(places)
}

/// Sells all places of a session but so many, the seats that stay being spread over the house. Standing
/// sections are sold first.
///
/// # Errors
/// The database does not answer.
pub async fn sell_all_but(
    connection: &mut PgConnection,
    session: SessionId,
    places_left: u32,
    counter: &Counter<'_>,
) -> Result<(), sqlx::Error> {
    let order = insert_order(connection, session, counter).await?;
    sell_standing(&mut *connection, session, order).await?;
    sell_seats(&mut *connection, session, order, places_left).await?;
    insert_seat_tickets(&mut *connection, session, order, counter).await?;
    insert_standing_tickets(&mut *connection, session, order, counter).await?;
    insert_payment(connection, session, order, counter).await
}

async fn insert_order(
    connection: &mut PgConnection,
    session: SessionId,
    counter: &Counter<'_>,
) -> Result<Uuid, sqlx::Error> {
    let order = Uuid::now_v7();
    let (_, low) = Uuid::new_v4().as_u64_pair();
    let pnr = Pnr::from_number(low);
    // Nobody has its secret: the hash is of nothing.
    let secret_hash = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    sqlx::query!(
        "insert into event_session_order (order_id, session_id, secret_hash, pnr, status, opened_at, has_claimed,
             expire_if_not_completed_at, paid_at)
         values ($1, $2, $3, $4, 'PAID', $5, true, $5, $5)",
        order,
        session.0,
        secret_hash,
        pnr.as_str(),
        instant(counter.sold_at),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into order_details (order_id, name, email, line1, postcode, city, country)
         values ($1, $2, $3, '', '', '', '')",
        order,
        counter.holder,
        counter.email,
    )
    .execute(connection)
    .await?;
    Ok(order)
}

async fn sell_standing(
    connection: &mut PgConnection,
    session: SessionId,
    order: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into taken_standing (order_id, section_index, session_id, quantity, state)
         select $2, section_index, session_id, capacity, 'sold' from session_section
         where session_id = $1 and capacity > 0",
        session.0,
        order,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update session_section set taken = capacity where session_id = $1 and capacity > 0",
        session.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn sell_seats(
    connection: impl PgExecutor<'_>,
    session: SessionId,
    order: Uuid,
    places_left: u32,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into taken_seat (session_id, seat_index, state, order_id)
         select $1, seat_index, 'sold', $2
         from (
             select (ordinality - 1)::integer as seat_index,
                 row_number() over (order by md5(ordinality::text || $1::text)) as place
             from event_session join manifest using (manifest_id),
                 json_array_elements(document -> 'seats') with ordinality as given (seat, ordinality)
             where session_id = $1 and not coalesce((seat ->> 'disabled')::boolean, false)
         ) seat
         where place > $3",
        session.0,
        order,
        i64::from(places_left),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_seat_tickets(
    connection: impl PgExecutor<'_>,
    session: SessionId,
    order: Uuid,
    counter: &Counter<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into ticket (ticket_id, order_id, session_id, seat_index, section_index, section_name, row_label,
             seat_number, holder, price, currency, ordinal)
         select gen_random_uuid(), $2, $1, taken.seat_index, section.section_index, section.name,
             seat ->> 'row', seat ->> 'number', $3, section.price, session.currency,
             row_number() over (order by taken.seat_index)
         from event_session session
         join manifest using (manifest_id)
         cross join lateral json_array_elements(document -> 'seats') with ordinality as given (seat, ordinality)
         join taken_seat taken
             on taken.session_id = session.session_id and taken.seat_index = given.ordinality - 1
         join session_section section
             on section.session_id = $1 and section.section_index = (seat ->> 'section')::smallint
         where session.session_id = $1 and taken.order_id = $2",
        session.0,
        order,
        counter.holder,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_standing_tickets(
    connection: impl PgExecutor<'_>,
    session: SessionId,
    order: Uuid,
    counter: &Counter<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into ticket (ticket_id, order_id, session_id, section_index, section_name, holder, price, currency,
             ordinal)
         select gen_random_uuid(), $2, $1, section.section_index, section.name, $3, section.price,
             session.currency,
             (select count(*) from ticket where ticket.order_id = $2)
                 + row_number() over (order by section.section_index)
         from taken_standing taken
         join session_section section using (session_id, section_index)
         join event_session session using (session_id)
         cross join generate_series(1, taken.quantity)
         where taken.session_id = $1 and taken.order_id = $2",
        session.0,
        order,
        counter.holder,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_payment(
    connection: &mut PgConnection,
    session: SessionId,
    order: Uuid,
    counter: &Counter<'_>,
) -> Result<(), sqlx::Error> {
    let payment = Uuid::now_v7();
    sqlx::query!(
        "insert into payment (payment_id, order_id, provider, idempotency_key, request_hash, state, amount, currency,
             seats, standing_sections, standing_quantities, pinned_until, settled_at)
         select $1, $2, 'test', 'counter', $4, 'succeeded',
             (select sum(price) from ticket where ticket.order_id = $2), currency,
             array(select seat_index from taken_seat where session_id = $3 and order_id = $2 order by seat_index),
             array(select section_index from taken_standing where order_id = $2 order by section_index),
             array(select quantity from taken_standing where order_id = $2 order by section_index), $5, $5
         from event_session where session_id = $3",
        payment,
        order,
        session.0,
        [0_u8; 32].as_slice(),
        instant(counter.sold_at),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into test_intent (payment_id, confirm_token, state) values ($1, $2, 'captured')",
        payment,
        Uuid::new_v4().to_string(),
    )
    .execute(&mut *connection)
    .await?;
    crate::ledger::book_capture(connection, PaymentId(payment)).await
}
