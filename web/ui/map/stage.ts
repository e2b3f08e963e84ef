// The window on the house: says where one looks, as fingers move it, and asks for a sharp picture when it is time. What is
// seen from there is shown by the projector: on the page nothing is styled or laid out anew while the map moves.

import {
  between,
  clamp,
  fit,
  glide,
  limitsOf,
  panBy,
  reproject,
  toPage,
  toPlan,
  zoomAt,
  type Limits,
  type Momentum,
  type Point,
  type Size,
  type View,
} from "./camera.ts";
import { Gestures } from "./gestures.ts";
import type { House, Rectangle } from "./house.ts";
import type { Easel } from "./easel.ts";
import type { Shown } from "./messages.ts";
import type { Frame } from "./scene.ts";

export interface Audience {
  tapped(at: Point, isTouch: boolean): void;
  doubleTapped(at: Point): void;
  hovered(at: Point | null): void;
  /** The view is another: what is pinned to the plan has to move. */
  moved(): void;
  /** A picture was asked for. */
  asked(): void;
}

/** How much is painted beyond each edge, as a part of the window. */
const OVERSCAN = 0.2;
/** A picture scaled within these bounds still looks sharp while it moves. */
const SHARP_LEAST = 0.6;
const SHARP_MOST = 1.7;
/** A picture costs much: while it moves, so often at most. */
const MOVING_MILLIS = 400;
const SETTLED_MILLIS = 110;
const FLIGHT_MILLIS = 320;
const KEY_PAN_PART = 0.22;
export const ZOOM_STEP = 1.6;
/** Memory, and a phone's patience. */
const RATIO_MAX = 3;
const PIXELS_MAX = 5_000_000;

/** Asked once: each question is read anew. */
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

interface Flight {
  readonly from: View;
  readonly to: View;
  readonly began: number;
  readonly millis: number;
}

export class Stage {
  private readonly root: HTMLElement;
  private readonly house: House;
  private readonly bounds: Rectangle;
  private readonly easel: Easel;
  private readonly audience: Audience;
  /** The picture of what is looked at that is shown. */
  private shownDetail: Frame | null = null;
  private size: Size = { width: 1, height: 1 };
  private current: View;
  private wanted: Frame | null = null;
  private wantedAt = -Infinity;
  private flight: Flight | null = null;
  private speed: Momentum | null = null;
  private limits: Limits;
  private frameAsked = false;
  private isDrawing = false;
  private drawnAt = 0;
  private settling: ReturnType<typeof setTimeout> | null = null;
  private isFitted = true;

  constructor(root: HTMLElement, house: House, bounds: Rectangle, easel: Easel, audience: Audience) {
    this.root = root;
    this.house = house;
    this.bounds = bounds;
    this.easel = easel;
    this.audience = audience;
    this.current = fit(bounds, this.size);
    this.limits = limitsOf(bounds, house.pitch, this.size);
    this.measure();
    new ResizeObserver(() => this.measure()).observe(root);
    onRatioChange(() => this.refine());
    this.listen();
  }

  get view(): View {
    return this.current;
  }

  get isMoving(): boolean {
    return performance.now() - this.drawnAt < SETTLED_MILLIS;
  }

  /** How far neighbours are apart, in pixels of the page. */
  get pitch(): number {
    return this.current.scale * this.house.pitch;
  }

  toPage(point: Point): Point {
    return toPage(this.current, this.size, point);
  }

  toPlan(point: Point): Point {
    return toPlan(this.current, this.size, point);
  }

  isSeen(point: Point, margin = 40): boolean {
    const { x, y } = this.toPage(point);
    return x > margin && y > margin && x < this.size.width - margin && y < this.size.height - margin;
  }

  fit(): void {
    this.fly(fit(this.bounds, this.size));
  }

  zoomBy(factor: number, at: Point = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    const from = this.flight?.to ?? this.current;
    this.fly(zoomAt(from, this.size, at, clampScale(from.scale * factor, this.limits)));
  }

  /** So close that neighbours are so many pixels apart, with the point of the plan under `at` staying there. */
  approach(point: Point, pitch: number): void {
    const scale = clampScale(pitch / this.house.pitch, this.limits);
    this.fly({ x: point.x, y: point.y, scale: Math.max(scale, this.current.scale) });
  }

  /** Puts a point of the plan where it is seen, without zooming. */
  reveal(point: Point): void {
    if (!this.isSeen(point)) {
      this.fly({ ...this.current, x: point.x, y: point.y });
    }
  }

  /** All of a rectangle of the plan. */
  frame(rectangle: Rectangle): void {
    this.fly(fit(rectangle, this.size, 32));
  }

  /** A picture is on the canvas. */
  shown({ layer, frame }: Shown): void {
    if (layer === "detail") {
      this.shownDetail = frame;
      if (this.wanted !== null && isSameFrame(frame, this.wanted)) {
        this.wanted = null;
      }
      this.wantIfNeeded();
    }
  }

  /** Nothing that was painted is there any more. */
  repaint(): void {
    this.shownDetail = null;
    this.wanted = null;
    this.wantGround();
    this.want();
    this.project();
  }

  get isWaiting(): boolean {
    return this.wanted !== null;
  }

  private listen(): void {
    new Gestures(this.root, {
      touched: () => {
        this.flight = null;
        this.speed = null;
      },
      dragged: (deltaX, deltaY) => this.go(panBy(this.current, deltaX, deltaY)),
      thrown: (speed) => {
        this.speed = prefersStillness() ? null : speed;
        this.ask();
      },
      zoomed: (factor, at, isCoarse) => {
        if (isCoarse) {
          this.zoomBy(factor, at);
        } else {
          // Whoever turns the wheel aims at what lies below it: that must not glide on.
          this.flight = null;
          this.speed = null;
          this.go(zoomAt(this.current, this.size, at, clampScale(this.current.scale * factor, this.limits)));
        }
      },
      tapped: (at, isTouch) => this.audience.tapped(at, isTouch),
      doubleTapped: (at) => this.audience.doubleTapped(at),
      hovered: (at) => this.audience.hovered(at),
      keyed: (key) => this.key(key),
    });
  }

  private key(key: string): boolean {
    const [stepX, stepY] = [this.size.width * KEY_PAN_PART, this.size.height * KEY_PAN_PART];
    const from = this.flight?.to ?? this.current;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.fly(panBy(from, stepX, 0)),
      ArrowRight: () => this.fly(panBy(from, -stepX, 0)),
      ArrowUp: () => this.fly(panBy(from, 0, stepY)),
      ArrowDown: () => this.fly(panBy(from, 0, -stepY)),
      "+": () => this.zoomBy(ZOOM_STEP),
      "=": () => this.zoomBy(ZOOM_STEP),
      "-": () => this.zoomBy(1 / ZOOM_STEP),
      "0": () => this.fit(),
    };
    moves[key]?.();
    return key in moves;
  }

  private measure(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === 0 || height === 0 || (width === this.size.width && height === this.size.height)) {
      return;
    }
    this.size = { width, height };
    this.fitCanvas();
    this.limits = limitsOf(this.bounds, this.house.pitch, this.size);
    this.current = this.isFitted ? fit(this.bounds, this.size) : clamp(this.current, this.limits, this.size);
    this.wanted = null;
    this.wantGround();
    this.want();
    this.project();
    this.audience.moved();
  }

  /** To the window's whole pixels: stretched over parts of them, it would blur. */
  private fitCanvas(): void {
    const canvas = this.root.querySelector("canvas");
    if (canvas !== null) {
      canvas.style.width = `${this.size.width}px`;
      canvas.style.height = `${this.size.height}px`;
    }
  }

  /** Moved to a screen with finer or coarser pixels. */
  private refine(): void {
    this.want();
    this.project();
  }

  private fly(to: View): void {
    const target = clamp(to, this.limits, this.size);
    this.speed = null;
    if (prefersStillness()) {
      this.go(target);
      return;
    }
    this.flight = { from: this.current, to: target, began: performance.now(), millis: FLIGHT_MILLIS };
    this.ask();
  }

  /**
   * Shown with the event that asks for it: browsers hand out what moves right before a frame, and to ask for another one
   * costs the page as much again. What one event asks for several times is drawn once.
   */
  private go(view: View): void {
    const next = clamp(view, this.limits, this.size);
    if (isSameView(next, this.current)) {
      return;
    }
    this.current = next;
    if (!this.isDrawing) {
      this.isDrawing = true;
      queueMicrotask(() => {
        this.isDrawing = false;
        this.draw(performance.now());
      });
    }
  }

  /** A frame for what moves by itself. */
  private ask(): void {
    if (!this.frameAsked) {
      this.frameAsked = true;
      requestAnimationFrame((now) => {
        this.frameAsked = false;
        this.advance(now, Math.min(64, now - this.drawnAt));
        this.draw(now);
      });
    }
  }

  private draw(now: number): void {
    this.drawnAt = now;
    this.project();
    this.audience.moved();
    this.note();
    this.wantIfNeeded();
    this.settleLater();
  }

  private advance(now: number, millis: number): void {
    if (this.flight !== null) {
      const { from, to, began, millis: whole } = this.flight;
      const part = Math.min(1, Math.max(0, (now - began) / whole));
      this.current = part === 1 ? to : between(from, to, part);
      this.flight = part === 1 ? null : this.flight;
      this.ask();
    } else if (this.speed !== null) {
      const { deltaX, deltaY, speed } = glide(this.speed, millis);
      this.current = clamp(panBy(this.current, deltaX, deltaY), this.limits, this.size);
      this.speed = speed;
      this.ask();
    }
  }

  /** Where all is seen, a finger upwards scrolls the page rather than the map. */
  private note(): void {
    const isFitted = this.current.scale <= this.limits.scaleFit * 1.02;
    if (isFitted !== this.isFitted) {
      this.isFitted = isFitted;
      this.root.dataset["fitted"] = String(isFitted);
    }
  }

  private project(): void {
    this.easel.show({ view: this.current, size: this.size, ratio: this.ratio });
  }

  /** One timer that sets itself again: a new one at each frame would cost each frame. */
  private settleLater(millis = SETTLED_MILLIS): void {
    this.settling ??= setTimeout(() => {
      this.settling = null;
      const rest = this.drawnAt + SETTLED_MILLIS - performance.now();
      if (rest > 1) {
        this.settleLater(rest);
      } else if (!this.isSharp) {
        this.want();
      }
    }, millis);
  }

  /** While it moves, only where the picture has become too coarse or does not reach. */
  private wantIfNeeded(): void {
    const frame = this.shownDetail;
    if (frame === null || this.wanted !== null || performance.now() - this.wantedAt < MOVING_MILLIS) {
      return;
    }
    const scale = this.current.scale / frame.view.scale;
    if (scale < SHARP_LEAST || scale > SHARP_MOST || frame.ratio !== this.ratio || !this.isCovered(frame)) {
      this.want();
    }
  }

  /** Whether what is shown is a picture of just that, reaching everywhere. */
  get isSharp(): boolean {
    const frame = this.shownDetail;
    return frame !== null && frame.view.scale === this.current.scale && frame.ratio === this.ratio && this.isCovered(frame);
  }

  private isCovered(frame: Frame): boolean {
    const { scale, x, y } = reproject(frame.view, frame.size, this.current, this.size);
    return (
      x <= 0 && y <= 0 && x + frame.size.width * scale >= this.size.width && y + frame.size.height * scale >= this.size.height
    );
  }

  private want(): void {
    const frame = { view: this.current, size: paperFor(this.size), ratio: this.ratio };
    if (this.wanted !== null && isSameFrame(this.wanted, frame)) {
      return;
    }
    this.wanted = frame;
    this.wantedAt = performance.now();
    this.easel.tell({ kind: "paint", layer: "detail", ...frame });
    this.audience.asked();
  }

  /** Device pixels per pixel of the page. */
  private get ratio(): number {
    return ratioFor(paperFor(this.size));
  }

  private wantGround(): void {
    this.easel.tell({ kind: "paint", layer: "ground", view: fit(this.bounds, this.size), size: this.size, ratio: 1 });
  }
}

/** The same whole number of pixels beyond both edges: else the picture would lie between two pixels, and blur. */
function paperFor({ width, height }: Size): Size {
  return { width: beyond(width), height: beyond(height) };
}

function beyond(length: number): number {
  return length + 2 * Math.ceil(length * OVERSCAN);
}

function isSameView(one: View, other: View): boolean {
  return one.x === other.x && one.y === other.y && one.scale === other.scale;
}

function isSameFrame(one: Frame, other: Frame): boolean {
  return (
    isSameView(one.view, other.view) &&
    one.size.width === other.size.width &&
    one.size.height === other.size.height &&
    one.ratio === other.ratio
  );
}

/** A question about the pixels of one screen: for the next one another has to be asked. */
function onRatioChange(changed: () => void): void {
  const listen = (): void =>
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      "change",
      () => {
        listen();
        changed();
      },
      { once: true },
    );
  listen();
}

function clampScale(scale: number, { scaleMin, scaleMax }: Limits): number {
  return Math.min(scaleMax, Math.max(scaleMin, scale));
}

function ratioFor({ width, height }: Size): number {
  const most = Math.sqrt(PIXELS_MAX / (width * height));
  return Math.min(devicePixelRatio, RATIO_MAX, Math.max(1, most));
}

function prefersStillness(): boolean {
  return stillness.matches;
}
