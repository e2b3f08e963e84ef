// The display font in two files by what is written with it, so that a page takes few bytes for its headings: what English and
// German are written with, and the rest of Latin; and the rules that say which of them a browser loads.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";
import type { Plugin } from "vite";

const WHOLE = fileURLToPath(import.meta.resolve("@fontsource/bricolage-grotesque/files/bricolage-grotesque-latin-700-normal.woff2"));

const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);
const signsOf = (text: string) => Array.from(text, (sign) => sign.codePointAt(0) ?? 0);

const COMMON = [...from(0x20, 0x7e), ...signsOf("\u{a0}«·»ÄÖÜßäöü–—‘’‚“”„•…€")];
/** As far as the whole file goes. */
const LATIN = [...from(0x20, 0x7e), ...from(0xa0, 0xff), ...signsOf("ıŒœʻʼˆ˚˜\u{304}\u{308}\u{329}"), ...from(0x2000, 0x206f), ...signsOf("€™↑↓−∕\u{feff}\u{fffd}")];
const REST = LATIN.filter((sign) => !COMMON.includes(sign));

/** Writes the parts of the font, and their rules, before they are looked for. */
export const fonts = (): Plugin => ({
  name: "fonts",
  buildStart: async () => {
    const folder = fileURLToPath(new URL("site/fonts", import.meta.url));
    mkdirSync(folder, { recursive: true });
    const rules: string[] = [];
    for (const [name, signs] of [["common", COMMON], ["rest", REST]] as const) {
      const file = `display-${name}.woff2`;
      writeFileSync(`${folder}/${file}`, await subsetFont(readFileSync(WHOLE), String.fromCodePoint(...signs), { targetFormat: "woff2" }));
      rules.push(rule(file, signs));
    }
    writeFileSync(`${folder}/display.css`, rules.join("\n"));
  },
});

function rule(file: string, signs: readonly number[]): string {
  // Not there at once: this page keeps the system's font, and nothing jumps.
  return `@font-face {
  font-family: "Bricolage Grotesque";
  font-style: normal;
  font-weight: 700;
  font-display: optional;
  src: url("./${file}") format("woff2");
  unicode-range: ${ranges(signs).join(", ")};
}
`;
}

function ranges(signs: readonly number[]): string[] {
  const sorted = signs.toSorted((one, other) => one - other);
  const firsts = sorted.filter((sign) => !sorted.includes(sign - 1));
  const lasts = sorted.filter((sign) => !sorted.includes(sign + 1));
  return firsts.map((first, at) => `U+${first.toString(16)}-${(lasts[at] ?? first).toString(16)}`);
}
