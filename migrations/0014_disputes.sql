-- Disputes: the buyer's bank, or PayPal, decides whether a payment stands. What is lost leaves the books as what it is.

create table dispute (
    provider text not null constraint dispute_provider_is_known check (provider in ('stripe', 'paypal')),
    -- The provider's name for it.
    reference text not null,
    payment_id uuid not null references payment,
    amount bigint not null constraint dispute_amount_is_positive check (amount > 0),
    currency text not null,
    reason text not null,
    state text not null constraint dispute_state_is_known check (state in ('open', 'won', 'lost')),
    opened_at timestamptz not null default now(),
    closed_at timestamptz,
    constraint dispute_is_noted_once primary key (provider, reference)
);
create index dispute_by_payment on dispute (payment_id);

-- PayPal's disputes name what was captured, Stripe's the attempt.
create index payment_by_capture on payment (capture_reference) where provider = 'paypal' and capture_reference is not null;

alter table ledger
    drop constraint ledger_kind_is_known,
    add constraint ledger_kind_is_known check (kind in ('captured', 'refunded', 'disputed')),
    add column dispute_reference text,
    add constraint ledger_dispute_is_named check ((kind = 'disputed') = (dispute_reference is not null));
create unique index ledger_books_a_dispute_once on ledger (provider, dispute_reference) where dispute_reference is not null;
