// The manifest as it is sent to the map, made into seats again: web/src/wire/columns.rs. Pure.

import { SHAPES } from "./house.ts";
import type { Manifest, ManifestSeat, ManifestSection } from "./manifest.ts";

/** Each is as long as there are seats. Of each number stands there by how much it differs from what continues the two before it. */
export interface SeatColumns {
  readonly index: readonly number[];
  readonly row: readonly string[];
  readonly number: readonly string[];
  /** These, in hundredths. */
  readonly positionX: readonly number[];
  readonly positionY: readonly number[];
  readonly rotation: readonly number[];
  readonly sizeX: readonly number[];
  readonly sizeY: readonly number[];
  /** Into `SHAPES`. */
  readonly shape: readonly number[];
  /** 1 or 0. */
  readonly accessible: readonly number[];
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
  const [index, shape, accessible] = [columns.index, columns.shape, columns.accessible].map(continued) as [number[], number[], number[]];
  const drawn = [columns.positionX, columns.positionY, columns.rotation, columns.sizeX, columns.sizeY];
  const [x, y, rotation, width, height] = drawn.map((column) => continued(column).map((hundredths) => hundredths / 100));
  return index.map((index, seat) => ({
    index,
    row: columns.row[seat] ?? "",
    number: columns.number[seat] ?? "",
    positionX: x?.[seat] ?? 0,
    positionY: y?.[seat] ?? 0,
    rotation: rotation?.[seat] ?? 0,
    shape: SHAPES[shape[seat] ?? 0] ?? "ellipse",
    sizeX: width?.[seat] ?? 0,
    sizeY: height?.[seat] ?? 0,
    ...(accessible[seat] === 1 ? { accessible: true } : {}),
  }));
}

function continued(differences: readonly number[]): number[] {
  let [last, step] = [0, 0];
  return differences.map((difference) => {
    const number = last + step + difference;
    [last, step] = [number, number - last];
    return number;
  });
}
