// What a finger or mouse on the map points at, and what that does: takes a seat, opens a standing section, or zooms in where
// seats are too small to be meant.

import type { Point } from "./camera.ts";
import { maybePart, part, setText } from "./dom.ts";
import { SeatGrid } from "./grid.ts";
import { isInside, type House } from "./house.ts";
import { LOOK } from "./look.ts";
import type { Stage } from "./stage.ts";
import { lookOf, type MapState } from "./state.ts";
import { seatWords } from "./words.ts";

export interface Presses {
  /** A seat was tapped that is large enough to be meant. */
  press(seat: number): void;
  pressStanding(section: number): void;
}

/** What a finger can hit: smaller seats are zoomed in to instead. */
export const TARGET_PIXELS = 24;
export const APPROACH_PIXELS = 34;
const APPROACH_TOUCH_PIXELS = 42;
/** A tap that closely after a tap that zoomed was part of it, not a choice. */
const AFTER_ZOOM_MILLIS = 350;
/** Smaller seats have no tip. */
const TIP_PITCH_MIN = 9;

export class Pointing {
  private readonly view: HTMLElement;
  /** What is said of the seat below the mouse. */
  private readonly tip: HTMLElement | null;
  private readonly house: House;
  private readonly stage: Stage;
  private readonly state: () => MapState;
  private readonly presses: Presses;
  private seatGrid: SeatGrid | null = null;
  private zoomedAt = -Infinity;
  private hoveredSeat = -1;
  /** What the last tap was on. */
  private tappedSeat = -1;

  constructor(root: HTMLElement, house: House, stage: Stage, state: () => MapState, presses: Presses) {
    this.view = part(root, "view");
    this.tip = maybePart(root, "tip");
    this.house = house;
    this.stage = stage;
    this.state = state;
    this.presses = presses;
  }

  tapped(at: Point, isTouch: boolean): void {
    const { stage } = this;
    const plan = stage.toPlan(at);
    const seat = this.seatAt(plan);
    this.tappedSeat = seat;
    const standing = seat < 0 ? this.standingAt(plan) : -1;
    const isLarge = stage.pitch >= TARGET_PIXELS;
    if (standing >= 0) {
      this.presses.pressStanding(standing);
    } else if (!isLarge) {
      this.zoomedAt = performance.now();
      stage.approach(seat >= 0 ? placeOf(this.house, seat) : plan, isTouch ? APPROACH_TOUCH_PIXELS : APPROACH_PIXELS);
    } else if (seat >= 0 && performance.now() - this.zoomedAt > AFTER_ZOOM_MILLIS) {
      this.presses.press(seat);
    }
  }

  /**
   * The first tap of two has already taken a seat or zoomed in; the second zooms on from where there is no seat, and takes
   * another one where it is on that: neighbours may be nearer than what two taps on one place may be apart.
   */
  doubleTapped(at: Point): void {
    const { stage } = this;
    const seat = stage.pitch >= TARGET_PIXELS ? this.seatAt(stage.toPlan(at)) : -1;
    const hasZoomed = performance.now() - this.zoomedAt < 2 * AFTER_ZOOM_MILLIS;
    if (seat >= 0 && !hasZoomed) {
      if (seat !== this.tappedSeat) {
        this.presses.press(seat);
      }
    } else {
      this.zoomedAt = performance.now();
      stage.zoomBy(2, at);
    }
  }

  hovered(at: Point | null): void {
    const { stage } = this;
    // What passes below the mouse while the map moves is not meant.
    if (at !== null && stage.isMoving) {
      return;
    }
    const seat = at === null || stage.pitch < TIP_PITCH_MIN ? -1 : this.seatAt(stage.toPlan(at));
    const look = seat < 0 ? -1 : lookOf(this.state(), seat);
    const isChoice = look === LOOK.free || look === LOOK.own;
    this.view.style.cursor = isChoice && stage.pitch >= TARGET_PIXELS ? "pointer" : "";
    if (seat !== this.hoveredSeat) {
      this.hoveredSeat = seat;
      this.updateTip();
    }
  }

  /** The map moved away from below the mouse. */
  moved(): void {
    if (this.hoveredSeat >= 0) {
      this.hovered(null);
    }
  }

  updateTip(): void {
    const { house, stage, tip, hoveredSeat: seat } = this;
    if (tip === null) {
      return;
    }
    tip.hidden = seat < 0;
    if (seat >= 0) {
      const section = house.sections[house.section[seat] ?? 0]?.name ?? "";
      setText(tip, `${section}\n${seatWords(house, seat, lookOf(this.state(), seat))}`);
      const { x, y } = stage.toPage(placeOf(house, seat));
      tip.style.translate = `calc(${x}px - 50%) calc(${y - stage.pitch * 0.6}px - 100%)`;
    }
  }

  /** The seat on this floor that is nearest to a point of the plan; -1 where none is so near. */
  nearest({ x, y }: Point, reach: number): number {
    const { house } = this;
    const { level } = this.state();
    // Made when the first finger or mouse asks where it is.
    this.seatGrid ??= new SeatGrid(house);
    return this.seatGrid.nearest(x, y, reach, (seat) => house.sections[house.section[seat] ?? 0]?.level === level);
  }

  private seatAt(plan: Point): number {
    return this.nearest(plan, Math.max(this.house.pitch * 0.62, TARGET_PIXELS / 2 / this.stage.view.scale));
  }

  private standingAt(plan: Point): number {
    const { level: shown } = this.state();
    return this.house.sections.findIndex(
      ({ isStanding, level, drawing }) =>
        isStanding && level === shown && isInside(drawing, plan.x - drawing.positionX, plan.y - drawing.positionY),
    );
  }
}

export function placeOf(house: House, seat: number): Point {
  return { x: house.x[seat] ?? 0, y: house.y[seat] ?? 0 };
}
