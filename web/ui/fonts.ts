// The display font in two files by what is written with it, so that a page takes few bytes for its headings: what English and
// German are written with, and the rest of Latin. site/tokens.css says which browser loads which.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";
import type { Plugin } from "vite";

const WHOLE = fileURLToPath(import.meta.resolve("@fontsource/bricolage-grotesque/files/bricolage-grotesque-latin-700-normal.woff2"));

const from = (first: number, last: number) => String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, at) => first + at));

const COMMON = `${from(0x20, 0x7e)}\u{a0}«·»ÄÖÜßäöü–—‘’‚“”„•…€`;
const REST = [...from(0xa1, 0xff), ...from(0x100, 0x17f), ...from(0x2b0, 0x36f), ...from(0x2000, 0x22ff)].filter((sign) => !COMMON.includes(sign)).join("");

/** Writes the parts of the font before they are looked for. */
export const fonts = (): Plugin => ({
  name: "fonts",
  buildStart: async () => {
    const folder = fileURLToPath(new URL("site/fonts", import.meta.url));
    mkdirSync(folder, { recursive: true });
    for (const [name, signs] of [["common", COMMON], ["rest", REST]] as const) {
      writeFileSync(`${folder}/display-${name}.woff2`, await subsetFont(readFileSync(WHOLE), signs, { targetFormat: "woff2" }));
    }
  },
});
