// The way to the studio: a worker where the browser can paint in one, else the page itself.

import type { FromPainter, ToPainter } from "./messages.ts";

export interface Easel {
  tell(message: ToPainter, transfer?: Transferable[]): void;
}

/** Whether pictures can be put on the page at all, wherever they are painted. */
export function canDraw(): boolean {
  return typeof createImageBitmap === "function" && typeof ImageBitmapRenderingContext === "function";
}

export function openEasel(hear: (message: FromPainter) => void, failed: () => void): Easel {
  return typeof OffscreenCanvas === "undefined" ? onPage(hear, failed) : inWorker(hear, failed);
}

function inWorker(hear: (message: FromPainter) => void, failed: () => void): Easel {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<FromPainter>) => hear(data));
  worker.addEventListener("error", failed);
  return { tell: (message, transfer = []) => worker.postMessage(message, transfer) };
}

/** Its code is loaded only there. Messages travel as late as those of a worker, so that nobody is heard while speaking. */
function onPage(hear: (message: FromPainter) => void, failed: () => void): Easel {
  const studio = import("./studio.ts").then(({ Studio }) => new Studio((message) => setTimeout(() => hear(message))));
  studio.catch(failed);
  return { tell: (message) => void studio.then((it) => it.hear(message), () => undefined) };
}
