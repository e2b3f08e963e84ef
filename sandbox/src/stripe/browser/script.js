// The browser's side of Stripe, played: the Payment Element in a frame, payments, and 3-D Secure. It has the calls of the real
// script that a checkout needs, and nothing else. Card data stays in the frame, which comes from the sandbox.
(() => {
  'use strict';

  // …/stripe/v3/, wherever the page got this script from.
  const home = new URL('.', document.currentScript.src);
  const FRAME_TITLE = 'Secure payment input frame';
  // A frame that does not answer by then will not.
  const FRAME_TIMEOUT_MS = 30_000;

  class IntegrationError extends Error {
    name = 'IntegrationError';
  }

  const need = (condition, message) => {
    if (!condition) throw new IntegrationError(message);
  };

  const idOf = (clientSecret) => {
    need(typeof clientSecret === 'string' && /^pi_\w+_secret_\w+$/.test(clientSecret),
      `This is no client secret of a PaymentIntent: ${clientSecret}`);
    return clientSecret.split('_secret_')[0];
  };

  const unreachable = { type: 'api_connection_error', message: 'The payment provider cannot be reached. Please try again.' };

  /** Whoever listens to what happens, by name. */
  class Listeners {
    #byName = new Map();

    add(name, listener) {
      if (!this.#byName.has(name)) this.#byName.set(name, new Set());
      this.#byName.get(name).add(listener);
    }

    remove(name, listener) {
      if (listener) this.#byName.get(name)?.delete(listener);
      else this.#byName.delete(name);
    }

    tell(name, event) {
      for (const listener of [...(this.#byName.get(name) ?? [])]) listener(event);
    }
  }

  /** A frame of the sandbox in the page, and the messages to and from it. */
  class Frame {
    #waiting = new Map();
    #asked = 0;

    constructor(address, title, hear) {
      this.node = document.createElement('iframe');
      this.node.src = address;
      this.node.title = title;
      this.node.allow = 'payment *';
      Object.assign(this.node.style, { display: 'block', inlineSize: '100%', border: '0', overflow: 'hidden' });
      this.#listen = ({ source, origin, data }) => {
        if (source !== this.node.contentWindow || origin !== home.origin || !data?.sandbox) return;
        const answer = this.#waiting.get(data.answerTo);
        if (answer) {
          this.#waiting.delete(data.answerTo);
          answer(data.result);
        } else hear(data.sandbox, data);
      };
      window.addEventListener('message', this.#listen);
    }

    #listen;

    say(name, data = {}) {
      this.node.contentWindow?.postMessage({ ...data, sandbox: name }, home.origin);
    }

    /** Says something, and resolves to the answer. */
    ask(name, data) {
      const question = ++this.#asked;
      return new Promise((resolve) => {
        const timeout = setTimeout(() => resolve({ error: unreachable }), FRAME_TIMEOUT_MS);
        this.#waiting.set(question, (result) => {
          clearTimeout(timeout);
          resolve(result);
        });
        this.say(name, { ...data, question });
      });
    }

    remove() {
      window.removeEventListener('message', this.#listen);
      this.node.remove();
    }
  }

  class Element {
    #listeners = new Listeners();
    #frame;
    #place;
    #setup;

    constructor(type, setup) {
      this.type = type;
      this.#setup = setup;
    }

    /** The frame, once it is in the page. */
    get frame() {
      return this.#frame;
    }

    mount(target) {
      const place = typeof target === 'string' ? document.querySelector(target) : target;
      need(place instanceof HTMLElement, `There is no element to mount into: ${target}`);
      if (this.#place === place && this.#frame) return;
      this.unmount();
      this.#place = place;
      place.classList.add('StripeElement');
      if (this.type === 'expressCheckout') {
        // No wallet is ever at hand.
        queueMicrotask(() => this.#listeners.tell('ready', { elementType: this.type, availablePaymentMethods: undefined }));
        return;
      }
      this.#frame = new Frame(new URL('element.html', home).href, FRAME_TITLE, (name, data) => this.#hear(name, data));
      this.#frame.node.style.colorScheme = this.#setup().appearance?.theme === 'night' ? 'dark' : 'light';
      place.replaceChildren(this.#frame.node);
    }

    unmount() {
      this.#frame?.remove();
      this.#frame = undefined;
      this.#place?.classList.remove('StripeElement');
      this.#place = undefined;
    }

    destroy() {
      this.unmount();
      this.#listeners.tell('destroy', { elementType: this.type });
    }

    on(name, listener) {
      this.#listeners.add(name, listener);
      return this;
    }

    once(name, listener) {
      const once = (event) => {
        this.off(name, once);
        listener(event);
      };
      return this.on(name, once);
    }

    off(name, listener) {
      this.#listeners.remove(name, listener);
      return this;
    }

    update() {
      this.#frame?.say('setup', { setup: this.#setup() });
    }

    focus() {
      this.#frame?.node.focus();
      this.#frame?.say('focus');
    }

    blur() {
      this.#frame?.say('blur');
    }

    clear() {
      this.#frame?.say('clear');
    }

    collapse() {}

    #hear(name, { height, event }) {
      if (name === 'hello') this.#frame.say('setup', { setup: this.#setup() });
      else if (name === 'height') this.#frame.node.style.blockSize = `${height}px`;
      else this.#listeners.tell(name, { elementType: this.type, ...event });
    }
  }

  class Elements {
    #options;
    #key;
    #byType = new Map();

    constructor(key, options) {
      this.#key = key;
      this.#options = options;
      if (options.clientSecret !== undefined) idOf(options.clientSecret);
      else need(options.mode && options.currency, 'Give elements a clientSecret, or a mode, an amount and a currency.');
    }

    get clientSecret() {
      return this.#options.clientSecret;
    }

    create(type, options = {}) {
      need(type === 'payment' || type === 'expressCheckout', `The sandbox does not play the element ${type}.`);
      need(!this.#byType.has(type), `There is an element ${type} already.`);
      const element = new Element(type, () => ({
        ...JSON.parse(JSON.stringify(this.#options)),
        element: JSON.parse(JSON.stringify(options)),
        key: this.#key,
        locale: this.#options.locale && this.#options.locale !== 'auto' ? this.#options.locale : document.documentElement.lang || navigator.language,
      }));
      element.on('destroy', () => this.#byType.delete(type));
      this.#byType.set(type, element);
      return element;
    }

    getElement(type) {
      return this.#byType.get(type) ?? null;
    }

    update(options) {
      this.#options = { ...this.#options, ...options };
      for (const element of this.#byType.values()) element.update();
    }

    async fetchUpdates() {
      this.update({});
      return {};
    }

    /** Whether all is filled in: shows what is not. */
    async submit() {
      return this.paymentFrame().ask('validate', {});
    }

    paymentFrame() {
      const frame = this.#byType.get('payment')?.frame;
      need(frame, 'Mount the payment element first.');
      return frame;
    }
  }

  class Stripe {
    #key;
    #locale;

    constructor(key, options = {}) {
      this.#key = key;
      this.#locale = options.locale;
    }

    elements(options = {}) {
      return new Elements(this.#key, { locale: this.#locale, ...options });
    }

    async retrievePaymentIntent(clientSecret) {
      const address = new URL(`../v1/payment_intents/${idOf(clientSecret)}`, home);
      address.search = new URLSearchParams({ key: this.#key, client_secret: clientSecret });
      try {
        const answer = await fetch(address);
        const body = await answer.json();
        return answer.ok ? { paymentIntent: body } : { error: body.error };
      } catch {
        return { error: unreachable };
      }
    }

    async confirmPayment({ elements, clientSecret = elements?.clientSecret, confirmParams = {}, redirect = 'always' }) {
      need(elements, 'confirmPayment needs the elements that the buyer has filled in.');
      idOf(clientSecret);
      const returnUrl = confirmParams.return_url;
      need(returnUrl || redirect === 'if_required', 'confirmPayment needs confirmParams.return_url.');
      const { error, paymentIntent } = await elements.paymentFrame().ask('confirm', {
        clientSecret,
        returnUrl,
        billingDetails: confirmParams.payment_method_data?.billing_details,
      });
      if (error) return { error };
      return this.#goOn(paymentIntent, redirect === 'if_required' ? undefined : returnUrl);
    }

    async handleNextAction({ clientSecret }) {
      const { error, paymentIntent } = await this.retrievePaymentIntent(clientSecret);
      return error ? { error } : this.#goOn(paymentIntent, undefined);
    }

    /** Asks the holder where that is needed, and goes to the return address where there is one. */
    async #goOn(intent, returnUrl) {
      const action = intent.next_action;
      if (intent.status === 'requires_action' && action?.type === 'redirect_to_url') {
        return leaveFor(action.redirect_to_url.url);
      }
      if (intent.status === 'requires_action') {
        await askHolder(action.use_stripe_sdk.stripe_js);
        const asked = await this.retrievePaymentIntent(intent.client_secret);
        if (asked.error) return asked;
        const failure = asked.paymentIntent.last_payment_error;
        if (failure) return { error: { ...failure, payment_intent: asked.paymentIntent } };
        intent = asked.paymentIntent;
      }
      if (!returnUrl) return { paymentIntent: intent };
      const back = new URL(returnUrl);
      back.searchParams.set('payment_intent', intent.id);
      back.searchParams.set('payment_intent_client_secret', intent.client_secret);
      back.searchParams.set('redirect_status', intent.status === 'succeeded' ? 'succeeded' : 'failed');
      return leaveFor(back.href);
    }
  }

  /** Leaves the page; what waits for it never goes on. */
  const leaveFor = (address) => {
    window.location.assign(address);
    return new Promise(() => {});
  };

  /** The bank's page in a dialog, until it is answered. */
  const askHolder = (address) => new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    const frame = new Frame(`${address}?dialog=1`, 'Your bank asks: 3-D Secure', (name) => {
      if (name !== 'authenticated') return;
      frame.remove();
      dialog.close();
      dialog.remove();
      resolve();
    });
    // Only the bank's answer ends it.
    dialog.addEventListener('cancel', (event) => event.preventDefault());
    Object.assign(dialog.style, { padding: '0', border: '0', borderRadius: '12px', inlineSize: 'min(26rem, 94vw)', blockSize: 'min(28rem, 90vh)', overflow: 'hidden' });
    frame.node.style.blockSize = '100%';
    dialog.append(frame.node);
    document.body.append(dialog);
    dialog.showModal();
  });

  const stripe = (key, options) => {
    need(typeof key === 'string' && key.startsWith('pk_'), 'Stripe is called with a publishable key.');
    return new Stripe(key, options);
  };
  stripe.version = 3;
  window.Stripe = stripe;
})();
