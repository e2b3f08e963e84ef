// The drawn map on the page: the worker that paints it, the window on it, and what lies over it.

import { say } from "../words/index.ts";
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
    this.surroundings = surroundings;
    this.easel = openEasel((message) => this.hear(message), () => this.fail());
    this.begin(manifest);
    onSchemeChange(() => this.tell({ kind: "palette", palette: readPalette(root) }));
  }

  update(state: MapState, seats: ArrayLike<number> | "all"): void {
    const before = this.state;
    this.state = state;
    if (state.filter !== before.filter || state.level !== before.level) {
      this.tell({ kind: "choice", filter: state.filter, level: state.level });
    }
    if (seats === "all") {
      this.tellAll();
    } else if (seats.length > 0) {
      const changed = Uint32Array.from(seats);
      this.tell({ kind: "changes", seats: changed, looks: Uint8Array.from(changed, (seat) => lookOf(state, seat)) });
    }
    if (state.live.standing !== before.live.standing || state.live.order !== before.live.order) {
      this.tellStanding();
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

  /** The plan is fetched where it is read, from what the page has loaded ahead: the page has enough to do. */
  private begin(address: string): void {
    const { root, view, surroundings, isWindow } = this;
    const words = { prices: writtenPrices(root), soldOut: say("sold-out-short"), stage: say("map-stage") };
    const window = { size: { width: view.clientWidth, height: view.clientHeight }, density: devicePixelRatio };
    this.tell({ kind: "open", address, surroundings, palette: readPalette(root), words, window: isWindow ? window : null });
    if (isWindow) {
      // Before it is known what to show, so that it can be shown at once.
      this.easel.hang(addCanvas(view), window);
    }
  }

  /** Whether the page has a place for the map, and the browser can show it there. */
  private get isWindow(): boolean {
    return maybePart(this.root, "view") !== null && canDraw();
  }

  private hear(message: FromEasel): void {
    switch (message.kind) {
      case "fetched":
        return this.patience.wait();
      case "house":
        this.patience.hear(true);
        return this.open(message.house);
      case "no house":
        return this.fail();
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
    delete this.root.dataset["mapless"];
    const { bounds } = house;
    if (isDrawn(house) && bounds !== null && this.isWindow && this.root.dataset["undrawable"] !== "true") {
      this.openStage(house, bounds);
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
    if (this.house === null) {
      this.root.dataset["mapless"] = "true";
    }
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

  private tellAll(): void {
    const { live } = this.state;
    if (live.generation !== null) {
      this.tell({ kind: "looks", looks: looksOf(this.state, this.house?.seatCount ?? live.seats.length) });
    }
  }

  private tellStanding(): void {
    const { live } = this.state;
    if (live.standing.size > 0) {
      const free = new Map([...live.standing].map(([id, { free }]) => [id, free]));
      const own = new Map([...live.standing.keys()].map((id) => [id, ownStanding(this.state, id)]));
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

/** As the page's legend has them, the dearest first. */
function writtenPrices(root: HTMLElement): string[] {
  const prices = maybePart(root, "prices")?.querySelectorAll("li") ?? [];
  return [...prices].map(({ textContent }) => textContent.trim());
}
