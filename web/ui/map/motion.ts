// What moves by itself: a flight from one view to another, and a drag that was let go and glides on. Knows no clock.

import { between, clamp, glide, panBy, type Limits, type Momentum, type Size, type View } from "./camera.ts";

const FLIGHT_MILLIS = 320;

interface Flight {
  readonly from: View;
  readonly to: View;
  readonly began: number;
}

export class Motion {
  private flight: Flight | null = null;
  private speed: Momentum | null = null;

  get isMoving(): boolean {
    return this.flight !== null || this.speed !== null;
  }

  /** Where the flight ends; null where there is none. */
  get target(): View | null {
    return this.flight?.to ?? null;
  }

  fly(from: View, to: View, now: number): void {
    this.speed = null;
    this.flight = { from, to, began: now };
  }

  glideOn(speed: Momentum): void {
    this.speed = speed;
  }

  stop(): void {
    this.flight = null;
    this.speed = null;
  }

  /** The view of now, `millis` after the last one. */
  advance(current: View, now: number, millis: number, limits: Limits, size: Size): View {
    if (this.flight !== null) {
      const { from, to, began } = this.flight;
      const part = Math.min(1, Math.max(0, (now - began) / FLIGHT_MILLIS));
      if (part < 1) {
        return between(from, to, part);
      }
      this.flight = null;
      return to;
    }
    if (this.speed !== null) {
      const { deltaX, deltaY, speed } = glide(this.speed, millis);
      this.speed = speed;
      return clamp(panBy(current, deltaX, deltaY), limits, size);
    }
    return current;
  }
}
