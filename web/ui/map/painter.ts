// Paints the house as it is seen from one view, or a part of it again. Knows nothing of where the picture
// goes: it runs in a worker, so that the page stays free while it paints.
//
// Three ways to look, by how many pixels of the page lie between neighbours: rows as bands of their price
// with the sections' names; seats as dots; seats with their numbers, rows with their labels.

import { seen, toPage, type Size, type View } from "./camera.ts";
import { DOTS_PITCH_MIN, ROW_LABELS_PITCH_MIN, SEATS_PITCH_MIN, SECTION_LABELS_PITCH_MAX } from "./detail.ts";
import { SeatGrid } from "./grid.ts";
import type { House, Rectangle, Section } from "./house.ts";
import { LOOK_FREE, LOOK_OFF, LOOK_OWN, LOOK_TAKING, LOOK_UNKNOWN, type Palette } from "./look.ts";
import type { Area, Drawing, Surroundings } from "./manifest.ts";
import { formatMoney } from "./money.ts";
import { drawSeat } from "./seats.ts";
import { isInside, shapesOf, type Anchor, type Line, type Shapes } from "./shapes.ts";
import { DIMMED, Sprites, type Surface } from "./sprites.ts";

/** How much of the distance between neighbours a dot fills. */
const DOT_PART = 0.8;

/** What is painted, apart from the place from which it is seen. */
export interface Scene {
  /** By seat. */
  readonly looks: Uint8Array;
  /** By section: places left of a standing section; the buyer's own there. */
  readonly standingFree: ReadonlyMap<string, number>;
  readonly standingOwn: ReadonlyMap<string, number>;
  /** Into the house's prices; null: all. */
  readonly filter: number | null;
  readonly level: number;
}

export interface Frame {
  readonly view: View;
  /** In pixels of the page. */
  readonly size: Size;
  /** Device pixels per pixel of the page. */
  readonly ratio: number;
}

export class Painter {
  private readonly house: House;
  private readonly grid: SeatGrid;
  private readonly shapes: Shapes;
  private readonly surroundings: Surroundings;
  private readonly bands: readonly Path2D[];
  private readonly sectionNames: ReadonlySet<string>;
  private readonly shortNames: readonly string[];
  private palette: Palette;
  private sprites: Sprites | null = null;

  constructor(house: House, surroundings: Surroundings, palette: Palette) {
    this.house = house;
    this.grid = new SeatGrid(house);
    this.shapes = shapesOf(house);
    this.surroundings = withStage(surroundings);
    this.bands = this.shapes.lines.map(bandOf);
    this.sectionNames = new Set(house.sections.map(({ name }) => name));
    this.shortNames = shortNamesOf(house.sections);
    this.palette = palette;
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.sprites = null;
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
      this.labelRows(context, scene, frame, plan);
    }
    if (pitch < SECTION_LABELS_PITCH_MAX) {
      this.labelSections(context, scene, frame);
    } else {
      this.labelStanding(context, scene, frame);
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
    const size = clampNumber(13, this.house.pitch * view.scale * 2, 22) / view.scale;
    context.font = `600 ${size}px ${this.palette.font}`;
    for (const { label, labelX, labelY, figure, polygon } of this.surroundings.areas) {
      // A section's own name stands on the section.
      const isOfSection = figure === null && polygon === null && this.sectionNames.has(label ?? "");
      if (label !== null && !isOfSection) {
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
      const color = this.priceColor(section);
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
    const gap = this.shapes.rowPitch * view.scale < 4 ? 1.04 : 0.8;
    context.lineWidth = this.shapes.rowPitch * gap;
    house.sections.forEach((section, index) => {
      const band = this.bands[index];
      if (section.isStanding || section.level !== scene.level || band === undefined) {
        return;
      }
      const isDimmed = scene.filter !== null && section.price !== scene.filter;
      context.globalAlpha = 1;
      context.strokeStyle = palette.line;
      context.stroke(band);
      const share = shareFree(scene.looks, section);
      if (share > 0) {
        context.globalAlpha = (isDimmed ? DIMMED : 1) * (0.35 + 0.65 * share);
        context.strokeStyle = this.priceColor(section);
        context.stroke(band);
      }
    });
    context.globalAlpha = 1;
    this.markOwn(context, scene);
  }

  /** One's own seats are found from any height. */
  private markOwn(context: Surface, scene: Scene): void {
    const { house, palette } = this;
    scene.looks.forEach((look, seat) => {
      if (look === LOOK_OWN || look === LOOK_TAKING) {
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
      const look = scene.looks[seat] ?? LOOK_UNKNOWN;
      const isDimmed = scene.filter !== null && section.price !== scene.filter && look !== LOOK_OWN && look !== LOOK_TAKING;
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

  /** At both ends of a row, and at its aisles. */
  private labelRows(context: Surface, scene: Scene, { view, size }: Frame, plan: Rectangle): void {
    const { house, palette } = this;
    const pixels = clampNumber(9, view.scale * house.pitch * 0.42, 14);
    context.font = `500 ${pixels}px ${palette.font}`;
    context.fillStyle = palette.quiet;
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.shapes.lines.forEach((lines, section) => {
      if (house.sections[section]?.level !== scene.level) {
        return;
      }
      for (const { row, points } of lines) {
        for (const at of ends(points, house.pitch)) {
          if (isWithin(plan, at.x, at.y, house.pitch * 2)) {
            const { x, y } = toPage(view, size, at);
            context.fillText(shortLabel(house.rows[row]?.label ?? ""), x, y);
          }
        }
      }
    });
  }

  private labelSections(context: Surface, scene: Scene, frame: Frame): void {
    const written: Rectangle[] = [];
    const pitch = frame.view.scale * this.house.pitch;
    // The larger block first, so that of two names that would overlap the one with more room is written.
    const anchors = [...this.shapes.anchors].sort((one, other) => other.width - one.width);
    for (const anchor of anchors) {
      const section = this.house.sections[anchor.section];
      if (section !== undefined && section.level === scene.level) {
        this.labelSection(context, scene, frame, anchor, section, pitch, written);
      }
    }
  }

  private labelStanding(context: Surface, scene: Scene, frame: Frame): void {
    for (const anchor of this.shapes.anchors) {
      const section = this.house.sections[anchor.section];
      if (section?.isStanding === true && section.level === scene.level) {
        this.labelSection(context, scene, frame, anchor, section, frame.view.scale * this.house.pitch, []);
      }
    }
  }

  /** A name and a price on a small plate; where that is too wide, a price alone. */
  private labelSection(
    context: Surface,
    scene: Scene,
    { view, size }: Frame,
    anchor: Anchor,
    section: Section,
    pitch: number,
    written: Rectangle[],
  ): void {
    const { house } = this;
    const at = toPage(view, size, anchor);
    if (at.x < -100 || at.y < -40 || at.x > size.width + 100 || at.y > size.height + 40) {
      return;
    }
    const money = house.prices[section.price];
    const price = money === undefined ? "" : formatMoney(money);
    const tail = isSoldOut(scene, section) ? "sold out" : price;
    const pixels = clampNumber(10.5, pitch * 1.4, 13);
    const isDimmed = scene.filter !== null && section.price !== scene.filter;
    const room = Math.max(anchor.width * view.scale * 1.1, 40);
    const short = this.shortNames[anchor.section] ?? section.name;
    const choices = [[section.name, tail], [short, tail], [short, ""]] as const;
    for (const [name, rest] of choices) {
      const nameWidth = this.measure(context, name, 650, pixels);
      const width = nameWidth + 14 + (rest === "" ? 0 : this.measure(context, rest, 500, pixels) + 8);
      const plate = { left: at.x - width / 2, right: at.x + width / 2, top: at.y - pixels * 0.95, bottom: at.y + pixels * 0.95 };
      // The last choice may stick out a little.
      const most = rest === "" ? room * 1.4 : room;
      if (width <= most && !written.some((other) => overlaps(other, plate))) {
        written.push(plate);
        context.globalAlpha = isDimmed ? 0.4 : 1;
        this.drawPlate(context, plate, name, nameWidth, rest, pixels, this.priceColor(section));
        context.globalAlpha = 1;
        return;
      }
    }
  }

  private measure(context: Surface, words: string, weight: number, pixels: number): number {
    context.font = `${weight} ${pixels}px ${this.palette.font}`;
    return context.measureText(words).width;
  }

  private drawPlate(
    context: Surface,
    { left, top, right, bottom }: Rectangle,
    name: string,
    nameWidth: number,
    tail: string,
    pixels: number,
    color: string,
  ): void {
    const { palette } = this;
    context.beginPath();
    context.roundRect(left, top, right - left, bottom - top, (bottom - top) / 2);
    context.fillStyle = palette.surface;
    context.fill();
    context.strokeStyle = color;
    context.lineWidth = 1.25;
    context.stroke();
    context.textAlign = "start";
    context.textBaseline = "middle";
    const middle = (top + bottom) / 2 + 0.5;
    context.fillStyle = palette.ink;
    context.font = `650 ${pixels}px ${palette.font}`;
    context.fillText(name, left + 7, middle);
    context.fillStyle = palette.quiet;
    context.font = `500 ${pixels}px ${palette.font}`;
    context.fillText(tail, left + 7 + nameWidth + 8, middle);
  }

  private priceColor({ price }: Section): string {
    return this.palette.prices[price % this.palette.prices.length] ?? this.palette.quiet;
  }
}

/** One path through all rows. A seat alone is a line to itself, so that its round ends are drawn. */
function bandOf(lines: readonly Line[]): Path2D {
  const path = new Path2D();
  for (const { points } of lines) {
    path.moveTo(points[0] ?? 0, points[1] ?? 0);
    for (let position = 0; position < points.length; position += 2) {
      path.lineTo((points[position] ?? 0) + 0.001, points[position + 1] ?? 0);
    }
  }
  return path;
}

/** What people look at is the stage, even where the plan does not call it so. */
function withStage(surroundings: Surroundings): Surroundings {
  const { areas, focusX, focusY } = surroundings;
  const holdsFocus = ({ figure, label }: Area): boolean =>
    label === null && figure !== null && isInside(figure, focusX - figure.positionX, focusY - figure.positionY);
  const stage = areas.find(holdsFocus);
  const named = stage === undefined ? null : { ...stage, label: "Stage", labelX: stage.figure?.positionX ?? focusX, labelY: stage.figure?.positionY ?? focusY };
  return named === null ? surroundings : { ...surroundings, areas: areas.map((area) => (area === stage ? named : area)) };
}

function traceArea(context: Surface, { figure, polygon }: Area): boolean {
  if (figure !== null) {
    traceDrawing(context, figure, 4);
    return true;
  }
  if (polygon === null) {
    return false;
  }
  context.beginPath();
  for (let position = 0; position < polygon.length; position += 2) {
    context.lineTo(polygon[position] ?? 0, polygon[position + 1] ?? 0);
  }
  context.closePath();
  return true;
}

/** Traces the outline where it stands; the context is in plan units. */
function traceDrawing(context: Surface, drawing: Drawing, radius: number): void {
  const { positionX, positionY, rotation, shape, sizeX, sizeY } = drawing;
  context.save();
  context.translate(positionX, positionY);
  context.rotate((rotation * Math.PI) / 180);
  context.beginPath();
  if (shape === "ellipse") {
    context.ellipse(0, 0, sizeX / 2, sizeY / 2, 0, 0, Math.PI * 2);
  } else {
    const corner = shape === "rectangle" ? Math.min(radius, sizeX / 2, sizeY / 2) : Math.min(sizeX, sizeY) / 4;
    context.roundRect(-sizeX / 2, -sizeY / 2, sizeX, sizeY, corner);
  }
  context.restore();
}

function shareFree(looks: Uint8Array, { first, count }: Section): number {
  let free = 0;
  for (let seat = first; seat < first + count; seat += 1) {
    free += looks[seat] === LOOK_FREE ? 1 : 0;
  }
  return count === 0 ? 0 : free / count;
}

function isSoldOut(scene: Scene, section: Section): boolean {
  if (section.isStanding) {
    return scene.standingFree.get(section.id) === 0;
  }
  for (let seat = section.first; seat < section.first + section.count; seat += 1) {
    const look = scene.looks[seat];
    if (look === LOOK_FREE || look === LOOK_UNKNOWN || look === LOOK_OWN) {
      return false;
    }
  }
  return section.count > 0 && scene.looks[section.first] !== LOOK_OFF;
}

/** Of names such as `Ground floor, Category I` the part that tells more sections apart. */
function shortNamesOf(sections: readonly Section[]): string[] {
  const parts = sections.map(({ name }) => {
    const comma = name.lastIndexOf(", ");
    return comma < 0 ? ([name, name] as const) : ([name.slice(0, comma), name.slice(comma + 2)] as const);
  });
  const [firsts, lasts] = [new Set(parts.map(([first]) => first)), new Set(parts.map(([, last]) => last))];
  return parts.map(([first, last]) => (firsts.size > lasts.size ? first : last));
}

/** `A` of `A (block 2)`: on the map one sees which block it is. */
function shortLabel(label: string): string {
  return label.replace(/ \(.*\)$/, "");
}

/** The places beyond both ends of a line, one seat on. */
function ends(points: Float32Array, pitch: number): { x: number; y: number }[] {
  const last = points.length - 2;
  const beyond = (end: number, inner: number): { x: number; y: number } => {
    const [x, y] = [points[end] ?? 0, points[end + 1] ?? 0];
    const [deltaX, deltaY] = [x - (points[inner] ?? x), y - (points[inner + 1] ?? y)];
    const length = Math.hypot(deltaX, deltaY);
    return length === 0 ? { x: x - pitch, y } : { x: x + (deltaX / length) * pitch * 0.9, y: y + (deltaY / length) * pitch * 0.9 };
  };
  return last === 0 ? [beyond(0, 0)] : [beyond(0, 2), beyond(last, last - 2)];
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

function isWithin({ left, top, right, bottom }: Rectangle, x: number, y: number, margin: number): boolean {
  return x >= left - margin && x <= right + margin && y >= top - margin && y <= bottom + margin;
}

function overlaps(one: Rectangle, other: Rectangle): boolean {
  return one.left < other.right + 4 && other.left < one.right + 4 && one.top < other.bottom + 2 && other.top < one.bottom + 2;
}

function clampNumber(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
