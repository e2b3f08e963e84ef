// The two workers of the map: one reads and paints, the other shows. A script of its own, which the page loads without
// waiting for the rest: they begin while the page is still being laid out, and are there when the map's code is.

export interface Workers {
  readonly painter: Worker;
  readonly projector: Worker;
  /** One of them ended before anybody listened. */
  isLost: boolean;
}

/** Null where the browser cannot paint in them: some have the one without the other. */
export const workers: Workers | null = canPaintInWorkers() ? begin() : null;

function canPaintInWorkers(): boolean {
  return typeof OffscreenCanvas !== "undefined" && "transferControlToOffscreen" in HTMLCanvasElement.prototype;
}

function begin(): Workers {
  const begun: Workers = {
    painter: new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
    projector: new Worker(new URL("./projector-worker.ts", import.meta.url), { type: "module" }),
    isLost: false,
  };
  for (const worker of [begun.painter, begun.projector]) {
    worker.addEventListener("error", () => (begun.isLost = true));
  }
  return begun;
}
