// An order's requests over HTTP. A claim's key is repeated until the answer is known, so that nothing is
// taken twice and nothing that was taken is lost.

import type { Order } from "../wire/Order.ts";

const ATTEMPTS_MAX = 5;
const REQUEST_MAX_MILLIS = 10_000;
/** Longer than this nobody waits at a pressed button: then it is said instead. */
const RETRY_AFTER_MAX_SECS = 5;

export interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly taken?: readonly number[];
  readonly alternative?: readonly number[];
  readonly free?: number;
  readonly limit?: number;
  readonly opensAt?: string | null;
}

/** The server said no, or nothing: then `status` is 0 and `code` is `unreachable`. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;
  readonly retryAfterSecs: number | null;

  constructor(status: number, problem: Problem, retryAfterSecs: number | null = null) {
    super(problem.title ?? "The server did not answer as expected");
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.problem = problem;
    this.retryAfterSecs = retryAfterSecs;
  }

  /** Whether the order itself is of no more use. */
  get isOrderGone(): boolean {
    const gone = ["order_expired", "order_cancelled", "order_paid", "not_found", "forbidden"];
    return gone.includes(this.code);
  }
}

export type Places =
  | { readonly seats: readonly number[] }
  | { readonly section: string; readonly quantity: number };

/** The best together: where, between which prices in minor units, and whether one has to be accessible. */
export interface BestWish {
  readonly best: number;
  readonly section?: string;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly accessible?: boolean;
}

export type Wish = Places | BestWish;

/** A new order with its secret, which is told only here. */
export type OpenedOrder = Order & { readonly orderSecret: string };

export function openOrder(sessionId: string): Promise<OpenedOrder> {
  return request("POST", `/api/gateway/sessions/${sessionId}/orders`, {}) as Promise<OpenedOrder>;
}

export function readOrder(orderId: string): Promise<Order> {
  return request("GET", `/api/gateway/orders/${orderId}`);
}

export function getSeat(orderId: string, wish: Wish): Promise<Order> {
  const headers = { "idempotency-key": randomKey() };
  return request("POST", `/api/gateway/orders/${orderId}/get-seat`, wish, headers);
}

export function dropSeat(orderId: string, places: Places): Promise<Order> {
  return request("POST", `/api/gateway/orders/${orderId}/drop-seat`, places);
}

/** Not `randomUUID`, which browsers keep from pages without TLS. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function request(
  method: "GET" | "POST",
  address: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Order> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(method, address, body, headers).catch(() => null);
    if (response?.ok) {
      return (await response.json()) as Order;
    }
    const waitSecs = retrySecs(response, attempt);
    if (waitSecs === null || attempt === ATTEMPTS_MAX || !navigator.onLine) {
      throw await refusal(response);
    }
    await pause(waitSecs);
  }
}

/** Null where trying again does not help, or not soon. */
function retrySecs(response: Response | null, attempt: number): number | null {
  if (response === null) {
    return attempt * 0.5;
  }
  const secs = retryAfter(response);
  return [429, 503].includes(response.status) && secs <= RETRY_AFTER_MAX_SECS ? secs : null;
}

function retryAfter(response: Response): number {
  const secs = Number(response.headers.get("retry-after") ?? 1);
  return Number.isFinite(secs) ? secs : 1;
}

function send(
  method: string,
  address: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<Response> {
  const init: RequestInit = { method, headers, signal: AbortSignal.timeout(REQUEST_MAX_MILLIS) };
  if (body !== undefined) {
    init.headers = { "content-type": "application/json", ...headers };
    init.body = JSON.stringify(body);
  }
  return fetch(address, init);
}

async function refusal(response: Response | null): Promise<Refused> {
  if (response === null) {
    return new Refused(0, { code: "unreachable", title: "The server cannot be reached" });
  }
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const waits = response.headers.has("retry-after") ? retryAfter(response) : null;
  return new Refused(response.status, problem, waits);
}

function pause(secs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, secs * 1000));
}
