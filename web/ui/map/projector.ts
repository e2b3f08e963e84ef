// Shows the studio's pictures as they are seen from where one looks: the only one that draws on the map's canvas. Knows
// nothing of what is in a picture. In a worker of its own, so that neither the page nor the painting holds a move up.

import { reproject, type Size } from "./camera.ts";
import type { FromProjector, Layer, Look, Picture } from "./messages.ts";
import { ratioFor, type Window } from "./paper.ts";

type Canvas = OffscreenCanvas | HTMLCanvasElement;
type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** Where a picture lies in the window, in device pixels. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Pixel by pixel, without being stretched. */
  readonly isWhole: boolean;
}

export class Projector {
  private readonly canvas: Canvas;
  private readonly context: Context | null;
  private readonly say: (message: FromProjector) => void;
  private readonly pictures = new Map<Layer, Picture>();
  private look: Look | null = null;
  /** Those that came since the last frame. */
  private unseen: Picture[] = [];
  private isAsked = false;
  private isBlank = true;

  constructor(canvas: Canvas, window: Window, say: (message: FromProjector) => void) {
    this.canvas = canvas;
    // Nothing shines through: what lies below need not be mixed in.
    this.context = canvas.getContext("2d", { alpha: false }) as Context | null;
    this.say = say;
    if (this.context === null) {
      say({ kind: "cannot draw" });
    }
    canvas.addEventListener("contextrestored", () => this.restore());
    this.measure({ size: window.size, ratio: ratioFor(window) });
    // A canvas takes its time with the first stroke: what comes first shall not wait for it.
    this.context?.fillRect(0, 0, 1, 1);
  }

  show(look: Look): void {
    this.look = look;
    this.ask();
  }

  hang(picture: Picture): void {
    this.pictures.get(picture.layer)?.bitmap.close();
    this.pictures.set(picture.layer, picture);
    this.unseen = [...this.unseen.filter(({ layer }) => layer !== picture.layer), picture];
    if (this.isBlank) {
      // The page waits for the first one.
      this.draw();
    } else {
      this.ask();
    }
  }

  /** What was on the canvas is gone, and what the pictures hold may be, too: they are asked for again. */
  private restore(): void {
    this.isBlank = true;
    this.draw();
    this.say({ kind: "blanked" });
  }

  /** However many looks come meanwhile, the last one is drawn: what cannot keep up never lags behind. */
  private ask(): void {
    if (!this.isAsked) {
      this.isAsked = true;
      requestAnimationFrame(() => {
        this.isAsked = false;
        this.draw();
      });
    }
  }

  private draw(): void {
    const { context, look, unseen } = this;
    if (context === null || look === null) {
      return;
    }
    const window = this.measure(look);
    const [ground, detail] = [this.pictures.get("ground"), this.pictures.get("detail")];
    const over = detail === undefined ? null : placeOf(detail, look);
    if (over === null || !covers(over, window)) {
      context.fillStyle = (detail ?? ground)?.paper ?? "#fff";
      context.fillRect(0, 0, window.width, window.height);
      if (ground !== undefined) {
        put(context, ground, placeOf(ground, look));
      }
    }
    if (detail !== undefined && over !== null) {
      put(context, detail, over);
    }
    this.isBlank = this.pictures.size === 0;
    this.unseen = [];
    for (const { layer, frame, isKnown } of unseen) {
      this.say({ kind: "shown", layer, frame, isKnown });
    }
  }

  /** Device pixels. Setting them empties the canvas, even to what they were. */
  private measure({ size, ratio }: Pick<Look, "size" | "ratio">): Size {
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      [this.canvas.width, this.canvas.height] = [width, height];
    }
    return { width, height };
  }
}

function placeOf({ frame, bitmap }: Picture, { view, size, ratio }: Look): Place {
  const { scale, x, y } = reproject(frame.view, frame.size, view, size);
  const [left, top] = [x * ratio, y * ratio];
  if (scale === 1 && frame.ratio === ratio) {
    // On whole pixels: between two it would blur.
    return { left: Math.round(left), top: Math.round(top), width: bitmap.width, height: bitmap.height, isWhole: true };
  }
  return { left, top, width: frame.size.width * scale * ratio, height: frame.size.height * scale * ratio, isWhole: false };
}

function covers({ left, top, width, height }: Place, window: Size): boolean {
  return left <= 0 && top <= 0 && left + width >= window.width && top + height >= window.height;
}

function put(context: Context, { bitmap }: Picture, { left, top, width, height, isWhole }: Place): void {
  context.imageSmoothingEnabled = !isWhole;
  context.drawImage(bitmap, left, top, width, height);
}
