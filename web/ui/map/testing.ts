// Houses for tests, written down seat by seat.

import type { House } from "./house.ts";
import { SHAPES } from "./house.ts";
import type { Drawing, Manifest, ManifestSeats, ManifestSection } from "./manifest.ts";
import { buildHouse } from "./reading.ts";

export interface PlainSeat extends Drawing {
  readonly index: number;
  readonly row: string;
  readonly number: string;
  readonly accessible?: boolean;
}

export type PlainSection = Omit<ManifestSection, "seats"> & { readonly seats?: readonly PlainSeat[] };

export function houseOf(sections: readonly PlainSection[]): House {
  const inColumns = sections.map(({ seats, ...section }) => (seats === undefined ? section : { ...section, seats: columnsOf(seats) }));
  const manifest: Manifest = { sessionId: "s", sections: inColumns };
  return buildHouse(manifest);
}

function columnsOf(seats: readonly PlainSeat[]): ManifestSeats {
  return {
    index: seats.map(({ index }) => index),
    row: seats.map(({ row }) => row),
    number: seats.map(({ number }) => number),
    positionX: seats.map(({ positionX }) => positionX),
    positionY: seats.map(({ positionY }) => positionY),
    rotation: seats.map(({ rotation }) => rotation),
    sizeX: seats.map(({ sizeX }) => sizeX),
    sizeY: seats.map(({ sizeY }) => sizeY),
    shape: seats.map(({ shape }) => SHAPES.indexOf(shape)),
    accessible: seats.map(({ accessible }) => (accessible === true ? 1 : 0)),
  };
}
