-- Finding events: what is told of places and people, a search that forgives spelling, and a version that says when to read again.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

alter table artist add column description text not null default '';

alter table venue
    add column description text not null default '',
    add column directions text not null default '',
    add column latitude double precision,
    add column longitude double precision,
    add constraint venue_location_is_whole check (num_nulls(latitude, longitude) in (0, 2)),
    add constraint venue_location_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180);

-- How the poster is drawn; where it is null the category decides.
alter table event add column poster text;

-- The language in which an account reads; null: what the browser asks for.
alter table account add column language text constraint account_language_is_known check (language in ('en', 'de'));

-- How many places a manifest sells at most: seats that are not out of use, and standing places.
alter table manifest add column places integer not null default 0;
update manifest set places =
    (select count(*) from jsonb_array_elements(document -> 'seats') seat where not coalesce((seat ->> 'disabled')::boolean, false))
    + (select coalesce(sum((section ->> 'capacity')::integer), 0) from jsonb_array_elements(document -> 'sections') section);

-- What the cheapest place costs; one that costs nothing counts only if all do. Frozen with the prices.
alter table event_session add column from_price bigint;
update event_session set from_price =
    (select coalesce(min(price) filter (where price > 0), min(price))
     from session_section section where section.session_id = event_session.session_id);

-- Addresses that were given away once keep leading there.
create table former_slug (
    kind text not null constraint former_slug_kind_is_known check (kind in ('artist', 'category', 'city', 'event', 'venue', 'article')),
    slug text not null,
    target_id uuid not null,
    constraint former_slug_leads_to_one primary key (kind, slug)
);

create table event_search (
    event_id uuid primary key references event on delete cascade,
    document tsvector not null
);
create index event_search_by_document on event_search using gin (document);

-- Every word that can be found, so that one that cannot finds its neighbours.
create table search_word (word text primary key);
create index search_word_by_trigrams on search_word using gin (word gin_trgm_ops);

-- It rises with every change of what the public pages show. One row.
create table catalogue_version (
    version bigint not null,
    is_only boolean not null default true constraint catalogue_version_is_one_row primary key check (is_only)
);
insert into catalogue_version (version) values (1);

-- Words as they are searched: without accents, and umlauts also as Germans write them without.
create function searchable(words text) returns text language sql stable as $$
    select unaccent(lower(words)) || case when lower(words) ~ '[äöüß]' then
        ' ' || unaccent(replace(replace(replace(replace(lower(words), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss'))
        else '' end
$$;

create function refresh_event_search(changed uuid[]) returns void language sql as $$
    with fresh as (
        insert into event_search (event_id, document)
        select event.event_id,
            setweight(to_tsvector('simple', searchable(event.title)), 'A')
            || setweight(to_tsvector('simple', searchable(coalesce(
                (select string_agg(artist.name, ' ') from event_artist join artist using (artist_id)
                 where event_artist.event_id = event.event_id), ''))), 'A')
            || setweight(to_tsvector('simple', searchable(category.name || ' ' || coalesce(
                (select string_agg(distinct concat_ws(' ', venue.name, city.name, country.name), ' ')
                 from event_session session join venue using (venue_id) join city using (city_id) join country using (country_code)
                 where session.event_id = event.event_id and session.status <> 'draft'), ''))), 'B')
            || setweight(to_tsvector('simple', searchable(event.description)), 'D')
        from event join category using (category_id)
        where event.event_id = any (changed)
        on conflict (event_id) do update set document = excluded.document
        returning document
    )
    insert into search_word (word)
    select distinct word from fresh, unnest(tsvector_to_array(document)) word
    where length(word) > 1
    on conflict do nothing
$$;

-- After a statement on any table that the public pages show. `changed` are its rows.
create function note_catalogue_change() returns trigger language plpgsql as $$
declare
    events uuid[];
begin
    case tg_table_name
        when 'event', 'event_artist', 'event_session' then
            select array_agg(distinct event_id) into events from changed;
        when 'artist' then
            select array_agg(distinct event_id) into events from event_artist join changed using (artist_id);
        when 'venue' then
            select array_agg(distinct event_id) into events from event_session join changed using (venue_id);
        when 'city' then
            select array_agg(distinct event_id) into events
            from event_session join venue using (venue_id) join changed using (city_id);
        when 'category' then
            select array_agg(distinct event_id) into events from event join changed using (category_id);
        else
            events := null;
    end case;
    if events is not null then
        perform refresh_event_search(events);
    end if;
    update catalogue_version set version = version + 1;
    return null;
end $$;

do $$
declare
    shown text;
begin
    foreach shown in array array['category', 'city', 'venue', 'artist', 'event', 'event_artist', 'event_session'] loop
        execute format('create trigger %1$s_insert_is_noted after insert on %1$s referencing new table as changed
            for each statement execute function note_catalogue_change()', shown);
        execute format('create trigger %1$s_update_is_noted after update on %1$s referencing new table as changed
            for each statement execute function note_catalogue_change()', shown);
        execute format('create trigger %1$s_delete_is_noted after delete on %1$s referencing old table as changed
            for each statement execute function note_catalogue_change()', shown);
    end loop;
end $$;

-- Whoever had the address is found under the new one; an address in use leads to who uses it.
create function keep_former_slug() returns trigger language plpgsql as $$
begin
    insert into former_slug (kind, slug, target_id)
    values (tg_table_name, old.slug, (to_jsonb(old) ->> (tg_table_name || '_id'))::uuid)
    on conflict (kind, slug) do update set target_id = excluded.target_id;
    return null;
end $$;

do $$
declare
    named text;
begin
    foreach named in array array['artist', 'category', 'city', 'event', 'venue'] loop
        execute format('create trigger %1$s_slug_is_kept after update of slug on %1$s
            for each row when (old.slug <> new.slug) execute function keep_former_slug()', named);
    end loop;
end $$;

select refresh_event_search(array(select event_id from event));
