// Fingers, mouse, wheel and keys on the map, told as what they mean.

import type { Momentum, Point } from "./camera.ts";

export interface Meanings {
  /** A finger or button went down: whatever moves stops. */
  touched(): void;
  dragged(deltaX: number, deltaY: number): void;
  /** A drag was let go at this speed. */
  thrown(speed: Momentum): void;
  /** Grow by this factor around a point; `isCoarse`: one notch, to be animated. */
  zoomed(factor: number, at: Point, isCoarse: boolean): void;
  tapped(at: Point, isTouch: boolean): void;
  doubleTapped(at: Point): void;
  /** Null: the mouse has left. */
  hovered(at: Point | null): void;
  keyed(key: string): boolean;
}

/** Less is a trembling hand. */
const SLOP_MOUSE_PIXELS = 4;
const SLOP_TOUCH_PIXELS = 9;
const DOUBLE_TAP_MILLIS = 320;
const DOUBLE_TAP_PIXELS = 32;
/** The speed of a throw is measured over this last while. */
const THROW_MILLIS = 90;
/** A notch of a wheel is about 100. A trackpad's pinch, told with ctrl, is finer. */
const WHEEL_PER_E = 420;
const PINCH_WHEEL_PER_E = 110;
const WHEEL_NOTCH = 60;

interface Held {
  at: Point;
}

export class Gestures {
  private readonly root: HTMLElement;
  private readonly meanings: Meanings;
  private readonly held = new Map<number, Held>();
  private start: Point = { x: 0, y: 0 };
  private isDrag = false;
  /** Two fingers were down: what is left when one is lifted is no tap. */
  private wasPinch = false;
  private trail: { at: Point; millis: number }[] = [];
  private lastTap: { at: Point; millis: number } | null = null;
  /** Where the map is in the window. Asking costs a layout, so it is asked anew only when a finger comes or the page moves. */
  private box: DOMRect | null = null;

  constructor(root: HTMLElement, meanings: Meanings) {
    this.root = root;
    this.meanings = meanings;
    root.addEventListener("pointerenter", () => (this.box = null));
    addEventListener("scroll", () => (this.box = null), { capture: true, passive: true });
    // A banner above moves it, too.
    new ResizeObserver(() => (this.box = null)).observe(document.body);
    root.addEventListener("pointerdown", (event) => this.down(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    root.addEventListener("pointerup", (event) => this.up(event));
    root.addEventListener("pointercancel", (event) => this.cancel(event));
    root.addEventListener("pointerleave", () => meanings.hovered(null));
    root.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    root.addEventListener("keydown", (event) => this.key(event));
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 || isControl(event, this.root)) {
      return;
    }
    this.box = null;
    const at = this.place(event);
    this.meanings.touched();
    this.held.set(event.pointerId, { at });
    if (this.held.size === 1) {
      [this.start, this.isDrag, this.wasPinch] = [at, false, false];
      this.trail = [{ at, millis: event.timeStamp }];
    } else {
      this.wasPinch = true;
    }
    this.root.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const at = this.place(event);
    const held = this.held.get(event.pointerId);
    if (held === undefined) {
      if (event.pointerType === "mouse") {
        this.meanings.hovered(isControl(event, this.root) ? null : at);
      }
      return;
    }
    const before = held.at;
    if (this.held.size > 1) {
      this.pinch(held, at);
      return;
    }
    const slop = event.pointerType === "mouse" ? SLOP_MOUSE_PIXELS : SLOP_TOUCH_PIXELS;
    if (!this.isDrag && distance(this.start, at) < slop) {
      return;
    }
    if (!this.isDrag) {
      // The slop itself does not move the map: it would jump.
      this.isDrag = true;
      this.meanings.hovered(null);
    } else {
      this.meanings.dragged(at.x - before.x, at.y - before.y);
    }
    held.at = at;
    this.trail.push({ at, millis: event.timeStamp });
    this.trail = this.trail.filter(({ millis }) => event.timeStamp - millis <= THROW_MILLIS);
  }

  /** One finger of two moved: the plan's points stay under both. */
  private pinch(held: Held, at: Point): void {
    const other = [...this.held.values()].find((it) => it !== held);
    if (other === undefined) {
      return;
    }
    const before = { middle: middle(held.at, other.at), apart: distance(held.at, other.at) };
    held.at = at;
    const after = { middle: middle(at, other.at), apart: distance(at, other.at) };
    this.meanings.dragged(after.middle.x - before.middle.x, after.middle.y - before.middle.y);
    if (before.apart > 1 && after.apart > 1) {
      this.meanings.zoomed(after.apart / before.apart, after.middle, false);
    }
  }

  private up(event: PointerEvent): void {
    if (!this.held.delete(event.pointerId)) {
      return;
    }
    if (this.held.size > 0) {
      return;
    }
    if (this.isDrag && !this.wasPinch) {
      this.meanings.thrown(this.speed(event.timeStamp));
    } else if (!this.isDrag && !this.wasPinch) {
      this.tap(this.place(event), event);
    }
  }

  private cancel(event: PointerEvent): void {
    this.held.delete(event.pointerId);
    this.isDrag = false;
  }

  private tap(at: Point, event: PointerEvent): void {
    const last = this.lastTap;
    const isSecond =
      last !== null && event.timeStamp - last.millis < DOUBLE_TAP_MILLIS && distance(last.at, at) < DOUBLE_TAP_PIXELS;
    this.lastTap = isSecond ? null : { at, millis: event.timeStamp };
    if (isSecond) {
      this.meanings.doubleTapped(at);
    } else {
      this.meanings.tapped(at, event.pointerType !== "mouse");
    }
  }

  private speed(now: number): Momentum {
    const [first, last] = [this.trail[0], this.trail.at(-1)];
    // Who stops before letting go does not throw.
    if (first === undefined || last === undefined || now - last.millis > THROW_MILLIS / 2) {
      return { x: 0, y: 0 };
    }
    const millis = Math.max(8, last.millis - first.millis);
    return { x: (last.at.x - first.at.x) / millis, y: (last.at.y - first.at.y) / millis };
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    const delta = event.deltaY * lines;
    const isCoarse = !event.ctrlKey && Math.abs(delta) >= WHEEL_NOTCH;
    this.meanings.zoomed(Math.exp(-delta / (event.ctrlKey ? PINCH_WHEEL_PER_E : WHEEL_PER_E)), this.place(event), isCoarse);
  }

  private key(event: KeyboardEvent): void {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isPlain && event.target === this.root && this.meanings.keyed(event.key)) {
      event.preventDefault();
    }
  }

  private place(event: MouseEvent): Point {
    this.box ??= this.root.getBoundingClientRect();
    return { x: event.clientX - this.box.left, y: event.clientY - this.box.top };
  }
}

/** Buttons and callouts lie over the map; what happens on them is theirs. */
function isControl(event: Event, root: HTMLElement): boolean {
  const { target } = event;
  return target instanceof Element && target !== root && target.closest("button, a, [data-over]") !== null;
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function middle(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
