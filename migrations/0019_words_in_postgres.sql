-- Postgres itself says what a searched word means, which events have it and how well: what that takes is kept beside the documents.

create index event_search_by_document on event_search using gin (document) with (fastupdate = off);

-- Every word that stands in a document, so that one that stands in none finds its neighbours.
create table search_word (word text primary key);
create index search_word_by_likeness on search_word using gist (word gist_trgm_ops);

-- A lexeme as a tsquery's text has it.
create function quoted_lexeme(word text) returns text language sql immutable strict as $$
    select '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''''
$$;

create function keep_search_words() returns trigger language plpgsql as $$
begin
    if tg_op <> 'DELETE' then
        insert into search_word (word)
        select distinct unnest(tsvector_to_array(document)) from fresh
        on conflict do nothing;
    end if;
    if tg_op = 'DELETE' then
        delete from search_word
        where word in (select unnest(tsvector_to_array(document)) from former)
            and not exists (select from event_search where document @@ quoted_lexeme(word)::tsquery);
    end if;
    if tg_op = 'UPDATE' then
        delete from search_word
        where word in (
                select unnest(tsvector_to_array(document)) from former
                except select unnest(tsvector_to_array(document)) from fresh)
            and not exists (select from event_search where document @@ quoted_lexeme(word)::tsquery);
    end if;
    return null;
end $$;

create trigger event_search_insert_keeps_words after insert on event_search referencing new table as fresh
    for each statement execute function keep_search_words();
create trigger event_search_update_keeps_words after update on event_search referencing old table as former new table as fresh
    for each statement execute function keep_search_words();
create trigger event_search_delete_keeps_words after delete on event_search referencing old table as former
    for each statement execute function keep_search_words();

insert into search_word (word) select distinct unnest(tsvector_to_array(document)) from event_search;

-- What is written anew as it was changes nothing.
create or replace function refresh_event_search(changed uuid[]) returns void language sql as $$
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
    where event_search.document is distinct from excluded.document
$$;

-- As before, but that the version's row is locked first: two transactions that add the same words in different orders
-- would wait for each other.
create or replace function note_catalogue_change() returns trigger language plpgsql as $$
declare
    events uuid[];
begin
    update catalogue_version set version = version + 1;
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
    return null;
end $$;

-- What each of some words means, and where that stands. A word counts as the beginning of one; a word that nothing begins with
-- is taken for its nearest neighbours. `plain` is the word as it is compared, null where it is none; `meant` are the words
-- that are searched, the nearest first; `ranks` belong to `events`.
create function find_words(asked text[])
returns table (word text, plain text, meant text[], events uuid[], ranks real[])
language plpgsql stable
-- No notice for each word that is none.
set client_min_messages = warning as $$
declare
    wanted tsquery;
begin
    foreach word in array asked loop
        plain := unaccent(lower(word));
        meant := array[plain];
        wanted := to_tsquery('simple', quoted_lexeme(plain) || ':*');
        if numnode(wanted) = 0 then
            plain := null;
            meant := '{}';
        elsif not exists (select from event_search where document @@ wanted) then
            select coalesce(array_agg(near.word), '{}'),
                coalesce(string_agg(quoted_lexeme(near.word) || ':*', ' | '), '')::tsquery
            into meant, wanted
            from (
                select known.word from search_word known
                order by known.word <-> plain, known.word collate "C"
                limit 3
            ) near
            where similarity(near.word, plain) >= 0.3::real;
        end if;
        select coalesce(array_agg(event_id order by event_id), '{}'),
            coalesce(array_agg(ts_rank(document, wanted) order by event_id), '{}')
        into events, ranks
        from event_search where document @@ wanted;
        return next;
    end loop;
end $$;
