// The drawn map on the page: the worker that paints it, the window on it, and what lies over it.

import { languageTag, say } from "../words/index.ts";
import type { Point } from "./camera.ts";
import { button, element, maybePart, part } from "./dom.ts";
import { canDraw, openEasel, type Easel, type FromEasel } from "./easel.ts";
import { boundsOf, lookedAt } from "./extent.ts";
import { isDrawn, type House, type Rectangle } from "./house.ts";
import type { Surroundings } from "./manifest.ts";
import { markLevel, writeLevels, writeZoom } from "./map-controls.ts";
import type { ToPainter } from "./messages.ts";
import { onSchemeChange, readPalette } from "./palette.ts";
import { Patience } from "./patience.ts";
import { Pins } from "./pins.ts";
import { APPROACH_PIXELS, placeOf, Pointing, TARGET_PIXELS, type Presses } from "./pointing.ts";
import { Stage } from "./stage.ts";
import { lookOf, looksOf, ownStanding, type MapState } from "./state.ts";
import { Whereabouts } from "./whereabouts.ts";

export interface MapActions extends Presses {
  /** The manifest was read. */
  opened(house: House): void;
  /** It is drawn, or there is nothing to draw, or that takes long: time for everything else. */
  shown(): void;
  levelled(level: number): void;
}

/** So long all else waits for the first picture at most. */
const FIRST_PICTURE_MILLIS = 1_000;

export class HouseMap {
  private readonly root: HTMLElement;
  private readonly view: HTMLElement;
  private readonly pins: Pins;
  private readonly actions: MapActions;
  private readonly easel: Easel;
  private readonly surroundings: Surroundings;
  /** With workers: one that is ended by the browser says nothing. */
  private readonly patience = new Patience(() => this.fail());
  private state: MapState;
  private house: House | null = null;
  private stage: Stage | null = null;
  private pointing: Pointing | null = null;
  private whereabouts: Whereabouts | null = null;

  constructor(root: HTMLElement, manifest: string, surroundings: Surroundings, state: MapState, actions: MapActions) {
    this.root = root;
    this.actions = actions;
    this.state = state;
    this.view = maybePart(root, "view") ?? element("div");
    this.pins = new Pins(this.view);
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
    this.pointing?.updateTip();
  }

  /** Marks seats from afar, so that they are found. */
  pin(seats: readonly number[]): void {
    const { house, stage } = this;
    if (house !== null && stage !== null) {
      this.pins.set(seats.map((seat) => placeOf(house, seat)));
      this.pins.place((point) => stage.toPage(point));
    }
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
      stage.approach(placeOf(house, seat), APPROACH_PIXELS);
    } else {
      stage.reveal(placeOf(house, seat));
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

  /** Whether the picture is one of what is looked at now: for tests. */
  get isSharp(): boolean {
    return this.stage?.isSharp === true;
  }

  /** Where a seat is in the window; for tests and tips. */
  pointOf(seat: number): Point | null {
    return this.stage === null || this.house === null ? null : this.stage.toPage(placeOf(this.house, seat));
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
    this.patience.wait();
  }

  private hear(message: FromEasel): void {
    switch (message.kind) {
      case "house":
        this.patience.hear(true);
        return this.open(message.house);
      case "blanked":
        return this.stage?.repaint();
      case "cannot draw":
        this.patience.hear(true);
        return this.forgo();
      case "shown":
        this.stage?.shown(message);
        this.patience.hear(this.stage?.isWaiting !== true);
        if (message.layer === "detail") {
          // Whoever was given up too early is forgiven.
          this.unsay();
          if (this.root.dataset["painted"] !== "true") {
            this.markPainted(message.isKnown);
          }
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
      this.openStage(house, bounds);
      this.tellAll(house);
      this.tellStanding(house);
      this.actions.opened(house);
      setTimeout(() => this.actions.shown(), FIRST_PICTURE_MILLIS);
    } else {
      if (isDrawn(house)) {
        this.forgo();
      } else {
        this.root.dataset["undrawn"] = "true";
      }
      this.actions.opened(house);
      this.actions.shown();
    }
  }

  private openStage(house: House, bounds: Rectangle): void {
    const { root, view } = this;
    this.easel.hang(addCanvas(view));
    const stage = new Stage(view, house, lookedAt(house, bounds, this.surroundings), this.easel, {
      tapped: (at, isTouch) => this.pointing?.tapped(at, isTouch),
      doubleTapped: (at) => this.pointing?.doubleTapped(at),
      hovered: (at) => this.pointing?.hovered(at),
      moved: () => this.moved(),
      asked: () => this.patience.wait(),
    });
    this.stage = stage;
    this.pointing = new Pointing(root, house, stage, () => this.state, this.actions);
    this.whereabouts = new Whereabouts(part(root, "where"), house, stage, this.pointing);
    view.tabIndex = 0;
    view.setAttribute("role", "application");
    view.setAttribute("aria-label", say("map-of-house"));
    view.setAttribute("aria-describedby", "map-help");
    writeZoom(root, stage);
    writeLevels(root, house.levels, (level) => this.actions.levelled(level));
    this.markLevel();
  }

  private moved(): void {
    const { stage } = this;
    if (stage !== null) {
      this.pins.place((point) => stage.toPage(point));
      this.pointing?.moved();
      this.whereabouts?.writeLater();
    }
  }

  /** Where the browser cannot paint, the list and the cards sell alone. */
  private forgo(): void {
    this.root.dataset["undrawable"] = "true";
    if (this.stage !== null) {
      this.view.removeAttribute("tabindex");
      for (const name of ["role", "aria-label", "aria-describedby"]) {
        this.view.removeAttribute(name);
      }
    }
    this.explain(say("map-undrawable"));
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

  private unsay(): void {
    const place = maybePart(this.root, "map-failed");
    if (place !== null && !place.hidden) {
      place.hidden = true;
    }
  }

  markLevel(): void {
    markLevel(this.root, this.state.level);
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

function addCanvas(view: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  view.prepend(canvas);
  return canvas;
}
