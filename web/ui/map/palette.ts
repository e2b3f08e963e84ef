// The map's colours, read from the page's tokens: light or dark, as the page is.

import type { Palette } from "./look.ts";

const PRICES_MAX = 8;

export function readPalette(root: HTMLElement): Palette {
  const style = getComputedStyle(root);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const prices = Array.from({ length: PRICES_MAX }, (_, tier) => token(`--tier-${tier}`));
  return {
    paper: token("--map-ground"),
    surface: token("--surface"),
    ink: token("--ink"),
    quiet: token("--ink-quiet"),
    line: token("--map-line"),
    accent: token("--accent"),
    onAccent: token("--on-accent"),
    prices: prices.filter((color) => color !== ""),
    onPrice: token("--on-tier"),
    font: "system-ui, sans-serif",
  };
}

/** Calls whenever the page turns dark or light. */
export function onSchemeChange(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
