// Keeps a public page true while it is looked at: what is left, how long until a sale begins, and what a time is on
// the reader's own clock.

import { countdown, isLeft, isOpening, read, shown, type SessionLeft, type Words } from "./state.ts";
import { watch } from "./socket.ts";

interface Badge {
  readonly element: HTMLElement;
  readonly sessions: Map<string, SessionLeft>;
}

const footer = document.querySelector<HTMLElement>("[data-badge-words]");
const words = JSON.parse(footer?.dataset["badgeWords"] ?? "{}") as Words;
const language = document.documentElement.lang;
/** What a badge says while places can be taken, and while they cannot yet. */
const CHANGING: readonly string[] = ["on_sale", "few", "last", "sold_out", "to_come"];
/** How much the server's clock is ahead of ours: sales begin by its. */
let ahead = 0;

keepBadges();
keepCountdowns();
tellOwnTimes();

function now(): number {
  return Date.now() + ahead;
}

function keepBadges(): void {
  const badges: Badge[] = [...document.querySelectorAll<HTMLElement>("[data-left]")].map((element) => ({
    element,
    sessions: read(element.dataset["left"] ?? ""),
  }));
  const ids = new Set(badges.flatMap(({ sessions }) => [...sessions.keys()]));
  if (ids.size === 0) {
    return;
  }
  watch([...ids].slice(0, 400), ({ sessions, now: told }) => {
    ahead = told - Date.now();
    for (const { sessionId, left, count } of sessions) {
      for (const badge of badges) {
        const former = badge.sessions.get(sessionId);
        if (isLeft(left) && former !== undefined) {
          badge.sessions.set(sessionId, { ...former, left, count: count ?? 0 });
          draw(badge);
        }
      }
    }
    document.documentElement.dataset["live"] = "true";
  });
  let before = now();
  setInterval(() => {
    const [from, to] = [before, now()];
    before = to;
    badges.filter(({ sessions }) => isOpening(sessions.values(), from, to)).forEach(draw);
  }, 250);
}

function draw({ element, sessions }: Badge): void {
  const news = shown(sessions.values(), words, now());
  const former = standingOf(element);
  // What a page says of a sale that has not begun, or is over, no seat can change.
  if (news === null || former === undefined) {
    return;
  }
  if (element.classList.contains("badge")) {
    element.textContent = news.text;
    element.className = `badge ${news.kind}`;
    element.dataset["standing"] = news.standing;
  } else {
    element.classList.remove(...CHANGING);
    element.classList.add(news.standing);
    const text = element.querySelector("[data-part=text]");
    if (text !== null) {
      text.textContent = news.text;
    }
  }
  if (former === "to_come") {
    open(element.closest(".performance-sale, .event-offer"));
  }
}

function standingOf(element: HTMLElement): string | undefined {
  return CHANGING.find((word) => word === element.dataset["standing"] || element.classList.contains(word));
}

/** The sale has begun: what was said until then goes, and what is said from then on comes. */
function open(sale: Element | null): void {
  for (const element of sale?.querySelectorAll<HTMLElement>("[data-until-opening], [data-from-opening]") ?? []) {
    element.hidden = element.dataset["untilOpening"] !== undefined;
  }
}

function keepCountdowns(): void {
  const clocks = [...document.querySelectorAll<HTMLElement>("[data-opens-at]")];
  if (clocks.length === 0) {
    return;
  }
  const tick = (): void => {
    for (const clock of clocks) {
      const left = countdown(Date.parse(clock.dataset["opensAt"] ?? "") - now(), footer?.dataset["days"] ?? "# d");
      clock.hidden = left === null;
      clock.textContent = left ?? "";
    }
  };
  tick();
  setInterval(tick, 1_000);
}

/** Where the reader's clock shows another time than the venue's. */
function tellOwnTimes(): void {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const element of document.querySelectorAll<HTMLElement>(".your-time[data-instant]")) {
    const { instant, zone } = element.dataset;
    const date = new Date(instant ?? "");
    if (zone === undefined || Number.isNaN(date.getTime())) {
      continue;
    }
    const as = (timeZone: string) =>
      new Intl.DateTimeFormat(language, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(date);
    if (as(zone) !== as(own)) {
      element.textContent = ` (${as(own)} ${footer?.dataset["yourTime"] ?? ""})`;
    }
  }
}
