// How many bytes a watcher receives while all seats of a session are held, and then sold, at a steady rate.
// BASE_URL and SESSION say where; counted on the wire, frames' headers included, binary deltas, no compression
// (the server offers none). The server must have RATE_LIMITS=off.
//
// RATE: seats a second. ORDER, with ten seats an order: `rising`, neighbours along the rows; `shuffled`, neighbours, the
// orders in no order; `scattered`, seats from anywhere. CHECK=true fails where the aim is missed.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

import { BASE_URL } from "../e2e/browser.ts";

const SESSION = process.env["SESSION"] ?? "";
const RATE = Number(process.env["RATE"] ?? 2_000);
const ORDER = process.env["ORDER"] ?? "scattered";
const PER_ORDER = 10;
const ADDRESS = { name: "Ada", email: "ada@example.org", line1: "Street 1", postcode: "10115", city: "Berlin", country: "DE" };
const BYTES_MAX = 64 * 1024;

interface Watcher {
  bytes(): number;
  close(): void;
}

function watch(): Promise<Watcher> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
      "sec-websocket-protocol": "frontrow.v1",
    };
    const asked = request(`${BASE_URL}/live/sessions/${SESSION}`, { headers });
    asked.on("error", reject);
    asked.on("upgrade", (_response, socket: Socket) => {
      let bytes = 0;
      socket.on("data", (data: Buffer) => (bytes += data.length));
      socket.write(masked(JSON.stringify({ type: "hello", binary: true })));
      resolve({ bytes: () => bytes, close: () => socket.destroy() });
    });
    asked.end();
  });
}

/** One short text frame of a client. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const head = Buffer.from([0x81, 0x80 | payload.length]);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

async function send(method: string, path: string, body: object, headers: Record<string, string>): Promise<Record<string, unknown>> {
  for (;;) {
    const init = { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
    const response = await fetch(BASE_URL + path, init);
    if (response.ok) {
      return (await response.json()) as Record<string, unknown>;
    }
    if (response.status !== 503) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    await pause(200);
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** Each order as likely as any other. */
function shuffle(items: number[]): void {
  for (let left = items.length; left > 1; left -= 1) {
    const [last, chosen] = [left - 1, Math.floor(Math.random() * left)];
    [items[last], items[chosen]] = [items[chosen] ?? 0, items[last] ?? 0];
  }
}

/** Starts the work of each order when its turn has come. */
async function paced(orders: readonly number[], work: (order: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (const order of orders) {
    const due = began + (running.length * PER_ORDER * 1000) / RATE;
    await pause(Math.max(0, due - performance.now()));
    running.push(work(order));
  }
  await Promise.all(running);
  return (performance.now() - began) / 1000;
}

const availability = (await (await fetch(`${BASE_URL}/api/public/sessions/${SESSION}/availability`)).json()) as { seats: string };
const packed = Buffer.from(availability.seats, "base64");
const seats = Array.from({ length: packed.length * 4 }, (_, seat) => seat).filter(
  (seat) => (((packed[seat >> 2] ?? 0xff) >> ((seat & 3) * 2)) & 3) === 0,
);
const orders = Array.from({ length: Math.floor(seats.length / PER_ORDER) }, (_, order) => order);
if (ORDER !== "rising") {
  shuffle(ORDER === "scattered" ? seats : orders);
}
const open = new Map<number, { path: string; headers: Record<string, string> }>();
for (const order of orders) {
  const opened = await send("POST", `/api/gateway/sessions/${SESSION}/orders`, {}, {});
  const headers = { authorization: `Bearer ${String(opened["orderSecret"])}` };
  const path = `/api/gateway/orders/${String(opened["eventSessionOrderId"])}`;
  await send("PUT", `${path}/address`, ADDRESS, headers);
  open.set(order, { path, headers });
}
const watcher = await watch();
await pause(1_000);
const snapshot = watcher.bytes();
const holdSecs = await paced(orders, async (order) => {
  const { path = "", headers = {} } = open.get(order) ?? {};
  const wanted = seats.slice(order * PER_ORDER, (order + 1) * PER_ORDER);
  await send("POST", `${path}/get-seat`, { seats: wanted }, { ...headers, "idempotency-key": "hold" });
});
await pause(1_000);
const held = watcher.bytes() - snapshot;
const sellSecs = await paced(orders, async (order) => {
  const { path = "", headers = {} } = open.get(order) ?? {};
  const payment = await send("POST", `${path}/payments`, { provider: "test" }, { ...headers, "idempotency-key": "pay" });
  const { confirmUrl } = payment["test"] as { confirmUrl: string };
  await send("POST", new URL(confirmUrl, BASE_URL).pathname, { outcome: "succeed" }, headers);
});
await pause(2_000);
const sold = watcher.bytes() - snapshot - held;
watcher.close();
const told = orders.length * PER_ORDER;
console.log(`${told} seats, ${ORDER}, ${PER_ORDER} an order; snapshot ${snapshot} bytes`);
console.log(`held in ${holdSecs.toFixed(1)} s (${Math.round(told / holdSecs)} a second): ${held} bytes`);
console.log(`sold in ${sellSecs.toFixed(1)} s (${Math.round(told / sellSecs)} a second): ${sold} bytes`);
console.log(`together ${((held + sold) / 1024).toFixed(1)} KiB`);
assert.ok(held > told && sold > told, "every seat was told of twice");
if (process.env["CHECK"] === "true") {
  assert.ok(held + sold <= BYTES_MAX, `${held + sold} bytes`);
}
process.exit(0);
