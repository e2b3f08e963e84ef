-- What is sold: events, their sessions, and the sections of a session with their frozen prices.

create table category (
    category_id uuid primary key,
    name text not null,
    slug text not null constraint category_slug_is_unique unique
);

create table event (
    event_id uuid primary key,
    category_id uuid not null references category,
    title text not null,
    slug text not null constraint event_slug_is_unique unique,
    description text not null default '',
    created_at timestamptz not null default now()
);

create table event_artist (
    event_id uuid not null references event on delete cascade,
    artist_id uuid not null references artist,
    ordinal integer not null,
    primary key (event_id, artist_id)
);
create index event_artist_by_artist on event_artist (artist_id);

create table event_session (
    session_id uuid primary key,
    event_id uuid not null references event,
    venue_id uuid not null references venue,
    manifest_id uuid references manifest,
    status text not null default 'draft'
        constraint session_status_is_known check (status in ('draft', 'on_sale', 'paused', 'postponed', 'cancelled')),
    starts_at timestamptz not null,
    doors_open_at timestamptz,
    on_sale_from timestamptz not null,
    on_sale_until timestamptz,
    currency text not null constraint session_currency_is_iso check (currency ~ '^[A-Z]{3}$'),
    section_prices jsonb not null default '{}',
    max_per_order integer not null default 10 constraint session_order_limit_is_positive check (max_per_order > 0),
    max_per_buyer integer constraint session_buyer_limit_is_positive check (max_per_buyer > 0),
    hold_secs integer not null default 600 constraint session_hold_is_positive check (hold_secs > 0),
    constraint session_is_published_with_manifest check (status = 'draft' or manifest_id is not null),
    constraint session_sale_ends_after_it_begins check (on_sale_until > on_sale_from)
);
create index event_session_by_event on event_session (event_id, starts_at);
create index event_session_by_venue on event_session (venue_id, starts_at);

comment on column event_session.doors_open_at is 'before it, scans answer too_early; null admits at any time';
comment on column event_session.section_prices is 'section id to minor units; overrides section.starting_price';

create table session_section (
    session_id uuid not null references event_session on delete cascade,
    section_index smallint not null,
    section_id uuid not null,
    name text not null,
    price bigint not null constraint session_section_price_is_not_negative check (price >= 0),
    -- A standing section's guard: held, pinned and sold together, written by the journal alone.
    capacity integer,
    taken integer not null default 0,
    allocated integer not null default 0,
    primary key (session_id, section_index),
    constraint standing_within_capacity
        check (taken >= 0 and allocated >= 0 and taken + allocated <= coalesce(capacity, 0))
);

-- Which start of a session's actor may write: every batch locks this row at its epoch.
create table session_owner (
    session_id uuid primary key references event_session on delete cascade,
    epoch bigint not null
);
