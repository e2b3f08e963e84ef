//! What must add up, asked of one snapshot of a running system: the money, and the places beside it.

use domain::Money;
use sqlx::{PgConnection, PgPool};

use crate::columns::currency_of;

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: &'static str,
    /// What breaks it: an order, a payment, a session.
    pub subject: String,
    pub detail: String,
}

/// What the books say of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub captured: Money,
    /// What has gone back, less what came back of it since it could not be paid out.
    pub refunded: Money,
    /// What disputes that were lost took.
    pub disputed: Money,
    /// Refunds that are decided and not yet confirmed by a provider.
    pub owed: Money,
    /// What valid tickets cost, and what was kept of refunded ones.
    pub earned: Money,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    pub balances: Vec<Balance>,
    pub findings: Vec<Finding>,
    /// What is not wrong and wants to be seen to: a refund that a provider refused, an attempt long past its end.
    pub pending: Vec<Finding>,
}

/// How many breaches of a rule are told.
const FINDINGS_MAX: i64 = 50;

/// A rule as a query of `subject` and `detail` of what breaks it. The limit is its one parameter.
struct Rule {
    name: &'static str,
    breaches: &'static str,
}

const RULES: [Rule; 11] = [
    Rule {
        name: "money that came is booked once, and all of it",
        breaches: "select payment.payment_id::text as subject, state || ' ' || coalesce(payment.amount::text, 'no amount') || ', booked '
                 || coalesce(ledger.amount::text, 'nothing') as detail
             from payment left join ledger on ledger.payment_id = payment.payment_id and ledger.kind = 'captured'
             where payment.state in ('succeeded', 'refunded') and payment.amount > 0
                 and ledger.amount is distinct from payment.amount limit $1",
    },
    Rule {
        name: "what is booked came",
        breaches: "select payment_id::text as subject, payment.state as detail
             from ledger join payment using (payment_id)
             where kind = 'captured' and state not in ('succeeded', 'refunded') limit $1",
    },
    Rule {
        name: "what was captured less what goes back is what the order has earned",
        breaches: "select order_id::text as subject,
                 status || ': ' || captured || ' captured, ' || refunded || ' back, ' || earned || ' earned' as detail
             from (
                 select order_id, status,
                     coalesce((select sum(amount) from ledger
                         where ledger.order_id = o.order_id and kind = 'captured'), 0) as captured,
                     coalesce((select sum(refund.amount) from refund join payment using (payment_id)
                         where payment.order_id = o.order_id), 0) as refunded,
                     coalesce((select sum(price) from ticket
                         where ticket.order_id = o.order_id and ticket.status = 'VALID'), 0)
                     + coalesce((select sum(ticket_value - refund.amount) from refund
                         join payment using (payment_id)
                         where payment.order_id = o.order_id and refund.kind <> 'returned'), 0) as earned
                 from event_session_order o where status <> 'PENDING' or exists (
                     select from ledger where ledger.order_id = o.order_id)) sums
             where captured - refunded <> earned limit $1",
    },
    Rule {
        name: "refunds add up to what the payment says",
        breaches: "select payment_id::text as subject, refunded || ' said, ' || sum || ' in refunds' as detail
             from (select payment_id, payment.refunded, coalesce(sum(refund.amount), 0) as sum
                 from payment left join refund using (payment_id) group by payment_id) sums
             where refunded <> sum limit $1",
    },
    Rule {
        name: "a refund is booked when it is done, and not before",
        breaches: "select refund_id::text as subject, state || ', booked ' || booked as detail
             from (select refund_id, state, refund.amount,
                     coalesce(sum(case ledger.kind when 'refunded' then ledger.amount else -ledger.amount end), 0)
                         as booked
                 from refund left join ledger using (refund_id) group by refund_id) sums
             where booked <> case when state = 'done' then amount else 0 end limit $1",
    },
    Rule {
        name: "no more goes back than came",
        breaches: "select payment_id::text as subject,
                 captured || ' captured, ' || refunded || ' back, ' || disputed || ' lost to disputes' as detail
             from (select payment_id, coalesce(sum(amount) filter (where kind = 'captured'), 0) as captured,
                     coalesce(sum(amount) filter (where kind = 'refunded'), 0)
                         - coalesce(sum(amount) filter (where kind = 'refund_failed'), 0) as refunded,
                     coalesce(sum(amount) filter (where kind = 'disputed'), 0) as disputed
                 from ledger group by payment_id) sums
             where refunded + disputed > captured limit $1",
    },
    Rule {
        name: "a paid order has a payment and valid tickets, and no other order has any",
        breaches: "select order_id::text as subject, status || ', ' || tickets || ' valid tickets, ' || payments || ' payments' as detail
             from (select order_id, status,
                     (select count(*) from ticket
                         where ticket.order_id = o.order_id and ticket.status = 'VALID') as tickets,
                     (select count(*) from payment
                         where payment.order_id = o.order_id and state = 'succeeded') as payments
                 from event_session_order o) counts
             where case when status = 'PAID' then tickets = 0 or payments <> 1 else tickets > 0 end limit $1",
    },
    Rule {
        name: "a valid ticket of a seat has the seat",
        breaches: "select ticket_id::text as subject, 'seat ' || ticket.seat_index || ' is '
                 || coalesce(taken_seat.state || ' by ' || coalesce(taken_seat.order_id::text, 'nobody'), 'free') as detail
             from ticket left join taken_seat
                 on taken_seat.session_id = ticket.session_id and taken_seat.seat_index = ticket.seat_index
             where ticket.status = 'VALID' and ticket.seat_index is not null
                 and (taken_seat.state is distinct from 'sold' or taken_seat.order_id is distinct from ticket.order_id)
             limit $1",
    },
    Rule {
        name: "a sold seat has a valid ticket, unless it is being taken back",
        breaches: "select taken_seat.order_id::text as subject, 'seat ' || seat_index as detail
             from taken_seat
             where state = 'sold' and not exists (
                 select from ticket where ticket.session_id = taken_seat.session_id
                     and ticket.seat_index = taken_seat.seat_index and ticket.order_id = taken_seat.order_id
                     and (ticket.status = 'VALID' or exists (
                         select from refund where refund.refund_id = ticket.refund_id and places_returned_at is null)))
             limit $1",
    },
    Rule {
        name: "sold standing places have valid tickets, unless they are being taken back",
        breaches: "select order_id::text as subject, quantity || ' sold, ' || tickets || ' tickets' as detail
             from (select order_id, section_index, quantity,
                     (select count(*) from ticket where ticket.order_id = taken_standing.order_id
                         and ticket.section_index = taken_standing.section_index and seat_index is null
                         and (ticket.status = 'VALID' or exists (
                             select from refund where refund.refund_id = ticket.refund_id
                                 and places_returned_at is null))) as tickets
                 from taken_standing where state = 'sold') counts
             where quantity <> tickets limit $1",
    },
    Rule {
        name: "a standing section has as many places taken as orders have in it",
        breaches: "select session_id || '/' || section_index as subject, taken || ' taken, ' || sum || ' in orders' as detail
             from (select session_id, section_index, taken,
                     coalesce((select sum(quantity) from taken_standing lot
                         where lot.session_id = s.session_id and lot.section_index = s.section_index), 0) as sum
                 from session_section s where capacity is not null) counts
             where taken <> sum limit $1",
    },
];

const PENDING: [Rule; 7] = [
    Rule {
        name: "a provider refused a refund",
        breaches: "select refund_id::text as subject, refund.amount || ' ' || currency || ': ' || coalesce(refund.failure, '') as detail
             from refund join payment using (payment_id) where refund.state = 'failed' limit $1",
    },
    Rule {
        name: "a payment is disputed, and staff have to answer its provider",
        breaches: "select order_id::text as subject,
                 dispute.amount || ' ' || dispute.currency || ' at ' || dispute.provider || ' (' || reference || '): '
                     || reason as detail
             from dispute join payment using (payment_id) where dispute.state = 'open' limit $1",
    },
    Rule {
        name: "a dispute is lost, and its order's tickets still admit",
        breaches: "select order_id::text as subject, dispute.provider || ' (' || reference || ')' as detail
             from dispute join payment using (payment_id)
             where dispute.state = 'lost' and exists (
                 select from ticket where ticket.order_id = payment.order_id and ticket.status = 'VALID') limit $1",
    },
    Rule {
        name: "a refund is under way for more than an hour",
        breaches: "select refund_id::text as subject, refund.amount || ' ' || currency as detail
             from refund join payment using (payment_id)
             where refund.state in ('due', 'sent') and refund.created_at < now() - interval '1 hour' limit $1",
    },
    Rule {
        name: "an attempt to pay is open long after its end",
        breaches: "select payment_id::text as subject, provider as detail from payment
             where state = 'pending' and pinned_until < now() - interval '5 minutes' limit $1",
    },
    Rule {
        name: "a webhook waits for more than five minutes",
        breaches: "select provider || ' ' || event_id as subject, kind as detail from webhook_event
             where worked_off_at is null and received_at < now() - interval '5 minutes' limit $1",
    },
    Rule {
        name: "a cancelled session has paid orders",
        breaches: "select order_id::text as subject, session_id::text as detail
             from event_session_order o join event_session using (session_id)
             where o.status = 'PAID' and event_session.status = 'cancelled' limit $1",
    },
];

/// Checks everything in one snapshot.
///
/// # Errors
/// The database does not answer.
pub async fn check(pool: &PgPool) -> Result<Report, sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only")
        .execute(&mut *tx)
        .await?;
    let report = Report {
        balances: balances(&mut tx).await?,
        findings: findings(&mut tx).await?,
        pending: breaches(&mut tx, &PENDING).await?,
    };
    tx.commit().await?;
    Ok(report)
}

/// What does not add up, as a transaction sees it.
///
/// # Errors
/// The database does not answer.
pub async fn findings(tx: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    breaches(tx, &RULES).await
}

async fn breaches(tx: &mut PgConnection, rules: &[Rule]) -> Result<Vec<Finding>, sqlx::Error> {
    let mut findings = Vec::new();
    for rule in rules {
        // Unchecked, for a macro cannot be given a constant; a test runs each of them.
        let rows: Vec<(String, String)> = sqlx::query_as(rule.breaches)
            .bind(FINDINGS_MAX)
            .fetch_all(&mut *tx)
            .await?;
        findings.extend(rows.into_iter().map(|(subject, detail)| Finding {
            rule: rule.name,
            subject,
            detail,
        }));
    }
    Ok(findings)
}

async fn balances(tx: &mut PgConnection) -> Result<Vec<Balance>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select currency as "currency!", captured as "captured!", refunded as "refunded!",
               disputed as "disputed!",
               coalesce((select sum(refund.amount) from refund join payment using (payment_id)
                   where payment.currency = booked.currency and refund.state <> 'done'), 0)::int8 as "owed!",
               (coalesce((select sum(price) from ticket
                   where ticket.currency = booked.currency and status = 'VALID'), 0)
               + coalesce((select sum(ticket_value - refund.amount) from refund join payment using (payment_id)
                   where payment.currency = booked.currency and refund.kind <> 'returned'), 0))::int8 as "earned!"
           from (select currency, coalesce(sum(amount) filter (where kind = 'captured'), 0)::int8 as captured,
                   (coalesce(sum(amount) filter (where kind = 'refunded'), 0)
                       - coalesce(sum(amount) filter (where kind = 'refund_failed'), 0))::int8 as refunded,
                   coalesce(sum(amount) filter (where kind = 'disputed'), 0)::int8 as disputed
               from ledger group by currency) booked order by 1"#
    )
    .fetch_all(tx)
    .await?;
    let balances = rows.into_iter().map(|row| {
        let currency = currency_of(&row.currency)?;
        let money = |minor| Money { minor, currency };
        Ok(Balance {
            captured: money(row.captured),
            refunded: money(row.refunded),
            disputed: money(row.disputed),
            owed: money(row.owed),
            earned: money(row.earned),
        })
    });
    balances.collect()
}
