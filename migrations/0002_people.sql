-- Who uses it: accounts, their logins, and their part in venues and artists.

create table account (
    account_id uuid primary key,
    email text not null,
    email_confirmed_at timestamptz,
    name text not null,
    password_hash text,
    roles text[] not null default '{}'
        constraint account_roles_are_known check (roles <@ array['ADMIN', 'MARKETING']),
    created_at timestamptz not null default now()
);
create unique index account_email_is_unique on account (lower(email));

create table login (
    login_id uuid primary key,
    account_id uuid not null references account on delete cascade,
    token_hash bytea not null constraint login_token_is_unique unique
        constraint login_token_hash_is_sha256 check (octet_length(token_hash) = 32),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz
);
create index login_by_account on login (account_id);

create table venue_person (
    venue_id uuid not null references venue on delete cascade,
    account_id uuid not null references account on delete cascade,
    role text not null constraint venue_person_role_is_known check (role in ('OWNER', 'MANAGER')),
    primary key (venue_id, account_id)
);
create index venue_person_by_account on venue_person (account_id);

create table artist (
    artist_id uuid primary key,
    name text not null,
    slug text not null constraint artist_slug_is_unique unique
);

create table artist_person (
    artist_id uuid not null references artist on delete cascade,
    account_id uuid not null references account on delete cascade,
    role text not null constraint artist_person_role_is_known check (role in ('OWNER', 'MANAGER')),
    primary key (artist_id, account_id)
);
create index artist_person_by_account on artist_person (account_id);
