// Money as people read it, in the page's language. The server writes prices the same.

import type { Money } from "../wire/Money.ts";

/** How prices are said where there is no catalogue: in the painting worker. */
export interface PriceWords {
  readonly language: string;
  /** Instead of nothing. */
  readonly free: string;
}

/** `€80`, `€80.50`, `¥500`, `Free`: all-in, without decimals that say nothing. */
export function writeMoney({ language, free }: PriceWords, { amount, currency }: Money): string {
  if (amount === 0) {
    return free;
  }
  const digits = decimalsOf(currency);
  const isWhole = amount % 10 ** digits === 0;
  return formatOf(language, currency, isWhole ? 0 : digits).format(amount / 10 ** digits);
}

const formats = new Map<string, Intl.NumberFormat>();
const decimals = new Map<string, number>();

/** How many decimals the currency has. Remembered, for asking takes longer than writing. */
function decimalsOf(currency: string): number {
  let count = decimals.get(currency);
  if (count === undefined) {
    count = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    decimals.set(currency, count);
  }
  return count;
}

function formatOf(language: string, currency: string, digits: number): Intl.NumberFormat {
  const key = `${language}${currency}${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
    format = new Intl.NumberFormat(language, options);
    formats.set(key, format);
  }
  return format;
}
