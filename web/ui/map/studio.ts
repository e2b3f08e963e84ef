// Where the pictures are painted: reads the manifest, keeps how every seat looks, and hands over pictures. A change
// of a few seats paints only those again. In a worker, or where the browser cannot paint there, on the page.

import { fromColumns, type ManifestColumns } from "./columns.ts";
import { isDrawn } from "./house.ts";
import { LOOK } from "./look.ts";
import type { FromPainter, Layer, Picture, ToPainter } from "./messages.ts";
import { Painter } from "./painter.ts";
import { buildHouse } from "./reading.ts";
import type { Frame, Scene } from "./scene.ts";
import { makeSurface, type Surface } from "./surface.ts";

/** With more changed seats than that, all of the picture is painted again. */
const PARTS_MAX = 400;
/** How often the coarse picture may be brought up to date. */
const GROUND_INTERVAL_MILLIS = 400;

interface Sheet {
  readonly context: Surface;
  frame: Frame;
  /** Seats to paint again; or all. */
  dirty: Set<number> | "all";
  paintedAt: number;
}

type Say = (message: FromPainter) => void;

export class Studio {
  private readonly say: Say;
  private readonly hang: (picture: Picture) => void;
  private painter: Painter | null = null;
  private scene: Scene = { looks: new Uint8Array(0), standingFree: new Map(), standingOwn: new Map(), filter: null, level: 0 };
  private isKnown = false;
  private readonly sheets = new Map<Layer, Sheet>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(say: Say, hang: (picture: Picture) => void) {
    this.say = say;
    this.hang = hang;
  }

  hear(message: ToPainter): void {
    switch (message.kind) {
      case "open":
        return this.open(message);
      case "palette":
        this.painter?.setPalette(message.palette);
        return this.soil("all");
      case "looks":
        this.scene = { ...this.scene, looks: message.looks };
        this.isKnown = true;
        return this.soil("all");
      case "changes":
        message.seats.forEach((seat, position) => {
          this.scene.looks[seat] = message.looks[position] ?? LOOK.unknown;
        });
        return this.soil(message.seats);
      case "standing":
        this.scene = { ...this.scene, standingFree: message.free, standingOwn: message.own };
        return this.soil("all");
      case "choice":
        this.scene = { ...this.scene, filter: message.filter, level: message.level };
        return this.soil("all");
      case "paint":
        this.want(message.layer, { view: message.view, size: message.size, ratio: message.ratio });
        return;
    }
  }

  private open({ manifest, surroundings, palette, words }: Extract<ToPainter, { kind: "open" }>): void {
    const house = buildHouse(fromColumns(JSON.parse(new TextDecoder().decode(manifest)) as ManifestColumns));
    if (this.scene.looks.length < house.seatCount) {
      this.scene = { ...this.scene, looks: new Uint8Array(house.seatCount).fill(LOOK.unknown) };
    }
    this.say({ kind: "house", house });
    if (isDrawn(house)) {
      this.painter = new Painter(house, surroundings, palette, words);
      this.plan(0);
    }
  }

  private want(layer: Layer, frame: Frame): void {
    const sheet = this.sheets.get(layer);
    const [width, height] = [Math.round(frame.size.width * frame.ratio), Math.round(frame.size.height * frame.ratio)];
    if (sheet !== undefined && sheet.context.canvas.width === width && sheet.context.canvas.height === height && !isLost(sheet.context)) {
      sheet.frame = frame;
      sheet.dirty = "all";
      sheet.paintedAt = 0;
    } else {
      const context = makeSurface(width, height, true);
      if (context === null) {
        this.say({ kind: "cannot draw" });
        return;
      }
      context.canvas.addEventListener("contextrestored", () => this.repaint());
      this.sheets.set(layer, { context, frame, dirty: "all", paintedAt: 0 });
    }
    this.plan(0);
  }

  /** What was painted is gone, and the stamps for seats with it. */
  private repaint(): void {
    this.painter?.forgetSprites();
    this.soil("all");
  }

  private soil(seats: Uint32Array | "all"): void {
    for (const sheet of this.sheets.values()) {
      if (seats === "all" || (this.painter !== null && !this.painter.showsSeats(sheet.frame))) {
        sheet.dirty = "all";
      } else if (sheet.dirty !== "all") {
        for (const seat of seats) {
          sheet.dirty.add(seat);
        }
      }
    }
    this.plan(0);
  }

  /** All that has been said by then is painted at once. */
  private plan(millis: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.paint();
    }, millis);
  }

  private async paint(): Promise<void> {
    for (const [layer, sheet] of [...this.sheets].sort(([one]) => (one === "detail" ? -1 : 1))) {
      const isStale = sheet.dirty === "all" || sheet.dirty.size > 0;
      if (this.painter === null || !isStale) {
        continue;
      }
      const waits = layer === "ground" ? sheet.paintedAt + GROUND_INTERVAL_MILLIS - performance.now() : 0;
      if (waits > 0 && sheet.paintedAt > 0) {
        this.plan(waits);
        continue;
      }
      await this.paintSheet(this.painter, layer, sheet);
    }
  }

  private async paintSheet(painter: Painter, layer: Layer, sheet: Sheet): Promise<void> {
    const { frame, dirty } = sheet;
    sheet.dirty = new Set();
    sheet.paintedAt = performance.now();
    if (dirty === "all" || dirty.size > PARTS_MAX) {
      painter.paint(sheet.context, this.scene, frame);
    } else {
      for (const seat of dirty) {
        painter.paint(sheet.context, this.scene, frame, painter.around(seat, frame));
      }
    }
    const { isKnown } = this;
    const bitmap = await createImageBitmap(sheet.context.canvas);
    this.hang({ layer, bitmap, frame, paper: painter.paper, isKnown });
  }
}

/** Older browsers neither lose a canvas nor say so. */
function isLost(context: Surface): boolean {
  return "isContextLost" in context && context.isContextLost();
}
