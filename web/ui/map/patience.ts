// How long one waits for an answer of somebody who may have ended without a word. Only time in which the page is seen
// counts: whoever is in a hidden tab may be put to sleep.

const STEP_MILLIS = 500;
const PATIENCE_MILLIS = 5_000;

export class Patience {
  private readonly lost: () => void;
  private readonly isSeen: () => boolean;
  private waited = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(lost: () => void, isSeen: () => boolean = () => document.visibilityState === "visible") {
    this.lost = lost;
    this.isSeen = isSeen;
  }

  /** Something was asked for. Who waits already does not begin anew. */
  wait(): void {
    this.timer ??= setTimeout(() => this.count(), STEP_MILLIS);
  }

  /** An answer came, if not yet the last one. */
  hear(isAll: boolean): void {
    this.waited = 0;
    if (isAll) {
      this.stop();
    }
  }

  private count(): void {
    this.timer = null;
    this.waited += this.isSeen() ? STEP_MILLIS : 0;
    if (this.waited < PATIENCE_MILLIS) {
      this.wait();
    } else {
      this.waited = 0;
      this.lost();
    }
  }

  private stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }
}
