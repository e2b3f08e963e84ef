// The manifest as the API answers it: docs/PROTOCOL.md.

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

export interface ManifestSeat extends Drawing {
  readonly index: number;
  readonly row: string;
  readonly number: string;
  readonly accessible?: boolean;
}

export interface ManifestSection extends Drawing {
  readonly sectionId: string;
  readonly name: string;
  readonly kind: "seated" | "standing";
  readonly price: Money;
  readonly capacity?: number;
  readonly seats?: readonly ManifestSeat[];
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
