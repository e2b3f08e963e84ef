// What the tests of tickets and doors need: an order that is paid over the API, staff who are signed in,
// and eyes that read a QR code from a picture.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { APIRequestContext, Browser, BrowserContext } from "playwright-core";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

import type { Order } from "../wire/Order.ts";
import { BASE_URL } from "./browser.ts";

export const SESSION = process.env["SESSION"] ?? "";
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

/** Of the demo; printed where it starts. */
const STAFF = { email: "admin@frontrow.example", password: "demo-admin" };
const HOLDER = "Zażółć Гоголь Nguyễn";

export interface Paid {
  readonly order: Order;
  readonly secret: string;
  /** What its codes say. */
  readonly codes: readonly string[];
}

/** Buys what is wished for. */
export async function buy(request: APIRequestContext, wish: object, session = SESSION): Promise<Paid> {
  const opened = await json(request.post(`/api/gateway/sessions/${session}/orders`, { data: {} }));
  const { eventSessionOrderId: id, orderSecret: secret } = opened as { eventSessionOrderId: string; orderSecret: string };
  const path = `/api/gateway/orders/${id}`;
  const headers = { authorization: `Bearer ${secret}`, "idempotency-key": "once" };
  await json(request.post(`${path}/get-seat`, { headers, data: wish }));
  const address = { email: "ada@example.org", line1: "Street 1", postcode: "10115", city: "Berlin", country: "DE" };
  await json(request.put(`${path}/address`, { headers, data: { name: HOLDER, ...address } }));
  const started = await json(request.post(`${path}/payments`, { headers, data: { provider: "test" } }));
  const { test } = started as { test?: { confirmUrl: string } };
  // Where nothing is to be paid, it is paid at once.
  const order = (await json(
    test === undefined ? request.get(path, { headers }) : request.post(test.confirmUrl, { data: { outcome: "succeed" } }),
  )) as Order;
  assert.equal(order.status, "PAID");
  return { order, secret, codes: (order.tickets ?? []).map(({ code }) => code) };
}

/** A window of the order's owner. It notes whatever its pages complain of. */
export async function ownersWindow(browser: Browser, { order, secret }: Paid, viewport: { width: number; height: number }) {
  const context = await browser.newContext({ baseURL: BASE_URL, viewport });
  const name = `order_${order.eventSessionOrderId}`;
  await context.addCookies([{ name, value: secret, url: BASE_URL }]);
  return { context, ...(await openPage(context)) };
}

/** A window of somebody who may scan. */
export async function staffWindow(browser: Browser, viewport: { width: number; height: number }) {
  const context = await browser.newContext({ baseURL: BASE_URL, viewport });
  await json(context.request.post("/api/account/login", { data: STAFF }));
  return { context, ...(await openPage(context)) };
}

/** Reads the QR code of a grey picture, and fails if there is none. */
export async function codeOf(picture: { data: Uint8Array; width: number; height: number }): Promise<string> {
  const wasm = readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"));
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer;
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  const pixels = new Uint8ClampedArray(picture.data.length * 4).fill(255);
  picture.data.forEach((grey, index) => pixels.fill(grey, index * 4, index * 4 + 3));
  const image = { data: pixels, width: picture.width, height: picture.height, colorSpace: "srgb" } as ImageData;
  const [found] = await readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
  assert.ok(found?.isValid, "the picture has a code that can be read");
  return found.text;
}

/** Paints a page of a PDF as poppler does. */
export function paintPdf(file: Buffer, page: number): { data: Uint8Array; width: number; height: number } {
  const arguments_ = ["-gray", "-r", "120", "-f", String(page), "-l", String(page), "-"];
  const picture = execFileSync("pdftoppm", arguments_, { input: file, maxBuffer: 1 << 26 });
  // P5, width, height and 255, each ended by white space; then a byte a pixel.
  const fields = /^P5\s(\d+)\s(\d+)\s255\s/.exec(picture.subarray(0, 40).toString("latin1"));
  assert.ok(fields !== null, "pdftoppm paints");
  const [width, height] = [Number(fields[1]), Number(fields[2])];
  return { data: picture.subarray(fields[0].length, fields[0].length + width * height), width, height };
}

async function openPage(context: BrowserContext) {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  return { page, complaints };
}

async function json(answer: Promise<{ ok(): boolean; text(): Promise<string>; url(): string }>): Promise<unknown> {
  const response = await answer;
  const text = await response.text();
  assert.ok(response.ok(), `${response.url()}: ${text}`);
  return JSON.parse(text) as unknown;
}
