-- What a paid order costs Postgres, once more: an attempt begins with its amount, and many sales are one call.

-- Orders and sessions are never deleted, and what refers to them here is read from their rows by the statement that
-- writes it. A key would look each of them up once more for every order, and lock the session's row for all its buyers.
alter table ticket
    drop constraint ticket_order_id_fkey,
    drop constraint ticket_session_id_fkey;
alter table payment drop constraint payment_order_id_fkey;
alter table order_details drop constraint order_details_order_id_fkey;
alter table ledger drop constraint ledger_payment_id_fkey;

drop function begin_payment;

-- Writes a new attempt with the job that ends it; in how many seconds that is, or null where the order is over. What it
-- is for is given where it is known already, else null and nothing.
create function begin_payment(
    new_payment uuid, of_order uuid, by_provider text, with_key text, with_hash bytea,
    of_amount bigint, of_seats integer[], of_sections smallint[], of_quantities integer[],
    pinned_secs double precision, life_secs double precision, job_task text, job_key text, attempts smallint
) returns double precision language plpgsql as $$
declare
    secs double precision;
begin
    insert into payment (payment_id, order_id, provider, idempotency_key, request_hash, amount, seats,
        standing_sections, standing_quantities, currency, pinned_until)
    select new_payment, order_id, by_provider, with_key, with_hash, of_amount, of_seats,
        of_sections, of_quantities, currency,
        least(now() + make_interval(secs => pinned_secs), opened_at + make_interval(secs => life_secs))
    from event_session_order o join event_session using (session_id)
    where order_id = of_order and o.status = 'PENDING' and opened_at + make_interval(secs => life_secs) > now()
    returning extract(epoch from pinned_until - now()) into secs;
    if found then
        perform leave_job(job_task, job_key, json_build_object('payment', new_payment), secs, attempts);
    end if;
    return secs;
end $$;

-- The same for several attempts in one call; of each, in how many seconds that is, or null where it was not begun: its
-- order is over, or it would break a rule. Arrays of arrays are of one length, so what attempts are for comes in text.
create function begin_payments(
    new_payments uuid[], of_orders uuid[], by_providers text[], with_keys text[], with_hashes bytea[],
    of_amounts bigint[], of_seats text[], of_sections text[], of_quantities text[],
    pinned_secs double precision[], life_secs double precision[], job_task text, attempts_max smallint
) returns double precision[] language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    begun uuid[];
    orders uuid[];
    ends double precision[];
    affected bigint;
begin
    with new as (
        insert into payment (payment_id, order_id, provider, idempotency_key, request_hash, amount, seats,
            standing_sections, standing_quantities, currency, pinned_until)
        select given.id, o.order_id, given.provider, given.key, given.hash, given.amount, given.seats::integer[],
            given.sections::smallint[], given.quantities::integer[], currency,
            least(now() + make_interval(secs => given.pinned), opened_at + make_interval(secs => given.life))
        from unnest(new_payments, of_orders, by_providers, with_keys, with_hashes, of_amounts, of_seats, of_sections,
                of_quantities, pinned_secs, life_secs)
            as given (id, order_id, provider, key, hash, amount, seats, sections, quantities, pinned, life)
        join event_session_order o on o.order_id = given.order_id
        join event_session using (session_id)
        where o.status = 'PENDING' and opened_at + make_interval(secs => given.life) > now()
        on conflict do nothing
        returning payment_id, order_id, extract(epoch from pinned_until - now())::double precision as secs)
    select array_agg(payment_id), array_agg(order_id), array_agg(secs) into begun, orders, ends from new;

    insert into graphile_worker._private_jobs as job (task_id, payload, run_at, max_attempts, key)
    select task.id, json_build_object('payment', new.id), now() + make_interval(secs => new.secs), attempts_max,
        job_task || ':' || new.of_order
    from unnest(begun, orders, ends) as new (id, of_order, secs), graphile_worker._private_tasks as task
    where task.identifier = job_task
    on conflict (key) do update set
        task_id = excluded.task_id, payload = excluded.payload, run_at = excluded.run_at,
        max_attempts = excluded.max_attempts, revision = job.revision + 1, attempts = 0,
        last_error = null, updated_at = now()
    where job.is_available;
    get diagnostics affected = row_count;
    if affected <> coalesce(cardinality(begun), 0) then
        -- The end of an order's former attempt is being done in this moment.
        perform leave_job(job_task, job_task || ':' || new.of_order, json_build_object('payment', new.id), new.secs,
            attempts_max)
        from unnest(begun, orders, ends) as new (id, of_order, secs);
    end if;
    return array(
        select new.secs
        from unnest(new_payments) with ordinality as given (id, ordinal)
        left join unnest(begun, ends) as new (id, secs) on new.id = given.id
        order by given.ordinal);
end $$;

-- Sells what pending payments have paid for, as `sell_payment` does for one, together with the tick on the webhooks that
-- told of the money; answers which payments those were. Whatever is not as usual is left as it is: a payment that others
-- settle in this moment, one that is over, places that are not pinned. FR005: rows moved away meanwhile; nothing is sold.
--
-- Of each order the job that was to end its attempt becomes the one that tells its session. Plans are kept, and made so
-- that they do not depend on how much there is: everything is found by its key.
create function sell_payments(
    of_payments uuid[], captures text[], event_providers text[], event_ids text[],
    ticket_payments uuid[], ticket_ids uuid[], ticket_seats integer[], ticket_sections smallint[], ticket_names text[],
    ticket_rows text[], ticket_numbers text[], ticket_prices bigint[], ticket_currencies text[],
    ticket_ordinals integer[], deadline_task text, tell_task text, tell_secs double precision, attempts_max smallint
) returns setof uuid language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    payments uuid[];
    orders uuid[];
    places bigint;
    lots bigint;
    affected bigint;
begin
    select array_agg(payment_id), array_agg(order_id), sum(seats), sum(sections) into payments, orders, places, lots
    from (
        select p.payment_id, p.order_id, cardinality(p.seats) as seats, cardinality(p.standing_sections) as sections
        from payment p join event_session_order o using (order_id)
        where p.payment_id = any(of_payments) and p.state = 'pending' and o.status = 'PENDING'
            and not exists (select from event_session s where s.session_id = o.session_id and s.status = 'cancelled')
            and array(select seat_index from taken_seat t
                where t.order_id = p.order_id and t.state = 'pinned' order by 1) = p.seats
            and array(select section_index from taken_standing t
                where t.order_id = p.order_id and t.state = 'pinned' order by section_index) = p.standing_sections
            and array(select quantity from taken_standing t
                where t.order_id = p.order_id and t.state = 'pinned' order by section_index) = p.standing_quantities
        -- In one order, so that no two of these wait for each other in a circle.
        order by p.payment_id for update of p skip locked
    ) as usual;
    if payments is null then
        return;
    end if;

    update event_session_order set status = 'PAID', paid_at = now() where order_id = any(orders) and status = 'PENDING';
    get diagnostics affected = row_count;
    if affected <> cardinality(orders) then
        raise exception '% of % orders were pending', affected, cardinality(orders) using errcode = 'FR005';
    end if;
    update taken_seat set state = 'sold' where order_id = any(orders) and state = 'pinned';
    get diagnostics affected = row_count;
    if affected <> places then
        raise exception '% of % seats were pinned', affected, places using errcode = 'FR005';
    end if;
    update taken_standing set state = 'sold' where order_id = any(orders) and state = 'pinned';
    get diagnostics affected = row_count;
    if affected <> lots then
        raise exception '% of % lots were pinned', affected, lots using errcode = 'FR005';
    end if;

    update payment p set state = 'succeeded', settled_at = now(), heard_at = now(),
        capture_reference = coalesce(capture_reference, told.capture)
    from unnest(of_payments, captures) as told (payment_id, capture)
    where p.payment_id = told.payment_id and told.payment_id = any(payments);
    insert into ledger (kind, payment_id, order_id, session_id, amount, currency, provider)
    select 'captured', p.payment_id, p.order_id, o.session_id, p.amount, p.currency, p.provider
    from payment p join event_session_order o using (order_id)
    where p.payment_id = any(payments) and p.amount > 0;
    insert into ticket (ticket_id, order_id, session_id, seat_index, section_index, section_name, row_label,
        seat_number, holder, price, currency, ordinal)
    select new.id, p.order_id, o.session_id, new.seat, new.section, new.name, new.row, new.number,
        coalesce((select name from order_details d where d.order_id = p.order_id), ''),
        new.price, new.currency, new.ordinal
    from unnest(ticket_payments, ticket_ids, ticket_seats, ticket_sections, ticket_names, ticket_rows, ticket_numbers,
            ticket_prices, ticket_currencies, ticket_ordinals)
        as new (payment_id, id, seat, section, name, row, number, price, currency, ordinal)
    join payment p on p.payment_id = new.payment_id
    join event_session_order o on o.order_id = p.order_id
    where new.payment_id = any(payments);
    insert into audit (action, subject, details)
    select 'order_sold', order_id::text, jsonb_build_object(
        'payment', payment_id, 'amount', jsonb_build_object('minor', amount, 'currency', currency))
    from payment where payment_id = any(payments);
    update webhook_event set worked_off_at = now(), outcome = 'settled'
    from unnest(of_payments, event_providers, event_ids) as told (payment_id, provider, event_id)
    where webhook_event.provider = told.provider and webhook_event.event_id = told.event_id
        and told.payment_id = any(payments);

    update graphile_worker._private_jobs as job set
        task_id = task.id, payload = json_build_object('order', of_order),
        key = tell_task || ':' || of_order, run_at = now() + make_interval(secs => tell_secs),
        max_attempts = attempts_max, revision = job.revision + 1, attempts = 0, last_error = null, updated_at = now()
    from unnest(orders) as sold (of_order), graphile_worker._private_tasks as task
    where job.key = deadline_task || ':' || of_order and job.is_available and task.identifier = tell_task;
    get diagnostics affected = row_count;
    if affected <> cardinality(orders) then
        -- The end of an attempt is being done in this moment; or its job was lost.
        perform leave_job(tell_task, tell_task || ':' || of_order, json_build_object('order', of_order),
            tell_secs, attempts_max)
        from unnest(orders) as sold (of_order)
        where not exists (select from graphile_worker._private_jobs where key = tell_task || ':' || of_order);
    end if;
    return query select unnest(payments);
end $$;
