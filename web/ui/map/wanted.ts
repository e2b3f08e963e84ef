// Which picture is wanted: a sharp one once it is at rest, and while it moves only where the one that is shown has become
// too coarse or does not reach. Knows no clock and paints nothing.

import { reproject, type Size, type View } from "./camera.ts";
import { paperFor, ratioFor, type Window } from "./paper.ts";
import { isSameFrame, type Frame } from "./scene.ts";

/** A picture scaled within these bounds still looks sharp while it moves. */
const SHARP_LEAST = 0.6;
const SHARP_MOST = 1.7;
/** A picture costs much: while it moves, so often at most. */
const MOVING_MILLIS = 400;

export class Wanted {
  /** The picture of what is looked at that is shown. */
  private shown: Frame | null = null;
  private asked: Frame | null = null;
  private askedAt = -Infinity;

  get isWaiting(): boolean {
    return this.asked !== null;
  }

  /** A picture is on the canvas. */
  note(frame: Frame): void {
    this.shown = frame;
    if (this.asked !== null && isSameFrame(frame, this.asked)) {
      this.asked = null;
    }
  }

  /** Nothing that was shown is there any more. */
  forget(): void {
    this.shown = null;
    this.asked = null;
  }

  /** What is asked for is no longer what is looked at. */
  withdraw(): void {
    this.asked = null;
  }

  /** The picture to ask for; null where just that has been asked for. */
  ask(view: View, window: Window, now: number): Frame | null {
    const frame = { view, size: paperFor(window.size), ratio: ratioFor(window) };
    if (this.asked !== null && isSameFrame(this.asked, frame)) {
      return null;
    }
    this.asked = frame;
    this.askedAt = now;
    return frame;
  }

  /** Whether what is shown no longer does while it moves. */
  isDue(view: View, window: Window, now: number): boolean {
    const frame = this.shown;
    if (frame === null || this.asked !== null || now - this.askedAt < MOVING_MILLIS) {
      return false;
    }
    const scale = view.scale / frame.view.scale;
    return scale < SHARP_LEAST || scale > SHARP_MOST || frame.ratio !== ratioFor(window) || !reaches(frame, view, window.size);
  }

  /** Whether what is shown is a picture of just that, reaching everywhere. */
  isSharp(view: View, window: Window): boolean {
    const frame = this.shown;
    return frame !== null && frame.view.scale === view.scale && frame.ratio === ratioFor(window) && reaches(frame, view, window.size);
  }
}

function reaches(frame: Frame, view: View, { width, height }: Size): boolean {
  const { scale, x, y } = reproject(frame.view, frame.size, view, { width, height });
  return x <= 0 && y <= 0 && x + frame.size.width * scale >= width && y + frame.size.height * scale >= height;
}
