// How many public pages a second are read, and how long the server takes for one. BASE_URL says where; READERS are on
// at once. Each kind of page is asked with connections kept alive, gzip, and no tag, as first visits are. The server's
// own time is its histogram's; client times are beside it, and contain waiting for this generator.

import { Agent, request } from "node:http";

const BASE_URL = process.env["BASE_URL"] ?? "http://127.0.0.1:8080";
const READERS = Number(process.env["READERS"] ?? 100);
const SECONDS = Number(process.env["SECONDS"] ?? 6);
const CHECK = process.env["CHECK"] === "true";
const SERVER_P95_AIM_MILLIS = 20;

const agent = new Agent({ keepAlive: true, maxSockets: READERS });

interface Figures {
  readonly name: string;
  readonly perSecond: number;
  readonly clientP50: number;
  readonly clientP95: number;
  readonly serverP95: number | null;
  readonly kilobytes: number;
}

interface Kind {
  readonly name: string;
  readonly group: string;
  readonly method: "GET" | "POST";
  address(turn: number): string;
}

const WORDS = ["night", "voyage river", "orchad", "mirror", "thundr", "golden paper", "harbour", "whisper", "sonata", "wals"];
const CATEGORIES = ["music", "jazz", "theatre", "comedy", "dance", "film", "family", "classical"];
const CITIES = ["berlin", "hamburg", "vienna", "london", "lisbon", "krakow", "new-york", "tokyo"];

const pick = <T>(list: readonly T[], turn: number): T => list[turn % list.length] as T;

const KINDS: readonly Kind[] = [
  { name: "echo", group: "page", method: "POST", address: () => "/bench/echo" },
  { name: "front page", group: "page", method: "GET", address: () => "/en" },
  { name: "listing, 200 filters", group: "page", method: "GET", address: (turn) => `/en/events?category=${pick(CATEGORIES, turn)}&city=${pick(CITIES, turn >> 3)}&page=${1 + (turn % 3)}` },
  { name: "listing, each another", group: "page", method: "GET", address: (turn) => `/en/events?category=${pick(CATEGORIES, turn)}&from=${day(turn)}&sort=${pick(["date", "price", "title"], turn)}` },
  { name: "search, ten words", group: "page", method: "GET", address: (turn) => `/en/events?q=${encodeURIComponent(pick(WORDS, turn))}` },
  { name: "search, each another", group: "page", method: "GET", address: (turn) => `/en/events?q=${encodeURIComponent(`${pick(WORDS, turn)} ${letters(turn)}`)}` },
  { name: "event", group: "page", method: "GET", address: (turn) => `/en/events/bench-${(turn * 7) % 2000}` },
];

function day(turn: number): string {
  return new Date(Date.now() + (turn % 3000) * 86_400_000).toISOString().slice(0, 10);
}

function letters(turn: number): string {
  return String.fromCharCode(97 + (turn % 26), 97 + ((turn / 26) % 26));
}

function ask(kind: Kind, turn: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const body = kind.method === "POST" ? '{"best":2}' : "";
    const headers = {
      accept: "text/html",
      "accept-encoding": "gzip",
      ...(body === "" ? {} : { "content-type": "application/json", "content-length": body.length }),
    };
    const asked = request(`${BASE_URL}${kind.address(turn)}`, { agent, method: kind.method, headers }, (answer) => {
      let bytes = 0;
      answer.on("data", (data: Buffer) => (bytes += data.length));
      answer.on("end", () => {
        if (answer.statusCode === 200 || answer.statusCode === 404) {
          resolve(bytes);
        } else {
          reject(new Error(`${kind.name}: ${answer.statusCode}`));
        }
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function measure(kind: Kind): Promise<Figures> {
  const before = await buckets(kind.group);
  const began = performance.now();
  const end = began + SECONDS * 1_000;
  const times: number[] = [];
  let turn = 0;
  let bytes = 0;
  const reader = async (): Promise<void> => {
    while (performance.now() < end) {
      const asked = performance.now();
      turn += 1;
      bytes += await ask(kind, turn);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  const seconds = (performance.now() - began) / 1_000;
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(times.length * part)] ?? 0;
  return {
    name: kind.name,
    perSecond: times.length / seconds,
    clientP50: at(0.5),
    clientP95: at(0.95),
    serverP95: quantile(before, await buckets(kind.group), 0.95),
    kilobytes: bytes / times.length / 1_024,
  };
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

/** Not above this many milliseconds: the end of the bucket in which it lies. */
function quantile(before: Map<number, number>, later: Map<number, number>, part: number): number | null {
  const most = [...later.keys()].sort((a, b) => a - b);
  const since = (key: number) => (later.get(key) ?? 0) - (before.get(key) ?? 0);
  const all = since(Infinity);
  const found = most.find((key) => since(key) >= all * part);
  return found === undefined || all === 0 ? null : found * 1_000;
}

const rows: Figures[] = [];
for (const kind of KINDS) {
  // Once before, so that no plan or connection is made while it counts.
  await ask(kind, 0);
  rows.push(await measure(kind));
}
agent.destroy();
const echo = rows[0]?.perSecond ?? 1;
console.log(`${READERS} readers, ${SECONDS} s each, Node ${process.version} as generator on the same machine`);
console.log("| page | a second | of the echo | server p95 at most | client p50 | client p95 | on the wire |");
console.log("|---|---:|---:|---:|---:|---:|---:|");
for (const row of rows) {
  const server = row.serverP95 === null ? "–" : `${row.serverP95} ms`;
  console.log(
    `| ${row.name} | ${row.perSecond.toFixed(0)} | ${(row.perSecond / echo).toFixed(2)} | ${server} | ${row.clientP50.toFixed(1)} ms | ${row.clientP95.toFixed(1)} ms | ${row.kilobytes.toFixed(1)} KiB |`,
  );
}
if (CHECK && rows.slice(1).some((row) => (row.serverP95 ?? 0) > SERVER_P95_AIM_MILLIS)) {
  console.error(`a page took longer than ${SERVER_P95_AIM_MILLIS} ms of server time`);
  process.exit(1);
}
