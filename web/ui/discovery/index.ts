// Keeps a public page true while it is looked at: what is left, how long until a sale begins, and what a time is on
// the reader's own clock.

import { countdown, isLeft, read, shown, type SessionLeft, type Words } from "./state.ts";
import { watch } from "./socket.ts";

interface Badge {
  readonly element: HTMLElement;
  readonly sessions: Map<string, SessionLeft>;
}

const footer = document.querySelector<HTMLElement>("[data-badge-words]");
const words = JSON.parse(footer?.dataset["badgeWords"] ?? "{}") as Words;
const language = document.documentElement.lang;

keepBadges();
keepCountdowns();
tellOwnTimes();

function keepBadges(): void {
  const badges: Badge[] = [...document.querySelectorAll<HTMLElement>("[data-left]")].map((element) => ({
    element,
    sessions: read(element.dataset["left"] ?? ""),
  }));
  const ids = new Set(badges.flatMap(({ sessions }) => [...sessions.keys()]));
  if (ids.size === 0) {
    return;
  }
  watch([...ids].slice(0, 400), (changed) => {
    for (const { sessionId, left, count } of changed) {
      for (const badge of badges) {
        if (isLeft(left) && badge.sessions.has(sessionId)) {
          badge.sessions.set(sessionId, { left, count: count ?? 0 });
          draw(badge);
        }
      }
    }
    document.documentElement.dataset["live"] = "true";
  });
}

function draw({ element, sessions }: Badge): void {
  const now = shown(sessions.values(), words);
  // What a page says of a sale that has not begun, or is over, no seat can change.
  if (now === null || !["on_sale", "few", "last", "sold_out"].includes(standingOf(element))) {
    return;
  }
  if (element.classList.contains("badge")) {
    element.textContent = now.text;
    element.className = `badge ${now.kind}`;
    element.dataset["standing"] = now.standing;
  } else {
    element.classList.remove("on_sale", "few", "last", "sold_out");
    element.classList.add(now.standing);
    const text = element.querySelector("[data-part=text]");
    if (text !== null) {
      text.textContent = now.text;
    }
  }
}

function standingOf(element: HTMLElement): string {
  const known = ["on_sale", "few", "last", "sold_out"];
  return element.dataset["standing"] ?? known.find((word) => element.classList.contains(word)) ?? "";
}

function keepCountdowns(): void {
  const clocks = [...document.querySelectorAll<HTMLElement>("[data-opens-at]")];
  if (clocks.length === 0) {
    return;
  }
  const tick = (): void => {
    for (const clock of clocks) {
      const left = countdown(Date.parse(clock.dataset["opensAt"] ?? "") - Date.now(), footer?.dataset["days"] ?? "# d");
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
