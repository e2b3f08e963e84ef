// The card form in its frame. It alone sees the card, and pays from here; the page hears whether it is filled in, and the outcome.
'use strict';

const TEXTS = {
  de: {
    card: 'Karte', number: 'Kartennummer', expiry: 'Ablaufdatum', cvc: 'Prüfnummer',
    hint: 'Gespielt: Es fließt kein Geld. Zahlen Sie mit 4242 4242 4242 4242, irgendeinem künftigen Datum und irgendeiner Prüfnummer.',
    bank: 'Sie werden zur (gespielten) Seite Ihrer Bank geleitet und kommen hierher zurück.',
    incomplete_number: 'Die Kartennummer ist unvollständig.', invalid_number: 'Die Kartennummer stimmt nicht.',
    incomplete_expiry: 'Das Ablaufdatum ist unvollständig.', invalid_expiry_year_past: 'Die Karte ist abgelaufen.',
    incomplete_cvc: 'Die Prüfnummer ist unvollständig.', expiryShape: 'MM / JJ', cvcShape: 'CVC',
    unreachable: 'Der Zahlungsdienst ist nicht erreichbar. Bitte versuchen Sie es noch einmal.',
  },
  en: {
    card: 'Card', number: 'Card number', expiry: 'Expiration date', cvc: 'Security code',
    hint: 'Played: no money moves. Pay with 4242 4242 4242 4242, any date to come, any code.',
    bank: 'You will be taken to your bank’s page (played) and come back here.',
    incomplete_number: 'Your card number is incomplete.', invalid_number: 'Your card number is invalid.',
    incomplete_expiry: 'Your card’s expiration date is incomplete.', invalid_expiry_year_past: 'Your card has expired.',
    incomplete_cvc: 'Your card’s security code is incomplete.', expiryShape: 'MM / YY', cvcShape: 'CVC',
    unreachable: 'The payment provider cannot be reached. Please try again.',
  },
};
const VARIABLES = {
  colorPrimary: '--primary', colorBackground: '--ground', colorText: '--text', colorTextSecondary: '--secondary',
  colorDanger: '--danger', fontFamily: '--font', fontSizeBase: '--size', spacingUnit: '--space', borderRadius: '--radius',
};

const form = document.forms[0];
const { number, expiry, cvc } = form.elements;
let setup = {};
let texts = TEXTS.en;
let type = 'card';
let page = '*';

const tell = (name, data = {}) => parent.postMessage({ ...data, sandbox: name }, page);
const digits = (input) => input.value.replace(/\D/g, '');

const addsUp = (text) => [...text].reverse().reduce((sum, digit, place) => {
  const doubled = place % 2 ? digit * 2 : Number(digit);
  return sum + (doubled > 9 ? doubled - 9 : doubled);
}, 0) % 10 === 0;

/** What is wrong with each field: an error code, or nothing. */
const FAULTS = {
  number() {
    const text = digits(number);
    if (text.length < (/^3[47]/.test(text) ? 15 : 16)) return 'incomplete_number';
    return addsUp(text) ? '' : 'invalid_number';
  },
  expiry() {
    const text = digits(expiry);
    const month = Number(text.slice(0, 2));
    if (text.length < 4 || month < 1 || month > 12) return 'incomplete_expiry';
    const now = new Date();
    const past = 2000 + Number(text.slice(2)) < now.getFullYear()
      || (2000 + Number(text.slice(2)) === now.getFullYear() && month < now.getMonth() + 1);
    return past ? 'invalid_expiry_year_past' : '';
  },
  cvc() {
    return digits(cvc).length < (/^3[47]/.test(digits(number)) ? 4 : 3) ? 'incomplete_cvc' : '';
  },
};

const show = (input) => {
  const fault = FAULTS[input.name]();
  input.setAttribute('aria-invalid', String(Boolean(fault)));
  document.getElementById(`${input.name}-wrong`).textContent = fault ? texts[fault] : '';
  return fault;
};

const tellChange = () => {
  const fields = [number, expiry, cvc];
  tell('change', { event: {
    collapsed: false,
    empty: type === 'card' && fields.every((field) => field.value === ''),
    complete: type !== 'card' || fields.every((field) => !FAULTS[field.name]()),
    value: { type },
  } });
};

const choose = (chosen) => {
  type = chosen;
  for (const tab of form.querySelectorAll('[data-type]')) tab.setAttribute('aria-pressed', String(tab.dataset.type === type));
  for (const fields of form.querySelectorAll('[data-for]')) fields.hidden = fields.dataset.for !== type;
  tellChange();
};

number.addEventListener('input', () => {
  const groups = /^3[47]/.test(digits(number)) ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?.*$/ : /^(\d{1,4})(\d{1,4})?(\d{1,4})?(\d{1,7})?.*$/;
  const parts = groups.exec(digits(number)) ?? [];
  const text = parts.slice(1).filter(Boolean).join(' ');
  // Only at the end: within it, the caret would jump.
  if (number.selectionStart === number.value.length) number.value = text;
});
expiry.addEventListener('input', () => {
  const text = digits(expiry).replace(/^([2-9])$/, '0$1').slice(0, 4);
  if (expiry.selectionStart === expiry.value.length) expiry.value = text.length > 2 ? `${text.slice(0, 2)} / ${text.slice(2)}` : text;
});
form.addEventListener('input', ({ target }) => {
  if (target.getAttribute('aria-invalid') === 'true') show(target);
  tellChange();
});
form.addEventListener('focusin', () => tell('focus'));
form.addEventListener('focusout', ({ target }) => {
  if (target instanceof HTMLInputElement && target.value) show(target);
  tell('blur');
});
form.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') tell('escape');
});
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('click', ({ target }) => {
  const tab = target.closest?.('[data-type]');
  if (tab) choose(tab.dataset.type);
});

/** Shows all faults; the first of them as an error. */
const validate = () => {
  if (type !== 'card') return undefined;
  const faulty = [number, expiry, cvc].filter((field) => show(field));
  if (faulty.length === 0) return undefined;
  faulty[0].focus();
  const code = FAULTS[faulty[0].name]();
  return { type: 'validation_error', code, message: texts[code] };
};

/** Puts nested values into form fields, as the API takes them. */
const flatten = (fields, name, value) => {
  if (value === undefined || value === null) return;
  if (typeof value === 'object') for (const [key, inner] of Object.entries(value)) flatten(fields, `${name}[${key}]`, inner);
  else fields.set(name, value);
};

const confirm = async ({ clientSecret, returnUrl, billingDetails }) => {
  const error = validate();
  if (error) return { error };
  const fields = new URLSearchParams({ key: setup.key, client_secret: clientSecret, use_stripe_sdk: 'true' });
  flatten(fields, 'return_url', returnUrl);
  flatten(fields, 'payment_method_data', {
    type,
    billing_details: billingDetails,
    card: type === 'card' ? { number: digits(number), exp_month: digits(expiry).slice(0, 2), exp_year: digits(expiry).slice(2), cvc: digits(cvc) } : undefined,
  });
  try {
    const id = clientSecret.split('_secret_')[0];
    const answer = await fetch(`../v1/payment_intents/${id}/confirm`, { method: 'POST', body: fields });
    const body = await answer.json();
    return answer.ok ? { paymentIntent: body } : { error: body.error };
  } catch {
    return { error: { type: 'api_connection_error', message: texts.unreachable } };
  }
};

const dress = () => {
  const { theme, variables = {} } = setup.appearance ?? {};
  document.documentElement.classList.toggle('night', theme === 'night');
  for (const [name, property] of Object.entries(VARIABLES)) {
    if (variables[name]) document.documentElement.style.setProperty(property, variables[name]);
  }
  const language = setup.locale?.slice(0, 2) in TEXTS ? setup.locale.slice(0, 2) : 'en';
  document.documentElement.lang = language;
  texts = TEXTS[language];
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = texts[node.dataset.text];
  expiry.placeholder = texts.expiryShape;
  cvc.placeholder = texts.cvcShape;
};

/** Which payment methods there are to choose from: the intent says so. */
const offer = async () => {
  let types = setup.paymentMethodTypes ?? ['card'];
  if (setup.clientSecret) {
    const id = setup.clientSecret.split('_secret_')[0];
    const query = new URLSearchParams({ key: setup.key, client_secret: setup.clientSecret });
    const answer = await fetch(`../v1/payment_intents/${id}?${query}`);
    const intent = await answer.json();
    if (!answer.ok) throw intent.error;
    types = intent.payment_method_types;
  }
  for (const tab of form.querySelectorAll('[data-type]')) tab.hidden = !types.includes(tab.dataset.type);
  form.querySelector('.tabs').hidden = types.length < 2;
};

const set = async (next) => {
  const first = !setup.key;
  setup = next;
  dress();
  try {
    await offer();
    if (first) tell('ready');
  } catch (error) {
    tell('loaderror', { event: { error: error.type ? error : { type: 'api_connection_error', message: texts.unreachable } } });
  }
};

addEventListener('message', async ({ source, origin, data }) => {
  if (source !== parent || !data?.sandbox) return;
  page = origin;
  const answer = (result) => tell('answer', { answerTo: data.question, result });
  switch (data.sandbox) {
    case 'setup': return set(data.setup);
    case 'focus': return number.focus();
    case 'blur': return document.activeElement?.blur();
    case 'clear':
      form.reset();
      return tellChange();
    case 'validate': {
      const error = validate();
      return answer(error ? { error } : { selectedPaymentMethod: type });
    }
    case 'confirm': return answer(await confirm(data));
  }
});
new ResizeObserver(() => tell('height', { height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
tell('hello');
