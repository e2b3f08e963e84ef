// The window on the house: says where one looks, as fingers move it, and asks for a sharp picture when it is time. What is
// seen from there is shown by the projector: on the page nothing is styled or laid out anew while the map moves.

import { clamp, fit, limitsOf, panBy, toPage, toPlan, zoomAt, type Limits, type Point, type Size, type View } from "./camera.ts";
import { Gestures } from "./gestures.ts";
import type { House, Rectangle } from "./house.ts";
import type { Easel } from "./easel.ts";
import type { Shown } from "./messages.ts";
import { Motion } from "./motion.ts";
import { ratioFor, type Window } from "./paper.ts";
import { isSameView } from "./scene.ts";
import { Wanted } from "./wanted.ts";

export interface Audience {
  tapped(at: Point, isTouch: boolean): void;
  doubleTapped(at: Point): void;
  hovered(at: Point | null): void;
  /** The view is another: what is pinned to the plan has to move. */
  moved(): void;
  /** A picture was asked for. */
  asked(): void;
}

const SETTLED_MILLIS = 110;
const KEY_PAN_PART = 0.22;
export const ZOOM_STEP = 1.6;

/** Asked once: each question is read anew. */
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  private readonly root: HTMLElement;
  private readonly house: House;
  private readonly bounds: Rectangle;
  private readonly easel: Easel;
  private readonly audience: Audience;
  private readonly wanted = new Wanted();
  private readonly motion = new Motion();
  private size: Size = { width: 1, height: 1 };
  private current: View;
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
    const from = this.motion.target ?? this.current;
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
      this.wanted.note(frame);
      this.wantIfNeeded();
    }
  }

  /** Nothing that was painted is there any more. */
  repaint(): void {
    this.wanted.forget();
    this.wantGround();
    this.want();
    this.project();
  }

  get isWaiting(): boolean {
    return this.wanted.isWaiting;
  }

  private listen(): void {
    new Gestures(this.root, {
      touched: () => this.motion.stop(),
      dragged: (deltaX, deltaY) => this.go(panBy(this.current, deltaX, deltaY)),
      thrown: (speed) => {
        if (!prefersStillness()) {
          this.motion.glideOn(speed);
          this.ask();
        }
      },
      zoomed: (factor, at, isCoarse) => {
        if (isCoarse) {
          this.zoomBy(factor, at);
        } else {
          // Whoever turns the wheel aims at what lies below it: that must not glide on.
          this.motion.stop();
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
    const from = this.motion.target ?? this.current;
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
    this.wanted.withdraw();
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
    if (prefersStillness()) {
      this.motion.stop();
      this.go(target);
    } else {
      this.motion.fly(this.current, target, performance.now());
      this.ask();
    }
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
        this.current = this.motion.advance(this.current, now, Math.min(64, now - this.drawnAt), this.limits, this.size);
        if (this.motion.isMoving) {
          this.ask();
        }
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

  private wantIfNeeded(): void {
    if (this.wanted.isDue(this.current, this.window, performance.now())) {
      this.want();
    }
  }

  /** Whether what is shown is a picture of just that, reaching everywhere. */
  get isSharp(): boolean {
    return this.wanted.isSharp(this.current, this.window);
  }

  private want(): void {
    const frame = this.wanted.ask(this.current, this.window, performance.now());
    if (frame !== null) {
      this.easel.tell({ kind: "paint", layer: "detail", ...frame });
      this.audience.asked();
    }
  }

  private get window(): Window {
    return { size: this.size, density: devicePixelRatio };
  }

  /** Device pixels per pixel of the page. */
  private get ratio(): number {
    return ratioFor(this.window);
  }

  private wantGround(): void {
    this.easel.tell({ kind: "paint", layer: "ground", view: fit(this.bounds, this.size), size: this.size, ratio: 1 });
  }
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

function prefersStillness(): boolean {
  return stillness.matches;
}
