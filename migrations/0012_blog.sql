-- What marketing writes: articles with the events they are about, and who wants the newsletter.

create table article_category (
    article_category_id uuid primary key,
    name text not null,
    slug text not null constraint article_category_slug_is_unique unique
);

create table article (
    article_id uuid primary key,
    article_category_id uuid not null references article_category,
    title text not null,
    slug text not null constraint article_slug_is_unique unique,
    summary text not null default '',
    -- Markdown; cleaned when it is shown.
    body text not null default '',
    -- The language it is written in.
    language text not null default 'en' constraint article_language_is_tag check (language ~ '^[a-z]{2,3}$'),
    author text not null default '',
    -- How its picture is drawn; null: as its category's are.
    poster text,
    published_at timestamptz
);
create index article_by_publication on article (published_at desc) where published_at is not null;

comment on column article.published_at is 'null: a draft; it is shown from then on';

create table article_event (
    article_id uuid not null references article on delete cascade,
    event_id uuid not null references event on delete cascade,
    ordinal integer not null,
    primary key (article_id, event_id)
);

-- Pending until the address is confirmed by mail.
create table newsletter_subscription (
    subscription_id uuid primary key,
    email text not null,
    language text not null,
    state text not null default 'pending'
        constraint newsletter_state_is_known check (state in ('pending', 'confirmed', 'ended')),
    asked_at timestamptz not null,
    confirmed_at timestamptz,
    constraint newsletter_confirmed_has_instant check (state <> 'confirmed' or confirmed_at is not null)
);
create unique index newsletter_is_one_per_address on newsletter_subscription (lower(email));

do $$
declare
    shown text;
begin
    foreach shown in array array['article_category', 'article', 'article_event'] loop
        execute format('create trigger %1$s_insert_is_noted after insert on %1$s referencing new table as changed
            for each statement execute function note_catalogue_change()', shown);
        execute format('create trigger %1$s_update_is_noted after update on %1$s referencing new table as changed
            for each statement execute function note_catalogue_change()', shown);
        execute format('create trigger %1$s_delete_is_noted after delete on %1$s referencing old table as changed
            for each statement execute function note_catalogue_change()', shown);
    end loop;
end $$;

create trigger article_slug_is_kept after update of slug on article
    for each row when (old.slug <> new.slug) execute function keep_former_slug();
