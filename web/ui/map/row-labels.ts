// Where rows are named: at both ends and at their aisles, but a table once, in its middle; and what is written there. Pure.

import type { Point } from "./camera.ts";
import type { SeatGrid } from "./grid.ts";
import type { House } from "./house.ts";
import type { Line, Shapes } from "./shapes.ts";

export interface RowLabel {
  readonly row: number;
  readonly x: number;
  readonly y: number;
  /** The way on from the line, as a vector of length one; none between seats. */
  readonly alongX: number;
  readonly alongY: number;
  /** How wide it may be, in plan units; null where it goes on from the line. */
  readonly room: number | null;
}

/** Seats that stand around something: the ends of their line are so near each other, and nothing of it is far away. */
const TABLE_PITCHES = 3;
const TABLE_SEATS_MIN = 3;
/** Nobody sits in the middle of a table. */
const TABLE_FREE_PITCHES = 0.55;
/** A table with less room in its middle, as a box of four has, is named before its first seat. */
const MIDDLE_PITCHES = 0.7;
/** Two labels so near each other are one. */
const ONE_PITCHES = 1;
/** Of two others, one would lie on the other. */
const APART_PITCHES = 0.6;

/** By level. */
export function rowLabelsOf(house: House, shapes: Shapes, grid: SeatGrid): RowLabel[][] {
  const levels: RowLabel[][] = house.levels.map(() => []);
  shapes.lines.forEach((lines, index) => {
    const labels = levels[house.sections[index]?.level ?? 0];
    for (const line of lines) {
      labels?.push(...labelsOf(line, house, grid));
    }
  });
  return levels.map((labels) => apart(labels, house, grid));
}

/** `A` of `A (block 2)`: on the map one sees which block it is. */
export function shortLabel(label: string): string {
  return label.replace(/ \(.*\)$/, "");
}

/** What may be written, the longest first: where there is no room for `Table 12`, `12`. */
export function writings(label: string): string[] {
  const short = shortLabel(label);
  const number = /^\D+ (\d+\w?)$/.exec(short)?.[1];
  return number === undefined ? [short] : [short, number];
}

function labelsOf(line: Line, house: House, grid: SeatGrid): RowLabel[] {
  const ends = endsOf(line, house.pitch);
  const middle = middleOfTable(line, house.pitch);
  if (middle === null) {
    return ends;
  }
  const room = roomAt(middle.x, middle.y, house, grid);
  return room < house.pitch * MIDDLE_PITCHES ? ends.slice(0, 1) : [{ row: line.row, ...middle, alongX: 0, alongY: 0, room }];
}

/** Null where the seats stand in a line. */
function middleOfTable({ points }: Line, pitch: number): Point | null {
  const count = points.length / 2;
  const place = (index: number): [number, number] => [points[index * 2] ?? 0, points[index * 2 + 1] ?? 0];
  const [[firstX, firstY], [lastX, lastY]] = [place(0), place(count - 1)];
  if (count < TABLE_SEATS_MIN || Math.hypot(lastX - firstX, lastY - firstY) > pitch * TABLE_PITCHES) {
    return null;
  }
  let [x, y, reach, nearest] = [0, 0, 0, Infinity];
  for (let seat = 0; seat < count; seat += 1) {
    const [seatX, seatY] = place(seat);
    [x, y] = [x + seatX / count, y + seatY / count];
  }
  for (let seat = 0; seat < count; seat += 1) {
    const [seatX, seatY] = place(seat);
    const distance = Math.hypot(seatX - x, seatY - y);
    [reach, nearest] = [Math.max(reach, distance), Math.min(nearest, distance)];
  }
  return reach <= pitch * TABLE_PITCHES && nearest >= pitch * TABLE_FREE_PITCHES ? { x, y } : null;
}

/** The places beyond both ends of a line, one seat on. */
function endsOf({ row, points }: Line, pitch: number): RowLabel[] {
  const last = points.length - 2;
  const beyond = (end: number, inner: number): RowLabel => {
    const [x, y] = [points[end] ?? 0, points[end + 1] ?? 0];
    const [deltaX, deltaY] = [x - (points[inner] ?? x), y - (points[inner + 1] ?? y)];
    const length = Math.hypot(deltaX, deltaY);
    const [alongX, alongY] = length === 0 ? [-1, 0] : [deltaX / length, deltaY / length];
    return { row, x: x + alongX * pitch * 0.9, y: y + alongY * pitch * 0.9, alongX, alongY, room: null };
  };
  return last === 0 ? [beyond(0, 0)] : [beyond(0, 2), beyond(last, last - 2)];
}

/** At an aisle both sides name the row: once is enough, in between. */
function apart(labels: readonly RowLabel[], house: House, grid: SeatGrid): RowLabel[] {
  const { pitch } = house;
  const written = new Map<string, number[]>();
  const kept: RowLabel[] = [];
  const cell = (x: number, y: number): string => `${Math.floor(x / pitch)},${Math.floor(y / pitch)}`;
  const text = (label: RowLabel): string => shortLabel(house.rows[label.row]?.label ?? "");
  for (const label of labels) {
    const near = nearby(label, pitch, cell).flatMap((key) => written.get(key) ?? []);
    const distance = (index: number): number => Math.hypot((kept[index]?.x ?? 0) - label.x, (kept[index]?.y ?? 0) - label.y);
    const same = near.find((index) => distance(index) < pitch * ONE_PITCHES && text(kept[index] ?? label) === text(label));
    const other = same === undefined ? undefined : kept[same];
    if (same !== undefined && other !== undefined) {
      const [x, y] = [(other.x + label.x) / 2, (other.y + label.y) / 2];
      kept[same] = { ...other, x, y, alongX: 0, alongY: 0, room: roomAt(x, y, house, grid) };
    } else if (!near.some((index) => distance(index) < pitch * APART_PITCHES)) {
      const key = cell(label.x, label.y);
      written.set(key, [...(written.get(key) ?? []), kept.push(label) - 1]);
    }
  }
  return kept;
}

function nearby({ x, y }: RowLabel, pitch: number, cell: (x: number, y: number) => string): string[] {
  const steps = [-pitch, 0, pitch];
  return steps.flatMap((right) => steps.map((down) => cell(x + right, y + down)));
}

/** Between the seats around. */
function roomAt(x: number, y: number, house: House, grid: SeatGrid): number {
  const seat = grid.nearest(x, y, house.pitch * TABLE_PITCHES);
  if (seat < 0) {
    return house.pitch * TABLE_PITCHES * 2;
  }
  const distance = Math.hypot((house.x[seat] ?? 0) - x, (house.y[seat] ?? 0) - y);
  return Math.max(0, 2 * distance - (house.width[seat] ?? 0));
}
