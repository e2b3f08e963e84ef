// Readers of public pages: each asks for the next page as soon as it has the last one, or after a pause, over connections kept
// alive, with gzip and without a tag, as first visits are. The server's own time is its histogram's.

import { Agent, request } from "node:http";
import { setTimeout } from "node:timers/promises";

export const BASE_URL = process.env["BASE_URL"] ?? "http://127.0.0.1:8080";

export interface Kind {
  readonly name: string;
  /** As the server's histogram calls it. */
  readonly group: string;
  readonly method: "GET" | "POST";
  /** How long a reader looks at a page. */
  readonly pauseMillis?: number;
  /** What is asked for before it counts; the first address unless it is given. */
  readonly before?: readonly string[];
  address(turn: number): string;
}

export interface Figures {
  readonly name: string;
  readonly readers: number;
  readonly perSecond: number;
  readonly clientP50: number;
  readonly clientP95: number;
  /** Not above that; null where nothing was counted. */
  readonly serverP95: number | null;
  readonly kilobytes: number;
}

export async function read(kind: Kind, readers: number, seconds: number): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: readers });
  // Once before, so that no plan is made while it counts.
  for (const address of kind.before ?? [kind.address(0)]) {
    await ask(agent, kind, address);
  }
  const before = await buckets(kind.group);
  const began = performance.now();
  const end = began + seconds * 1_000;
  const times: number[] = [];
  let [turn, bytes] = [0, 0];
  const reader = async (): Promise<void> => {
    // Not all at the same moment.
    await setTimeout(Math.random() * (kind.pauseMillis ?? 0));
    while (performance.now() < end) {
      const asked = performance.now();
      turn += 1;
      // Not in one with the sum, which others change meanwhile.
      const received = await ask(agent, kind, kind.address(turn));
      bytes += received;
      times.push(performance.now() - asked);
      if (kind.pauseMillis !== undefined) {
        await setTimeout(kind.pauseMillis);
      }
    }
  };
  await Promise.all(Array.from({ length: readers }, reader));
  const took = (performance.now() - began) / 1_000;
  agent.destroy();
  return {
    name: kind.name,
    readers,
    perSecond: times.length / took,
    clientP50: part(times, 0.5),
    clientP95: part(times, 0.95),
    serverP95: endOfBucket(before, await buckets(kind.group), 0.95),
    kilobytes: bytes / times.length / 1_024,
  };
}

/** The time that so large a part of all did not exceed. */
export function part(times: readonly number[], share: number): number {
  return [...times].sort((one, other) => one - other)[Math.floor(times.length * share)] ?? 0;
}

function ask(agent: Agent, kind: Kind, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const body = kind.method === "POST" ? '{"seats":[1,2]}' : "";
    const headers = {
      accept: "text/html",
      "accept-encoding": "gzip",
      ...(body === "" ? {} : { "content-type": "application/json", "content-length": body.length }),
    };
    const asked = request(`${BASE_URL}${address}`, { agent, method: kind.method, headers }, (answer) => {
      let bytes = 0;
      answer.on("data", (data: Buffer) => (bytes += data.length));
      answer.on("end", () => {
        // A page of a list that is not so long is a page, too.
        if (answer.statusCode === 200 || answer.statusCode === 404) {
          resolve(bytes);
        } else {
          reject(new Error(`${kind.name}: ${answer.statusCode} at ${address}`));
        }
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** The server's histogram of times: how many took at most so many seconds. */
async function buckets(group: string): Promise<Map<number, number>> {
  const text = await (await fetch(`${BASE_URL}/metrics`)).text();
  const counts = new Map<number, number>();
  for (const line of text.split("\n")) {
    const found = /^frontrow_http_request_seconds_bucket\{(.*)\} (\d+)$/.exec(line);
    if (found?.[1]?.includes(`group="${group}"`)) {
      const most = /le="([^"]+)"/.exec(found[1])?.[1] ?? "";
      counts.set(most === "+Inf" ? Infinity : Number(most), Number(found[2]));
    }
  }
  return counts;
}

/** Milliseconds: the end of the bucket in which it lies. */
function endOfBucket(before: Map<number, number>, later: Map<number, number>, share: number): number | null {
  const since = (key: number) => (later.get(key) ?? 0) - (before.get(key) ?? 0);
  const all = since(Infinity);
  const found = [...later.keys()].sort((one, other) => one - other).find((key) => since(key) >= all * share);
  return found === undefined || all === 0 ? null : found * 1_000;
}
