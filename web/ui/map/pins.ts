// Rings on the map around seats, so that they are found from afar.

import type { Point } from "./camera.ts";
import { element } from "./dom.ts";

export class Pins {
  private readonly view: HTMLElement;
  private pins: readonly { readonly at: Point; readonly ring: HTMLElement }[] = [];

  constructor(view: HTMLElement) {
    this.view = view;
  }

  /** At these points of the plan, and nowhere else. */
  set(places: readonly Point[]): void {
    for (const { ring } of this.pins) {
      ring.remove();
    }
    this.pins = places.map((at) => {
      const ring = element("span", { class: "map-pin" });
      ring.setAttribute("aria-hidden", "true");
      this.view.append(ring);
      return { at, ring };
    });
  }

  /** Where the view has their points now. */
  place(toPage: (point: Point) => Point): void {
    for (const { at, ring } of this.pins) {
      const { x, y } = toPage(at);
      ring.style.translate = `calc(${x}px - 50%) calc(${y}px - 50%)`;
    }
  }
}
