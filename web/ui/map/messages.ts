// What the page, its painting worker and the one that shows the pictures say to each other.

import type { Size, View } from "./camera.ts";
import type { House } from "./house.ts";
import type { Palette } from "./look.ts";
import type { Surroundings } from "./manifest.ts";
import type { Window } from "./paper.ts";
import type { Frame } from "./scene.ts";

/** What is written on the map beside the names of the plan. */
export interface PaintedWords {
  /** By the house's prices: the page has them, and a worker that were to write them had to learn how first. */
  readonly prices: readonly string[];
  readonly soldOut: string;
  /** Where the plan has no name for it. */
  readonly stage: string;
}

export type ToPainter =
  | {
      readonly kind: "open";
      /** Of the manifest. */
      readonly address: string;
      readonly surroundings: Surroundings;
      readonly palette: Palette;
      readonly words: PaintedWords;
      /** In which all of the house is looked at first; null where nothing is shown. */
      readonly window: Window | null;
    }
  | { readonly kind: "palette"; readonly palette: Palette }
  /** How every seat looks. */
  | { readonly kind: "looks"; readonly looks: Uint8Array }
  /** How some seats look now. */
  | { readonly kind: "changes"; readonly seats: Uint32Array; readonly looks: Uint8Array }
  | { readonly kind: "standing"; readonly free: ReadonlyMap<string, number>; readonly own: ReadonlyMap<string, number> }
  | { readonly kind: "choice"; readonly filter: number | null; readonly level: number }
  /** Wants a picture. Only the last wish counts. */
  | { readonly kind: "paint"; readonly layer: Layer; readonly view: View; readonly size: Size; readonly ratio: number };

/** `ground`: all of the house, coarse, always there. `detail`: what is looked at. */
export type Layer = "ground" | "detail";

export type FromPainter =
  /** The manifest is there: from now on nobody but the worker lets the page wait. */
  | { readonly kind: "fetched" }
  | { readonly kind: "house"; readonly house: House }
  /** The manifest did not come. */
  | { readonly kind: "no house" }
  | CannotDraw;

/** The browser has no canvas to paint on there. */
export interface CannotDraw {
  readonly kind: "cannot draw";
}

/** What the painter hands to the projector. */
export interface Picture {
  readonly layer: Layer;
  readonly bitmap: ImageBitmap;
  readonly frame: Frame;
  /** The colour around the house. */
  readonly paper: string;
  /** Whether how the seats stand was known. */
  readonly isKnown: boolean;
}

/** Where one looks, and through which window. */
export interface Look {
  readonly view: View;
  /** In pixels of the page. */
  readonly size: Size;
  /** Device pixels per pixel of the page. */
  readonly ratio: number;
}

/** In their workers: to one the way for its pictures, to the other where they come from and go to. */
export type Pictures = { readonly kind: "pictures"; readonly to: MessagePort };

export type ToProjector =
  | { readonly kind: "start"; readonly canvas: OffscreenCanvas; readonly window: Window; readonly pictures: MessagePort }
  | { readonly kind: "look"; readonly look: Look };

export type FromProjector = Shown | Blanked | CannotDraw;

/** A picture is on the canvas. */
export interface Shown {
  readonly kind: "shown";
  readonly layer: Layer;
  readonly frame: Frame;
  readonly isKnown: boolean;
}

/** The canvas had been emptied, as when the graphics process ends, and can be drawn on again. */
export interface Blanked {
  readonly kind: "blanked";
}
