// The manifest as it is sent to the map, made into numbers again: web/src/wire/columns.rs. Pure.

import { follow, type Places } from "./course.ts";
import type { Manifest, ManifestSeats, ManifestSection } from "./manifest.ts";

const FIRST = "a".charCodeAt(0);
const NONE = "m".charCodeAt(0);
const WRITTEN_OUT = "(".charCodeAt(0);

/** Each is as long as there are seats. Of a number stands there by how much it differs from what was to be expected. */
export interface SeatColumns {
  readonly index: string;
  readonly row: readonly string[];
  readonly number: readonly string[];
  /** x and y at once. These, in hundredths. */
  readonly position: string;
  readonly rotation: string;
  readonly sizeX: string;
  readonly sizeY: string;
  /** Into `SHAPES`. */
  readonly shape: string;
  /** 1 or 0. */
  readonly accessible: string;
}

export interface ManifestColumns {
  readonly sessionId: string;
  readonly sections: readonly (Omit<ManifestSection, "seats"> & { readonly columns?: SeatColumns })[];
}

export function fromColumns({ sessionId, sections }: ManifestColumns): Manifest {
  const whole = sections.map(({ columns, ...section }) => (columns === undefined ? section : { ...section, seats: seatsOf(columns) }));
  return { sessionId, sections: whole };
}

function seatsOf(columns: SeatColumns): ManifestSeats {
  const { row, number } = columns;
  const all = row.length;
  const places = placesOf(columns);
  return {
    index: continued(columns.index, all),
    row,
    number,
    positionX: fromHundredths(places.x),
    positionY: fromHundredths(places.y),
    rotation: fromHundredths(places.rotation),
    sizeX: fromHundredths(continued(columns.sizeX, all)),
    sizeY: fromHundredths(continued(columns.sizeY, all)),
    shape: continued(columns.shape, all),
    accessible: continued(columns.accessible, all),
  };
}

function fromHundredths(hundredths: Int32Array): Float64Array {
  const numbers = new Float64Array(hundredths.length);
  for (let seat = 0; seat < numbers.length; seat += 1) {
    numbers[seat] = (hundredths[seat] ?? 0) / 100;
  }
  return numbers;
}

/** Each seat's differences are from where its row's course leads. */
function placesOf({ row, position, rotation }: SeatColumns): Places {
  const places = { ...positions(position, row.length), rotation: differences(rotation, row.length) };
  follow(places, row);
  return places;
}

/** The letters `a` to `y` are x and y from -2 to 2, and whatever has no letter is written out in parentheses. */
function positions(column: string, all: number): { readonly x: Int32Array; readonly y: Int32Array } {
  const [x, y] = [new Int32Array(all), new Int32Array(all)];
  let at = 0;
  for (let seat = 0; seat < all; seat += 1) {
    const letter = column.charCodeAt(at);
    if (letter === WRITTEN_OUT) {
      const comma = column.indexOf(",", at);
      const end = column.indexOf(")", comma);
      x[seat] = Number(column.slice(at + 1, comma));
      y[seat] = Number(column.slice(comma + 1, end));
      at = end + 1;
    } else {
      const pair = letter - FIRST;
      x[seat] = Math.trunc(pair / 5) - 2;
      y[seat] = (pair % 5) - 2;
      at += 1;
    }
  }
  return { x, y };
}

/** Each number differs from what continues the two before it. */
function continued(column: string, all: number): Int32Array {
  const numbers = differences(column, all);
  let last = 0;
  let step = 0;
  for (let at = 0; at < all; at += 1) {
    step += numbers[at] ?? 0;
    last += step;
    numbers[at] = last;
  }
  return numbers;
}

/** The letters `a` to `y` are -12 to 12, and whatever has no letter is written out in parentheses. */
function differences(column: string, all: number): Int32Array {
  const numbers = new Int32Array(all);
  let at = 0;
  for (let number = 0; number < all; number += 1) {
    const letter = column.charCodeAt(at);
    if (letter === WRITTEN_OUT) {
      const end = column.indexOf(")", at);
      numbers[number] = Number(column.slice(at + 1, end));
      at = end + 1;
    } else {
      numbers[number] = letter - NONE;
      at += 1;
    }
  }
  return numbers;
}
