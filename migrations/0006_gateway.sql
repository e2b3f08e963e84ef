-- What the gateway's forms ask beside the contract: a state where addresses have one, and how the buyer wants to pay.

alter table order_details
    add column state text,
    add column method text constraint order_method_is_known check (method in ('stripe', 'paypal', 'test'));
