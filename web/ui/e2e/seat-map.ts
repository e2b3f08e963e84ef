// The drawn map as journeys handle it: what it must have painted, and where on it a seat is.

import type { Page } from "playwright-core";

export interface SeatMapElement extends HTMLElement {
  readonly isSharp: boolean;
  pointOf(seat: number): { x: number; y: number } | null;
  reveal(seat: number): void;
}

export async function painted(page: Page): Promise<void> {
  await page.waitForSelector('seat-map[data-painted="true"]');
}

/** Where a seat is, once the map has come to rest there, large enough to be hit. */
export async function comeTo(page: Page, seat: number): Promise<{ x: number; y: number }> {
  await painted(page);
  await page.evaluate((index) => {
    const map = document.querySelector<SeatMapElement>("seat-map");
    map?.scrollIntoView();
    map?.reveal(index);
  }, seat);
  return restOf(page, seat);
}

/** Where a seat is once the map has come to rest. */
export async function restOf(page: Page, seat: number): Promise<{ x: number; y: number }> {
  return page.evaluate(async (index) => {
    const map = document.querySelector<SeatMapElement>("seat-map");
    let before = "";
    // Counted in frames, not in time: a busy machine paints few of them, and the map moves only with them.
    for (let still = 0; ; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const point = map?.pointOf(index);
      const now = JSON.stringify(point);
      still = now === before ? still + 1 : 0;
      if (still >= 6 && point) {
        return point;
      }
      before = now;
    }
  }, seat);
}
