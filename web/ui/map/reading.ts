// Reads the manifest into the house. Where the pictures are painted: the page is handed what comes of it. Pure.

import { SeatGrid } from "./grid.ts";
import { reachOf, type House, type Rectangle, type Row, type SeatFields, type Section } from "./house.ts";
import { levelsOf } from "./levels.ts";
import type { Drawing, Manifest, ManifestSeats, ManifestSection } from "./manifest.ts";
import type { Money } from "../wire/Money.ts";

/** At most so many pairs are looked at to find the usual distance. */
const PITCH_SAMPLES_MAX = 2_000;

/** Cells for finding who lies on whom: a seat or two in each. */
const NEIGHBOUR_PITCHES = 1;

const NO_SEATS: ManifestSeats = {
  index: [],
  row: [],
  number: [],
  positionX: [],
  positionY: [],
  rotation: [],
  sizeX: [],
  sizeY: [],
  shape: [],
  accessible: [],
};

export function buildHouse(manifest: Manifest): House {
  const prices = pricesOf(manifest.sections);
  const seatCount = manifest.sections.reduce((sum, section) => sum + (section.seats?.index.length ?? 0), 0);
  const filler = new SeatFiller(seatCount);
  const seats = filler.fields;
  const sections: Section[] = [];
  const rows: Row[] = [];
  for (const section of manifest.sections) {
    const own = section.seats ?? NO_SEATS;
    const count = own.index.length;
    const first = count === 0 ? 0 : leastOf(own.index);
    const firstRow = rows.length;
    filler.fill(own, sections.length);
    addRows(rows, labelsOf(own, first), sections.length, first, seats.row);
    sections.push({
      id: section.sectionId,
      name: section.name,
      isStanding: section.kind === "standing",
      capacity: section.capacity ?? 0,
      price: prices.findIndex((price) => price.amount === section.price.amount),
      drawing: drawingOf(section),
      first,
      count,
      firstRow,
      rowCount: rows.length - firstRow,
      level: 0,
    });
  }
  const pitch = pitchOf(seats, rows);
  const bounds = boundsOf(seats, sections);
  const flat: House = { ...seats, sections, rows, prices, pitch, bounds, levels: [""] };
  const { levels, levelOf } = levelsOf(flat, new SeatGrid(flat, NEIGHBOUR_PITCHES));
  const placed = sections.map((section, index) => ({ ...section, level: levelOf[index] ?? 0 }));
  return { ...flat, sections: placed, levels };
}

/** The seats, which are filled in section by section. */
class SeatFiller {
  readonly fields: SeatFields;
  private readonly numbers: string[] = [];
  private readonly numberIds = new Map<string, number>();

  constructor(seatCount: number) {
    this.fields = {
      seatCount,
      x: new Float32Array(seatCount),
      y: new Float32Array(seatCount),
      width: new Float32Array(seatCount),
      height: new Float32Array(seatCount),
      rotation: new Float32Array(seatCount),
      shape: new Uint8Array(seatCount),
      section: new Uint16Array(seatCount),
      row: new Uint32Array(seatCount),
      number: new Uint16Array(seatCount),
      accessible: new Uint8Array(seatCount),
      numbers: this.numbers,
    };
  }

  fill(seats: ManifestSeats, section: number): void {
    const { x, y, width, height, rotation, shape, section: sectionOf, number, accessible } = this.fields;
    for (let position = 0; position < seats.index.length; position += 1) {
      const seat = seats.index[position] ?? 0;
      x[seat] = seats.positionX[position] ?? 0;
      y[seat] = seats.positionY[position] ?? 0;
      width[seat] = seats.sizeX[position] ?? 0;
      height[seat] = seats.sizeY[position] ?? 0;
      rotation[seat] = ((seats.rotation[position] ?? 0) * Math.PI) / 180;
      shape[seat] = seats.shape[position] ?? 0;
      sectionOf[seat] = section;
      number[seat] = this.numberId(seats.number[position] ?? "");
      accessible[seat] = seats.accessible[position] ?? 0;
    }
  }

  private numberId(number: string): number {
    let id = this.numberIds.get(number);
    if (id === undefined) {
      id = this.numbers.push(number) - 1;
      this.numberIds.set(number, id);
    }
    return id;
  }
}

function leastOf(indexes: ArrayLike<number>): number {
  let least = Infinity;
  for (let position = 0; position < indexes.length; position += 1) {
    least = Math.min(least, indexes[position] ?? 0);
  }
  return least;
}

/** The rows' names by seat, from the section's first one on. */
function labelsOf({ index, row }: ManifestSeats, first: number): string[] {
  const labels = new Array<string>(index.length).fill("");
  row.forEach((label, position) => {
    labels[(index[position] ?? 0) - first] = label;
  });
  return labels;
}

/** A row is what has one name and stands together in the order of the seats. */
function addRows(rows: Row[], labels: readonly string[], section: number, first: number, rowOf: Uint32Array): void {
  let begin = 0;
  for (let seat = 0; seat < labels.length; seat += 1) {
    rowOf[first + seat] = rows.length;
    if (labels[seat + 1] !== labels[seat]) {
      rows.push({ section, label: labels[seat] ?? "", first: first + begin, count: seat + 1 - begin });
      begin = seat + 1;
    }
  }
}

function pricesOf(sections: readonly ManifestSection[]): Money[] {
  const byAmount = new Map(sections.map(({ price }) => [price.amount, price]));
  return [...byAmount.values()].sort((one, other) => other.amount - one.amount);
}

function drawingOf({ positionX, positionY, rotation, shape, sizeX, sizeY }: Drawing): Drawing {
  return { positionX, positionY, rotation, shape, sizeX, sizeY };
}

/** The median, so that aisles do not count. */
function pitchOf({ x, y, width }: SeatFields, rows: readonly Row[]): number {
  const distances: number[] = [];
  for (const { first, count } of rows) {
    for (let seat = first + 1; seat < first + count && distances.length < PITCH_SAMPLES_MAX; seat += 1) {
      distances.push(Math.hypot((x[seat] ?? 0) - (x[seat - 1] ?? 0), (y[seat] ?? 0) - (y[seat - 1] ?? 0)));
    }
  }
  distances.sort((one, other) => one - other);
  const median = distances[distances.length >> 1] ?? 0;
  return median > 0 ? median : Math.max(1, (width[0] ?? 0) * 1.2);
}

/** Null where nothing has a place of its own: a session that was never drawn. */
function boundsOf(seats: SeatFields, sections: readonly Section[]): Rectangle | null {
  const { seatCount, x, y, width, height } = seats;
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let seat = 0; seat < seatCount; seat += 1) {
    const reach = Math.max(width[seat] ?? 0, height[seat] ?? 0) / 2;
    left = Math.min(left, (x[seat] ?? 0) - reach);
    right = Math.max(right, (x[seat] ?? 0) + reach);
    top = Math.min(top, (y[seat] ?? 0) - reach);
    bottom = Math.max(bottom, (y[seat] ?? 0) + reach);
  }
  for (const { isStanding, drawing } of sections) {
    if (isStanding && drawing.sizeX > 0 && drawing.sizeY > 0) {
      const { positionX, positionY } = drawing;
      const reach = reachOf(drawing);
      left = Math.min(left, positionX - reach.x);
      right = Math.max(right, positionX + reach.x);
      top = Math.min(top, positionY - reach.y);
      bottom = Math.max(bottom, positionY + reach.y);
    }
  }
  return right - left > 0 && bottom - top > 0 && hasPlaces(seats) ? { left, top, right, bottom } : null;
}

/** All seats on one spot are no drawing. */
function hasPlaces({ seatCount, x, y }: SeatFields): boolean {
  for (let seat = 1; seat < seatCount; seat += 1) {
    if (x[seat] !== x[0] || y[seat] !== y[0]) {
      return true;
    }
  }
  return seatCount <= 1;
}
