// Where one looks: pure arithmetic between plan units and pixels of the page, and how a look moves.

import type { Rectangle } from "./house.ts";

export interface View {
  /** The plan's point in the middle. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the page per plan unit. */
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a view may be. */
export interface Limits {
  readonly bounds: Rectangle;
  /** All of it is seen. */
  readonly scaleFit: number;
  readonly scaleMin: number;
  readonly scaleMax: number;
}

/** A seat's distance to its neighbour when looked at as closely as possible, in pixels. */
const PITCH_MAX_PIXELS = 72;
/** How much smaller than "all of it" the house may become. */
const SHRINK_MAX = 0.8;
/** Speed falls to 1/e in this time after a drag is let go. */
const MOMENTUM_MILLIS = 260;
const STANDSTILL_PIXELS_PER_MILLI = 0.02;

export function limitsOf(bounds: Rectangle, pitch: number, size: Size): Limits {
  const { scale } = fit(bounds, size);
  return { bounds, scaleFit: scale, scaleMin: scale * SHRINK_MAX, scaleMax: Math.max(PITCH_MAX_PIXELS / pitch, scale * 2) };
}

/** All of a rectangle, with air around it. */
export function fit(bounds: Rectangle, { width, height }: Size, air = 16): View {
  const [across, down] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const room = { width: Math.max(1, width - 2 * air), height: Math.max(1, height - 2 * air) };
  return {
    x: (bounds.left + bounds.right) / 2,
    y: (bounds.top + bounds.bottom) / 2,
    scale: Math.min(room.width / Math.max(across, 1e-6), room.height / Math.max(down, 1e-6)),
  };
}

/** The house never leaves the middle of the map. */
export function clamp(view: View, { bounds, scaleMin, scaleMax }: Limits, size: Size): View {
  const scale = within(view.scale, scaleMin, scaleMax);
  const slackX = slack(bounds.right - bounds.left, size.width / scale);
  const slackY = slack(bounds.bottom - bounds.top, size.height / scale);
  const [middleX, middleY] = [(bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2];
  return {
    x: within(view.x, middleX - slackX, middleX + slackX),
    y: within(view.y, middleY - slackY, middleY + slackY),
    scale,
  };
}

export function toPage(view: View, size: Size, { x, y }: Point): Point {
  return { x: (x - view.x) * view.scale + size.width / 2, y: (y - view.y) * view.scale + size.height / 2 };
}

export function toPlan(view: View, size: Size, { x, y }: Point): Point {
  return { x: (x - size.width / 2) / view.scale + view.x, y: (y - size.height / 2) / view.scale + view.y };
}

/** Another scale, while the plan's point under `anchor` stays there. */
export function zoomAt(view: View, size: Size, anchor: Point, scale: number): View {
  const kept = toPlan(view, size, anchor);
  return {
    x: kept.x - (anchor.x - size.width / 2) / scale,
    y: kept.y - (anchor.y - size.height / 2) / scale,
    scale,
  };
}

export function panBy(view: View, deltaX: number, deltaY: number): View {
  return { ...view, x: view.x - deltaX / view.scale, y: view.y - deltaY / view.scale };
}

/** The plan's rectangle that is seen. */
export function seen(view: View, { width, height }: Size): Rectangle {
  const [reachX, reachY] = [width / 2 / view.scale, height / 2 / view.scale];
  return { left: view.x - reachX, right: view.x + reachX, top: view.y - reachY, bottom: view.y + reachY };
}

/** Part of the way from one view to another; scales between geometrically, so that zooming looks even. */
export function between(from: View, to: View, part: number): View {
  const eased = 1 - (1 - part) ** 3;
  const scale = from.scale * (to.scale / from.scale) ** eased;
  // The middle moves so that what both views share stays put.
  const moved =
    Math.abs(to.scale - from.scale) < 1e-9 * from.scale
      ? eased
      : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / to.scale);
  return { x: from.x + (to.x - from.x) * moved, y: from.y + (to.y - from.y) * moved, scale };
}

export interface Momentum {
  /** Pixels a millisecond. */
  readonly x: number;
  readonly y: number;
}

/** How far a let-go map glides in a while, and how fast it is then; null when it stands still. */
export function glide(speed: Momentum, millis: number): { deltaX: number; deltaY: number; speed: Momentum | null } {
  const kept = Math.exp(-millis / MOMENTUM_MILLIS);
  const way = MOMENTUM_MILLIS * (1 - kept);
  const next = { x: speed.x * kept, y: speed.y * kept };
  const stands = Math.hypot(next.x, next.y) < STANDSTILL_PIXELS_PER_MILLI;
  return { deltaX: speed.x * way, deltaY: speed.y * way, speed: stands ? null : next };
}

/** The transform that shows what was painted at one view as it is in another: `matrix(scale, 0, 0, scale, x, y)`. */
export function reproject(painted: View, paintedSize: Size, view: View, size: Size): { scale: number; x: number; y: number } {
  const scale = view.scale / painted.scale;
  const corner = toPage(view, size, toPlan(painted, paintedSize, { x: 0, y: 0 }));
  return { scale, x: corner.x, y: corner.y };
}

/** How far the middle may go: not at all where all is seen, and a little beyond the edge from close by. */
function slack(whole: number, part: number): number {
  const beyond = Math.min(1, Math.max(0, whole / part - 1)) * 0.3 * part;
  return Math.max(0, whole / 2 - part / 2 + beyond);
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
