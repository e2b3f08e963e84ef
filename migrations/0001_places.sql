-- Where events happen: countries, cities, venues and the plans that sessions are published from.

create table country (
    country_code text primary key constraint country_code_is_iso check (country_code ~ '^[A-Z]{2}$'),
    name text not null
);

create table city (
    city_id uuid primary key,
    country_code text not null references country,
    name text not null,
    slug text not null constraint city_slug_is_unique unique
);

create table venue (
    venue_id uuid primary key,
    city_id uuid not null references city,
    name text not null,
    slug text not null constraint venue_slug_is_unique unique,
    address text not null default '',
    time_zone text not null,
    -- What people look at: the stage. Hundredths of a plan unit, as all geometry of a plan is.
    focus_x integer not null default 0,
    focus_y integer not null default 0
);

comment on column venue.time_zone is 'an IANA name; decides what is printed for every session here';

create table section (
    section_id uuid primary key,
    venue_id uuid not null references venue on delete cascade,
    ordinal integer not null,
    name text not null,
    kind text not null constraint section_kind_is_known check (kind in ('seated', 'standing')),
    capacity integer,
    starting_price bigint not null constraint section_price_is_not_negative check (starting_price >= 0),
    currency text not null constraint section_currency_is_iso check (currency ~ '^[A-Z]{3}$'),
    position_x integer not null,
    position_y integer not null,
    rotation integer not null default 0,
    shape text not null default 'rectangle'
        constraint section_shape_is_known check (shape in ('ellipse', 'rectangle', 'rounded_rectangle')),
    size_x integer not null,
    size_y integer not null,
    constraint section_name_is_unique_in_venue unique (venue_id, name),
    constraint section_ordinal_is_unique_in_venue unique (venue_id, ordinal),
    constraint section_standing_has_capacity check ((kind = 'standing') = (capacity is not null) and capacity > 0)
);

create table seat (
    section_id uuid not null references section on delete cascade,
    ordinal integer not null,
    guid text not null,
    row_label text not null,
    seat_number text not null,
    position_x integer not null,
    position_y integer not null,
    rotation integer not null default 0,
    shape text not null default 'ellipse'
        constraint seat_shape_is_known check (shape in ('ellipse', 'rectangle', 'rounded_rectangle')),
    size_x integer not null,
    size_y integer not null,
    accessible boolean not null default false,
    disabled boolean not null default false,
    primary key (section_id, ordinal),
    constraint seat_guid_is_unique_in_section unique (section_id, guid)
);

-- What is drawn beside sections and seats and sells nothing: the stage, stairs, words.
create table venue_area (
    venue_id uuid not null references venue on delete cascade,
    ordinal integer not null,
    drawing jsonb not null,
    primary key (venue_id, ordinal)
);

-- A plan as it was frozen. Sessions published from an unchanged plan share it.
create table manifest (
    manifest_id uuid primary key,
    venue_id uuid not null references venue,
    content_hash bytea not null constraint manifest_content_is_unique unique
        constraint manifest_hash_is_sha256 check (octet_length(content_hash) = 32),
    document jsonb not null,
    created_at timestamptz not null default now()
);
