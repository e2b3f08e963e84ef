-- Claims go to a log, a batch in one row: a row and an index entry for each claim were the dearest part of writing it.

-- What was granted, a row a batch, of which only orders that are open and unpaid make use: a claim is filed in
-- `claim` when its order is pinned, and older entries than an order may live are dropped.
create table claim_log (
    session_id uuid not null,
    entry bigint generated always as identity,
    written_at timestamptz not null default now(),
    -- Orders that were opened again: what they were granted in earlier entries is forgotten.
    reopened uuid[] not null,
    -- One element a claim.
    order_ids uuid[] not null,
    idempotency_keys text[] collate "C" not null,
    request_hashes bytea[] not null,
    seat_counts integer[] not null,
    standing_sections smallint[] not null,
    standing_quantities integer[] not null,
    -- The seats of all claims, one claim's after another's.
    seats integer[] not null,
    primary key (session_id, entry)
);

-- Ids, keys and hashes do not compress: trying costs more than writing them.
alter table claim_log
    alter column order_ids set storage external,
    alter column idempotency_keys set storage external,
    alter column request_hashes set storage external,
    alter column seat_counts set storage external,
    alter column standing_sections set storage external,
    alter column standing_quantities set storage external,
    alter column seats set storage external;

comment on table claim is 'granted claims of orders that were pinned at least once';

-- All that is remembered of claims, for people and checks; it reads the whole log.
create view remembered_claim as
select order_id, idempotency_key, request_hash from claim
union
select granted.order_id, granted.idempotency_key, granted.request_hash
from claim_log as written,
     unnest(written.order_ids, written.idempotency_keys, written.request_hashes)
         as granted(order_id, idempotency_key, request_hash)
where not exists (
    select from claim_log as later
    where later.session_id = written.session_id and later.entry > written.entry
      and granted.order_id = any(later.reopened)
);

create type claim_columns as (
    order_ids uuid[], idempotency_keys text[], request_hashes bytea[], seat_counts integer[],
    standing_sections smallint[], standing_quantities integer[], seats integer[]
);
create type seat_columns as (seat_indexes integer[], states text[], order_ids uuid[]);

drop function write_batch;

-- Writes a batch: an order's row before the places that refer to it, and of these the deletes, then the
-- updates, then plain inserts. Errors besides those of constraints: FR001, the session has another owner by
-- now; FR002, the rows of the table it names were not as the batch assumed; FR003, it is later than
-- `not_after`, and nobody waits any more. Log entries from before `forget_before`, if that is given, are dropped.
--
-- Plans are made once a connection, perhaps while a session's tables are empty, so they must not be chosen by
-- size. Places are found one by one, by their keys: joined at once, an empty table's plan would read all that is
-- taken once it is full. Orders, of which every first claim moves one, are found together (`= any`) and met with
-- what becomes of them by hashing, whatever is there. What comes by the hundred comes in columns: reading an array
-- of rows costs Postgres more than inserting them.
create function write_batch(
    of_session uuid, at_epoch bigint, not_after timestamptz, forget_before timestamptz, reopened uuid[],
    gone_seats seat_move[], moved_seats seat_move[], new_seats seat_columns,
    gone_lots lot_move[], moved_lots lot_move[], new_lots lot_move[], section_deltas section_delta[],
    moved_orders order_move[], new_orders new_order[], granted claim_columns, filed granted_claim[]
) returns void
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    affected bigint;
    seat seat_move;
    lot lot_move;
    delta section_delta;
begin
    -- `for key share` would not do: it does not conflict with the update that raises the epoch.
    perform from session_owner where session_id = of_session and epoch = at_epoch for share;
    if not found then
        raise exception 'the session was taken over' using errcode = 'FR001';
    end if;

    if cardinality(reopened) > 0 then
        delete from claim where order_id = any(reopened);
    end if;
    foreach seat in array gone_seats loop
        delete from taken_seat
        where session_id = of_session and seat_index = seat.seat_index
          and state = seat.from_state and order_id is not distinct from seat.from_order;
        get diagnostics affected = row_count;
        perform check_rows('taken_seat', 1, affected);
    end loop;
    foreach lot in array gone_lots loop
        delete from taken_standing
        where order_id = lot.order_id and section_index = lot.section_index
          and state = lot.from_state and quantity = lot.from_quantity;
        get diagnostics affected = row_count;
        perform check_rows('taken_standing', 1, affected);
    end loop;

    if cardinality(moved_orders) > 0 then
        update event_session_order
        set status = moved.status,
            ending = moved.ending,
            expire_if_not_completed_at = coalesce(moved.deadline, event_session_order.expire_if_not_completed_at),
            has_claimed = moved.has_claimed or event_session_order.has_claimed and not moved.is_reopened,
            is_extended = moved.is_extended or event_session_order.is_extended and not moved.is_reopened
        from unnest(moved_orders) as moved
        where event_session_order.order_id = any(array(select order_id from unnest(moved_orders)))
          and event_session_order.order_id = moved.order_id
          and event_session_order.status = moved.former_status;
        get diagnostics affected = row_count;
        perform check_rows('event_session_order', cardinality(moved_orders), affected);
    end if;
    if cardinality(new_orders) > 0 then
        insert into event_session_order (order_id, session_id, account_id, secret_hash, buyer_email_hash, pnr,
            status, ending, opened_at, expire_if_not_completed_at, has_claimed, is_extended)
        select order_id, of_session, account_id, secret_hash, buyer_email_hash, pnr,
            status, ending, opened_at, deadline, has_claimed, is_extended
        from unnest(new_orders);
    end if;

    foreach seat in array moved_seats loop
        update taken_seat
        set state = seat.to_state, order_id = seat.to_order
        where session_id = of_session and seat_index = seat.seat_index
          and state = seat.from_state and order_id is not distinct from seat.from_order;
        get diagnostics affected = row_count;
        perform check_rows('taken_seat', 1, affected);
    end loop;
    foreach lot in array moved_lots loop
        update taken_standing
        set state = lot.to_state, quantity = lot.to_quantity
        where order_id = lot.order_id and section_index = lot.section_index
          and state = lot.from_state and quantity = lot.from_quantity;
        get diagnostics affected = row_count;
        perform check_rows('taken_standing', 1, affected);
    end loop;
    foreach delta in array section_deltas loop
        update session_section
        set taken = taken + delta.taken, allocated = allocated + delta.allocated
        where session_id = of_session and section_index = delta.section_index;
        get diagnostics affected = row_count;
        perform check_rows('session_section', 1, affected);
    end loop;

    if cardinality(new_seats.seat_indexes) > 0 then
        insert into taken_seat (session_id, seat_index, state, order_id)
        select of_session, seat_index, state, order_id
        from unnest(new_seats.seat_indexes, new_seats.states, new_seats.order_ids)
            as taken(seat_index, state, order_id);
    end if;
    if cardinality(new_lots) > 0 then
        insert into taken_standing (order_id, section_index, session_id, quantity, state)
        select order_id, section_index, of_session, to_quantity, to_state from unnest(new_lots);
    end if;
    if cardinality(granted.order_ids) > 0 or cardinality(reopened) > 0 then
        insert into claim_log (session_id, reopened, order_ids, idempotency_keys, request_hashes, seat_counts,
            standing_sections, standing_quantities, seats)
        values (of_session, reopened, granted.order_ids, granted.idempotency_keys, granted.request_hashes,
            granted.seat_counts, granted.standing_sections, granted.standing_quantities, granted.seats);
    end if;
    if cardinality(filed) > 0 then
        insert into claim (order_id, idempotency_key, request_hash, seats, standing_section, standing_quantity)
        select order_id, idempotency_key, request_hash, seats, standing_section, standing_quantity
        from unnest(filed);
    end if;
    if forget_before is not null then
        perform forget_claims(of_session, forget_before, 1000);
    end if;

    if clock_timestamp() > not_after then
        raise exception 'the batch came too late' using errcode = 'FR003';
    end if;
end $$;

-- Drops a session's log entries from before an instant, of a number of the oldest at most. Entries are as old as
-- their numbers: those of one session are written one after another.
create function forget_claims(of_session uuid, before timestamptz, at_most bigint) returns void
language plpgsql as $$
declare
    oldest bigint := (select entry from claim_log where session_id = of_session order by entry limit 1);
    kept bigint := (
        select entry from claim_log where session_id = of_session and written_at >= before order by entry limit 1
    );
begin
    delete from claim_log
    where session_id = of_session and entry < least(kept, oldest + at_most);
end $$;

-- One check instead of three, with each state named once: Postgres reads a table's checks anew for each statement.
alter table taken_seat
    drop constraint taken_seat_index_is_not_negative,
    drop constraint taken_seat_state_is_known,
    drop constraint taken_seat_has_order,
    add constraint taken_seat_state_fits_order check (
        seat_index >= 0
        and case when order_id is null then state in ('allocated', 'disabled')
            else state in ('held', 'pinned', 'sold') end
    );
