// How many public pages a second are read, how long the server takes for one, and what a sale at full load and they do to
// each other. BASE_URL says where; READERS are on at once, BUYERS claim, each kind for SECS. Client times contain
// waiting for this generator, which shares the machine.

import { BASE_URL, read, type Figures, type Kind } from "./reading.ts";
import { sell, type Sold } from "./selling.ts";

const READERS = Number(process.env["READERS"] ?? 100);
const BUYERS = Number(process.env["BUYERS"] ?? 64);
const SECS = Number(process.env["SECS"] ?? 6);
const EVENTS = Number(process.env["EVENTS"] ?? 2_000);
const CHECK = process.env["CHECK"] === "true";
const SERVER_P95_AIM_MILLIS = 20;
/** As many as pretix's figure was measured with. */
const FEW_READERS = 16;

const WORDS = ["night", "voyage river", "orchad", "mirror", "thundr", "golden paper", "harbour", "whisper", "sonata", "wals"];
const CATEGORIES = ["music", "jazz", "theatre", "comedy", "dance", "film", "family", "classical"];
const CITIES = ["berlin", "hamburg", "vienna", "london", "lisbon", "krakow", "new-york", "tokyo"];

/** Those of the titles, which people know. */
const KNOWN = (
  "night voyage river garden winter summer letter orchard mirror glass thunder silent golden paper velvet harbour lantern " +
  "morning evening shadow island mountain ocean forest desert window doorway station market castle bridge tower"
).split(" ");

const pick = <T>(list: readonly T[], turn: number): T => list[turn % list.length] as T;

function page(name: string, address: (turn: number) => string): Kind {
  return { name, group: "page", method: "GET", address };
}

const ECHO: Kind = { name: "echo", group: "page", method: "POST", address: () => "/bench/echo" };
const LISTING = page("listing, each another", (turn) => `/en/events?category=${pick(CATEGORIES, turn)}&from=${day(turn)}&sort=${pick(["date", "price", "title"], turn)}`);
const EVENT = page("event", (turn) => `/en/events/bench-${(turn * 7) % EVENTS}`);
/** Nobody asks so, without a pause and of words that nobody ever asked for: it is printed, and not held to the aim. */
const NEW_WORDS = page("search, each with a new word", newWord);
const PAGES: readonly Kind[] = [
  page("front page", () => "/en"),
  page("listing, 200 filters", (turn) => `/en/events?category=${pick(CATEGORIES, turn)}&city=${pick(CITIES, turn >> 3)}&page=${1 + (turn % 3)}`),
  LISTING,
  page("search, ten words", (turn) => `/en/events?q=${encodeURIComponent(pick(WORDS, turn))}`),
  { ...page("search, each another, of known words", knownWords), before: KNOWN.map(sought) },
  NEW_WORDS,
  { ...page("the same, a reader a second", newWord), pauseMillis: 1_000 },
  EVENT,
];

function day(turn: number): string {
  return new Date(Date.now() + (turn % 300) * 86_400_000).toISOString().slice(0, 10);
}

function sought(words: string): string {
  return `/en/events?q=${encodeURIComponent(words)}`;
}

/** Two, from a day on: no search comes twice. */
function knownWords(turn: number): string {
  const [one, other] = [1, KNOWN.length].map((step) => pick(KNOWN, Math.floor(turn / step)));
  return `${sought(`${one} ${other}`)}&from=${day(Math.floor(turn / KNOWN.length ** 2))}`;
}

let newWords = 0;

/** A word in which nobody's slip was foreseen: each is another. */
function newWord(turn: number): string {
  newWords += 1;
  const letters = [1, 26, 676, 17_576].map((step) => 97 + (Math.floor(newWords / step) % 26));
  return sought(`${pick(WORDS, turn)} ${String.fromCharCode(...letters)}`);
}

function pagesTable(rows: readonly Figures[]): string {
  const echo = rows.find(({ name }) => name === ECHO.name)?.perSecond ?? 1;
  const lines = rows.map(({ name, readers, perSecond, serverP95, clientP50, clientP95, kilobytes }) => {
    const server = serverP95 === null ? "–" : `${serverP95} ms`;
    const client = `${clientP50.toFixed(1)} ms | ${clientP95.toFixed(1)} ms`;
    return `| ${name} | ${readers} | ${perSecond.toFixed(0)} | ${(perSecond / echo).toFixed(2)} | ${server} | ${client} | ${kilobytes.toFixed(1)} KiB |`;
  });
  return [
    "| page | readers | a second | of the echo | server p95 at most | client p50 | client p95 | on the wire |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
    ...lines,
  ].join("\n");
}

function saleTable(rows: readonly (readonly [string, Figures | null, Sold | null])[]): string {
  const lines = rows.map(([name, pages, sold]) => {
    const reading = pages === null ? "– | –" : `${pages.perSecond.toFixed(0)} | ${pages.clientP95.toFixed(1)} ms`;
    const selling = sold === null ? "– | – | –" : `${sold.perSecond.toFixed(0)} | ${sold.p50.toFixed(1)} ms | ${sold.p99.toFixed(1)} ms`;
    return `| ${name} | ${reading} | ${selling} |`;
  });
  const head = "| | pages a second | page p95 | claims a second | claim p50 | claim p99 |";
  return [head, "|---|---:|---:|---:|---:|---:|", ...lines].join("\n");
}

/** A large house of the demo, for claims that are given back again. */
async function arenaSession(): Promise<string> {
  const answer = await fetch(`${BASE_URL}/api/public/events?venue=spreebogen-arena&q=lanterns%20over%20the%20river`);
  const { items } = (await answer.json()) as { items: { slug: string; sessions: { sessionId: string; onSale: boolean }[] }[] };
  // Those that were made for reading alone have no prices.
  const own = items.filter(({ slug }) => !slug.startsWith("bench-"));
  const found = own.flatMap(({ sessions }) => sessions).find(({ onSale }) => onSale);
  if (found === undefined) {
    throw new Error("the demo's arena sells nothing");
  }
  return found.sessionId;
}

const rows = [await read(ECHO, READERS, SECS)];
for (const kind of PAGES) {
  rows.push(await read(kind, READERS, SECS));
}
rows.push(await read(EVENT, FEW_READERS, SECS));
const session = await arenaSession();
const pagesAlone = await read(LISTING, READERS, SECS);
const saleAlone = await sell(session, BUYERS, SECS);
const [pagesBoth, saleBoth] = await Promise.all([read(LISTING, READERS, SECS), sell(session, BUYERS, SECS)]);

console.log(`${READERS} readers, ${BUYERS} buyers, ${SECS} s each, Node ${process.version} as generator on the same machine`);
console.log(pagesTable(rows));
console.log("");
console.log(saleTable([
  ["pages alone", pagesAlone, null],
  ["a sale alone", null, saleAlone],
  ["both", pagesBoth, saleBoth],
]));
const held = [...rows.slice(1), pagesBoth].filter(({ name }) => name !== NEW_WORDS.name);
if (CHECK && held.some((row) => (row.serverP95 ?? 0) > SERVER_P95_AIM_MILLIS)) {
  console.error(`a page took longer than ${SERVER_P95_AIM_MILLIS} ms of server time`);
  process.exit(1);
}
