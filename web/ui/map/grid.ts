// Where seats are found by place: a uniform grid whose cells list their seats one after the other. A hall
// is even enough that nothing cleverer finds them sooner.

import type { House, Rectangle } from "./house.ts";

type Places = Pick<House, "seatCount" | "x" | "y" | "pitch">;

/** A cell's width in pitches: some sixteen seats. */
const CELL_PITCHES = 4;
/** A plan of far-flung seats must not make a grid of mostly nothing. */
const CELLS_MAX = 1 << 18;

export class SeatGrid {
  private readonly places: Places;
  private readonly cell: number;
  private readonly left: number = 0;
  private readonly top: number = 0;
  private readonly columns: number = 1;
  private readonly lines: number = 1;
  /** Where each cell's seats begin in `seats`, and one more. */
  private readonly starts: Uint32Array;
  private readonly seats: Uint32Array;

  /** `pitches`: a cell's width. */
  constructor(places: Places, pitches = CELL_PITCHES) {
    this.places = places;
    const { seatCount, x, y } = places;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let seat = 0; seat < seatCount; seat += 1) {
      left = Math.min(left, x[seat] ?? 0);
      right = Math.max(right, x[seat] ?? 0);
      top = Math.min(top, y[seat] ?? 0);
      bottom = Math.max(bottom, y[seat] ?? 0);
    }
    let cell = places.pitch * pitches;
    if (seatCount > 0) {
      const [width, height] = [right - left, bottom - top];
      cell = Math.max(cell, Math.sqrt((width * height) / CELLS_MAX), Math.max(width, height) / CELLS_MAX);
      this.left = left;
      this.top = top;
      this.columns = Math.floor(width / cell) + 1;
      this.lines = Math.floor(height / cell) + 1;
    }
    this.cell = cell;
    this.starts = new Uint32Array(this.columns * this.lines + 1);
    this.seats = new Uint32Array(seatCount);
    this.fill();
  }

  /** Visits every seat whose centre is in the rectangle, and some beside it. */
  visit({ left, top, right, bottom }: Rectangle, seen: (seat: number) => void): void {
    const [from, to] = [this.column(left), this.column(right)];
    for (let line = this.line(top); line <= this.line(bottom); line += 1) {
      const begin = this.starts[line * this.columns + from] ?? 0;
      const end = this.starts[line * this.columns + to + 1] ?? 0;
      for (let position = begin; position < end; position += 1) {
        seen(this.seats[position] ?? 0);
      }
    }
  }

  /** The nearest seat within reach that is wanted; -1 if there is none. */
  nearest(x: number, y: number, reach: number, isWanted: (seat: number) => boolean = () => true): number {
    const { x: seatX, y: seatY } = this.places;
    let best = -1;
    let bestSquare = reach * reach;
    const from = this.column(x - reach);
    const to = this.column(x + reach);
    const last = this.line(y + reach);
    for (let line = this.line(y - reach); line <= last; line += 1) {
      const end = this.starts[line * this.columns + to + 1] ?? 0;
      for (let position = this.starts[line * this.columns + from] ?? 0; position < end; position += 1) {
        const seat = this.seats[position] ?? 0;
        const across = (seatX[seat] ?? 0) - x;
        const down = (seatY[seat] ?? 0) - y;
        const square = across * across + down * down;
        if (square <= bestSquare && isWanted(seat)) {
          best = seat;
          bestSquare = square;
        }
      }
    }
    return best;
  }

  /** A counting sort by cell. */
  private fill(): void {
    const { seatCount, x, y } = this.places;
    const cells = new Uint32Array(seatCount);
    for (let seat = 0; seat < seatCount; seat += 1) {
      const cell = this.line(y[seat] ?? 0) * this.columns + this.column(x[seat] ?? 0);
      cells[seat] = cell;
      this.starts[cell + 1] = (this.starts[cell + 1] ?? 0) + 1;
    }
    for (let cell = 1; cell < this.starts.length; cell += 1) {
      this.starts[cell] = (this.starts[cell] ?? 0) + (this.starts[cell - 1] ?? 0);
    }
    const next = this.starts.slice();
    for (let seat = 0; seat < seatCount; seat += 1) {
      const cell = cells[seat] ?? 0;
      const position = next[cell] ?? 0;
      this.seats[position] = seat;
      next[cell] = position + 1;
    }
  }

  private column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.left) / this.cell)));
  }

  private line(y: number): number {
    return Math.min(this.lines - 1, Math.max(0, Math.floor((y - this.top) / this.cell)));
  }
}
