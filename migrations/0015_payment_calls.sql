-- What a paid order costs Postgres: an attempt that begins, and a sale, in one call each; a call is a transaction.

-- Leaves a job to be done, unless one of its key waits: that one is done instead, then and so. Nobody is notified, for
-- Postgres commits one notifying transaction at a time; workers look by themselves. Only the key of a job that is being
-- done, or has failed for good, is left to the library.
create function leave_job(
    of_task text, with_key text, with_payload json, delay_secs double precision, attempts smallint
) returns void language plpgsql as $$
begin
    insert into graphile_worker._private_jobs as job (task_id, payload, run_at, max_attempts, key)
    select task.id, with_payload, now() + make_interval(secs => delay_secs), attempts, with_key
    from graphile_worker._private_tasks task where task.identifier = of_task
    on conflict (key) do update set
        task_id = excluded.task_id, payload = excluded.payload, run_at = excluded.run_at,
        max_attempts = excluded.max_attempts, revision = job.revision + 1, attempts = 0,
        last_error = null, updated_at = now()
    where job.is_available;
    if not found then
        perform graphile_worker.add_job(
            of_task, with_payload, null, now() + make_interval(secs => delay_secs), attempts::integer, with_key);
    end if;
end $$;

-- Writes a new attempt with the job that ends it; in how many seconds that is, or null where the order is over.
create function begin_payment(
    new_payment uuid, of_order uuid, by_provider text, with_key text, with_hash bytea,
    pinned_secs double precision, life_secs double precision, job_task text, job_key text, attempts smallint
) returns double precision language plpgsql as $$
declare
    secs double precision;
begin
    insert into payment (payment_id, order_id, provider, idempotency_key, request_hash, currency, pinned_until)
    select new_payment, order_id, by_provider, with_key, with_hash, currency,
        least(now() + make_interval(secs => pinned_secs), opened_at + make_interval(secs => life_secs))
    from event_session_order o join event_session using (session_id)
    where order_id = of_order and o.status = 'PENDING' and opened_at + make_interval(secs => life_secs) > now()
    returning extract(epoch from pinned_until - now()) into secs;
    if found then
        perform leave_job(job_task, job_key, json_build_object('payment', new_payment), secs, attempts);
    end if;
    return secs;
end $$;

-- Sells what a payment has paid for: order, payment, ledger, places, tickets, audit entry and jobs, or nothing of it.
-- 'sold'; 'settled' where it was settled before; 'over' where the order is paid otherwise, or refunded, or its session
-- cancelled; 'not_pinned' where the order's pinned places are not those that were paid for; null where there is no such
-- payment. FR005: places were taken away in the same moment.
create function sell_payment(
    of_payment uuid, capture text,
    ticket_ids uuid[], ticket_seats integer[], ticket_sections smallint[], ticket_names text[], ticket_rows text[],
    ticket_numbers text[], ticket_prices bigint[], ticket_currencies text[],
    needless_jobs text[], tell_task text, tell_secs double precision, withdraw_task text, attempts smallint
) returns text language plpgsql as $$
declare
    paid record;
    other uuid;
    places bigint;
    lots bigint;
begin
    -- Whoever settles the same payment waits here, and then finds it settled.
    select p.order_id, p.state, p.amount, p.currency, p.provider, p.seats, p.standing_sections, p.standing_quantities,
        o.session_id, o.status into paid
    from payment p join event_session_order o using (order_id) where p.payment_id = of_payment for update of p;
    if not found then
        return null;
    end if;
    if paid.state in ('succeeded', 'refunded') then
        return 'settled';
    end if;
    if paid.status in ('PAID', 'REFUNDED')
        or exists (select from event_session s where s.session_id = paid.session_id and s.status = 'cancelled') then
        return 'over';
    end if;
    if paid.status <> 'PENDING'
        or array(select seat_index from taken_seat t
            where t.order_id = paid.order_id and t.state = 'pinned' order by 1) <> paid.seats
        or array(select section_index from taken_standing t
            where t.order_id = paid.order_id and t.state = 'pinned' order by section_index) <> paid.standing_sections
        or array(select quantity from taken_standing t
            where t.order_id = paid.order_id and t.state = 'pinned' order by section_index) <> paid.standing_quantities
    then
        return 'not_pinned';
    end if;
    update event_session_order set status = 'PAID', paid_at = now()
    where order_id = paid.order_id and status = 'PENDING';
    if not found then
        return 'not_pinned';
    end if;
    update taken_seat set state = 'sold' where order_id = paid.order_id and state = 'pinned';
    get diagnostics places = row_count;
    update taken_standing set state = 'sold' where order_id = paid.order_id and state = 'pinned';
    get diagnostics lots = row_count;
    if places <> cardinality(paid.seats) or lots <> cardinality(paid.standing_sections) then
        raise exception '% seats and % lots were pinned', places, lots using errcode = 'FR005';
    end if;

    update payment set state = 'succeeded', settled_at = now(),
        capture_reference = coalesce(capture_reference, capture),
        heard_at = case when capture is null then heard_at else now() end
    where payment_id = of_payment;
    insert into ledger (kind, payment_id, order_id, session_id, amount, currency, provider)
    select 'captured', of_payment, paid.order_id, paid.session_id, paid.amount, paid.currency, paid.provider
    where paid.amount > 0;
    insert into ticket (ticket_id, order_id, session_id, seat_index, section_index, section_name, row_label,
        seat_number, holder, price, currency, ordinal)
    select new.id, paid.order_id, paid.session_id, new.seat, new.section, new.name, new.row, new.number,
        coalesce((select name from order_details d where d.order_id = paid.order_id), ''),
        new.price, new.currency, new.ordinal
    from unnest(ticket_ids, ticket_seats, ticket_sections, ticket_names, ticket_rows, ticket_numbers, ticket_prices,
        ticket_currencies) with ordinality as new (id, seat, section, name, row, number, price, currency, ordinal);
    insert into audit (action, subject, details) values ('order_sold', paid.order_id::text, jsonb_build_object(
        'payment', of_payment, 'amount', jsonb_build_object('minor', paid.amount, 'currency', paid.currency)));

    delete from graphile_worker._private_jobs where key = any(needless_jobs);
    perform leave_job(tell_task, tell_task || ':' || paid.order_id, json_build_object('order', paid.order_id),
        tell_secs, attempts);
    if paid.state <> 'pending' then
        -- What the buyer has turned to since is not to be paid as well.
        select payment_id into other from payment where order_id = paid.order_id and state = 'pending';
        if found then
            perform leave_job(withdraw_task, withdraw_task || ':' || other, json_build_object('payment', other),
                0, attempts);
        end if;
    end if;
    return 'sold';
end $$;
