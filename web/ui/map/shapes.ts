// What a house looks like from afar, worked out once: each row as a line through its seats, how far rows
// are apart, and where a section's name is best written.

import type { Point } from "./camera.ts";
import { isInside, reachOf, type House, type Section } from "./house.ts";

export interface Line {
  /** Into the house's rows. */
  readonly row: number;
  /** x, y, x, y, … in plan units. */
  readonly points: Float32Array;
}

export interface Anchor {
  readonly section: number;
  readonly x: number;
  readonly y: number;
  /** The room around it. */
  readonly width: number;
  readonly height: number;
}

export interface Shapes {
  /** By section. */
  readonly lines: readonly (readonly Line[])[];
  readonly rowPitch: number;
  readonly anchors: readonly Anchor[];
  /** By section: whether the stored outline holds its own seats closely and nobody else's. */
  readonly isOutlined: readonly boolean[];
}

/** A wider gap is an aisle. */
const AISLE_PITCHES = 1.6;
/** A block is what stands together so closely. */
const BLOCK_PITCHES = 3.5;
/** A block with a smaller part of its section gets no name of its own. */
const NAMED_PART_MIN = 0.2;
/** How much of an outline seats fill at least. */
const FILL_MIN = 0.55;

export function shapesOf(house: House): Shapes {
  const lines = house.sections.map((section) => linesOf(house, section));
  const rowPitch = rowPitchOf(house);
  const anchors = house.sections.flatMap((section, index) => anchorsOf(house, section, index, rowPitch));
  return { lines, rowPitch, anchors, isOutlined: outlinedOf(house, rowPitch) };
}

/** Some seated sections with an outline and some without would look like a difference between them. */
function outlinedOf(house: House, rowPitch: number): boolean[] {
  const areAll = house.sections.every((section) => isOutlined(house, section, rowPitch));
  return house.sections.map(({ isStanding }) => areAll || isStanding);
}

function linesOf(house: House, section: Section): Line[] {
  const lines: Line[] = [];
  const aisle = house.pitch * AISLE_PITCHES;
  for (let row = section.firstRow; row < section.firstRow + section.rowCount; row += 1) {
    const { first = 0, count = 0 } = house.rows[row] ?? {};
    let begin = first;
    for (let seat = first + 1; seat < first + count; seat += 1) {
      if (squareBetween(house, seat, seat - 1) > aisle * aisle) {
        lines.push({ row, points: pointsOf(house, begin, seat) });
        begin = seat;
      }
    }
    lines.push({ row, points: pointsOf(house, begin, first + count) });
  }
  return lines;
}

function pointsOf(house: House, begin: number, end: number): Float32Array {
  const points = new Float32Array((end - begin) * 2);
  for (let seat = begin; seat < end; seat += 1) {
    points[(seat - begin) * 2] = house.x[seat] ?? 0;
    points[(seat - begin) * 2 + 1] = house.y[seat] ?? 0;
  }
  return points;
}

/** The median distance from a row's middle to the next row of its section. */
function rowPitchOf(house: House): number {
  const distances: number[] = [];
  house.rows.forEach((row, index) => {
    const next = house.rows[index + 1];
    if (next?.section === row.section) {
      const middle = row.first + (row.count >> 1);
      let nearest = Infinity;
      for (let seat = next.first; seat < next.first + next.count; seat += 1) {
        nearest = Math.min(nearest, squareBetween(house, seat, middle));
      }
      distances.push(Math.sqrt(nearest));
    }
  });
  distances.sort((one, other) => one - other);
  const median = distances[distances.length >> 1] ?? house.pitch;
  return Math.min(Math.max(median, house.pitch * 0.8), house.pitch * 2.5);
}

function anchorsOf(house: House, section: Section, index: number, rowPitch: number): Anchor[] {
  if (section.isStanding) {
    const { positionX, positionY, sizeX, sizeY } = section.drawing;
    return [{ section: index, x: positionX, y: positionY, width: sizeX, height: sizeY }];
  }
  const blocks = blocksOf(house, section, Math.max(house.pitch, rowPitch) * BLOCK_PITCHES);
  const named = blocks.filter((block) => block.length >= section.count * NAMED_PART_MIN);
  return named.map((seats) => anchorOf(house, seats, index));
}

/** Beside the seat that is nearest to the middle, so that the name stands on seats even where a block is bent. */
function anchorOf(house: House, seats: readonly number[], section: number): Anchor {
  const { x, y } = house;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const mean = { x: 0, y: 0 };
  for (const seat of seats) {
    const across = x[seat] ?? 0;
    const down = y[seat] ?? 0;
    box.left = Math.min(box.left, across);
    box.right = Math.max(box.right, across);
    box.top = Math.min(box.top, down);
    box.bottom = Math.max(box.bottom, down);
    mean.x += across / seats.length;
    mean.y += down / seats.length;
  }
  let best = 0;
  let bestSquare = Infinity;
  for (const seat of seats) {
    const square = squareOf((x[seat] ?? 0) - mean.x, (y[seat] ?? 0) - mean.y);
    if (square < bestSquare) {
      best = seat;
      bestSquare = square;
    }
  }
  const isStraight = bestSquare < squareOf(house.pitch * 2, 0);
  const at = isStraight ? mean : { x: x[best] ?? 0, y: y[best] ?? 0 };
  return { section, ...at, width: box.right - box.left, height: box.bottom - box.top };
}

/** Seats that hang together, by the cells of a coarse grid that touch. */
function blocksOf(house: House, section: Section, cell: number): number[][] {
  const cells = new Map<number, number[]>();
  for (let seat = section.first; seat < section.first + section.count; seat += 1) {
    const key = keyOf(Math.floor((house.x[seat] ?? 0) / cell), Math.floor((house.y[seat] ?? 0) / cell));
    const seats = cells.get(key);
    if (seats === undefined) {
      cells.set(key, [seat]);
    } else {
      seats.push(seat);
    }
  }
  const blocks: number[][] = [];
  while (cells.size > 0) {
    const [start] = cells.keys();
    blocks.push(drain(cells, start ?? 0));
  }
  return blocks;
}

/** More columns than any plan has, to both sides of the middle. */
const COLUMNS = 1 << 20;

function keyOf(column: number, line: number): number {
  return line * COLUMNS + column;
}

/** To the eight cells around. */
const STEPS = [keyOf(1, 0), keyOf(-1, 0), keyOf(0, 1), keyOf(0, -1), keyOf(1, 1), keyOf(1, -1), keyOf(-1, 1), keyOf(-1, -1)];

/** Takes a cell and all that touch it out of the map. */
function drain(cells: Map<number, number[]>, start: number): number[] {
  const block: number[] = [];
  const open = [start];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const seats = cells.get(key);
    if (seats === undefined) {
      continue;
    }
    cells.delete(key);
    block.push(...seats);
    for (const step of STEPS) {
      open.push(key + step);
    }
  }
  return block;
}

function isOutlined(house: House, section: Section, rowPitch: number): boolean {
  const { drawing, isStanding } = section;
  if (isStanding) {
    return true;
  }
  const area = drawing.sizeX * drawing.sizeY;
  if (area <= 0 || (section.count * house.pitch * rowPitch) / area < FILL_MIN) {
    return false;
  }
  const reach = reachOf(drawing);
  return !house.sections.some((other) => other !== section && other.level === section.level && holdsAny(house, drawing, reach, other));
}

/** Whether one of some twenty of the other section's seats is inside. */
function holdsAny(house: House, drawing: Section["drawing"], reach: Point, other: Section): boolean {
  const step = Math.max(1, Math.floor(other.count / 20));
  for (let seat = other.first; seat < other.first + other.count; seat += step) {
    const x = (house.x[seat] ?? 0) - drawing.positionX;
    const y = (house.y[seat] ?? 0) - drawing.positionY;
    if (Math.abs(x) < reach.x && Math.abs(y) < reach.y && isInside(drawing, x, y)) {
      return true;
    }
  }
  return false;
}

/**
 * Distances are compared by their squares, and pairs of numbers are no arrays, here and where else all seats are gone
 * through: this code runs once, before the browser has made it quick.
 */
function squareBetween({ x, y }: House, one: number, other: number): number {
  return squareOf((x[one] ?? 0) - (x[other] ?? 0), (y[one] ?? 0) - (y[other] ?? 0));
}

function squareOf(across: number, down: number): number {
  return across * across + down * down;
}
