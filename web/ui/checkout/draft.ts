// What was typed and not sent yet, kept in this browser for a lost connection, a closed tab, or the next
// order after one that ran out. For two hours: whoever sits here next week finds nothing. Pure: storage and
// instants come in.

const KEY = "frontrow:details";
const KEPT_MILLIS = 2 * 60 * 60 * 1000;

export type Typed = Readonly<Record<string, string>>;

export interface Keeper {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export function keep(storage: Keeper, typed: Typed, at: number): void {
  // Storage may be full or forbidden; then nothing is kept, and nothing breaks.
  attempt(() => storage.setItem(KEY, JSON.stringify({ at, typed })));
}

export function kept(storage: Keeper, at: number): Typed | null {
  const text = attempt(() => storage.getItem(KEY)) ?? null;
  const draft = text === null ? null : parsed(text);
  if (draft !== null && at - draft.at < KEPT_MILLIS) {
    return draft.typed;
  }
  forget(storage);
  return null;
}

export function forget(storage: Keeper): void {
  attempt(() => storage.removeItem(KEY));
}

function parsed(text: string): { at: number; typed: Typed } | null {
  const value = attempt(() => JSON.parse(text) as unknown);
  if (typeof value !== "object" || value === null || !("at" in value) || !("typed" in value)) {
    return null;
  }
  const { at, typed } = value;
  if (typeof at !== "number" || typeof typed !== "object" || typed === null) {
    return null;
  }
  const fields = Object.entries(typed).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { at, typed: Object.fromEntries(fields) };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
