// What is written on the map: sections with their prices from afar, rows from close by.

import { toPage, type Point } from "./camera.ts";
import { coveredBy, type Covered } from "./covering.ts";
import { DOTS_PITCH_MIN } from "./detail.ts";
import type { SeatGrid } from "./grid.ts";
import type { House, Rectangle, Section } from "./house.ts";
import { drawLabel, fits, isFree, layOut, type Label, type LabelInk, type LabelWords } from "./lettering.ts";
import { LOOK, priceColor, type Palette } from "./look.ts";
import type { PaintedWords } from "./messages.ts";
import { rowLabelsOf, writings, type RowLabel } from "./row-labels.ts";
import { clampNumber, isWithin, type Frame, type Scene } from "./scene.ts";
import type { Anchor, Shapes } from "./shapes.ts";
import type { Surface } from "./surface.ts";

/** From so many blocks of one name on, the name says nothing. */
const NUMBERED_MIN = 8;
/** Where along a row there may be room for a block's number: in its middle rather than beside it. */
const ROW_PARTS = [0.5, 0.25, 0.75, 0.1, 0.9] as const;

/** Letters of rows' names, in pixels of the page. */
const ROW_PIXELS_MIN = 9;
const ROW_PIXELS_MAX = 14;
/** Seats are round: between them is a little more room than between their boxes. */
const ROW_SLACK_PIXELS = 4;

const NOTHING: Covered = { own: 0, others: 0 };

/** How numbered blocks are written. */
interface Way {
  readonly isSmall: boolean;
  readonly isPriced: boolean;
}

interface LaidOut {
  readonly anchor: Anchor;
  readonly label: Label;
  readonly section: Section;
}

export class Labels {
  private readonly house: House;
  private readonly shapes: Shapes;
  private readonly grid: SeatGrid;
  private readonly shortNames: readonly string[];
  /** By section: what tells blocks apart that are numbered through; empty where they are not. */
  private readonly numbers: readonly string[];
  private readonly words: PaintedWords;
  /** By level; worked out when one comes so close that rows are named. */
  private rowLabels: RowLabel[][] | null = null;
  palette: Palette;

  constructor(house: House, shapes: Shapes, grid: SeatGrid, palette: Palette, words: PaintedWords) {
    this.words = words;
    this.house = house;
    this.shapes = shapes;
    this.grid = grid;
    this.shortNames = shortNamesOf(house.sections);
    this.numbers = numbersOf(this.shortNames);
    this.palette = palette;
  }

  /** At both ends of a row, and at its aisles; in the middle of a table. */
  rows(context: Surface, scene: Scene, frame: Frame, plan: Rectangle): void {
    const { house, palette } = this;
    const pixels = clampNumber(ROW_PIXELS_MIN, this.pitchOf(frame) * 0.42, ROW_PIXELS_MAX);
    context.fillStyle = palette.quiet;
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.rowLabels ??= rowLabelsOf(house, this.shapes, this.grid);
    for (const label of this.rowLabels[scene.level] ?? []) {
      if (isWithin(plan, label.x, label.y, house.pitch * 2)) {
        this.writeRow(context, frame, label, pixels);
      }
    }
  }

  private writeRow(context: Surface, { view, size }: Frame, label: RowLabel, pixels: number): void {
    const { house, palette } = this;
    const { x, y } = toPage(view, size, label);
    const room = label.room === null ? Infinity : label.room * view.scale + ROW_SLACK_PIXELS;
    for (const words of writings(house.rows[label.row]?.label ?? "")) {
      for (const letters of [pixels, ROW_PIXELS_MIN]) {
        context.font = `500 ${letters}px ${palette.font}`;
        const { width } = context.measureText(words);
        if (width <= room) {
          // A number has room where the next seat would stand; a name goes on from there.
          const beyond = Math.max(0, width / 2 - view.scale * house.pitch * 0.4);
          context.fillText(words, x + label.alongX * beyond, y + label.alongY * beyond);
          return;
        }
      }
    }
  }

  sections(context: Surface, scene: Scene, frame: Frame): void {
    const written: Rectangle[] = [];
    // The larger block first, so that of two names that would overlap the one with more room is written.
    const anchors = [...this.shapes.anchors].sort((one, other) => other.width - one.width);
    // Among a hundred blocks a number is a name. Rows as bands are a ground to write on; dots are none.
    const areBare = this.pitchOf(frame) < DOTS_PITCH_MIN;
    const alike = new Map<number, Anchor[]>();
    for (const anchor of anchors.filter((it) => this.house.sections[it.section]?.level === scene.level)) {
      const price = this.house.sections[anchor.section]?.price ?? 0;
      if (areBare && this.numbers[anchor.section] !== "") {
        alike.set(price, [...(alike.get(price) ?? []), anchor]);
      } else {
        this.labelSection(context, scene, frame, anchor, written);
      }
    }
    for (const blocks of alike.values()) {
      this.labelBlocks(context, scene, frame, blocks, written);
    }
  }

  standing(context: Surface, scene: Scene, frame: Frame): void {
    for (const anchor of this.shapes.anchors) {
      const section = this.house.sections[anchor.section];
      if (section?.isStanding === true && section.level === scene.level) {
        this.labelSection(context, scene, frame, anchor, []);
      }
    }
  }

  /** A name and a price: side by side, or one above the other, or the name alone, whichever has room. */
  private labelSection(context: Surface, scene: Scene, frame: Frame, anchor: Anchor, written: Rectangle[]): void {
    const section = this.house.sections[anchor.section];
    if (section === undefined || !isNear(frame, toPage(frame.view, frame.size, anchor))) {
      return;
    }
    for (const words of this.choices(scene, anchor.section, section)) {
      const label = this.labelAt(context, frame, anchor, words, written);
      if (label !== null) {
        written.push(...label.grounds);
        drawLabel(context, this.palette.font, label, this.inkFor(scene, section, words.isBare));
        return;
      }
    }
  }

  /**
   * Numbered blocks of one price are written alike: in the way in which most of them have their price. Between those, a
   * block that has no room for it has its number alone, where that lies on as much of its own block as can be.
   */
  private labelBlocks(context: Surface, scene: Scene, frame: Frame, blocks: readonly Anchor[], written: Rectangle[]): void {
    const usual = this.priced(context, scene, frame, blocks, false, written);
    const small = this.priced(context, scene, frame, blocks, true, written);
    const priced = small.length > usual.length ? small : usual;
    const taken = [...written, ...priced.flatMap(({ label }) => label.grounds)];
    const left = blocks.filter((block) => !priced.some(({ anchor }) => anchor === block));
    const alone = this.alone(context, scene, frame, left, priced.length > 0, taken);
    for (const { label, section } of [...priced, ...alone]) {
      written.push(...label.grounds);
      if (isNear(frame, { x: label.box.left, y: label.box.top })) {
        drawLabel(context, this.palette.font, label, this.inkFor(scene, section, true));
      }
    }
  }

  /** Those of the blocks that have room for number and price: not on others' seats, nor on what is written. */
  private priced(context: Surface, scene: Scene, frame: Frame, blocks: readonly Anchor[], isSmall: boolean, written: readonly Rectangle[]): LaidOut[] {
    const taken = [...written];
    return blocks.flatMap((anchor) => {
      const found = this.laidOut(context, scene, frame, anchor, { isSmall, isPriced: true }, taken);
      if (found === null || this.covered(found, frame).others > 0) {
        return [];
      }
      taken.push(...found.label.grounds);
      return [found];
    });
  }

  /** Small letters beside prices; else as large as names every block, or most of them. */
  private alone(context: Surface, scene: Scene, frame: Frame, blocks: readonly Anchor[], isSmall: boolean, written: readonly Rectangle[]): LaidOut[] {
    const usual = isSmall ? [] : this.numbered(context, scene, frame, blocks, false, written);
    if (blocks.length > 0 && usual.length === blocks.length) {
      return usual;
    }
    const small = this.numbered(context, scene, frame, blocks, true, written);
    return small.length > usual.length ? small : usual;
  }

  private numbered(context: Surface, scene: Scene, frame: Frame, blocks: readonly Anchor[], isSmall: boolean, written: readonly Rectangle[]): LaidOut[] {
    const taken = [...written];
    return blocks.flatMap((block) => {
      let [best, bestWorth] = [null as LaidOut | null, -Infinity];
      for (const anchor of this.withItsRows(block)) {
        const found = this.laidOut(context, scene, frame, anchor, { isSmall, isPriced: false }, taken);
        const { own, others } = found === null ? NOTHING : this.covered(found, frame);
        if (found !== null && own - others > bestWorth) {
          [best, bestWorth] = [found, own - others];
        }
      }
      taken.push(...(best?.label.grounds ?? []));
      return best === null ? [] : [best];
    });
  }

  private laidOut(context: Surface, scene: Scene, frame: Frame, anchor: Anchor, way: Way, taken: readonly Rectangle[]): LaidOut | null {
    const section = this.house.sections[anchor.section];
    const label = section === undefined ? null : this.labelAt(context, frame, anchor, this.numberWords(scene, anchor, section, way), taken);
    return section === undefined || label === null ? null : { anchor, label, section };
  }

  private covered({ anchor, label }: LaidOut, frame: Frame): Covered {
    return coveredBy(label, this.house, this.grid, frame, anchor.section);
  }

  /** Where a block can be named: in its middle, or somewhere on one of its rows. */
  private withItsRows(block: Anchor): Anchor[] {
    const lines = this.shapes.lines[block.section] ?? [];
    const onRows = ROW_PARTS.flatMap((part) =>
      lines.map(({ points }) => {
        const at = Math.floor((points.length / 2) * part) * 2;
        return { ...block, x: points[at] ?? block.x, y: points[at + 1] ?? block.y };
      }),
    );
    return [block, ...onRows];
  }

  private numberWords(scene: Scene, anchor: Anchor, section: Section, { isSmall, isPriced }: Way): LabelWords {
    const rest = isPriced && !isSoldOut(scene, section) ? this.priceOf(section) : "";
    return { name: this.numbers[anchor.section] ?? "", rest, isStacked: rest !== "", isBare: true, isSmall };
  }

  private labelAt(context: Surface, frame: Frame, anchor: Anchor, words: LabelWords, written: readonly Rectangle[]): Label | null {
    const { view, size } = frame;
    const label = layOut(context, this.palette.font, words, toPage(view, size, anchor), this.pitchOf(frame));
    const room = { width: anchor.width * view.scale, height: anchor.height * view.scale };
    return fits(label, room) && isFree(label, written) ? label : null;
  }

  private choices(scene: Scene, index: number, section: Section): LabelWords[] {
    const tail = isSoldOut(scene, section) ? this.words.soldOut : this.priceOf(section);
    const short = this.shortNames[index] ?? section.name;
    // The switch says which floor it is.
    const long = this.house.levels.length > 1 ? short : section.name;
    const number = this.numbers[index] ?? "";
    const written = (name: string, rest: string, isStacked = false): LabelWords => ({ name, rest, isStacked, isBare: false, isSmall: false });
    if (section.isStanding) {
      // A narrow one lies between rows whose names leave no room for a plate.
      const bare: LabelWords = { name: short, rest: "", isStacked: false, isBare: true, isSmall: true };
      return [written(long, tail), written(short, tail), written(short, tail, true), written(short, ""), bare];
    }
    return number === ""
      ? [written(long, tail), written(short, tail), written(short, tail, true), written(short, "")]
      : [written(long, tail), written(number, tail), written(number, "")];
  }

  private priceOf({ price }: Section): string {
    return this.words.prices[price] ?? "";
  }

  private pitchOf({ view }: Frame): number {
    return view.scale * this.house.pitch;
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
}

/** Whether what stands there is seen, or sticks into the picture. */
function isNear({ size }: Frame, { x, y }: Point): boolean {
  return x > -100 && y > -40 && x < size.width + 100 && y < size.height + 40;
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
