// How many bytes a watcher receives while all seats of a session are held, and then sold, at a steady rate.
// BASE_URL and SESSION say where; counted on the wire, frames' headers included, binary deltas, no compression
// (the server offers none). RATE: seats a second. ORDER: `rising` or `shuffled`.

import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

import { BASE_URL } from "../e2e/browser.ts";

const SESSION = process.env["SESSION"] ?? "";
const RATE = Number(process.env["RATE"] ?? 2_000);
const IS_SHUFFLED = process.env["ORDER"] !== "rising";
const PER_ORDER = 10;

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
if (IS_SHUFFLED) {
  orders.sort(() => Math.random() - 0.5);
}
const open = new Map<number, { path: string; headers: Record<string, string> }>();
for (const order of orders) {
  const opened = await send("POST", `/api/gateway/sessions/${SESSION}/orders`, {}, {});
  const headers = { authorization: `Bearer ${String(opened["orderSecret"])}` };
  open.set(order, { path: `/api/gateway/orders/${String(opened["eventSessionOrderId"])}`, headers });
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
const address = { name: "Ada", email: "ada@example.org", line1: "Street 1", postcode: "10115", city: "Berlin", country: "DE" };
const sellSecs = await paced(orders, async (order) => {
  const { path = "", headers = {} } = open.get(order) ?? {};
  await send("PUT", `${path}/address`, address, headers);
  const payment = await send("POST", `${path}/payments`, { provider: "test" }, { ...headers, "idempotency-key": "pay" });
  const { confirmUrl } = payment["test"] as { confirmUrl: string };
  await send("POST", new URL(confirmUrl, BASE_URL).pathname, { outcome: "succeed" }, headers);
});
await pause(2_000);
const sold = watcher.bytes() - snapshot - held;
watcher.close();
const told = orders.length * PER_ORDER;
console.log(`${told} seats, ${IS_SHUFFLED ? "orders in no order" : "orders along the rows"}, ${PER_ORDER} an order; snapshot ${snapshot} bytes`);
console.log(`held in ${holdSecs.toFixed(1)} s (${Math.round(told / holdSecs)} a second): ${held} bytes`);
console.log(`sold in ${sellSecs.toFixed(1)} s (${Math.round(told / sellSecs)} a second): ${sold} bytes`);
console.log(`together ${((held + sold) / 1024).toFixed(1)} KiB`);
process.exit(0);
