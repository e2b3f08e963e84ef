// Reads the manifest into the house. Where the pictures are painted: the page is handed what comes of it. Pure.

import { SeatGrid } from "./grid.ts";
import { reachOf, SHAPES, type House, type Rectangle, type Row, type SeatFields, type Section } from "./house.ts";
import { levelsOf } from "./levels.ts";
import type { Drawing, Manifest, ManifestSeat, ManifestSection } from "./manifest.ts";
import type { Money } from "../wire/Money.ts";

/** At most so many pairs are looked at to find the usual distance. */
const PITCH_SAMPLES_MAX = 2_000;

export function buildHouse(manifest: Manifest): House {
  const prices = pricesOf(manifest.sections);
  const seatCount = manifest.sections.reduce((sum, section) => sum + (section.seats?.length ?? 0), 0);
  const filler = new SeatFiller(seatCount);
  const seats = filler.fields;
  const sections: Section[] = [];
  const rows: Row[] = [];
  for (const section of manifest.sections) {
    const own = [...(section.seats ?? [])].sort((one, other) => one.index - other.index);
    const firstRow = rows.length;
    addRows(rows, own, sections.length, filler);
    sections.push({
      id: section.sectionId,
      name: section.name,
      isStanding: section.kind === "standing",
      capacity: section.capacity ?? 0,
      price: prices.findIndex((price) => price.amount === section.price.amount),
      drawing: drawingOf(section),
      first: own[0]?.index ?? 0,
      count: own.length,
      firstRow,
      rowCount: rows.length - firstRow,
      level: 0,
    });
  }
  const pitch = pitchOf(seats, rows);
  const bounds = boundsOf(seats, sections);
  const flat: House = { ...seats, sections, rows, prices, pitch, bounds, levels: [""] };
  const { levels, levelOf } = levelsOf(flat, new SeatGrid(flat));
  const placed = sections.map((section, index) => ({ ...section, level: levelOf[index] ?? 0 }));
  return { ...flat, sections: placed, levels };
}

/** The seats, which are filled in one by one. */
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

  set(seat: ManifestSeat, section: number, row: number): void {
    const { fields } = this;
    const { index } = seat;
    fields.x[index] = seat.positionX;
    fields.y[index] = seat.positionY;
    fields.width[index] = seat.sizeX;
    fields.height[index] = seat.sizeY;
    fields.rotation[index] = (seat.rotation * Math.PI) / 180;
    fields.shape[index] = Math.max(0, SHAPES.indexOf(seat.shape));
    fields.section[index] = section;
    fields.row[index] = row;
    fields.number[index] = this.numberId(seat.number);
    fields.accessible[index] = seat.accessible === true ? 1 : 0;
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

function addRows(rows: Row[], seats: readonly ManifestSeat[], section: number, filler: SeatFiller): void {
  for (const seat of seats) {
    const last = rows.at(-1);
    if (last?.section === section && last.label === seat.row) {
      rows[rows.length - 1] = { ...last, count: last.count + 1 };
    } else {
      rows.push({ section, label: seat.row, first: seat.index, count: 1 });
    }
    filler.set(seat, section, rows.length - 1);
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
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const include = (x: number, y: number, reachX: number, reachY: number): void => {
    left = Math.min(left, x - reachX);
    right = Math.max(right, x + reachX);
    top = Math.min(top, y - reachY);
    bottom = Math.max(bottom, y + reachY);
  };
  for (let seat = 0; seat < seats.seatCount; seat += 1) {
    const reach = Math.max(seats.width[seat] ?? 0, seats.height[seat] ?? 0) / 2;
    include(seats.x[seat] ?? 0, seats.y[seat] ?? 0, reach, reach);
  }
  for (const { isStanding, drawing } of sections) {
    if (isStanding && drawing.sizeX > 0 && drawing.sizeY > 0) {
      const { x, y } = reachOf(drawing);
      include(drawing.positionX, drawing.positionY, x, y);
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
