// Which part of the plan the map shows as all of it. Pure.

import { reachOf, type House, type Rectangle } from "./house.ts";
import type { Drawing, Surroundings } from "./manifest.ts";

/** With the stage, and below the switch between floors. */
export function lookedAt({ levels }: House, bounds: Rectangle, surroundings: Surroundings): Rectangle {
  const all = withAreas(bounds, surroundings);
  return levels.length > 1 ? { ...all, top: all.top - (all.bottom - all.top) * 0.1 } : all;
}

export function boundsOf(drawing: Drawing): Rectangle {
  const { x, y } = reachOf(drawing);
  const { positionX, positionY } = drawing;
  return { left: positionX - x, right: positionX + x, top: positionY - y, bottom: positionY + y };
}

/** The stage belongs to the picture, but something far away does not make the house small. */
function withAreas(bounds: Rectangle, { areas }: Surroundings): Rectangle {
  const [reachX, reachY] = [(bounds.right - bounds.left) * 0.3, (bounds.bottom - bounds.top) * 0.3];
  let { left, top, right, bottom } = bounds;
  for (const { figure, polygon } of areas) {
    const box = figure !== null ? boundsOf(figure) : polygon !== null ? boxOfPolygon(polygon) : null;
    if (box !== null) {
      left = Math.min(left, Math.max(box.left, bounds.left - reachX));
      right = Math.max(right, Math.min(box.right, bounds.right + reachX));
      top = Math.min(top, Math.max(box.top, bounds.top - reachY));
      bottom = Math.max(bottom, Math.min(box.bottom, bounds.bottom + reachY));
    }
  }
  return { left, top, right, bottom };
}

function boxOfPolygon(polygon: readonly number[]): Rectangle {
  const xs = polygon.filter((_, position) => position % 2 === 0);
  const ys = polygon.filter((_, position) => position % 2 === 1);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
