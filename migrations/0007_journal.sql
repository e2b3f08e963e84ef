-- A session's batch in one call, which is one transaction and one way to the database and back.

-- Orders are never deleted, and the journal inserts an order before what refers to it. A foreign key would
-- lock and look up the order's row once more for every place and every claim.
alter table taken_seat drop constraint taken_seat_order_id_fkey;
alter table taken_standing drop constraint taken_standing_order_id_fkey;
alter table claim drop constraint claim_order_id_fkey;

-- Only payments look for the seats of an order, and only for pinned ones: a hold need not be indexed twice.
drop index taken_seat_by_order;
create index taken_seat_pinned_by_order on taken_seat (order_id) where state = 'pinned';

-- Room on the page for the deadline that a first claim moves, so that no index need be touched.
alter table event_session_order set (fillfactor = 70);

-- Keys are compared byte by byte, never by a language's rules.
alter table claim alter column idempotency_key type text collate "C";

create type seat_move as (seat_index integer, from_state text, from_order uuid, to_state text, to_order uuid);
create type lot_move as (
    order_id uuid, section_index smallint, from_state text, from_quantity integer, to_state text, to_quantity integer
);
create type section_delta as (section_index smallint, taken integer, allocated integer);
create type new_order as (
    order_id uuid, account_id uuid, secret_hash bytea, buyer_email_hash bytea, pnr text, status text, ending text,
    opened_at timestamptz, deadline timestamptz, has_claimed boolean, is_extended boolean
);
create type order_move as (
    order_id uuid, former_status text, status text, ending text, deadline timestamptz,
    has_claimed boolean, is_extended boolean, is_reopened boolean
);
create type granted_claim as (
    order_id uuid, idempotency_key text, request_hash bytea, seats integer[],
    standing_section smallint, standing_quantity integer
);

-- A batch that does not find the rows it was decided on must not be committed.
create function check_rows(of_table text, expected integer, affected bigint) returns void
language plpgsql as $$
begin
    if affected <> expected then
        raise exception '% of % rows', affected, expected using errcode = 'FR002', table = of_table;
    end if;
end $$;

-- Writes a batch: an order's row before the places that refer to it, and of these the deletes, then the
-- updates, then plain inserts. Errors besides those of constraints: FR001, the session has another owner by
-- now; FR002, the rows of the table it names were not as the batch assumed; FR003, it is later than
-- `not_after`, and nobody waits any more.
--
-- Plans are made once a connection, perhaps while a session's tables are empty, so they must not be chosen by
-- size. Places are found one by one, by their keys: joined at once, an empty table's plan would read all that is
-- taken once it is full. Orders, of which every first claim moves one, are found together (`= any`) and met with
-- what becomes of them by hashing, whatever is there.
create function write_batch(
    of_session uuid, at_epoch bigint, not_after timestamptz, reopened uuid[],
    gone_seats seat_move[], moved_seats seat_move[], new_seats seat_move[],
    gone_lots lot_move[], moved_lots lot_move[], new_lots lot_move[], section_deltas section_delta[],
    moved_orders order_move[], new_orders new_order[], claims granted_claim[]
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

    if cardinality(new_seats) > 0 then
        insert into taken_seat (session_id, seat_index, state, order_id)
        select of_session, seat_index, to_state, to_order from unnest(new_seats);
    end if;
    if cardinality(new_lots) > 0 then
        insert into taken_standing (order_id, section_index, session_id, quantity, state)
        select order_id, section_index, of_session, to_quantity, to_state from unnest(new_lots);
    end if;
    if cardinality(claims) > 0 then
        insert into claim (order_id, idempotency_key, request_hash, seats, standing_section, standing_quantity)
        select order_id, idempotency_key, request_hash, seats, standing_section, standing_quantity
        from unnest(claims);
    end if;

    if clock_timestamp() > not_after then
        raise exception 'the batch came too late' using errcode = 'FR003';
    end if;
end $$;
