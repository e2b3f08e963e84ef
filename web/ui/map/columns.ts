// The manifest as it is sent to the map, made into seats again: web/src/wire/columns.rs. Pure.

import { follow, type Places } from "./course.ts";
import { SHAPES } from "./house.ts";
import type { Manifest, ManifestSeat, ManifestSection } from "./manifest.ts";

const NONE = "m".charCodeAt(0);
const WRITTEN_OUT = "(".charCodeAt(0);

/** Each is as long as there are seats. Of a number stands there by how much it differs from what was to be expected. */
export interface SeatColumns {
  readonly index: string;
  readonly row: readonly string[];
  readonly number: readonly string[];
  /** These, in hundredths. */
  readonly positionX: string;
  readonly positionY: string;
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

function seatsOf(columns: SeatColumns): ManifestSeat[] {
  const { row, number } = columns;
  const all = row.length;
  const places = placesOf(columns);
  const [index, shape, accessible] = [columns.index, columns.shape, columns.accessible].map((it) => continued(it, all)) as [Int32Array, Int32Array, Int32Array];
  const [width, height] = [continued(columns.sizeX, all), continued(columns.sizeY, all)];
  return row.map((row, seat) => ({
    index: index[seat] ?? 0,
    row,
    number: number[seat] ?? "",
    positionX: (places.x[seat] ?? 0) / 100,
    positionY: (places.y[seat] ?? 0) / 100,
    rotation: (places.rotation[seat] ?? 0) / 100,
    shape: SHAPES[shape[seat] ?? 0] ?? "ellipse",
    sizeX: (width[seat] ?? 0) / 100,
    sizeY: (height[seat] ?? 0) / 100,
    ...(accessible[seat] === 1 ? { accessible: true } : {}),
  }));
}

/** Each seat's differences are from where its row's course leads. */
function placesOf({ row, positionX, positionY, rotation }: SeatColumns): Places {
  const all = row.length;
  const places = { x: differences(positionX, all), y: differences(positionY, all), rotation: differences(rotation, all) };
  follow(places, row);
  return places;
}

/** Each number differs from what continues the two before it. */
function continued(column: string, all: number): Int32Array {
  const numbers = differences(column, all);
  let [last, step] = [0, 0];
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
