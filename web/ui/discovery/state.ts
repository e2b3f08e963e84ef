// What is left of the sessions that a page shows, and what its badges say of them. Pure.

export type Left = "enough" | "few" | "last" | "nothing";

export interface SessionLeft {
  readonly left: Left;
  readonly count: number;
  /** When its sale begins, in milliseconds, if that was to come when the page was made. */
  readonly opensAt?: number;
}

export interface Words {
  readonly on_sale: string;
  readonly few: string;
  /** With `#` for the number. */
  readonly last: string;
  readonly sold_out: string;
}

export interface Shown {
  readonly standing: keyof Words;
  readonly text: string;
  readonly kind: "good" | "warn" | "bad";
}

const ORDER: readonly Left[] = ["enough", "few", "last", "nothing"];

/** Reads `id:enough id:last:3 id:enough:0:1798761600`, as the page says it. */
export function read(written: string): Map<string, SessionLeft> {
  const sessions = new Map<string, SessionLeft>();
  for (const part of written.split(" ")) {
    const [id, left, count, opens] = part.split(":");
    if (id !== undefined && isLeft(left)) {
      const opening = opens === undefined ? {} : { opensAt: Number(opens) * 1_000 };
      sessions.set(id, { left, count: Number(count ?? 0), ...opening });
    }
  }
  return sessions;
}

export function isLeft(word: string | undefined): word is Left {
  return ORDER.some((left) => left === word);
}

/** Whether something of them changes by the clock alone between two instants: a sale begins. */
export function isOpening(sessions: Iterable<SessionLeft>, before: number, now: number): boolean {
  return [...sessions].some(({ opensAt }) => opensAt !== undefined && opensAt > before && opensAt <= now);
}

/** What a badge says of several sessions: the best of those that are on sale by now. */
export function shown(sessions: Iterable<SessionLeft>, words: Words, now: number): Shown | null {
  let best: SessionLeft | null = null;
  for (const session of sessions) {
    if (session.opensAt !== undefined && session.opensAt > now) {
      continue;
    }
    if (best === null || ORDER.indexOf(session.left) < ORDER.indexOf(best.left)) {
      best = session;
    } else if (session.left === "last" && best.left === "last" && session.count > best.count) {
      best = session;
    }
  }
  switch (best?.left) {
    case "enough":
      return { standing: "on_sale", text: words.on_sale, kind: "good" };
    case "few":
      return { standing: "few", text: words.few, kind: "warn" };
    case "last":
      return { standing: "last", text: words.last.replace("#", String(best.count)), kind: "warn" };
    case "nothing":
      return { standing: "sold_out", text: words.sold_out, kind: "bad" };
    case undefined:
      return null;
  }
}

/** `2 d 03:04:05`, or `03:04:05`; nothing when it is over. `dayWord` says days, with `#` for how many. */
export function countdown(millis: number, dayWord: string): string | null {
  if (millis <= 0) {
    return null;
  }
  const seconds = Math.ceil(millis / 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
  const days = Math.floor(seconds / 86_400);
  return days > 0 ? `${dayWord.replace("#", String(days))} ${clock}` : clock;
}
