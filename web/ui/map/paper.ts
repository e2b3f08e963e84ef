// How large a picture is: what is seen, and some more beyond each edge; and which one comes first. Pure.

import { fit, type Size } from "./camera.ts";
import type { Rectangle } from "./house.ts";
import type { Frame } from "./scene.ts";

/** The map's part of the page. */
export interface Window {
  /** In pixels of the page. */
  readonly size: Size;
  /** The screen's pixels per pixel of the page. */
  readonly density: number;
}

/** How much is painted beyond each edge, as a part of the window. */
const OVERSCAN = 0.2;
/** Memory, and a phone's patience. */
const RATIO_MAX = 3;
const PIXELS_MAX = 5_000_000;

/** The same whole number of pixels beyond both edges: else the picture would lie between two pixels, and blur. */
export function paperFor({ width, height }: Size): Size {
  return { width: beyond(width), height: beyond(height) };
}

/** Device pixels per pixel of the page. */
export function ratioFor({ size, density }: Window): number {
  const { width, height } = paperFor(size);
  return Math.min(density, RATIO_MAX, Math.max(1, Math.sqrt(PIXELS_MAX / (width * height))));
}

/** The picture of all that is looked at, with which every map begins. */
export function firstFrame(lookedAt: Rectangle, window: Window): Frame {
  return { view: fit(lookedAt, window.size), size: paperFor(window.size), ratio: ratioFor(window) };
}

function beyond(length: number): number {
  return length + 2 * Math.ceil(length * OVERSCAN);
}
