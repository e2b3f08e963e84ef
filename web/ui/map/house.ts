// The house as typed arrays by seat index: compact enough to be handed from the worker that reads the
// manifest to the page, and quick to walk. How it is read is in `reading.ts`, which the page does not need. Pure.

import type { Money } from "../wire/Money.ts";
import type { Drawing } from "./manifest.ts";

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Section {
  readonly id: string;
  readonly name: string;
  readonly isStanding: boolean;
  /** Of a standing section. */
  readonly capacity: number;
  /** Into `prices`. */
  readonly price: number;
  /** As it is stored. */
  readonly drawing: Drawing;
  /** Its seats are `first` to `first + count - 1`, its rows likewise. */
  readonly first: number;
  readonly count: number;
  readonly firstRow: number;
  readonly rowCount: number;
  readonly level: number;
}

export interface Row {
  readonly section: number;
  readonly label: string;
  readonly first: number;
  readonly count: number;
}

/** By seat index. */
export interface SeatFields {
  readonly seatCount: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: Float32Array;
  readonly height: Float32Array;
  /** Radians, clockwise. */
  readonly rotation: Float32Array;
  /** Into `SHAPES`. */
  readonly shape: Uint8Array;
  readonly section: Uint16Array;
  readonly row: Uint32Array;
  /** Into `numbers`. */
  readonly number: Uint16Array;
  readonly accessible: Uint8Array;
  readonly numbers: readonly string[];
}

export interface House extends SeatFields {
  readonly sections: readonly Section[];
  readonly rows: readonly Row[];
  /** The dearest first. */
  readonly prices: readonly Money[];
  /** The usual distance between neighbours, in plan units. */
  readonly pitch: number;
  /** Everything that is sold; null where nothing is drawn. */
  readonly bounds: Rectangle | null;
  /** The names of the floors, empty where one has none; one floor where nothing overlaps. */
  readonly levels: readonly string[];
}

export const SHAPES = ["ellipse", "rectangle", "rounded_rectangle"] as const;

export function rowLabel(house: House, seat: number): string {
  return house.rows[house.row[seat] ?? 0]?.label ?? "";
}

export function numberOf(house: House, seat: number): string {
  return house.numbers[house.number[seat] ?? 0] ?? "";
}

export function sectionOf(house: House, seat: number): Section | undefined {
  return house.sections[house.section[seat] ?? 0];
}

/** Whether there is a plan to draw: a house without one sells by cards and lists alone. */
export function isDrawn(house: House): boolean {
  return house.bounds !== null;
}

/** Half the width and height of the upright box around a turned drawing. */
export function reachOf({ rotation, sizeX, sizeY }: Drawing): { x: number; y: number } {
  const angle = (rotation * Math.PI) / 180;
  const [cosine, sine] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  return { x: (sizeX * cosine + sizeY * sine) / 2, y: (sizeX * sine + sizeY * cosine) / 2 };
}

/** Whether a point, relative to the centre, is within the turned rectangle. */
export function isInside({ rotation, sizeX, sizeY }: Drawing, x: number, y: number): boolean {
  const angle = (-rotation * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return Math.abs(x * cosine - y * sine) <= sizeX / 2 && Math.abs(x * sine + y * cosine) <= sizeY / 2;
}
