// Claims over HTTP. The same key is repeated until the answer is known, so that nothing is taken twice.

import type { Order } from "../wire/Order.ts";

const ATTEMPTS_MAX = 4;

export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly alternative: readonly number[];

  constructor(status: number, problem: Problem) {
    super(problem.title ?? "The server did not answer as expected");
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.alternative = problem.alternative ?? [];
  }

  /** Whether the order itself is of no more use. */
  get isOrderGone(): boolean {
    const gone = ["order_expired", "order_cancelled", "order_paid", "not_found", "forbidden"];
    return gone.includes(this.code);
  }
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly alternative?: readonly number[];
}

export type Places =
  | { readonly seats: readonly number[] }
  | { readonly section: string; readonly quantity: number };

export function openOrder(sessionId: string): Promise<Order> {
  return post(`/api/gateway/sessions/${sessionId}/orders`, {}, {});
}

export function getSeat(orderId: string, places: Places): Promise<Order> {
  const headers = { "idempotency-key": randomKey() };
  return post(`/api/gateway/orders/${orderId}/get-seat`, places, headers);
}

export function dropSeat(orderId: string, places: Places): Promise<Order> {
  return post(`/api/gateway/orders/${orderId}/drop-seat`, places, {});
}

async function post(address: string, body: object, headers: Record<string, string>): Promise<Order> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(address, body, headers).catch(() => null);
    if (response?.ok) {
      return (await response.json()) as Order;
    }
    const mayHelp = response === null || response.status === 503;
    if (!mayHelp || attempt === ATTEMPTS_MAX) {
      throw await refusal(response);
    }
    await pause(Number(response?.headers.get("retry-after") ?? attempt));
  }
}

function send(address: string, body: object, headers: Record<string, string>): Promise<Response> {
  return fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function refusal(response: Response | null): Promise<Refused> {
  if (response === null) {
    return new Refused(0, { title: "The server cannot be reached" });
  }
  const problem = (await response.json().catch(() => ({}))) as Problem;
  return new Refused(response.status, problem);
}

function pause(secs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, secs * 1000));
}

/** Not `randomUUID`, which browsers keep from pages without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
