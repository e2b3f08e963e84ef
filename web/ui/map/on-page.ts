// Studio and projector without workers, for browsers that cannot paint there.

import type { FromEasel } from "./easel.ts";
import type { Window } from "./paper.ts";
import { Projector } from "./projector.ts";
import { Studio } from "./studio.ts";

export class OnPage {
  readonly studio: Studio;
  projector: Projector | null = null;
  private readonly say: (message: FromEasel) => void;

  constructor(say: (message: FromEasel) => void) {
    this.say = say;
    this.studio = new Studio(say, (picture) => this.projector?.hang(picture));
  }

  hang(canvas: HTMLCanvasElement, window: Window): void {
    this.projector = new Projector(canvas, window, this.say);
  }
}
