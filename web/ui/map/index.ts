// The island of a house: the live session, what the buyer does, and the three faces it is shown with: the
// map, the same as text, and what the buyer has.

import { dropSeat, getSeat, openOrder, Refused, type BestWish, type Places, type Wish } from "../live/gateway.ts";
import { rememberedOrder, rememberOrder } from "../live/orders.ts";
import { LiveSession, type LiveChange } from "../live/session.ts";
import { isOpen } from "../live/state.ts";
import type { Order } from "../wire/Order.ts";
import { say } from "../words/index.ts";
import { updateBest, writeBest } from "./best.ts";
import { markFilter, writeBanner, writeCountdown, writeLegend, writeNotice, writePhase } from "./controls.ts";
import { maybePart, part } from "./dom.ts";
import type { House } from "./house.ts";
import { SectionList } from "./list.ts";
import { LOOK } from "./look.ts";
import type { Surroundings } from "./manifest.ts";
import { HouseMap } from "./map.ts";
import { hindrance, initialMap, lookOf, ownCount, ownStanding, reduceMap, type Asked, type MapEvent, type MapState, type Notice, type Sale } from "./state.ts";
import { Tray } from "./tray.ts";
import { hindranceWords, placesName, refusalNotice, whyNot } from "./words.ts";

/** How long good news stays. A refusal stays until it is answered. */
const TOLD_MILLIS = 6_000;
const BACK_MILLIS = 5_000;
/** Timers take no longer waits. */
const TIMER_MAX_MILLIS = 2_000_000_000;

class SeatMap extends HTMLElement {
  private live!: LiveSession;
  private state!: MapState;
  private sale!: Sale;
  private map!: HouseMap;
  private house: House | null = null;
  private list: SectionList | null = null;
  private tray: Tray | null = null;
  /** One request after the other, so that two taps do not open two orders. */
  private turn: Promise<void> = Promise.resolve();
  private clock: ReturnType<typeof setTimeout> | null = null;
  private quiet: ReturnType<typeof setTimeout> | null = null;
  private wasLive = false;
  private isBack = false;
  /** Orders that this page has seen end by its own doing. */
  private isReplacing = false;

  connectedCallback(): void {
    const now = performance.now();
    this.sale = {
      opensAt: now + Number(this.dataset["opensIn"] ?? 0),
      closesAt: this.dataset["closesIn"] === undefined ? null : now + Number(this.dataset["closesIn"]),
    };
    this.state = initialMap(this.dataset["status"] ?? "on_sale", this.sale, now);
    const orderId = this.dataset["order"] ?? rememberedOrder(this.sessionId);
    this.live = new LiveSession(this.sessionId, { orderId, status: this.state.live.status });
    this.live.subscribe((change) => this.hear(change));
    this.live.onMessage((message) => {
      if (message.type === "error" && (message.code === "forbidden" || message.code === "not_found")) {
        rememberOrder(this.sessionId, null);
      }
    });
    // The first word from there is what the first picture waits for.
    performance.mark("map-manifest");
    this.live.start();
    this.map = new HouseMap(this, `/api/public/sessions/${this.sessionId}/manifest/columns`, this.surroundings(), this.state, {
      opened: (house) => {
        this.house = house;
      },
      shown: () => this.furnish(),
      press: (seat) => this.press(seat),
      pressStanding: (section) => this.pressStanding(section),
      levelled: (level) => this.step({ kind: "levelled", level }),
    });
    // On this page, places can be taken again at once: no dialog has to say so.
    this.addEventListener("over", (event) => {
      if (this.dataset["order"] === undefined) {
        event.preventDefault();
      }
    });
    this.tick();
  }

  disconnectedCallback(): void {
    this.live.stop();
  }

  /** Where a seat is on the page, in pixels: for tests. */
  pointOf(seat: number): { x: number; y: number } | null {
    const at = this.map.pointOf(seat);
    const box = maybePart(this, "view")?.getBoundingClientRect();
    return at === null || box === undefined ? null : { x: at.x + box.left, y: at.y + box.top };
  }

  /** Whether the map's picture is one of what is looked at now: for tests. */
  get isSharp(): boolean {
    return this.map.isSharp;
  }

  /** Brings a seat of the map into view: for tests, and for whoever links to a seat. */
  reveal(seat: number): void {
    this.map.reveal(seat);
  }

  /** Opens a seat's row in the text, with the focus on the seat: for tests, and for whoever links to a seat. */
  focusSeat(seat: number): void {
    this.furnish();
    this.list?.focusSeat(seat);
  }

  private get sessionId(): string {
    return this.dataset["session"] ?? "";
  }

  private surroundings(): Surroundings {
    return JSON.parse(this.dataset["surroundings"] ?? '{"areas":[],"focusX":0,"focusY":0}') as Surroundings;
  }

  /** All that stands beside the map. It comes after it: the server has written what there is to read. */
  private furnish(): void {
    const { house } = this;
    if (house === null || this.list !== null) {
      return;
    }
    this.list = new SectionList(part(this, "sections"), house, this.state, {
      press: (seat) => this.press(seat),
      standing: (section, step) => this.stepStanding(section, step),
      opened: (section) => this.map.revealSection(section),
    });
    this.tray = new Tray(part(this, "tray"), house, {
      drop: (seat) => this.give({ seats: [seat] }),
      dropStanding: (section) => this.give({ section, quantity: 1 }),
      show: (seat) => this.map.reveal(seat),
    });
    writeLegend(this, house, (filter) => this.step({ kind: "filtered", filter }));
    writeBest(this, house, (wish) => this.takeBest(wish));
    this.draw(this.state, []);
  }

  private hear({ state: live, before, seats }: LiveChange): void {
    if (live.order !== before.order) {
      this.noteOrder(live.order, before.order);
    }
    if (live.connection === "live" && before.connection !== "live" && this.wasLive) {
      this.isBack = true;
      setTimeout(() => {
        this.isBack = false;
        this.drawBanner();
      }, BACK_MILLIS);
    }
    this.wasLive ||= live.connection === "live";
    this.step({ kind: "live", live, seats });
    if (live.status !== before.status) {
      this.tick();
    }
  }

  /** Remembers an open order; says so where one has ended without this page's doing. */
  private noteOrder(order: Order | null, before: Order | null): void {
    rememberOrder(this.sessionId, isOpen(order) ? order.eventSessionOrderId : null);
    if (!isOpen(before) || order === null || isOpen(order) || this.isReplacing) {
      return;
    }
    if (order.status === "PAID") {
      this.say({ tone: "told", text: say("order-paid"), alternative: [] });
    } else if (before.seats.length + before.standing.length > 0) {
      this.say({ tone: "refused", text: say("refused-ran-out"), alternative: [] });
    }
  }

  private step(event: MapEvent): void {
    const { state, seats } = reduceMap(this.state, event);
    this.draw(state, seats);
  }

  private draw(state: MapState, seats: ArrayLike<number> | "all"): void {
    const before = this.state;
    this.state = state;
    this.map.update(state, seats);
    this.list?.update(state, seats);
    this.tray?.update(state);
    if (state.filter !== before.filter) {
      this.list?.filter(state.filter);
      markFilter(this, state.filter);
    }
    if (state.level !== before.level) {
      this.map.markLevel();
    }
    if (state.notice !== before.notice) {
      this.drawNotice(state.notice);
    }
    updateBest(this, state);
    writePhase(this, state.phase);
    this.drawBanner();
    this.dataset["live"] = String(state.live.connection === "live" && this.list !== null);
  }

  private drawBanner(): void {
    writeBanner(this, this.state, this.wasLive, this.isBack);
  }

  private drawNotice(notice: Notice | null): void {
    if (this.quiet !== null) {
      clearTimeout(this.quiet);
      this.quiet = null;
    }
    writeNotice(part(this, "notice"), notice, this.house, {
      take: (seats) => this.take({ seats }),
      dismiss: () => this.say(null),
    });
    this.map.pin(notice?.alternative ?? []);
    const [first] = notice?.alternative ?? [];
    if (first !== undefined) {
      this.map.reveal(first);
    }
    if (notice?.tone === "told") {
      this.quiet = setTimeout(() => this.say(null), TOLD_MILLIS);
    }
  }

  private say(notice: Notice | null): void {
    this.step({ kind: "said", notice });
  }

  /** The clock of the sale: its beginning and end are met to the second. */
  private tick(): void {
    if (this.clock !== null) {
      clearTimeout(this.clock);
    }
    const now = performance.now();
    this.step({ kind: "clock", sale: this.sale, now });
    if (this.state.phase === "before") {
      writeCountdown(this, this.sale.opensAt - now, this.dataset["timeZone"] ?? "UTC");
      this.clock = setTimeout(() => this.tick(), 1000 - (now % 1000) + 20);
    } else if (this.sale.closesAt !== null && now < this.sale.closesAt) {
      this.clock = setTimeout(() => this.tick(), Math.min(this.sale.closesAt - now + 20, TIMER_MAX_MILLIS));
    }
  }

  /** A seat was meant: a free one is taken, an own one given back, any other is explained. */
  private press(seat: number): void {
    const look = lookOf(this.state, seat);
    if (look === LOOK.own) {
      this.give({ seats: [seat] });
    } else if (look === LOOK.free) {
      this.take({ seats: [seat] });
    } else {
      const text = this.house === null ? null : whyNot(this.house, seat, look);
      if (text !== null) {
        this.say({ tone: "refused", text, alternative: [] });
      }
    }
  }

  private pressStanding(section: number): void {
    const found = this.house?.sections[section];
    if (found !== undefined) {
      this.stepStanding(found.id, 1);
    }
  }

  private stepStanding(section: string, step: 1 | -1): void {
    if (step === 1) {
      this.take({ section, quantity: 1 });
    } else if (ownStanding(this.state, section) > 0) {
      this.give({ section, quantity: 1 });
    }
  }

  private take(places: Places): void {
    const asked: Asked = { verb: "take", ...places };
    this.queue(asked, async () => {
      this.keep(await this.claim(places));
    });
  }

  private takeBest(wish: BestWish): void {
    this.queue({ verb: "best", wish }, async () => {
      const before = new Set(this.state.live.order?.seats ?? []);
      const order = await this.claim(wish);
      this.keep(order);
      const won = order.seats.filter((seat) => !before.has(seat));
      if (this.house !== null && won[0] !== undefined) {
        this.map.reveal(won[Math.floor(won.length / 2)] ?? won[0]);
        this.say({ tone: "told", text: say("best-yours", { places: placesName(this.house, won) }), alternative: [] });
      }
    });
  }

  private give(places: Places): void {
    this.queue({ verb: "give", ...places }, async () => {
      const { order } = this.state.live;
      if (isOpen(order)) {
        this.keep(await dropSeat(order.eventSessionOrderId, places));
      }
    });
  }

  /** Shows at once what was asked for; then asks, one after the other; then shows what came of it. */
  private queue(asked: Asked, work: () => Promise<void>): void {
    const why = hindrance(this.state);
    if (why !== null) {
      this.say({ tone: "refused", text: hindranceWords(why), alternative: [], hindrance: why });
      return;
    }
    this.step({ kind: "asked", asked });
    this.turn = this.turn.then(async () => {
      let notice: Notice | null = null;
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Refused)) {
          this.step({ kind: "answered", asked, notice: null });
          throw error;
        }
        notice = refusalNotice(this.house, asked, error, ownCount(this.state));
        if (error.isOrderGone) {
          this.live.note(null);
        }
      }
      this.step({ kind: "answered", asked, notice });
    }).catch((error: unknown) => {
      // It must not stop those that wait behind it; whoever watches the page hears of it.
      reportError(error);
    });
  }

  private async claim(wish: Wish): Promise<Order> {
    const known = this.state.live.order;
    if (!isOpen(known)) {
      return getSeat(await this.begin(), wish);
    }
    try {
      return await getSeat(known.eventSessionOrderId, wish);
    } catch (error) {
      const isEmpty = known.seats.length + known.standing.length === 0;
      if (!(error instanceof Refused) || !error.isOrderGone || !isEmpty) {
        throw error;
      }
      // An order that had nothing ended while the page was open: the wish still stands.
      this.isReplacing = true;
      const orderId = await this.begin();
      this.isReplacing = false;
      return getSeat(orderId, wish);
    }
  }

  private async begin(): Promise<string> {
    const order = await openOrder(this.sessionId);
    this.live.follow(order, order.orderSecret);
    return order.eventSessionOrderId;
  }

  private keep(order: Order): void {
    this.live.follow(order);
  }
}

customElements.define("seat-map", SeatMap);
