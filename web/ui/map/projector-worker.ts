// The projector in a worker: the page says where one looks, the studio sends its pictures past the page.

import type { Picture, ToProjector } from "./messages.ts";
import { Projector } from "./projector.ts";

let projector: Projector | null = null;
addEventListener("message", ({ data }: MessageEvent<ToProjector>) => {
  if (data.kind === "look") {
    projector?.show(data.look);
    return;
  }
  const started = new Projector(data.canvas, data.window, (message) => postMessage(message));
  data.pictures.onmessage = ({ data: picture }: MessageEvent<Picture>) => started.hang(picture);
  projector = started;
});
