// The studio in a worker, so that the page stays free while it paints.

import type { Pictures, ToPainter } from "./messages.ts";
import { Studio } from "./studio.ts";

let pictures: MessagePort | null = null;
const studio = new Studio(
  (message) => postMessage(message),
  (picture) => pictures?.postMessage(picture, [picture.bitmap]),
);
addEventListener("message", ({ data }: MessageEvent<ToPainter | Pictures>) => {
  if (data.kind === "pictures") {
    pictures = data.to;
  } else {
    studio.hear(data);
  }
});
