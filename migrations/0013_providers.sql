-- Payments through real providers: what they call an attempt, what they tell us, and books that add up.

alter table payment
    -- The provider's name for the attempt: Stripe's intent, PayPal's order.
    add column provider_reference text,
    -- What the buyer goes on with: Stripe's client secret, or the address to approve at.
    add column hand_over text,
    -- What refunds name: Stripe's charge, PayPal's capture.
    add column capture_reference text,
    -- Set before the money is asked for: from then on only the provider knows whether it came.
    add column capture_begun_at timestamptz,
    -- When the provider was last heard about it.
    add column heard_at timestamptz not null default now(),
    -- Why it was declined or given up, in the provider's words.
    add column failure text;
create unique index payment_reference_is_unique_at_provider on payment (provider, provider_reference)
    where provider_reference is not null;
create index payment_quiet on payment (heard_at) where state = 'pending' and provider in ('stripe', 'paypal');

-- Webhooks as they came, verified. The key is the guard against working one off twice.
create table webhook_event (
    provider text not null constraint webhook_event_provider_is_known check (provider in ('stripe', 'paypal')),
    event_id text not null,
    kind text not null,
    body bytea not null,
    received_at timestamptz not null default now(),
    worked_off_at timestamptz,
    outcome text,
    constraint webhook_event_is_stored_once primary key (provider, event_id)
);
create index webhook_event_waiting on webhook_event (received_at) where worked_off_at is null;

-- Money that goes back: due until the provider took it on, sent until it says that it is done.
alter table refund
    add column state text not null default 'due'
        constraint refund_state_is_known check (state in ('due', 'sent', 'done', 'failed')),
    add column provider_reference text,
    -- The client's name for its request, so that it is done once.
    add column refund_key text,
    -- Money that was returned since there were no places for it; tickets taken back; or a favour.
    add column kind text not null default 'returned'
        constraint refund_kind_is_known check (kind in ('returned', 'tickets', 'favour')),
    -- What the tickets that it took back had cost. What is above the amount was kept as a fee.
    add column ticket_value bigint not null default 0
        constraint refund_ticket_value_is_not_negative check (ticket_value >= 0),
    -- What becomes of their places, and whether the session has been told.
    add column places text not null default 'on_sale'
        constraint refund_places_are_known check (places in ('on_sale', 'withheld')),
    add column places_returned_at timestamptz,
    add column requested_by uuid references account,
    add column heard_at timestamptz not null default now(),
    add column failure text,
    add constraint refund_key_is_unique_in_payment unique (payment_id, refund_key);
update refund set state = 'done', places_returned_at = created_at;
create index refund_under_way on refund (heard_at) where state in ('due', 'sent');
create index refund_by_reference on refund (provider_reference) where provider_reference is not null;

alter table ticket add column refund_id uuid references refund;
create index ticket_by_refund on ticket (refund_id) where refund_id is not null;

-- The books. Every movement of money is a row that nothing changes afterwards.
create table ledger (
    entry_id bigint generated always as identity primary key,
    booked_at timestamptz not null default now(),
    kind text not null constraint ledger_kind_is_known check (kind in ('captured', 'refunded')),
    payment_id uuid not null references payment,
    order_id uuid not null,
    session_id uuid not null,
    refund_id uuid references refund,
    amount bigint not null constraint ledger_amount_is_positive check (amount > 0),
    currency text not null,
    provider text not null,
    constraint ledger_refund_is_named check ((kind = 'refunded') = (refund_id is not null))
);
create unique index ledger_captures_once_per_payment on ledger (payment_id) where kind = 'captured';
create unique index ledger_books_a_refund_once on ledger (refund_id) where refund_id is not null;
create index ledger_by_order on ledger (order_id);
create index ledger_by_session on ledger (session_id, booked_at);

insert into ledger (booked_at, kind, payment_id, order_id, session_id, amount, currency, provider)
select coalesce(settled_at, created_at), 'captured', payment_id, order_id, session_id, amount, payment.currency, provider
from payment join event_session_order using (order_id)
where state in ('succeeded', 'refunded') and amount > 0;
insert into ledger (booked_at, kind, payment_id, order_id, session_id, refund_id, amount, currency, provider)
select refund.created_at, 'refunded', payment_id, order_id, session_id, refund_id, refund.amount, payment.currency, provider
from refund join payment using (payment_id) join event_session_order using (order_id)
where refund.amount > 0;

create function ledger_refuses() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only' using errcode = 'FR004';
end $$;
create trigger ledger_is_append_only before update or delete on ledger
    for each statement execute function ledger_refuses();

-- Whether buyers may return their tickets themselves: until so many hours before the start, for a fee a ticket.
alter table event_session
    add column buyer_refund_hours integer
        constraint session_refund_hours_are_not_negative check (buyer_refund_hours >= 0),
    add column buyer_refund_fee bigint not null default 0
        constraint session_refund_fee_is_not_negative check (buyer_refund_fee >= 0);

-- A session that is being cancelled, with every order refunded: a job that can be cut short and goes on.
create table session_cancellation (
    session_id uuid primary key references event_session,
    reason text not null,
    requested_by uuid references account,
    started_at timestamptz not null default now(),
    orders_refunded integer not null default 0,
    finished_at timestamptz
);
