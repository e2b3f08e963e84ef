// What is written on the map: sections with their prices from afar, rows from close by.

import { toPage, type Point } from "./camera.ts";
import { DOTS_PITCH_MIN } from "./detail.ts";
import type { House, Rectangle, Section } from "./house.ts";
import { LOOK, priceColor, type Palette } from "./look.ts";
import type { PaintedWords } from "./messages.ts";
import { writeMoney } from "./money.ts";
import { clampNumber, isWithin, type Frame, type Scene } from "./scene.ts";
import type { Anchor, Shapes } from "./shapes.ts";
import { traceRounded, type Surface } from "./surface.ts";

interface LabelWords {
  readonly name: string;
  readonly rest: string;
  /** The rest below the name. */
  readonly isStacked: boolean;
  /** On a patch of the band's own colour instead of a plate. */
  readonly isBare: boolean;
}

interface Label extends LabelWords {
  readonly box: Rectangle;
  readonly pixels: number;
  readonly nameWidth: number;
}

interface LabelInk {
  readonly name: string;
  readonly rest: string;
  readonly ground: string;
  /** Of a plate; null without one. */
  readonly edge: string | null;
  readonly alpha: number;
}

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
            const label = shortLabel(house.rows[row]?.label ?? "");
            // A number has room where the next seat would stand; a name goes on from there.
            const beyond = Math.max(0, context.measureText(label).width / 2 - view.scale * house.pitch * 0.4);
            context.fillText(label, x + at.alongX * beyond, y + at.alongY * beyond);
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

  /** A name and a price: side by side, or one above the other, or the name alone, whichever has room. */
  private labelSection(
    context: Surface,
    scene: Scene,
    { view, size }: Frame,
    anchor: Anchor,
    section: Section,
    pitch: number,
    written: Rectangle[],
  ): void {
    const at = toPage(view, size, anchor);
    if (at.x < -100 || at.y < -40 || at.x > size.width + 100 || at.y > size.height + 40) {
      return;
    }
    const room = { width: anchor.width * view.scale, height: anchor.height * view.scale };
    for (const words of this.choices(scene, anchor.section, section, pitch)) {
      const label = this.laidOut(context, words, at, pitch);
      if (fits(label, room) && !written.some((other) => overlaps(other, label.box))) {
        written.push(label.box);
        this.draw(context, label, this.inkFor(scene, section, words.isBare));
        return;
      }
    }
  }

  private choices(scene: Scene, index: number, section: Section, pitch: number): LabelWords[] {
    const money = this.house.prices[section.price];
    const price = money === undefined ? "" : writeMoney(this.words, money);
    const isGone = isSoldOut(scene, section);
    const tail = isGone ? this.words.soldOut : price;
    const short = this.shortNames[index] ?? section.name;
    // The switch says which floor it is.
    const long = this.house.levels.length > 1 ? short : section.name;
    const number = this.numbers[index] ?? "";
    const written = (name: string, rest: string, isStacked: boolean, isBare = false): LabelWords => ({ name, rest, isStacked, isBare });
    if (number === "") {
      return [written(long, tail, false), written(short, tail, false), written(short, tail, true), written(short, "", false)];
    }
    // Among a hundred blocks a number is a name. Rows as bands are a ground to write on; dots are none.
    const isBare = pitch < DOTS_PITCH_MIN;
    const alone = written(number, "", false, isBare);
    if (isBare) {
      return isGone ? [alone] : [written(number, price, true, true), alone];
    }
    return [written(long, tail, false), written(number, tail, false), alone];
  }

  private laidOut(context: Surface, words: LabelWords, { x, y }: Point, pitch: number): Label {
    const { name, rest, isStacked, isBare } = words;
    const pixels = clampNumber(10.5, pitch * 1.4, 13);
    const nameWidth = this.measure(context, name, 650, pixels);
    const restWidth = rest === "" ? 0 : this.measure(context, rest, 500, pixels);
    const inner = isStacked || rest === "" ? Math.max(nameWidth, restWidth) : nameWidth + 8 + restWidth;
    const width = inner + (isBare ? 3 : 14);
    const height = isStacked ? pixels * (isBare ? 2.1 : 2.7) : pixels * (isBare ? 1.1 : 1.9);
    const box = { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
    return { ...words, box, pixels, nameWidth };
  }

  private measure(context: Surface, words: string, weight: number, pixels: number): number {
    context.font = `${weight} ${pixels}px ${this.palette.font}`;
    return context.measureText(words).width;
  }

  private inkFor(scene: Scene, section: Section, isBare: boolean): LabelInk {
    const { palette } = this;
    const alpha = scene.filter !== null && section.price !== scene.filter ? 0.4 : 1;
    const color = priceColor(palette, section.price);
    if (!isBare) {
      return { name: palette.ink, rest: palette.quiet, ground: palette.surface, edge: color, alpha };
    }
    const [ink, ground] = isSoldOut(scene, section) ? [palette.ink, palette.line] : [palette.onPrice, color];
    return { name: ink, rest: ink, ground, edge: null, alpha };
  }

  private draw(context: Surface, label: Label, ink: LabelInk): void {
    const { box, pixels, name, rest, nameWidth, isStacked } = label;
    context.globalAlpha = ink.alpha;
    drawPlate(context, box, ink, label.isBare ? 3 : pixels * 0.95);
    const [middleX, middleY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2 + 0.5];
    const isBeside = rest !== "" && !isStacked;
    context.textAlign = isBeside ? "start" : "center";
    context.textBaseline = "middle";
    context.fillStyle = ink.name;
    context.font = `650 ${pixels}px ${this.palette.font}`;
    const lineUp = isStacked ? pixels * 0.54 : 0;
    context.fillText(name, isBeside ? box.left + 7 : middleX, middleY - lineUp);
    if (rest !== "") {
      context.fillStyle = ink.rest;
      context.font = `500 ${pixels}px ${this.palette.font}`;
      context.fillText(rest, isBeside ? box.left + 7 + nameWidth + 8 : middleX, middleY + lineUp);
    }
    context.globalAlpha = 1;
  }
}

function drawPlate(context: Surface, { left, top, right, bottom }: Rectangle, { ground, edge }: LabelInk, radius: number): void {
  context.beginPath();
  traceRounded(context, left, top, right - left, bottom - top, radius);
  context.fillStyle = ground;
  context.fill();
  if (edge !== null) {
    context.strokeStyle = edge;
    context.lineWidth = 1.25;
    context.stroke();
  }
}

/** A name alone may stick out a little; numbers of blocks may, too, for what they stand in is bent. */
function fits({ box, rest, isStacked, isBare }: Label, room: { width: number; height: number }): boolean {
  const width = box.right - box.left;
  if (isBare) {
    return width <= room.width + 8 && box.bottom - box.top <= room.height + 2;
  }
  return width <= Math.max(room.width * 1.1, 40) * (rest === "" || isStacked ? 1.4 : 1);
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

interface End {
  readonly x: number;
  readonly y: number;
  /** The way on from the line, as a vector of length one. */
  readonly alongX: number;
  readonly alongY: number;
}

/** The places beyond both ends of a line, one seat on. */
function ends(points: Float32Array, pitch: number): End[] {
  const last = points.length - 2;
  const beyond = (end: number, inner: number): End => {
    const [x, y] = [points[end] ?? 0, points[end + 1] ?? 0];
    const [deltaX, deltaY] = [x - (points[inner] ?? x), y - (points[inner + 1] ?? y)];
    const length = Math.hypot(deltaX, deltaY);
    const [alongX, alongY] = length === 0 ? [-1, 0] : [deltaX / length, deltaY / length];
    return { x: x + alongX * pitch * 0.9, y: y + alongY * pitch * 0.9, alongX, alongY };
  };
  return last === 0 ? [beyond(0, 0)] : [beyond(0, 2), beyond(last, last - 2)];
}

/** Or nearly so. */
function overlaps(one: Rectangle, other: Rectangle): boolean {
  return one.left < other.right + 2 && other.left < one.right + 2 && one.top < other.bottom + 1 && other.top < one.bottom + 1;
}
