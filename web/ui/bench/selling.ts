// Buyers without a pause: each opens an order, claims one place after the other until the order is full, cancels it and
// begins anew. Only claims are timed.

import { Agent, request } from "node:http";

import { BASE_URL, part } from "./reading.ts";

const CLAIMS_AN_ORDER = 10;

export interface Sold {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

interface Answer {
  readonly status: number;
  readonly body: { readonly eventSessionOrderId?: string; readonly orderSecret?: string };
}

export async function sell(session: string, buyers: number, seconds: number): Promise<Sold> {
  const agent = new Agent({ keepAlive: true, maxSockets: buyers });
  const began = performance.now();
  const end = began + seconds * 1_000;
  const times: number[] = [];
  const buyer = async (_: unknown, number: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      await fillOrder(agent, session, `${number}-${turn}`, times);
    }
  };
  await Promise.all(Array.from({ length: buyers }, buyer));
  agent.destroy();
  const took = (performance.now() - began) / 1_000;
  return { perSecond: times.length / took, p50: part(times, 0.5), p99: part(times, 0.99) };
}

async function fillOrder(agent: Agent, session: string, name: string, times: number[]): Promise<void> {
  const opened = await post(agent, `/api/gateway/sessions/${session}/orders`, "{}", {});
  const { eventSessionOrderId: order = "", orderSecret = "" } = opened.body;
  const headers = { authorization: `Bearer ${orderSecret}` };
  for (let claim = 0; claim < CLAIMS_AN_ORDER; claim += 1) {
    const asked = performance.now();
    const key = { "idempotency-key": `bench-${name}-${claim}` };
    const answer = await post(agent, `/api/gateway/orders/${order}/get-seat`, '{"best":1}', { ...headers, ...key });
    if (answer.status !== 200) {
      throw new Error(`a claim was answered ${answer.status}`);
    }
    times.push(performance.now() - asked);
  }
  await post(agent, `/api/gateway/orders/${order}/cancel`, "{}", headers);
}

function post(agent: Agent, address: string, body: string, more: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length, ...more };
    const asked = request(`${BASE_URL}${address}`, { agent, method: "POST", headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (data: Buffer) => parts.push(data));
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) as Answer["body"] });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
