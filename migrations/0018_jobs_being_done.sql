-- A job that is left once more while it is being done: should its worker be killed, none of the two may be lost.

-- Leaves a job to be done, unless one of its key waits: that one is done instead, then and so. One that is being done
-- gives its key up and goes on, for what it does may be what was before; one that failed for good gives it up and stays.
-- The library's own function would give such a row up as well: if its worker is killed, it would stay for good, neither
-- to be done nor a dead letter. Every job bears being done twice.
--
-- Nobody is notified, for Postgres commits one notifying transaction at a time; workers look by themselves.
create or replace function leave_job(
    of_task text, with_key text, with_payload json, delay_secs double precision, attempts smallint
) returns void language plpgsql as $$
begin
    for try in 1..2 loop
        insert into graphile_worker._private_jobs as job (task_id, payload, run_at, max_attempts, key)
        select task.id, with_payload, now() + make_interval(secs => delay_secs), attempts, with_key
        from graphile_worker._private_tasks task where task.identifier = of_task
        on conflict (key) do update set
            task_id = excluded.task_id, payload = excluded.payload, run_at = excluded.run_at,
            max_attempts = excluded.max_attempts, revision = job.revision + 1, attempts = 0,
            last_error = null, updated_at = now()
        where job.is_available;
        if found then
            return;
        end if;
        update graphile_worker._private_jobs set key = null where key = with_key and not is_available;
    end loop;
    raise exception 'there is no task %, or others leave the same job in this moment', of_task using errcode = '40001';
end $$;
