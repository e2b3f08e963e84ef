// Says where on the map one looks: from close by, the section there has no name on it.

import { SECTION_LABELS_PITCH_MAX } from "./detail.ts";
import { setText } from "./dom.ts";
import type { House } from "./house.ts";
import type { Pointing } from "./pointing.ts";
import type { Stage } from "./stage.ts";
import { priceOf } from "./words.ts";

const LATER_MILLIS = 160;
/** So many seats away one still looks at a section. */
const REACH_PITCHES = 6;

export class Whereabouts {
  private readonly place: HTMLElement;
  private readonly house: House;
  private readonly stage: Stage;
  private readonly pointing: Pointing;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(place: HTMLElement, house: House, stage: Stage, pointing: Pointing) {
    this.place = place;
    this.house = house;
    this.stage = stage;
    this.pointing = pointing;
  }

  /** Not with each frame. */
  writeLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.write();
    }, LATER_MILLIS);
  }

  private write(): void {
    const { house, stage, place } = this;
    const seat = stage.pitch < SECTION_LABELS_PITCH_MAX ? -1 : this.pointing.nearest(stage.view, house.pitch * REACH_PITCHES);
    place.hidden = seat < 0;
    if (seat >= 0) {
      setText(place, `${house.sections[house.section[seat] ?? 0]?.name ?? ""} · ${priceOf(house, seat)}`);
    }
  }
}
