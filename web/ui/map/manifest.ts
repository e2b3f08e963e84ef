// The manifest as it is read from its columns: docs/PROTOCOL.md.

import type { Money } from "../wire/Money.ts";

export interface Drawing {
  /** The centre, in plan units, rightwards and downwards. */
  readonly positionX: number;
  readonly positionY: number;
  /** Degrees, clockwise. */
  readonly rotation: number;
  readonly shape: "ellipse" | "rectangle" | "rounded_rectangle";
  /** Full sizes before the rotation. */
  readonly sizeX: number;
  readonly sizeY: number;
}

/** The seats of a section: each field as long as there are seats. An object a seat would take longer than all else. */
export interface ManifestSeats {
  readonly index: ArrayLike<number>;
  readonly row: readonly string[];
  readonly number: readonly string[];
  readonly positionX: ArrayLike<number>;
  readonly positionY: ArrayLike<number>;
  readonly rotation: ArrayLike<number>;
  readonly sizeX: ArrayLike<number>;
  readonly sizeY: ArrayLike<number>;
  /** Into `SHAPES`. */
  readonly shape: ArrayLike<number>;
  /** 1 or 0. */
  readonly accessible: ArrayLike<number>;
}

export interface ManifestSection extends Drawing {
  readonly sectionId: string;
  readonly name: string;
  readonly kind: "seated" | "standing";
  readonly price: Money;
  readonly capacity?: number;
  readonly seats?: ManifestSeats;
}

export interface Manifest {
  readonly sessionId: string;
  readonly sections: readonly ManifestSection[];
}

/** What is drawn around the places and sells nothing, as the page carries it. */
export interface Area {
  readonly label: string | null;
  readonly labelX: number;
  readonly labelY: number;
  readonly figure: Drawing | null;
  /** x, y, x, y, … */
  readonly polygon: readonly number[] | null;
}

export interface Surroundings {
  readonly areas: readonly Area[];
  /** What people look at. */
  readonly focusX: number;
  readonly focusY: number;
}
