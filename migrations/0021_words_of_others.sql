-- People search with their own language's names of categories, cities and countries, and a slip's neighbours are found through an
-- index: to walk all words for one that is none took a millisecond, and as many times that as there are words.

-- What else a category, a city or a country is called, by its slug or code: what the pages' catalogue of messages says.
create table other_name (
    kind text not null,
    slug text not null,
    name text not null,
    constraint other_name_is_told_once primary key (kind, slug, name)
);

create or replace function refresh_event_search(changed uuid[]) returns void language sql as $$
    insert into event_search (event_id, document)
    select event.event_id,
        setweight(to_tsvector('simple', searchable(event.title)), 'A')
        || setweight(to_tsvector('simple', searchable(coalesce(
            (select string_agg(artist.name, ' ') from event_artist join artist using (artist_id)
             where event_artist.event_id = event.event_id), ''))), 'A')
        || setweight(to_tsvector('simple', searchable(concat_ws(' ', category.name,
            (select string_agg(name, ' ') from other_name where kind = 'category' and other_name.slug = category.slug),
            (select string_agg(distinct concat_ws(' ', venue.name, city.name, country.name, other.name), ' ')
             from event_session session join venue using (venue_id) join city using (city_id) join country using (country_code)
             left join other_name other
                on other.kind = 'city' and other.slug = city.slug
                or other.kind = 'country' and other.slug = lower(country.country_code)
             where session.event_id = event.event_id and session.status <> 'draft')))), 'B')
        || setweight(to_tsvector('simple', searchable(event.description)), 'D')
    from event join category using (category_id)
    where event.event_id = any (changed)
    on conflict (event_id) do update set document = excluded.document
    where event_search.document is distinct from excluded.document
$$;

-- Notes names that are new, and lets everything be found by them. Whether there were any: those that are known cost nothing.
create function note_other_names(kinds text[], slugs text[], names text[]) returns boolean language plpgsql as $$
begin
    if not exists (
        select from unnest(kinds, slugs, names) told (kind, slug, name)
        where not exists (
            select from other_name known where (known.kind, known.slug, known.name) = (told.kind, told.slug, told.name))
    ) then
        return false;
    end if;
    -- The version's row is locked first, as by every change.
    update catalogue_version set version = version + 1;
    insert into other_name (kind, slug, name) select * from unnest(kinds, slugs, names) on conflict do nothing;
    perform refresh_event_search(array(select event_id from event));
    return true;
end $$;

drop index search_word_by_likeness;
create index search_word_by_trigrams on search_word using gin (word gin_trgm_ops) with (fastupdate = off);

-- As before, but that a slip's neighbours are words of their own and not beginnings, and are left out where another is much
-- nearer: else "theater" is "the", and that begins half of all there is.
create or replace function find_words(asked text[])
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
            select coalesce(array_agg(near.word order by near.likeness desc, near.word collate "C"), '{}'),
                coalesce(string_agg(quoted_lexeme(near.word), ' | '), '')::tsquery
            into meant, wanted
            from (
                select known.word, similarity(known.word, plain) as likeness, max(similarity(known.word, plain)) over () as nearest
                from search_word known
                -- The operator finds the index, and asks for as much unless somebody has set it otherwise.
                where known.word % plain and similarity(known.word, plain) >= 0.3::real
                order by likeness desc, known.word collate "C"
                limit 3
            ) near
            where likeness >= nearest * 0.8::real;
        end if;
        select coalesce(array_agg(event_id order by event_id), '{}'),
            coalesce(array_agg(ts_rank(document, wanted) order by event_id), '{}')
        into events, ranks
        from event_search where document @@ wanted;
        return next;
    end loop;
end $$;
