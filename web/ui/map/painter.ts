// Paints the house as it is seen from one view, or a part of it again. Knows nothing of where the picture
// goes: it runs in a worker, so that the page stays free while it paints.
//
// Three ways to look, by how many pixels of the page lie between neighbours: rows as bands of their price
// with the sections' names; seats as dots; seats with their numbers, rows with their labels.

import { seen, toPage, type Size, type View } from "./camera.ts";
import { DOTS_PITCH_MIN, ROW_LABELS_PITCH_MIN, SEATS_PITCH_MIN, SECTION_LABELS_PITCH_MAX } from "./detail.ts";
import { SeatGrid } from "./grid.ts";
import type { House, Rectangle, Section } from "./house.ts";
import { Labels } from "./labels.ts";
import { warmLetters } from "./lettering.ts";
import { LOOK, priceColor, type Palette } from "./look.ts";
import type { Surroundings } from "./manifest.ts";
import { holdsName, traceArea, traceDrawing, withStage } from "./outlines.ts";
import type { PaintedWords } from "./messages.ts";
import { clampNumber, isWithin, type Frame, type Scene } from "./scene.ts";
import { drawSeat } from "./seats.ts";
import { shapesOf, type Line, type Shapes } from "./shapes.ts";
import { DIMMED, Sprites } from "./sprites.ts";
import { simplified } from "./simplified.ts";
import type { Surface } from "./surface.ts";
import { tint } from "./tint.ts";

/** How much of the distance between neighbours a dot fills. */
const DOT_PART = 0.8;

/** So far a row's band may be beside a seat: less than bands that melt overlap, and a fifth of a pixel where they are largest. */
const BAND_SLACK_PITCHES = 0.05;

/** Letters of what stands around, in pixels of the page: as a rule, and where there is little room. */
const AREA_PIXELS_MIN = 13;
const AREA_PIXELS_MAX = 22;
const AREA_PIXELS_SMALL = 10;

export class Painter {
  private readonly house: House;
  private readonly grid: SeatGrid;
  private readonly shapes: Shapes;
  private readonly surroundings: Surroundings;
  private readonly bands: readonly Path2D[];
  private readonly sectionNames: ReadonlySet<string>;
  private readonly labels: Labels;
  private palette: Palette;
  private sprites: Sprites | null = null;

  constructor(house: House, surroundings: Surroundings, palette: Palette, words: PaintedWords) {
    this.house = house;
    this.grid = new SeatGrid(house);
    this.shapes = shapesOf(house);
    this.surroundings = withStage(surroundings, words.stage);
    this.bands = this.shapes.lines.map((lines) => bandOf(lines, house.pitch * BAND_SLACK_PITCHES));
    this.sectionNames = new Set(house.sections.map(({ name }) => name));
    this.labels = new Labels(house, this.shapes, this.grid, palette, words);
    this.palette = palette;
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.labels.palette = palette;
    this.forgetSprites();
  }

  forgetSprites(): void {
    this.sprites = null;
  }

  /** What may be done before it is known how the seats stand. */
  warm(context: Surface | undefined): void {
    if (context !== undefined) {
      warmLetters(context, this.palette.font);
    }
  }

  /** The colour around the house. */
  get paper(): string {
    return this.palette.paper;
  }

  /** Whether a change of a single seat is seen from there. */
  showsSeats({ view }: Frame): boolean {
    return view.scale * this.house.pitch >= DOTS_PITCH_MIN;
  }

  /** What has to be painted again where a seat changed, in pixels of the page. */
  around(seat: number, { view, size }: Frame): Rectangle {
    const { house } = this;
    const { x, y } = toPage(view, size, { x: house.x[seat] ?? 0, y: house.y[seat] ?? 0 });
    const reach = Math.max(house.width[seat] ?? 0, house.height[seat] ?? 0, house.pitch) * view.scale * 0.85 + 2;
    return { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
  }

  paint(context: Surface, scene: Scene, frame: Frame, part: Rectangle | null = null): void {
    const { view, size, ratio } = frame;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const whole = { left: 0, top: 0, right: size.width, bottom: size.height };
    const { left, top, right, bottom } = outward(part ?? whole, ratio);
    if (part !== null) {
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
    }
    context.fillStyle = this.palette.paper;
    context.fillRect(left, top, right - left, bottom - top);
    const plan = planOf({ left, top, right, bottom }, view, size);
    const pitch = view.scale * this.house.pitch;
    this.toPlanUnits(context, frame);
    this.drawSurroundings(context, frame);
    this.drawOutlines(context, scene);
    if (pitch < DOTS_PITCH_MIN) {
      this.drawBands(context, scene, view);
    } else {
      this.drawSeats(context, scene, frame, plan);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (pitch >= ROW_LABELS_PITCH_MIN) {
      this.labels.rows(context, scene, frame, plan);
    }
    if (pitch < SECTION_LABELS_PITCH_MAX) {
      this.labels.sections(context, scene, frame);
    } else {
      this.labels.standing(context, scene, frame);
    }
    context.restore();
  }

  private toPlanUnits(context: Surface, { view, size, ratio }: Frame): void {
    const scale = view.scale * ratio;
    const [x, y] = [size.width / 2 - view.x * view.scale, size.height / 2 - view.y * view.scale];
    context.setTransform(scale, 0, 0, scale, x * ratio, y * ratio);
  }

  /** The stage, and what else is drawn and sells nothing. */
  private drawSurroundings(context: Surface, { view }: Frame): void {
    context.fillStyle = this.palette.surface;
    context.strokeStyle = this.palette.line;
    context.lineWidth = 1.2 / view.scale;
    for (const area of this.surroundings.areas) {
      if (traceArea(context, area)) {
        context.fill();
        context.stroke();
      }
    }
    context.fillStyle = this.palette.quiet;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const pixels = clampNumber(AREA_PIXELS_MIN, this.house.pitch * view.scale * 2, AREA_PIXELS_MAX);
    for (const area of this.surroundings.areas) {
      const { label, labelX, labelY, figure, polygon } = area;
      // A section's own name stands on the section.
      const isOfSection = figure === null && polygon === null && this.sectionNames.has(label ?? "");
      if (label === null || isOfSection) {
        continue;
      }
      const sizes = [pixels, AREA_PIXELS_SMALL].map((size) => size / view.scale);
      const size = sizes.find((letters) => {
        context.font = `600 ${letters}px ${this.palette.font}`;
        return holdsName(area, this.surroundings, letters, context.measureText(label).width);
      });
      if (size !== undefined) {
        context.fillText(label, labelX, labelY);
      }
    }
  }

  /** Sections that have an outline of their own, and standing sections, which are nothing else. */
  private drawOutlines(context: Surface, scene: Scene): void {
    const { house, palette, shapes } = this;
    house.sections.forEach((section, index) => {
      if (section.level !== scene.level || shapes.isOutlined[index] !== true) {
        return;
      }
      const isDimmed = scene.filter !== null && section.price !== scene.filter;
      const color = priceColor(this.palette, section.price);
      traceDrawing(context, section.drawing, house.pitch * 0.5);
      context.fillStyle = color;
      context.globalAlpha = section.isStanding ? this.standingShade(section, scene, isDimmed) : isDimmed ? 0.03 : 0.1;
      context.fill();
      context.globalAlpha = isDimmed ? DIMMED : 1;
      if (section.isStanding) {
        context.strokeStyle = (scene.standingOwn.get(section.id) ?? 0) > 0 ? palette.accent : color;
        context.lineWidth = house.pitch * ((scene.standingOwn.get(section.id) ?? 0) > 0 ? 0.22 : 0.1);
        context.stroke();
      }
      context.globalAlpha = 1;
    });
  }

  private standingShade(section: Section, scene: Scene, isDimmed: boolean): number {
    const free = scene.standingFree.get(section.id) ?? 0;
    return (free > 0 ? 0.3 : 0.05) * (isDimmed ? 0.3 : 1);
  }

  /** Each row a band of its section's price, the paler the less is left. */
  private drawBands(context: Surface, scene: Scene, view: View): void {
    const { house, palette } = this;
    context.lineCap = "round";
    context.lineJoin = "round";
    // Rows melt into one shape once the gap between them is too thin to be seen.
    const gap = this.shapes.rowPitch * view.scale < 4 ? 1.1 : 0.8;
    context.lineWidth = this.shapes.rowPitch * gap;
    house.sections.forEach((section, index) => {
      const band = this.bands[index];
      if (section.isStanding || section.level !== scene.level || band === undefined) {
        return;
      }
      const isDimmed = scene.filter !== null && section.price !== scene.filter;
      const share = shareFree(scene.looks, section);
      const strength = share > 0 ? (isDimmed ? DIMMED : 1) * (0.35 + 0.65 * share) : 0;
      this.strokeBand(context, band, priceColor(palette, section.price), strength);
    });
    this.markOwn(context, scene);
  }

  /** Of a colour on that of what is taken. */
  private strokeBand(context: Surface, band: Path2D, color: string, strength: number): void {
    const { line } = this.palette;
    const mixed = tint(plain(context, color), plain(context, line), strength);
    context.strokeStyle = mixed ?? line;
    context.stroke(band);
    if (mixed === null && strength > 0) {
      context.globalAlpha = strength;
      context.strokeStyle = color;
      context.stroke(band);
      context.globalAlpha = 1;
    }
  }

  /** One's own seats are found from any height. */
  private markOwn(context: Surface, scene: Scene): void {
    const { house, palette } = this;
    scene.looks.forEach((look, seat) => {
      if (look === LOOK.own || look === LOOK.taking) {
        context.beginPath();
        context.arc(house.x[seat] ?? 0, house.y[seat] ?? 0, house.pitch * 1.1, 0, Math.PI * 2);
        context.fillStyle = palette.accent;
        context.fill();
        context.strokeStyle = palette.ink;
        context.lineWidth = house.pitch * 0.3;
        context.stroke();
      }
    });
  }

  private drawSeats(context: Surface, scene: Scene, frame: Frame, plan: Rectangle): void {
    const { house } = this;
    const { view, size, ratio } = frame;
    const scale = view.scale * ratio;
    const isLarge = view.scale * house.pitch >= SEATS_PITCH_MIN;
    const sprites = isLarge ? null : this.spritesOf(house.pitch * scale * DOT_PART);
    const style = { palette: this.palette, scale, ratio };
    const [originX, originY] = [(size.width / 2) * ratio - view.x * scale, (size.height / 2) * ratio - view.y * scale];
    // Changing it costs more than drawing a seat.
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `600 ${house.pitch * scale * 0.36}px ${this.palette.font}`;
    const margin = house.pitch * 1.5;
    this.grid.visit(grown(plan, margin), (seat) => {
      const section = house.sections[house.section[seat] ?? 0];
      const [x, y] = [house.x[seat] ?? 0, house.y[seat] ?? 0];
      if (section === undefined || section.level !== scene.level || !isWithin(plan, x, y, margin)) {
        return;
      }
      const look = scene.looks[seat] ?? LOOK.unknown;
      const isDimmed = scene.filter !== null && section.price !== scene.filter && look !== LOOK.own && look !== LOOK.taking;
      const at = { x: x * scale + originX, y: y * scale + originY };
      if (sprites === null) {
        drawSeat(context, house, seat, look, isDimmed, at, style);
      } else {
        sprites.stamp(context, sprites.column(look, section.price), house.accessible[seat] === 1, isDimmed, at.x, at.y);
      }
    });
  }

  private spritesOf(diameter: number): Sprites {
    // A quarter of a device pixel is not seen; it spares drawing them again at each step of a zoom.
    const rounded = Math.max(1.5, Math.round(diameter * 4) / 4);
    if (this.sprites?.diameter !== rounded) {
      this.sprites = new Sprites(rounded, this.palette);
    }
    return this.sprites;
  }
}

/** One path through all rows. A seat alone is a line to itself, so that its round ends are drawn. */
function bandOf(lines: readonly Line[], slack: number): Path2D {
  const path = new Path2D();
  for (const line of lines) {
    const points = simplified(line.points, slack);
    path.moveTo(points[0] ?? 0, points[1] ?? 0);
    for (let position = 0; position < points.length; position += 2) {
      path.lineTo((points[position] ?? 0) + 0.001, points[position + 1] ?? 0);
    }
  }
  return path;
}

/** A colour as the canvas writes it. */
function plain(context: Surface, color: string): string {
  context.strokeStyle = color;
  return String(context.strokeStyle);
}

function shareFree(looks: Uint8Array, { first, count }: Section): number {
  let free = 0;
  for (let seat = first; seat < first + count; seat += 1) {
    free += looks[seat] === LOOK.free ? 1 : 0;
  }
  return count === 0 ? 0 : free / count;
}

function planOf({ left, top, right, bottom }: Rectangle, view: View, size: Size): Rectangle {
  const all = seen(view, size);
  return {
    left: all.left + left / view.scale,
    right: all.left + right / view.scale,
    top: all.top + top / view.scale,
    bottom: all.top + bottom / view.scale,
  };
}

/** On whole device pixels, so that a part painted again leaves no seam. */
function outward({ left, top, right, bottom }: Rectangle, ratio: number): Rectangle {
  return {
    left: Math.floor(left * ratio) / ratio,
    top: Math.floor(top * ratio) / ratio,
    right: Math.ceil(right * ratio) / ratio,
    bottom: Math.ceil(bottom * ratio) / ratio,
  };
}

function grown({ left, top, right, bottom }: Rectangle, by: number): Rectangle {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}
