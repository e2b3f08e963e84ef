// Money as people read it.

import type { Money } from "../wire/Money.ts";

const formats = new Map<string, Intl.NumberFormat>();

/** `€80`, `€80.50`, `¥500`: all-in, without decimals that say nothing. */
export function formatMoney({ amount, currency }: Money): string {
  const digits = decimalsOf(currency);
  const value = amount / 10 ** digits;
  const isWhole = amount % 10 ** digits === 0;
  return formatOf(currency, isWhole ? 0 : digits).format(value);
}

/** How many decimals the currency has. */
function decimalsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

function formatOf(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency}${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
    format = new Intl.NumberFormat("en", options);
    formats.set(key, format);
  }
  return format;
}
