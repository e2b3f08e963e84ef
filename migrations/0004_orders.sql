-- What is promised: orders, the places they have, and the claims that got them.

create table event_session_order (
    order_id uuid primary key,
    session_id uuid not null references event_session,
    account_id uuid references account,
    secret_hash bytea not null constraint order_secret_hash_is_sha256 check (octet_length(secret_hash) = 32),
    buyer_email_hash bytea constraint order_buyer_hash_is_sha256 check (octet_length(buyer_email_hash) = 32),
    pnr text not null constraint order_pnr_is_unique unique,
    status text not null default 'PENDING'
        constraint order_status_is_known check (status in ('PENDING', 'PAID', 'CANCELLED', 'REFUNDED')),
    ending text constraint order_ending_is_known check (ending in ('cancelled', 'expired')),
    opened_at timestamptz not null,
    has_claimed boolean not null default false,
    is_extended boolean not null default false,
    expire_if_not_completed_at timestamptz not null,
    paid_at timestamptz,
    constraint order_paid_has_instant check (status <> 'PAID' or paid_at is not null)
);
create index order_pending_by_session on event_session_order (session_id) where status = 'PENDING';
create index order_of_buyer_by_session on event_session_order (session_id)
    where status = 'PAID' and (account_id is not null or buyer_email_hash is not null);
create index order_by_account on event_session_order (account_id) where account_id is not null;

-- What the buyer typed in the gateway. Its own table, so that typing never waits for the journal.
create table order_details (
    order_id uuid primary key references event_session_order on delete cascade,
    quantity integer constraint order_quantity_is_positive check (quantity > 0),
    name text,
    email text,
    phone text,
    line1 text,
    line2 text,
    postcode text,
    city text,
    country text,
    constraint order_address_is_whole check (
        num_nulls(name, email, line1, postcode, city, country) in (0, 6)
    )
);

-- A seat that is not free. Its key is the guard against selling a seat twice: nothing may ever
-- insert here with "on conflict", for that would disarm it.
create table taken_seat (
    session_id uuid not null,
    seat_index integer not null constraint taken_seat_index_is_not_negative check (seat_index >= 0),
    state text not null
        constraint taken_seat_state_is_known check (state in ('held', 'pinned', 'sold', 'allocated', 'disabled')),
    order_id uuid references event_session_order,
    constraint taken_seat_has_one_owner primary key (session_id, seat_index),
    constraint taken_seat_has_order check ((state in ('held', 'pinned', 'sold')) = (order_id is not null))
);
create index taken_seat_by_order on taken_seat (order_id);

-- The standing places of an order in one section.
create table taken_standing (
    order_id uuid not null references event_session_order,
    section_index smallint not null,
    session_id uuid not null,
    quantity integer not null constraint taken_standing_quantity_is_positive check (quantity > 0),
    state text not null
        constraint taken_standing_state_is_known check (state in ('held', 'pinned', 'sold')),
    primary key (order_id, section_index)
);
create index taken_standing_by_session on taken_standing (session_id);

-- A granted claim under its key, so that its repetition is answered and not granted again.
create table claim (
    order_id uuid not null references event_session_order on delete cascade,
    idempotency_key text not null,
    request_hash bytea not null constraint claim_request_hash_is_sha256 check (octet_length(request_hash) = 32),
    seats integer[] not null,
    standing_section smallint,
    standing_quantity integer,
    constraint claim_key_is_unique_in_order primary key (order_id, idempotency_key),
    constraint claim_standing_is_whole check (num_nulls(standing_section, standing_quantity) in (0, 2))
);
