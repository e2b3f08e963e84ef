// The buttons over the map: nearer, further, all of it, and which floor.

import { say } from "../words/index.ts";
import { button, part } from "./dom.ts";
import { ZOOM_STEP, type Stage } from "./stage.ts";

export function writeZoom(root: HTMLElement, stage: Stage): void {
  const zoom = part(root, "zoom");
  const controls = [
    ["+", say("map-zoom-in"), () => stage.zoomBy(ZOOM_STEP)],
    ["−", say("map-zoom-out"), () => stage.zoomBy(1 / ZOOM_STEP)],
    ["", say("map-show-all"), () => stage.fit()],
  ] as const;
  for (const [sign, label, pressed] of controls) {
    const control = button(sign, sign === "" ? "map-control fit" : "map-control", pressed);
    control.setAttribute("aria-label", label);
    // The map has keys for the same; a stop for each would be in the way.
    control.tabIndex = -1;
    zoom.append(control);
  }
}

/** Only where there is more than one. */
export function writeLevels(root: HTMLElement, names: readonly string[], chosen: (level: number) => void): void {
  if (names.length < 2) {
    return;
  }
  const levels = part(root, "levels");
  names.forEach((name, level) => {
    const choice = button(name === "" ? say("map-level", { number: level + 1 }) : name, "map-level", () => chosen(level));
    choice.dataset["level"] = String(level);
    levels.append(choice);
  });
  levels.hidden = false;
}

export function markLevel(root: HTMLElement, level: number): void {
  for (const choice of root.querySelectorAll<HTMLElement>("[data-level]")) {
    choice.setAttribute("aria-pressed", String(Number(choice.dataset["level"]) === level));
  }
}
