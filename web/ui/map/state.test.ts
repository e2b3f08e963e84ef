import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Refused, type Problem } from "../live/gateway.ts";
import { initialLive, type LiveState } from "../live/state.ts";
import type { Order } from "../wire/Order.ts";
import { LOOK } from "./look.ts";
import { hindrance, initialMap, lookOf, looksOf, ownCount, phaseOf, reduceMap, type MapEvent, type MapState } from "./state.ts";
import { inWords, refusalNotice, untilWords } from "./words.ts";
import { speakAs } from "../words/testing.ts";

beforeEach(() => speakAs("en"));

const SALE = { opensAt: 100, closesAt: 1_000 };

function order(seats: number[], changes: Partial<Order> = {}): Order {
  return {
    eventSessionOrderId: "o",
    sessionId: "s",
    status: "PENDING",
    pnr: "23456789",
    expireIfNotCompletedAt: "2026-01-01T00:00:00Z",
    secondsLeft: 600,
    seats,
    standing: [{ sectionId: "floor", quantity: 2 }],
    total: { amount: 0, currency: "EUR" },
    missing: [],
    ...changes,
  };
}

function live(changes: Partial<LiveState> = {}): LiveState {
  const seats = Uint8Array.from([0, 1, 2, 3]);
  return { ...initialLive(), connection: "live", generation: { epoch: 1, sequence: 1 }, seats, ...changes };
}

function after(...events: MapEvent[]): MapState {
  return events.reduce((state, event) => reduceMap(state, event).state, initialMap("on_sale", SALE, 500));
}

function heard(changes: Partial<LiveState> = {}): MapEvent {
  return { kind: "live", live: live(changes), seats: "all" };
}

test("before the first snapshot nothing is claimed to be known", () => {
  const state = after();
  assert.equal(lookOf(state, 0), LOOK.unknown);
  assert.deepEqual([...looksOf(state, 2)], [LOOK.unknown, LOOK.unknown]);
  assert.equal(hindrance(state), "loading");
});

test("each state of the wire has its look, and one's own seats another", () => {
  const state = after(heard({ order: order([1]) }));
  assert.deepEqual([0, 1, 2, 3].map((seat) => lookOf(state, seat)), [LOOK.free, LOOK.own, LOOK.sold, LOOK.off]);
  assert.deepEqual([...looksOf(state, 4)], [LOOK.free, LOOK.own, LOOK.sold, LOOK.off]);
  assert.equal(ownCount(state), 3);
  const ended = after(heard({ order: order([1], { status: "CANCELLED" }) }));
  assert.equal(lookOf(ended, 1), LOOK.held, "an order that has ended owns nothing");
});

test("what was asked for is shown as pending until the answer", () => {
  const take = { verb: "take", seats: [0] } as const;
  const step = reduceMap(after(heard()), { kind: "asked", asked: take });
  assert.deepEqual([lookOf(step.state, 0), step.seats], [LOOK.taking, [0]]);
  const answered = reduceMap(step.state, { kind: "answered", asked: take, notice: null });
  assert.deepEqual([lookOf(answered.state, 0), answered.seats], [LOOK.free, [0]]);
  const giving = after(heard({ order: order([1]) }), { kind: "asked", asked: { verb: "give", seats: [1] } });
  assert.equal(lookOf(giving, 1), LOOK.giving);
});

test("standing places that were asked for are counted until the answer", () => {
  const take = { verb: "take", section: "floor", quantity: 1 } as const;
  const give = { verb: "give", section: "floor", quantity: 1 } as const;
  const state = after({ kind: "asked", asked: take }, { kind: "asked", asked: take }, { kind: "asked", asked: give });
  assert.equal(state.standingAsked.get("floor"), 1);
  const done = reduceMap(state, { kind: "answered", asked: give, notice: null }).state;
  assert.equal(done.standingAsked.get("floor"), 2);
});

test("a refusal is kept while an answer without words comes in, and gone with the next wish", () => {
  const notice = { tone: "refused", text: "no", alternative: [3] } as const;
  const take = { verb: "take", seats: [0] } as const;
  const refused = after(heard(), { kind: "asked", asked: take }, { kind: "answered", asked: take, notice });
  assert.equal(refused.notice, notice);
  assert.equal(reduceMap(refused, { kind: "asked", asked: take }).state.notice, null);
});

test("staff's word counts before the clock, and the clock before how much is left", () => {
  assert.equal(phaseOf("on_sale", SALE, 99), "before");
  assert.equal(phaseOf("on_sale", SALE, 100), "on_sale");
  assert.equal(phaseOf("sold_out", SALE, 500), "sold_out");
  assert.equal(phaseOf("sold_out", SALE, 1_000), "ended");
  assert.equal(phaseOf("paused", SALE, 99), "paused");
  assert.equal(phaseOf("on_sale", { ...SALE, closesAt: null }, 1e12), "on_sale");
});

test("nothing can be taken while it is not on sale, not connected, or being paid", () => {
  assert.equal(hindrance(after(heard())), null);
  assert.equal(hindrance(after(heard(), { kind: "clock", sale: SALE, now: 1_000 })), "ended");
  assert.equal(hindrance(after(heard({ connection: "offline" }))), "offline");
  assert.equal(hindrance(after(heard({ connection: "reconnecting" }))), "reconnecting");
  const payment = { attemptId: "a", state: "pending", secondsLeft: 600 } as const;
  assert.equal(hindrance(after(heard({ order: order([1], { payment }) }))), "paying");
});

test("a notice of why nothing can be taken goes with its reason, and others stay", () => {
  const offline = heard({ connection: "offline" });
  const said = (hindrance?: "offline"): MapEvent => {
    const notice = { tone: "refused", text: "No.", alternative: [], ...(hindrance && { hindrance }) } as const;
    return { kind: "said", notice };
  };
  assert.equal(after(offline, said("offline")).notice?.text, "No.");
  assert.equal(after(offline, said("offline"), offline).notice?.text, "No.", "still offline");
  assert.equal(after(offline, said("offline"), heard()).notice, null, "back");
  assert.equal(after(offline, said(), heard()).notice?.text, "No.");
});

test("every refusal has words of its own, and says what to do", () => {
  const take = { verb: "take", seats: [0] } as const;
  const say = (code: string, problem: Problem = {}, retryAfter: number | null = null): string =>
    refusalNotice(null, take, new Refused(409, { code, ...problem }, retryAfter), 9).text;
  const codes = ["seat_taken", "sold_out", "limit_reached", "order_expired", "order_paid", "payment_under_way", "not_on_sale"];
  const more = ["too_many_claims", "claim_lapsed", "rate_limited", "busy", "unreachable"];
  const texts = [...codes, ...more].map((code) => say(code));
  assert.equal(new Set(texts).size, texts.length);
  assert.match(say("limit_reached", { limit: 10 }), /10 places at most. One more fits/);
  assert.match(say("limit_reached", { limit: 9 }), /9 places at most. Give one back/);
  assert.match(say("sold_out", { free: 1 }), /Only 1 place is left/);
  assert.match(say("rate_limited", {}, 7), /Wait 7 seconds/);
  assert.match(say("unheard_of", { title: "Something else" }), /Something else/);
  const lost = refusalNotice(null, take, new Refused(409, { code: "seat_taken", alternative: [4] }), 0);
  assert.deepEqual(lost.alternative, [4]);
});

test("lists and times are said as people say them", () => {
  assert.equal(inWords(["1", "2", "3"]), "1, 2 and 3");
  assert.equal(inWords(["1"]), "1");
  assert.deepEqual([59.2, 3_700, 90_000].map(untilWords), ["1:00", "1 h 1 min", "1 d 1 h"]);
});
