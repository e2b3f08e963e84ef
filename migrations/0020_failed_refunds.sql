-- A refund that fails after it was done is booked as come back; and nobody empties the books.

alter table ledger
    drop constraint ledger_kind_is_known,
    add constraint ledger_kind_is_known check (kind in ('captured', 'refunded', 'refund_failed', 'disputed')),
    drop constraint ledger_refund_is_named,
    add constraint ledger_refund_is_named check ((kind in ('refunded', 'refund_failed')) = (refund_id is not null));

-- Once by its provider; and where that failed, once more by whoever paid it out.
drop index ledger_books_a_refund_once;
create unique index ledger_books_a_refund_once on ledger (refund_id, provider) where kind = 'refunded';
create unique index ledger_books_a_failure_once on ledger (refund_id) where kind = 'refund_failed';

create trigger ledger_is_not_emptied before truncate on ledger
    for each statement execute function ledger_refuses();
