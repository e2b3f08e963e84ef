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

/** What lies beyond the house by no more than this part of its size is shown whole. */
const NEAR_PART = 0.6;
/** Of what is farther away, so much. */
const REACH_PART = 0.3;

/** As the server's skeleton has it: the stage belongs to the picture, but something far away does not make the house small. */
function withAreas(bounds: Rectangle, { areas }: Surroundings): Rectangle {
  let all = bounds;
  for (const { figure, polygon } of areas) {
    const box = figure !== null ? boundsOf(figure) : polygon !== null ? boxOfPolygon(polygon) : null;
    if (box !== null) {
      const isNear = isWithin(box, grown(bounds, NEAR_PART));
      all = unionOf(all, isNear ? box : cut(box, grown(bounds, REACH_PART)));
    }
  }
  return all;
}

function grown({ left, top, right, bottom }: Rectangle, part: number): Rectangle {
  const [x, y] = [(right - left) * part, (bottom - top) * part];
  return { left: left - x, right: right + x, top: top - y, bottom: bottom + y };
}

function isWithin(one: Rectangle, other: Rectangle): boolean {
  return one.left >= other.left && one.right <= other.right && one.top >= other.top && one.bottom <= other.bottom;
}

function cut(one: Rectangle, to: Rectangle): Rectangle {
  return {
    left: Math.max(one.left, to.left),
    right: Math.min(one.right, to.right),
    top: Math.max(one.top, to.top),
    bottom: Math.min(one.bottom, to.bottom),
  };
}

function unionOf(one: Rectangle, other: Rectangle): Rectangle {
  return {
    left: Math.min(one.left, other.left),
    right: Math.max(one.right, other.right),
    top: Math.min(one.top, other.top),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

function boxOfPolygon(polygon: readonly number[]): Rectangle {
  const xs = polygon.filter((_, position) => position % 2 === 0);
  const ys = polygon.filter((_, position) => position % 2 === 1);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
