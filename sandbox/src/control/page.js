// The control page: shows the state as it changes, and sends what is changed here.
'use strict';

const REFRESH_MS = 1500;

const MISCHIEF = [
  { name: 'decline', text: 'Decline whoever pays' },
  { name: 'delayMs', text: 'Answer late', unit: 'ms' },
  { name: 'errorPercent', text: 'Answer 500, do nothing', unit: '%' },
  { name: 'losePercent', text: 'Do it, then answer 500', unit: '%' },
  { name: 'webhookDelayMs', text: 'Webhooks late', unit: 'ms' },
  { name: 'webhookDropPercent', text: 'Webhooks dropped', unit: '%' },
  { name: 'webhookDuplicatePercent', text: 'Webhooks sent twice', unit: '%' },
  { name: 'webhookShuffleMs', text: 'Webhooks shuffled within', unit: 'ms' },
];
const DELIVERY = { waiting: 'waiting', delivered: 'taken', failed: 'given up', dropped: 'dropped', notSent: 'not sent: no address' };

const PROVIDERS = {
  stripe: {
    title: 'Stripe',
    payments: ({ intents }) => intents,
    total: ({ intentsTotal }) => intentsTotal,
    describe: (intent) => ({
      amount: money(intent.amount, intent.currency.toUpperCase()),
      status: intent.status,
      good: intent.status === 'succeeded',
      notes: [
        intent.error,
        intent.refunded ? `${money(intent.refunded, intent.currency.toUpperCase())} refunded` : '',
        ...intent.refunds.filter(({ status }) => status !== 'succeeded').map(({ status }) => `a refund ${status}`),
        intent.dispute ? `disputed: ${intent.dispute.status}` : '',
      ],
      acts: [
        ...(intent.status === 'requires_action' ? [
          ['Holder agrees', `stripe/intents/${intent.id}/authenticate`, { agreed: true }],
          ['Holder refuses', `stripe/intents/${intent.id}/authenticate`, { agreed: false }],
        ] : []),
        ...(intent.status === 'succeeded' && !intent.dispute ? [['Dispute', `stripe/intents/${intent.id}/dispute`, {}]] : []),
        ...(intent.dispute?.status === 'needs_response' ? [
          ['Shop wins', `stripe/disputes/${intent.dispute.id}/close`, { won: true }],
          ['Shop loses', `stripe/disputes/${intent.dispute.id}/close`, { won: false }],
        ] : []),
      ],
    }),
  },
  paypal: {
    title: 'PayPal',
    payments: ({ orders }) => orders,
    total: ({ ordersTotal }) => ordersTotal,
    describe: (order) => ({
      amount: `${order.amount} ${order.currency}`,
      status: order.capture?.status ?? order.status,
      good: order.capture && order.capture.status !== 'DECLINED' && order.capture.status !== 'PENDING',
      notes: order.refunds.map(({ amount }) => `${amount} ${order.currency} refunded`),
      acts: order.capture?.status === 'PENDING' ? [
        ['Complete', `paypal/captures/${order.capture.id}/settle`, { completed: true }],
        ['Deny', `paypal/captures/${order.capture.id}/settle`, { completed: false }],
      ] : order.status === 'COMPLETED' ? [] : [
        ['Buyer approves', `paypal/orders/${order.id}/approve`, {}],
        ['Approves, is declined', `paypal/orders/${order.id}/approve`, { decline: true }],
      ],
    }),
  },
};

const money = (minor, currency) => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
};

/** An element with its attributes and what is in it. */
const make = (tag, attributes = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...inside.filter((part) => part !== '' && part !== undefined && part !== null));
  return node;
};

const send = async (method, path, body) => {
  const answer = await fetch(`/control/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    const { error, details } = await answer.json().catch(() => ({}));
    throw new Error(error?.message ?? details?.[0]?.description ?? `That did not work (${answer.status}).`);
  }
};

const trouble = document.getElementById('trouble');
const act = async (method, path, body) => {
  try {
    await send(method, path, body);
    trouble.textContent = '';
  } catch (error) {
    trouble.textContent = error.message;
  }
  await refresh();
};

const button = (text, run, small = true) => make('button', { type: 'button', className: small ? 'small' : '', onclick: run }, text);

/** A provider's part of the page. */
class Provider {
  #name;
  #shown = {};
  #presence = make('span', { className: 'presence' });
  #inputs = {};
  #payments = make('ul', { className: 'list', tabIndex: 0 });
  #webhooks = make('ul', { className: 'list', tabIndex: 0 });
  #paymentsCount = make('p', { className: 'counts' });
  #webhooksCount = make('p', { className: 'counts' });

  constructor(name) {
    this.#name = name;
    const { title } = PROVIDERS[name];
    this.#payments.setAttribute('aria-label', `${title}: payments`);
    this.#webhooks.setAttribute('aria-label', `${title}: webhooks`);
    const away = (seconds) => () => act('POST', `${name}/away`, { seconds });
    this.node = make('section', { className: 'provider' },
      make('header', {}, make('h2', {}, title), this.#presence),
      make('div', { className: 'buttons' },
        button('Go away for 10 s', away(10)), button('Go away for a minute', away(60)), button('Come back', away(0)),
        button('Do all right again', () => act('PUT', `${name}/mischief`, {}))),
      make('div', {}, make('h3', {}, 'Mischief'), make('div', { className: 'mischief' }, ...MISCHIEF.map((one) => this.#field(one)))),
      make('div', {}, make('h3', {}, 'Payments'), this.#paymentsCount, this.#payments),
      make('div', {}, make('h3', {}, 'Webhooks'), this.#webhooksCount, this.#webhooks));
  }

  #field({ name, text, unit }) {
    const input = unit
      ? make('input', { type: 'number', min: 0, max: unit === '%' ? 100 : 600000, value: 0 })
      : make('input', { type: 'checkbox' });
    input.addEventListener('change', () => act('PUT', `${this.#name}/mischief`, this.#wanted()));
    this.#inputs[name] = input;
    return make('label', {}, text, unit ? make('span', { className: 'value' }, input, make('span', {}, unit)) : input);
  }

  #wanted() {
    return Object.fromEntries(MISCHIEF.map(({ name, unit }) => {
      const input = this.#inputs[name];
      return [name, unit ? Math.max(0, Math.round(Number(input.value) || 0)) : input.checked];
    }));
  }

  show(state) {
    this.#presence.textContent = state.awaySecs ? `away for ${state.awaySecs} s` : 'here';
    this.#presence.classList.toggle('away', state.awaySecs > 0);
    for (const { name, unit } of MISCHIEF) {
      const input = this.#inputs[name];
      const value = state.mischief[name];
      input.closest('label').classList.toggle('on', Boolean(value));
      // Whoever is typing is not interrupted.
      if (document.activeElement !== input) input[unit ? 'value' : 'checked'] = value;
    }
    const provider = PROVIDERS[this.#name];
    const total = provider.total(state);
    const payments = provider.payments(state);
    this.#paymentsCount.textContent = total === 0 ? 'None yet.' : total > payments.length ? `${total} in all; the newest ${payments.length}:` : `${total} in all.`;
    this.#webhooksCount.textContent = Object.entries(state.webhookCounts).map(([name, count]) => `${count} ${DELIVERY[name]}`).join(', ') || 'None yet.';
    this.#list('payments', this.#payments, payments, (payment) => this.#payment(provider.describe(payment), payment.id));
    this.#list('webhooks', this.#webhooks, state.webhooks, (webhook) => this.#webhook(webhook));
  }

  /** Draws a list anew, only if it has changed. */
  #list(name, node, items, draw) {
    const now = JSON.stringify(items);
    if (this.#shown[name] === now) return;
    this.#shown[name] = now;
    node.replaceChildren(...items.map(draw));
  }

  #payment({ amount, status, good, notes, acts }, id) {
    return make('li', {},
      make('span', { className: 'what' },
        make('b', {}, amount), ' ', make('span', { className: good ? 'good' : '' }, status),
        ...notes.filter(Boolean).map((note) => ` · ${note}`), make('span', { className: 'id' }, id)),
      make('span', { className: 'buttons' }, ...acts.map(([text, path, body]) => button(text, () => act('POST', path, body)))));
  }

  #webhook({ id, kind, about, state, attempts }) {
    const answers = attempts.map(({ status }) => status ?? 'no answer');
    const tries = answers.length > 4 ? `${answers.length} tries, last ${answers.at(-1)}` : answers.join(', ');
    return make('li', {},
      make('span', { className: 'what' },
        make('a', { href: `/control/${this.#name}/webhooks/${id}` }, kind), ' ',
        make('span', { className: { delivered: 'good', failed: 'bad', dropped: 'bad' }[state] ?? '' }, DELIVERY[state]),
        tries ? ` (${tries})` : '', make('span', { className: 'id' }, about)),
      make('span', { className: 'buttons' }, button('Resend', () => act('POST', `${this.#name}/webhooks/${id}/resend`, {}))));
  }
}

const parts = Object.fromEntries(Object.keys(PROVIDERS).map((name) => [name, new Provider(name)]));
document.querySelector('.providers').append(...Object.values(parts).map(({ node }) => node));
document.getElementById('reset').addEventListener('click', () => act('POST', 'reset', {}));

const refresh = async () => {
  try {
    const state = await (await fetch('/control/state')).json();
    for (const [name, part] of Object.entries(parts)) part.show(state[name]);
    if (trouble.dataset.gone) trouble.textContent = trouble.dataset.gone = '';
  } catch {
    trouble.dataset.gone = 'yes';
    trouble.textContent = 'The sandbox does not answer: it has ended.';
  }
};
setInterval(() => {
  if (!document.hidden) refresh();
}, REFRESH_MS);
document.addEventListener('visibilitychange', refresh);
refresh();
