-- Events' words are read whole and searched in memory: what served searching them here goes.

drop index event_search_by_document;

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
$$;

drop table search_word;
