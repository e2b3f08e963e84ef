-- What is paid and admitted: payments, tickets, scans, and the record of who did what.

create table payment (
    payment_id uuid primary key,
    order_id uuid not null references event_session_order,
    provider text not null constraint payment_provider_is_known check (provider in ('stripe', 'paypal', 'test', 'none')),
    idempotency_key text not null,
    request_hash bytea not null,
    state text not null default 'pending'
        constraint payment_state_is_known check (state in ('pending', 'succeeded', 'declined', 'cancelled', 'refunded')),
    -- Known once the order's places are pinned: what the money is for.
    amount bigint constraint payment_amount_is_not_negative check (amount >= 0),
    currency text not null,
    seats integer[] not null default '{}',
    standing_sections smallint[] not null default '{}',
    standing_quantities integer[] not null default '{}',
    refunded bigint not null default 0,
    pinned_until timestamptz not null,
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    constraint payment_key_is_unique_in_order unique (order_id, idempotency_key),
    constraint payment_refund_within_amount check (refunded >= 0 and refunded <= coalesce(amount, 0))
);
create unique index payment_succeeds_once_per_order on payment (order_id) where state = 'succeeded';
create unique index payment_is_one_pending_per_order on payment (order_id) where state = 'pending';

create table refund (
    refund_id uuid primary key,
    payment_id uuid not null references payment,
    amount bigint not null constraint refund_amount_is_not_negative check (amount >= 0),
    reason text not null,
    created_at timestamptz not null default now()
);
create index refund_by_payment on refund (payment_id);

-- What the demo's own payment provider knows. It plays a provider: nothing else may read it.
create table test_intent (
    payment_id uuid primary key references payment,
    -- Part of the address at which the buyer confirms: who has it may answer for the buyer.
    confirm_token text not null,
    state text not null constraint test_intent_state_is_known
        check (state in ('open', 'captured', 'declined', 'cancelled', 'refunded'))
);

create table ticket (
    ticket_id uuid primary key,
    order_id uuid not null references event_session_order,
    session_id uuid not null references event_session,
    seat_index integer,
    section_index smallint not null,
    section_name text not null,
    row_label text,
    seat_number text,
    holder text not null,
    price bigint not null,
    currency text not null,
    status text not null default 'VALID'
        constraint ticket_status_is_known check (status in ('VALID', 'CANCELLED', 'REFUNDED')),
    ordinal integer not null,
    constraint ticket_ordinal_is_unique_in_order unique (order_id, ordinal)
);
create unique index ticket_is_one_per_seat on ticket (session_id, seat_index) where status = 'VALID';

-- Every attempt at the door. A repeated nonce is the same attempt.
create table scan (
    scan_id uuid primary key,
    session_id uuid not null references event_session,
    account_id uuid not null references account,
    nonce text not null,
    -- What was scanned, hashed: a nonce that comes back with something else is refused.
    request_hash bytea not null constraint scan_request_hash_is_sha256 check (octet_length(request_hash) = 32),
    device text not null default '',
    ticket_id uuid references ticket,
    verdict text not null,
    scanned_at timestamptz not null,
    constraint scan_nonce_is_unique_in_account unique (account_id, nonce)
);
create index scan_by_session on scan (session_id, scanned_at);

-- The guard against admitting a ticket twice.
create table admission (
    ticket_id uuid not null references ticket,
    session_id uuid not null references event_session,
    scan_id uuid not null references scan,
    admitted_at timestamptz not null,
    constraint admission_is_one_per_ticket primary key (ticket_id)
);
create index admission_by_session on admission (session_id, admitted_at);

create table audit (
    audit_id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    account_id uuid references account,
    action text not null,
    subject text not null,
    details jsonb not null default '{}'
);

create table setting (
    name text primary key,
    value jsonb not null
);
