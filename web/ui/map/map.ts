// The drawn map on the page: the worker that paints it, the window on it, and what lies over it.

import { languageTag, say } from "../words/index.ts";
import type { Point } from "./camera.ts";
import { button, element, maybePart, part, setText } from "./dom.ts";
import { canDraw, openEasel, type Easel } from "./easel.ts";
import { SeatGrid } from "./grid.ts";
import { boundsOf, lookedAt } from "./extent.ts";
import { isDrawn, isInside, type House } from "./house.ts";
import { LOOK } from "./look.ts";
import type { Surroundings } from "./manifest.ts";
import type { FromPainter, ToPainter } from "./messages.ts";
import { SECTION_LABELS_PITCH_MAX } from "./detail.ts";
import { onSchemeChange, readPalette } from "./palette.ts";
import { Stage, ZOOM_STEP } from "./stage.ts";
import { lookOf, looksOf, ownStanding, type MapState } from "./state.ts";
import { priceOf, seatWords } from "./words.ts";

export interface MapActions {
  /** The manifest was read. */
  opened(house: House): void;
  /** It is drawn, or there is nothing to draw, or that takes long: time for everything else. */
  shown(): void;
  /** A seat was tapped that is large enough to be meant. */
  press(seat: number): void;
  pressStanding(section: number): void;
  levelled(level: number): void;
}

/** What a finger can hit: smaller seats are zoomed in to instead. */
const TARGET_PIXELS = 24;
const APPROACH_PIXELS = 34;
const APPROACH_TOUCH_PIXELS = 42;
/** A tap that closely after a tap that zoomed was part of it, not a choice. */
const AFTER_ZOOM_MILLIS = 350;
const WHERE_MILLIS = 160;
/** So long all else waits for the first picture at most. */
const FIRST_PICTURE_MILLIS = 1_000;

export class HouseMap {
  private readonly root: HTMLElement;
  private readonly view: HTMLElement;
  /** What is said of the seat below the mouse, and of where one looks. */
  private readonly tip: HTMLElement | null;
  private readonly where: HTMLElement | null;
  private readonly actions: MapActions;
  private readonly easel: Easel;
  private readonly surroundings: Surroundings;
  private state: MapState;
  private house: House | null = null;
  private seatGrid: SeatGrid | null = null;
  private stage: Stage | null = null;
  private zoomedAt = -Infinity;
  private pins: { readonly at: Point; readonly element: HTMLElement }[] = [];
  private hoveredSeat = -1;
  private whereTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(root: HTMLElement, manifest: string, surroundings: Surroundings, state: MapState, actions: MapActions) {
    this.root = root;
    this.actions = actions;
    this.state = state;
    this.view = maybePart(root, "view") ?? element("div");
    this.tip = maybePart(root, "tip");
    this.where = maybePart(root, "where");
    this.easel = openEasel((message) => this.hear(message), () => this.fail());
    this.surroundings = surroundings;
    void this.fetch(manifest);
    onSchemeChange(() => this.tell({ kind: "palette", palette: readPalette(root) }));
  }

  update(state: MapState, seats: ArrayLike<number> | "all"): void {
    const before = this.state;
    this.state = state;
    if (this.house === null) {
      return;
    }
    if (state.filter !== before.filter || state.level !== before.level) {
      this.tell({ kind: "choice", filter: state.filter, level: state.level });
    }
    if (seats === "all") {
      this.tellAll(this.house);
    } else if (seats.length > 0) {
      const changed = Uint32Array.from(seats);
      this.tell({ kind: "changes", seats: changed, looks: Uint8Array.from(changed, (seat) => lookOf(state, seat)) });
    }
    if (state.live.standing !== before.live.standing || state.live.order !== before.live.order) {
      this.tellStanding(this.house);
    }
    this.updateTip();
  }

  /** Marks seats from afar, so that they are found. */
  pin(seats: readonly number[]): void {
    for (const pin of this.pins) {
      pin.element.remove();
    }
    const { house } = this;
    this.pins =
      house === null
        ? []
        : seats.map((seat) => {
            const ring = element("span", { class: "map-pin" });
            ring.setAttribute("aria-hidden", "true");
            this.view.append(ring);
            return { at: this.placeOf(seat), element: ring };
          });
    this.placePins();
  }

  /** Brings a seat into view, as close as it takes to hit it. */
  reveal(seat: number): void {
    const { house, stage } = this;
    if (house === null || stage === null) {
      return;
    }
    const level = house.sections[house.section[seat] ?? 0]?.level ?? 0;
    if (level !== this.state.level) {
      this.actions.levelled(level);
    }
    if (stage.pitch < TARGET_PIXELS) {
      stage.approach(this.placeOf(seat), APPROACH_PIXELS);
    } else {
      stage.reveal(this.placeOf(seat));
    }
  }

  revealSection(index: number): void {
    const section = this.house?.sections[index];
    if (section === undefined) {
      return;
    }
    if (section.level !== this.state.level) {
      this.actions.levelled(section.level);
    }
    this.stage?.frame(boundsOf(section.drawing));
  }

  /** Where a seat is in the window; for tests and tips. */
  pointOf(seat: number): Point | null {
    return this.stage === null ? null : this.stage.toPage(this.placeOf(seat));
  }

  /** Fetched here, where the page's preload is found, and read there, where it holds nothing up. */
  private async fetch(address: string): Promise<void> {
    performance.mark("map-manifest");
    const response = await fetch(address).catch(() => null);
    const manifest = response?.ok === true ? await response.arrayBuffer().catch(() => null) : null;
    if (manifest === null) {
      this.fail();
      return;
    }
    const words = { language: languageTag(), free: say("money-free"), soldOut: say("sold-out-short"), stage: say("map-stage") };
    const message: ToPainter = { kind: "open", manifest, surroundings: this.surroundings, palette: readPalette(this.root), words };
    this.easel.tell(message, [manifest]);
  }

  private hear(message: FromPainter): void {
    switch (message.kind) {
      case "house":
        return this.open(message.house);
      case "painted":
        this.stage?.show(message);
        if (message.layer === "detail" && this.root.dataset["painted"] !== "true") {
          this.markPainted(message.isKnown);
        }
    }
  }

  private markPainted(isKnown: boolean): void {
    // What was unknown is grey like the first drawing, which then stays a little longer.
    if (isKnown) {
      this.root.dataset["painted"] = "true";
      performance.mark("map-painted");
      // Behind the frame that shows it.
      requestAnimationFrame(() =>
        setTimeout(() => {
          // Its hundred outlines are no longer seen, but would be gone through at each change of the map's state.
          this.view.querySelector(".map-skeleton")?.remove();
          this.actions.shown();
        }),
      );
    }
  }

  private open(house: House): void {
    performance.mark("map-house");
    this.house = house;
    const { bounds } = house;
    if (isDrawn(house) && bounds !== null && maybePart(this.root, "view") !== null && canDraw()) {
      this.stage = new Stage(this.view, house, lookedAt(house, bounds, this.surroundings), (message) => this.tell(message), {
        tapped: (at, isTouch) => this.tapped(at, isTouch),
        doubleTapped: (at) => this.doubleTapped(at),
        hovered: (at) => this.hovered(at),
        moved: () => {
          this.placePins();
          this.whereLater();
        },
      });
      this.tellAll(house);
      this.tellStanding(house);
      this.actions.opened(house);
      this.writeControls(house, this.stage);
      setTimeout(() => this.actions.shown(), FIRST_PICTURE_MILLIS);
    } else {
      const isUndrawable = isDrawn(house);
      this.root.dataset[isUndrawable ? "undrawable" : "undrawn"] = "true";
      if (isUndrawable) {
        this.explain(say("map-undrawable"));
      }
      this.actions.opened(house);
      this.actions.shown();
    }
  }

  /** Made when the first finger or mouse asks where it is. */
  private get grid(): SeatGrid | null {
    if (this.house !== null) {
      this.seatGrid ??= new SeatGrid(this.house);
    }
    return this.seatGrid;
  }

  private fail(): void {
    this.explain(say("map-failed"), button(say("map-try-again"), "button quiet", () => location.reload()));
  }

  private explain(text: string, ...remedies: readonly HTMLElement[]): void {
    const place = maybePart(this.root, "map-failed");
    if (place !== null) {
      place.replaceChildren(element("p", { text }), ...remedies);
      place.hidden = false;
    }
  }

  private writeControls(house: House, stage: Stage): void {
    this.view.tabIndex = 0;
    this.view.setAttribute("role", "application");
    this.view.setAttribute("aria-label", say("map-of-house"));
    this.view.setAttribute("aria-describedby", "map-help");
    const zoom = part(this.root, "zoom");
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
    if (house.levels.length > 1) {
      this.writeLevels(house);
    }
  }

  private writeLevels(house: House): void {
    const levels = part(this.root, "levels");
    house.levels.forEach((name, level) => {
      const choice = button(name, "map-level", () => this.actions.levelled(level));
      choice.dataset["level"] = String(level);
      levels.append(choice);
    });
    levels.hidden = false;
    this.markLevel();
  }

  markLevel(): void {
    for (const choice of this.root.querySelectorAll<HTMLElement>("[data-level]")) {
      choice.setAttribute("aria-pressed", String(Number(choice.dataset["level"]) === this.state.level));
    }
  }

  private tapped(at: Point, isTouch: boolean): void {
    const { house, stage } = this;
    if (house === null || stage === null) {
      return;
    }
    const plan = stage.toPlan(at);
    const seat = this.seatAt(plan);
    const standing = seat < 0 ? this.standingAt(plan) : -1;
    const isLarge = stage.pitch >= TARGET_PIXELS;
    if (standing >= 0) {
      this.actions.pressStanding(standing);
    } else if (!isLarge) {
      this.zoomedAt = performance.now();
      stage.approach(seat >= 0 ? this.placeOf(seat) : plan, isTouch ? APPROACH_TOUCH_PIXELS : APPROACH_PIXELS);
    } else if (seat >= 0 && performance.now() - this.zoomedAt > AFTER_ZOOM_MILLIS) {
      this.actions.press(seat);
    }
  }

  /** The first tap of two has already taken a seat or zoomed in; the second zooms on from where there is no seat. */
  private doubleTapped(at: Point): void {
    const { stage } = this;
    if (stage === null) {
      return;
    }
    const isOnSeat = stage.pitch >= TARGET_PIXELS && this.seatAt(stage.toPlan(at)) >= 0;
    if (!isOnSeat || performance.now() - this.zoomedAt < 2 * AFTER_ZOOM_MILLIS) {
      this.zoomedAt = performance.now();
      stage.zoomBy(2, at);
    }
  }

  private seatAt(plan: Point): number {
    const { house, grid, stage } = this;
    if (house === null || grid === null || stage === null) {
      return -1;
    }
    const reach = Math.max(house.pitch * 0.62, TARGET_PIXELS / 2 / stage.view.scale);
    return grid.nearest(plan.x, plan.y, reach, (seat) => house.sections[house.section[seat] ?? 0]?.level === this.state.level);
  }

  private standingAt(plan: Point): number {
    return (
      this.house?.sections.findIndex(
        ({ isStanding, level, drawing }) =>
          isStanding &&
          level === this.state.level &&
          isInside(drawing, plan.x - drawing.positionX, plan.y - drawing.positionY),
      ) ?? -1
    );
  }

  private hovered(at: Point | null): void {
    const { house, stage } = this;
    // What passes below the mouse while the map moves is not meant.
    if (house === null || stage === null || (at !== null && stage.isMoving)) {
      return;
    }
    const seat = at === null || stage.pitch < 9 ? -1 : this.seatAt(stage.toPlan(at));
    const look = seat < 0 ? -1 : lookOf(this.state, seat);
    const isChoice = look === LOOK.free || look === LOOK.own;
    this.view.style.cursor = isChoice && stage.pitch >= TARGET_PIXELS ? "pointer" : "";
    if (seat !== this.hoveredSeat) {
      this.hoveredSeat = seat;
      this.updateTip();
    }
  }

  private updateTip(): void {
    const { house, stage, tip, hoveredSeat: seat } = this;
    if (tip === null || house === null || stage === null) {
      return;
    }
    tip.hidden = seat < 0;
    if (seat >= 0) {
      const section = house.sections[house.section[seat] ?? 0]?.name ?? "";
      setText(tip, `${section}\n${seatWords(house, seat, lookOf(this.state, seat))}`);
      const { x, y } = stage.toPage(this.placeOf(seat));
      tip.style.translate = `calc(${x}px - 50%) calc(${y - stage.pitch * 0.6}px - 100%)`;
    }
  }

  private whereLater(): void {
    this.whereTimer ??= setTimeout(() => {
      this.whereTimer = null;
      this.writeWhere();
    }, WHERE_MILLIS);
  }

  /** From close by, the section that one looks at has no name on the map. */
  private writeWhere(): void {
    const { house, grid, stage, where } = this;
    if (house === null || grid === null || stage === null || where === null) {
      return;
    }
    const { view } = stage;
    const isOnLevel = (seat: number): boolean => house.sections[house.section[seat] ?? 0]?.level === this.state.level;
    const seat = stage.pitch < SECTION_LABELS_PITCH_MAX ? -1 : grid.nearest(view.x, view.y, house.pitch * 6, isOnLevel);
    where.hidden = seat < 0;
    if (seat >= 0) {
      setText(where, `${house.sections[house.section[seat] ?? 0]?.name ?? ""} · ${priceOf(house, seat)}`);
    }
  }

  private placePins(): void {
    for (const { at, element: pin } of this.pins) {
      const { x, y } = this.stage?.toPage(at) ?? at;
      pin.style.translate = `calc(${x}px - 50%) calc(${y}px - 50%)`;
    }
    if (this.hoveredSeat >= 0) {
      this.hovered(null);
    }
  }

  private placeOf(seat: number): Point {
    return { x: this.house?.x[seat] ?? 0, y: this.house?.y[seat] ?? 0 };
  }

  private tellAll(house: House): void {
    if (this.state.live.generation !== null) {
      this.tell({ kind: "looks", looks: looksOf(this.state, house.seatCount) });
    }
  }

  private tellStanding(house: House): void {
    const standing = house.sections.filter(({ isStanding }) => isStanding);
    if (standing.length > 0) {
      const free = new Map(standing.map(({ id }) => [id, this.state.live.standing.get(id)?.free ?? 0]));
      const own = new Map(standing.map(({ id }) => [id, ownStanding(this.state, id)]));
      this.tell({ kind: "standing", free, own });
    }
  }

  private tell(message: ToPainter): void {
    this.easel.tell(message);
  }
}
