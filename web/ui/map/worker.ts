// The studio in a worker, so that the page stays free while it paints.

import type { ToPainter } from "./messages.ts";
import { Studio } from "./studio.ts";

const studio = new Studio((message, transfer = []) => postMessage(message, { transfer }));
addEventListener("message", ({ data }: MessageEvent<ToPainter>) => {
  studio.hear(data);
});
