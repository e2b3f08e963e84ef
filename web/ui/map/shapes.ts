// What a house looks like from afar, worked out once: each row as a line through its seats, how far rows
// are apart, and where a section's name is best written.

import { isInside, reachOf, type House, type Rectangle, type Section } from "./house.ts";

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
  const outlined = house.sections.map((section) => isOutlined(house, section, rowPitch));
  const areAll = outlined.every((it) => it);
  return outlined.map((it, index) => it && (areAll || house.sections[index]?.isStanding === true));
}

function linesOf(house: House, section: Section): Line[] {
  const lines: Line[] = [];
  const aisle = house.pitch * AISLE_PITCHES;
  for (let row = section.firstRow; row < section.firstRow + section.rowCount; row += 1) {
    const { first = 0, count = 0 } = house.rows[row] ?? {};
    let points: number[] = [];
    for (let seat = first; seat < first + count; seat += 1) {
      const [x, y] = [house.x[seat] ?? 0, house.y[seat] ?? 0];
      const [lastX, lastY] = [points.at(-2), points.at(-1)];
      if (lastX !== undefined && lastY !== undefined && Math.hypot(x - lastX, y - lastY) > aisle) {
        lines.push({ row, points: Float32Array.from(points) });
        points = [];
      }
      points.push(x, y);
    }
    lines.push({ row, points: Float32Array.from(points) });
  }
  return lines;
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
        const distance = Math.hypot(
          (house.x[seat] ?? 0) - (house.x[middle] ?? 0),
          (house.y[seat] ?? 0) - (house.y[middle] ?? 0),
        );
        nearest = Math.min(nearest, distance);
      }
      distances.push(nearest);
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
  const box = boxOf(house, seats);
  const meanX = seats.reduce((sum, seat) => sum + (house.x[seat] ?? 0), 0) / seats.length;
  const meanY = seats.reduce((sum, seat) => sum + (house.y[seat] ?? 0), 0) / seats.length;
  let [bestX, bestY, bestDistance] = [meanX, meanY, Infinity];
  for (const seat of seats) {
    const [x, y] = [house.x[seat] ?? 0, house.y[seat] ?? 0];
    const distance = Math.hypot(x - meanX, y - meanY);
    if (distance < bestDistance) {
      [bestX, bestY, bestDistance] = [x, y, distance];
    }
  }
  const isStraight = bestDistance < house.pitch * 2;
  const at = isStraight ? { x: meanX, y: meanY } : { x: bestX, y: bestY };
  return { section, ...at, width: box.right - box.left, height: box.bottom - box.top };
}

function boxOf(house: House, seats: readonly number[]): Rectangle {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const seat of seats) {
    left = Math.min(left, house.x[seat] ?? 0);
    right = Math.max(right, house.x[seat] ?? 0);
    top = Math.min(top, house.y[seat] ?? 0);
    bottom = Math.max(bottom, house.y[seat] ?? 0);
  }
  return { left, top, right, bottom };
}

/** Seats that hang together, by the cells of a coarse grid that touch. */
function blocksOf(house: House, section: Section, cell: number): number[][] {
  const cells = new Map<string, number[]>();
  const place = (seat: number): [number, number] => [
    Math.floor((house.x[seat] ?? 0) / cell),
    Math.floor((house.y[seat] ?? 0) / cell),
  ];
  for (let seat = section.first; seat < section.first + section.count; seat += 1) {
    const key = place(seat).join();
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
    blocks.push(drain(cells, start ?? ""));
  }
  return blocks;
}

/** Takes a cell and all that touch it out of the map. */
function drain(cells: Map<string, number[]>, start: string): number[] {
  const block: number[] = [];
  const open = [start];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const seats = cells.get(key);
    if (seats === undefined) {
      continue;
    }
    cells.delete(key);
    block.push(...seats);
    const [column = 0, line = 0] = key.split(",").map(Number);
    for (const [right, down] of [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]] as const) {
      open.push(`${column + right},${line + down}`);
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
  return !house.sections.some((other) => other !== section && other.level === section.level && holdsAny(house, drawing, other));
}

/** Whether one of some twenty of the other section's seats is inside. */
function holdsAny(house: House, drawing: Section["drawing"], other: Section): boolean {
  const reach = reachOf(drawing);
  const step = Math.max(1, Math.floor(other.count / 20));
  for (let seat = other.first; seat < other.first + other.count; seat += step) {
    const [x, y] = [(house.x[seat] ?? 0) - drawing.positionX, (house.y[seat] ?? 0) - drawing.positionY];
    if (Math.abs(x) < reach.x && Math.abs(y) < reach.y && isInside(drawing, x, y)) {
      return true;
    }
  }
  return false;
}
