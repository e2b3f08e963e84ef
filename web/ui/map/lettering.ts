// A name and a price as they are written on the map: how much room they take, and the writing itself.

import type { Point } from "./camera.ts";
import type { Rectangle } from "./house.ts";
import { clampNumber } from "./scene.ts";
import { traceRounded, type Surface } from "./surface.ts";

export interface LabelWords {
  readonly name: string;
  readonly rest: string;
  /** The rest below the name. */
  readonly isStacked: boolean;
  /** On patches of the band's own colour instead of a plate. */
  readonly isBare: boolean;
  /** In the smallest type that is still read. */
  readonly isSmall: boolean;
}

export interface Label extends LabelWords {
  readonly box: Rectangle;
  /** What it covers: its plate, or a patch for each line. */
  readonly grounds: readonly Rectangle[];
  readonly pixels: number;
  readonly nameWidth: number;
}

export interface LabelInk {
  readonly name: string;
  readonly rest: string;
  readonly ground: string;
  /** Of a plate; null without one. */
  readonly edge: string | null;
  readonly alpha: number;
}

/** Letters, in pixels of the page: as a rule, and at most; and where a block has no more room. */
const LETTERS_PIXELS = 10.5;
const LETTERS_MAX_PIXELS = 13;
const LETTERS_SMALL_PIXELS = 9;
const NAME_WEIGHT = 650;
const REST_WEIGHT = 500;

/** Kept, for every picture lays out all labels, in each way in which they may be written. */
const widths = new Map<string, number>();
const WIDTHS_MAX = 5_000;

/** The browser finds a font when it is first written in, which takes it a while. */
export function warmLetters(context: Surface, font: string): void {
  measure(context, font, "0€", NAME_WEIGHT, LETTERS_PIXELS);
  measure(context, font, "0€", REST_WEIGHT, LETTERS_PIXELS);
}

export function layOut(context: Surface, font: string, words: LabelWords, { x, y }: Point, pitch: number): Label {
  const { name, rest, isStacked, isBare, isSmall } = words;
  const pixels = isSmall ? LETTERS_SMALL_PIXELS : clampNumber(LETTERS_PIXELS, pitch * 1.4, LETTERS_MAX_PIXELS);
  const nameWidth = measure(context, font, name, NAME_WEIGHT, pixels);
  const restWidth = rest === "" ? 0 : measure(context, font, rest, REST_WEIGHT, pixels);
  if (isBare) {
    const widths = (isStacked ? [nameWidth, restWidth] : [nameWidth]).map((width) => width + 3);
    const grounds = patches(widths, pixels * (isStacked ? 1 : 1.1), { x, y });
    return { ...words, box: around(grounds), grounds, pixels, nameWidth };
  }
  const width = (isStacked || rest === "" ? Math.max(nameWidth, restWidth) : nameWidth + 8 + restWidth) + 14;
  const height = pixels * (isStacked ? 2.7 : 1.9);
  const box = { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
  return { ...words, box, grounds: [box], pixels, nameWidth };
}

/** A name alone may stick out a little; numbers of blocks may, too, for what they stand in is bent. */
export function fits({ box, rest, isStacked, isBare }: Label, room: { width: number; height: number }): boolean {
  const width = box.right - box.left;
  if (isBare) {
    return width <= room.width + 11 && box.bottom - box.top <= room.height + 4;
  }
  return width <= Math.max(room.width * 1.1, 40) * (rest === "" || isStacked ? 1.4 : 1);
}

/** Whether nothing that is written already is in the way. Patches may touch: their edges are empty. */
export function isFree({ grounds, isBare }: Label, written: readonly Rectangle[]): boolean {
  const air = isBare ? { across: -1.5, down: -1.5 } : { across: 2, down: 1 };
  return !grounds.some((ground) => written.some((other) => isNearer(other, ground, air)));
}

export function drawLabel(context: Surface, font: string, label: Label, ink: LabelInk): void {
  const { box, grounds, pixels, name, rest, nameWidth, isStacked } = label;
  context.globalAlpha = ink.alpha;
  for (const ground of grounds) {
    drawPlate(context, ground, ink, label.isBare ? 3 : pixels * 0.95);
  }
  const [middleX, middleY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2 + 0.5];
  const isBeside = rest !== "" && !isStacked;
  context.textAlign = isBeside ? "start" : "center";
  context.textBaseline = "middle";
  context.fillStyle = ink.name;
  context.font = `${NAME_WEIGHT} ${pixels}px ${font}`;
  const lineUp = isStacked ? pixels * (label.isBare ? 0.5 : 0.54) : 0;
  context.fillText(name, isBeside ? box.left + 7 : middleX, middleY - lineUp);
  if (rest !== "") {
    context.fillStyle = ink.rest;
    context.font = `${REST_WEIGHT} ${pixels}px ${font}`;
    context.fillText(rest, isBeside ? box.left + 7 + nameWidth + 8 : middleX, middleY + lineUp);
  }
  context.globalAlpha = 1;
}

function measure(context: Surface, font: string, words: string, weight: number, pixels: number): number {
  const face = `${weight} ${pixels}px ${font}`;
  const key = `${words} ${face}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= WIDTHS_MAX) {
      widths.clear();
    }
    context.font = face;
    width = context.measureText(words).width;
    widths.set(key, width);
  }
  return width;
}

function drawPlate(context: Surface, { left, top, right, bottom }: Rectangle, { ground, edge }: LabelInk, radius: number): void {
  context.beginPath();
  traceRounded(context, left, top, right - left, bottom - top, radius);
  context.fillStyle = ground;
  context.fill();
  if (edge !== null) {
    context.strokeStyle = edge;
    context.lineWidth = 1.25;
    context.stroke();
  }
}

/** One patch a line, one above the other. */
function patches(widths: readonly number[], height: number, { x, y }: Point): Rectangle[] {
  const top = y - (widths.length * height) / 2;
  return widths.map((width, line) => ({ left: x - width / 2, right: x + width / 2, top: top + line * height, bottom: top + (line + 1) * height }));
}

function around(boxes: readonly Rectangle[]): Rectangle {
  const most = (side: (box: Rectangle) => number): number => Math.max(...boxes.map(side));
  return { left: -most(({ left }) => -left), right: most(({ right }) => right), top: -most(({ top }) => -top), bottom: most(({ bottom }) => bottom) };
}

/** Whether there is less air than that between them. */
function isNearer(one: Rectangle, other: Rectangle, { across, down }: { across: number; down: number }): boolean {
  return (
    one.left < other.right + across && other.left < one.right + across && one.top < other.bottom + down && other.top < one.bottom + down
  );
}
