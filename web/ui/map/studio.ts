// Where the pictures are painted: reads the manifest, keeps how every seat looks, and hands over pictures. A change
// of a few seats paints only those again. In a worker, or where the browser cannot paint there, on the page.

import { fromColumns, type ManifestColumns } from "./columns.ts";
import { lookedAt } from "./extent.ts";
import { LOOK } from "./look.ts";
import type { FromPainter, Layer, Picture, ToPainter } from "./messages.ts";
import { Painter } from "./painter.ts";
import { firstFrame } from "./paper.ts";
import { buildHouse } from "./reading.ts";
import { isSameFrame, type Frame, type Scene } from "./scene.ts";
import { makeSurface, type Surface } from "./surface.ts";

/** With more changed seats than that, all of the picture is painted again. */
const PARTS_MAX = 400;
/** How often the coarse picture may be brought up to date. */
const GROUND_INTERVAL_MILLIS = 400;
/** So long pictures wait for the first word of what is free: of unknown seats they show no more than the page's own drawing. */
const UNKNOWN_MILLIS = 1_500;

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
  private unknownUntil = 0;
  /** The first picture, begun before the page asks for it. */
  private begun: Frame | null = null;
  /** When the first picture of what is looked at was painted. */
  private detailAt = 0;
  private readonly sheets = new Map<Layer, Sheet>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(say: Say, hang: (picture: Picture) => void) {
    this.say = say;
    this.hang = hang;
  }

  hear(message: ToPainter): void {
    switch (message.kind) {
      case "open":
        void this.open(message);
        return;
      case "palette":
        this.painter?.setPalette(message.palette);
        return this.soil("all");
      case "looks":
        this.scene = { ...this.scene, looks: message.looks };
        this.know();
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

  private know(): void {
    this.isKnown = true;
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }

  private async open({ address, surroundings, palette, words, window }: Extract<ToPainter, { kind: "open" }>): Promise<void> {
    const manifest = await fetchManifest(address);
    if (manifest === null) {
      this.say({ kind: "no house" });
      return;
    }
    this.say({ kind: "fetched" });
    const house = buildHouse(fromColumns(manifest));
    if (this.scene.looks.length < house.seatCount) {
      this.scene = { ...this.scene, looks: new Uint8Array(house.seatCount).fill(LOOK.unknown) };
    }
    const isShown = house.bounds !== null && window !== null;
    if (isShown) {
      this.unknownUntil = performance.now() + UNKNOWN_MILLIS;
      const frame = firstFrame(lookedAt(house, house.bounds, surroundings), window);
      // Before the page hears of the house, which keeps it busy: a canvas is made with its help.
      this.want("detail", frame);
      this.begun = frame;
    }
    this.say({ kind: "house", house });
    if (isShown) {
      this.painter = new Painter(house, surroundings, palette, words);
      this.painter.warm(this.sheets.get("detail")?.context);
    }
  }

  private want(layer: Layer, frame: Frame): void {
    if (layer === "detail" && this.begun !== null) {
      const { begun } = this;
      this.begun = null;
      if (isSameFrame(begun, frame)) {
        return;
      }
    }
    const [width, height] = [Math.round(frame.size.width * frame.ratio), Math.round(frame.size.height * frame.ratio)];
    const known = this.sheets.get(layer)?.context;
    const isFit = known?.canvas.width === width && known.canvas.height === height && !isLost(known);
    const context = isFit ? known : this.makeSheet(width, height);
    if (context === null) {
      this.say({ kind: "cannot draw" });
      return;
    }
    this.sheets.set(layer, { context, frame, dirty: "all", paintedAt: 0 });
    this.plan(0);
  }

  private makeSheet(width: number, height: number): Surface | null {
    const context = makeSurface(width, height, true);
    context?.canvas.addEventListener("contextrestored", () => this.repaint());
    // It is made with the first stroke.
    context?.fillRect(0, 0, 1, 1);
    return context;
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
    const unknown = this.isKnown ? 0 : this.unknownUntil - performance.now();
    this.timer ??= setTimeout(
      () => {
        this.timer = null;
        void this.paint();
      },
      Math.max(millis, unknown),
    );
  }

  private async paint(): Promise<void> {
    for (const [layer, sheet] of [...this.sheets].sort(([one]) => (one === "detail" ? -1 : 1))) {
      const isStale = sheet.dirty === "all" || sheet.dirty.size > 0;
      if (this.painter === null || !isStale) {
        continue;
      }
      // Nobody sees it before one moves on from the first picture.
      const waits = layer === "ground" ? Math.max(sheet.paintedAt, this.detailAt) + GROUND_INTERVAL_MILLIS - performance.now() : 0;
      if (waits > 0) {
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
    if (layer === "detail" && this.detailAt === 0) {
      this.detailAt = sheet.paintedAt;
    }
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

async function fetchManifest(address: string): Promise<ManifestColumns | null> {
  try {
    const response = await fetch(address);
    return response.ok ? ((await response.json()) as ManifestColumns) : null;
  } catch {
    // Without a network, or broken off: the page offers to try again.
    return null;
  }
}

/** Older browsers neither lose a canvas nor say so. */
function isLost(context: Surface): boolean {
  return "isContextLost" in context && context.isContextLost();
}
