// What is written on the map: sections with their prices from afar, rows from close by.

import { toPage } from "./camera.ts";
import type { House, Rectangle, Section } from "./house.ts";
import { LOOK, priceColor, type Palette } from "./look.ts";
import type { PaintedWords } from "./messages.ts";
import { writeMoney } from "./money.ts";
import { clampNumber, isWithin, type Frame, type Scene } from "./scene.ts";
import type { Anchor, Shapes } from "./shapes.ts";
import { traceRounded, type Surface } from "./surface.ts";

/** From so many blocks of one name on, the name says nothing. */
const NUMBERED_MIN = 8;

export class Labels {
  private readonly house: House;
  private readonly shapes: Shapes;
  private readonly shortNames: readonly string[];
  /** By section: what tells blocks apart that are numbered through; empty where they are not. */
  private readonly numbers: readonly string[];
  private readonly words: PaintedWords;
  palette: Palette;

  constructor(house: House, shapes: Shapes, palette: Palette, words: PaintedWords) {
    this.words = words;
    this.house = house;
    this.shapes = shapes;
    this.shortNames = shortNamesOf(house.sections);
    this.numbers = numbersOf(this.shortNames);
    this.palette = palette;
  }

  /** At both ends of a row, and at its aisles. */
  rows(context: Surface, scene: Scene, { view, size }: Frame, plan: Rectangle): void {
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

  sections(context: Surface, scene: Scene, frame: Frame): void {
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

  standing(context: Surface, scene: Scene, frame: Frame): void {
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
    const { house, palette } = this;
    const at = toPage(view, size, anchor);
    if (at.x < -100 || at.y < -40 || at.x > size.width + 100 || at.y > size.height + 40) {
      return;
    }
    const money = house.prices[section.price];
    const price = money === undefined ? "" : writeMoney(this.words, money);
    const tail = isSoldOut(scene, section) ? this.words.soldOut : price;
    const pixels = clampNumber(10.5, pitch * 1.4, 13);
    const isDimmed = scene.filter !== null && section.price !== scene.filter;
    const room = Math.max(anchor.width * view.scale * 1.1, 40);
    const short = this.shortNames[anchor.section] ?? section.name;
    // The switch says which floor it is.
    const long = house.levels.length > 1 ? short : section.name;
    const number = this.numbers[anchor.section] ?? "";
    // Among a hundred blocks a number is a name, and the colour a price.
    const choices = number === "" ? ([[long, tail], [short, tail], [short, ""]] as const) : ([[long, tail], [number, ""]] as const);
    for (const [name, rest] of choices) {
      const nameWidth = this.measure(context, name, 650, pixels);
      const width = nameWidth + 14 + (rest === "" ? 0 : this.measure(context, rest, 500, pixels) + 8);
      const plate = { left: at.x - width / 2, right: at.x + width / 2, top: at.y - pixels * 0.95, bottom: at.y + pixels * 0.95 };
      // The last choice may stick out a little.
      const most = rest === "" ? room * 1.4 : room;
      if (width <= most && !written.some((other) => overlaps(other, plate))) {
        written.push(plate);
        context.globalAlpha = isDimmed ? 0.4 : 1;
        this.drawPlate(context, plate, name, nameWidth, rest, pixels, priceColor(palette, section.price));
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
    traceRounded(context, left, top, right - left, bottom - top, (bottom - top) / 2);
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
}

function isSoldOut(scene: Scene, section: Section): boolean {
  if (section.isStanding) {
    return scene.standingFree.get(section.id) === 0;
  }
  for (let seat = section.first; seat < section.first + section.count; seat += 1) {
    const look = scene.looks[seat];
    if (look === LOOK.free || look === LOOK.unknown || look === LOOK.own) {
      return false;
    }
  }
  return section.count > 0 && scene.looks[section.first] !== LOOK.off;
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

/** `302` of `Block 302`, where many are called so and told apart by that. */
function numbersOf(names: readonly string[]): string[] {
  const parts = names.map((name) => /^(\D+) (\d+\w?)$/.exec(name));
  const alike = new Map<string, number>();
  for (const [, word = ""] of parts.filter((part) => part !== null)) {
    alike.set(word, (alike.get(word) ?? 0) + 1);
  }
  return parts.map((part) => (part !== null && (alike.get(part[1] ?? "") ?? 0) >= NUMBERED_MIN ? (part[2] ?? "") : ""));
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

function overlaps(one: Rectangle, other: Rectangle): boolean {
  return one.left < other.right + 4 && other.left < one.right + 4 && one.top < other.bottom + 2 && other.top < one.bottom + 2;
}
