// What a picture is made from, and small arithmetic of those who paint it.

import type { Size, View } from "./camera.ts";
import type { Rectangle } from "./house.ts";

/** What is painted, apart from the place from which it is seen. */
export interface Scene {
  /** By seat. */
  readonly looks: Uint8Array;
  /** By section: places left of a standing section; the buyer's own there. */
  readonly standingFree: ReadonlyMap<string, number>;
  readonly standingOwn: ReadonlyMap<string, number>;
  /** Into the house's prices; null: all. */
  readonly filter: number | null;
  readonly level: number;
}

export interface Frame {
  readonly view: View;
  /** In pixels of the page. */
  readonly size: Size;
  /** Device pixels per pixel of the page. */
  readonly ratio: number;
}

export function isSameView(one: View, other: View): boolean {
  return one.x === other.x && one.y === other.y && one.scale === other.scale;
}

export function isSameFrame(one: Frame, other: Frame): boolean {
  return (
    isSameView(one.view, other.view) &&
    one.size.width === other.size.width &&
    one.size.height === other.size.height &&
    one.ratio === other.ratio
  );
}

export function isWithin({ left, top, right, bottom }: Rectangle, x: number, y: number, margin: number): boolean {
  return x >= left - margin && x <= right + margin && y >= top - margin && y <= bottom + margin;
}

export function clampNumber(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
