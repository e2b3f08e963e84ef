// Which seats a label lies on: its own block's, or others'.

import { toPlan } from "./camera.ts";
import type { SeatGrid } from "./grid.ts";
import type { House } from "./house.ts";
import type { Label } from "./lettering.ts";
import { isWithin, type Frame } from "./scene.ts";

export interface Covered {
  readonly own: number;
  readonly others: number;
}

/** The edge of a label is empty: what only that touches is still seen. In pixels of the page. */
const EDGE_PIXELS = 1.75;

export function coveredBy({ grounds }: Label, house: House, grid: SeatGrid, { view, size }: Frame, section: number): Covered {
  let [own, others] = [0, 0];
  const level = house.sections[section]?.level;
  for (const ground of grounds) {
    const from = toPlan(view, size, { x: ground.left + EDGE_PIXELS, y: ground.top + EDGE_PIXELS });
    const to = toPlan(view, size, { x: ground.right - EDGE_PIXELS, y: ground.bottom - EDGE_PIXELS });
    const below = { left: from.x, top: from.y, right: to.x, bottom: to.y };
    grid.visit(below, (seat) => {
      const of = house.section[seat] ?? 0;
      if (isWithin(below, house.x[seat] ?? 0, house.y[seat] ?? 0, 0)) {
        own += of === section ? 1 : 0;
        others += of !== section && house.sections[of]?.level === level ? 1 : 0;
      }
    });
  }
  return { own, others };
}
