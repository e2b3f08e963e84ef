// The rival's page: the same plan in the npm package @alisaitteke/seatmap-canvas, which draws SVG, served from
// here so that nothing stands between.

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

import type { Block } from "./plan.ts";

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rival</title>
<link rel="stylesheet" href="/seatmap.canvas.css"><style>body{margin:0}#map{width:820px;height:640px}</style></head>
<body><div id="map"></div><script type="module" src="/page.js"></script></body></html>`;

const SCRIPT = `import { SeatMapCanvas } from "/seatmap.canvas.js";
const settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
performance.mark("map-manifest");
const blocks = await (await fetch("/plan.json")).json();
performance.mark("map-house");
const map = new SeatMapCanvas("#map", { style: {}, min_zoom: 0.02 });
map.data.replaceData(blocks);
await settled();
performance.mark("map-painted");
document.body.dataset.painted = "true";
`;

export interface Rival {
  readonly address: string;
  /** All JavaScript of its page. */
  readonly gzipBytes: number;
  close(): void;
}

export async function serveRival(plan: readonly Block[]): Promise<Rival> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("@alisaitteke/seatmap-canvas/package.json")), "dist", "esm");
  const [code, style] = await Promise.all([
    readFile(join(folder, "seatmap.canvas.js")),
    readFile(join(folder, "seatmap.canvas.css")),
  ]);
  const files = new Map<string, readonly [string, string | Buffer]>([
    ["/", ["text/html", PAGE]],
    ["/page.js", ["text/javascript", SCRIPT]],
    ["/seatmap.canvas.js", ["text/javascript", code]],
    ["/seatmap.canvas.css", ["text/css", style]],
    ["/plan.json", ["application/json", JSON.stringify(blocksOf(plan))]],
  ]);
  const server = createServer((request, response) => {
    const [type, body] = files.get(request.url ?? "") ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type, "content-encoding": "gzip" });
    response.end(gzipSync(body));
  });
  const port = await listen(server);
  return {
    address: `http://127.0.0.1:${port}/`,
    gzipBytes: gzipSync(code).length,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function blocksOf(plan: readonly Block[]): object[] {
  let id = 0;
  const seats = plan.flatMap(({ rows }) => rows.flatMap((row) => row.seats));
  const [left, top] = [Math.min(...seats.map(({ x }) => x)), Math.min(...seats.map(({ y }) => y))];
  // It cannot start unless a block lies in its window before it has zoomed: four seats in the corner are one.
  const places = [[20, 20], [45, 20], [20, 45], [45, 45]] as const;
  const seatsOfCorner = places.map(([x, y], index) => ({ id: -1 - index, x, y, salable: true, title: "0" }));
  const corner = { id: 0, title: "Corner", color: "#2c2828", labels: [], seats: seatsOfCorner };
  const blocks = plan.map(({ name, rows }, block) => ({
    id: block + 1,
    title: name,
    color: "#2c2828",
    labels: rows.map(({ label, seats }) => ({ title: label, x: (seats[0]?.x ?? 0) - left - 25, y: (seats[0]?.y ?? 0) - top })),
    seats: rows.flatMap(({ seats }) =>
      seats.map(({ x, y, number }) => {
        id += 1;
        return { id, x: x - left, y: y - top, salable: true, title: number };
      }),
    ),
  }));
  return [corner, ...blocks];
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
