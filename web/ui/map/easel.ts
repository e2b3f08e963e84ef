// The way to the studio and to the projector: workers where the browser can paint in them, else the page itself.

import type { FromPainter, FromProjector, Look, Pictures, ToPainter, ToProjector } from "./messages.ts";
import type { OnPage } from "./on-page.ts";
import type { Window } from "./paper.ts";
import { workers, type Workers } from "./workers.ts";

export type FromEasel = FromPainter | FromProjector;

export interface Easel {
  tell(message: ToPainter, transfer?: Transferable[]): void;
  /** Where the pictures are shown. Before the first one is asked for. */
  hang(canvas: HTMLCanvasElement, window: Window): void;
  show(look: Look): void;
}

/** Whether pictures can be put on the page at all, wherever they are painted. */
export function canDraw(): boolean {
  return typeof createImageBitmap === "function";
}

export function openEasel(hear: (message: FromEasel) => void, failed: () => void): Easel {
  return workers === null ? onPage(hear, failed) : inWorkers(workers, hear, failed);
}

function inWorkers({ painter, projector, isLost }: Workers, hear: (message: FromEasel) => void, failed: () => void): Easel {
  for (const worker of [painter, projector]) {
    worker.addEventListener("message", ({ data }: MessageEvent<FromEasel>) => hear(data));
    worker.addEventListener("error", failed);
  }
  if (isLost) {
    failed();
  }
  const project = (message: ToProjector, transfer: Transferable[] = []): void => projector.postMessage(message, transfer);
  return {
    tell: (message, transfer = []) => painter.postMessage(message, transfer),
    hang: (canvas, window) => {
      const { port1, port2 } = new MessageChannel();
      const pictures: Pictures = { kind: "pictures", to: port1 };
      painter.postMessage(pictures, [port1]);
      const offscreen = canvas.transferControlToOffscreen();
      project({ kind: "start", canvas: offscreen, window, pictures: port2 }, [offscreen, port2]);
    },
    show: (look) => project({ kind: "look", look }),
  };
}

/** Their code is loaded only there. Messages travel as late as those of a worker, so that nobody is heard while speaking. */
function onPage(hear: (message: FromEasel) => void, failed: () => void): Easel {
  const both = import("./on-page.ts").then(({ OnPage }) => new OnPage((message) => setTimeout(() => hear(message))));
  both.catch(failed);
  const later = (told: (both: OnPage) => void): void => void both.then(told, () => undefined);
  return {
    tell: (message) => later(({ studio }) => studio.hear(message)),
    hang: (canvas, window) => later((it) => it.hang(canvas, window)),
    show: (look) => later(({ projector }) => projector?.show(look)),
  };
}
