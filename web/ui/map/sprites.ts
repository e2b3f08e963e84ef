// Small seats, each look drawn once and stamped from then on.

import { LOOK, type Palette } from "./look.ts";
import { makeSurface, type Surface } from "./surface.ts";

const LOOKS: readonly number[] = [LOOK.held, LOOK.sold, LOOK.off, LOOK.own, LOOK.taking, LOOK.giving, LOOK.unknown];
/** How much of a seat is left where its price is not asked for. */
export const DIMMED = 0.16;

/** All looks at one size, in a row; a second row for places that are accessible; below both, the same dimmed. */
export class Sprites {
  private readonly image: Surface["canvas"] | null;
  /** A sprite's width and height in device pixels. */
  readonly cell: number;
  private readonly prices: number;

  constructor(readonly diameter: number, palette: Palette) {
    this.cell = Math.ceil(diameter * 1.3) + 2;
    this.prices = palette.prices.length;
    const columns = this.prices + LOOKS.length;
    const context = makeSurface(columns * this.cell, 4 * this.cell, false);
    this.image = context?.canvas ?? null;
    if (context !== null) {
      this.draw(context, palette);
    }
  }

  column(look: number, price: number): number {
    return look === LOOK.free ? price % this.prices : this.prices + LOOKS.indexOf(look);
  }

  /** Stamps a seat with its centre there. */
  stamp(context: Surface, column: number, isAccessible: boolean, isDimmed: boolean, x: number, y: number): void {
    const { cell, image } = this;
    if (image === null) {
      return;
    }
    const line = (isAccessible ? 1 : 0) + (isDimmed ? 2 : 0);
    context.drawImage(image, column * cell, line * cell, cell, cell, Math.round(x - cell / 2), Math.round(y - cell / 2), cell, cell);
  }

  private draw(context: Surface, palette: Palette): void {
    for (let line = 0; line < 4; line += 1) {
      context.globalAlpha = line >= 2 ? DIMMED : 1;
      palette.prices.forEach((color, price) => this.drawOne(context, palette, LOOK.free, color, price, line));
      LOOKS.forEach((look, index) => this.drawOne(context, palette, look, palette.quiet, this.prices + index, line));
    }
  }

  private drawOne(context: Surface, palette: Palette, look: number, color: string, column: number, line: number): void {
    context.setTransform(1, 0, 0, 1, (column + 0.5) * this.cell, (line + 0.5) * this.cell);
    drawDot(context, palette, look, color, this.diameter, line % 2 === 1);
  }
}

/** A seat too small for signs: told apart by fill, by size and by being hollow. */
function drawDot(context: Surface, palette: Palette, look: number, color: string, diameter: number, isAccessible: boolean): void {
  const radius = diameter / 2;
  const thin = Math.max(1, diameter * 0.16);
  context.lineWidth = thin;
  switch (look) {
    case LOOK.free:
      context.fillStyle = color;
      trace(context, isAccessible ? radius * 1.12 : radius, isAccessible);
      context.fill();
      if (isAccessible && diameter > 6) {
        context.fillStyle = palette.onPrice;
        trace(context, radius * 0.38, false);
        context.fill();
      }
      return;
    case LOOK.own:
      context.fillStyle = palette.ink;
      trace(context, radius * 1.3, false);
      context.fill();
      context.fillStyle = palette.accent;
      trace(context, radius * 1.3 - thin, false);
      context.fill();
      return;
    case LOOK.taking:
    case LOOK.giving:
      context.strokeStyle = palette.accent;
      context.lineWidth = thin * 1.6;
      trace(context, radius, isAccessible);
      context.stroke();
      return;
    case LOOK.held:
      context.strokeStyle = color;
      trace(context, radius - thin / 2, isAccessible);
      context.stroke();
      return;
    case LOOK.unknown:
      context.fillStyle = palette.line;
      trace(context, radius, isAccessible);
      context.fill();
      return;
    case LOOK.sold:
      context.fillStyle = palette.line;
      trace(context, radius * 0.55, false);
      context.fill();
      return;
    default:
      context.fillStyle = palette.line;
      context.fillRect(-radius * 0.5, -thin / 2, radius, thin);
  }
}

function trace(context: Surface, radius: number, isSquare: boolean): void {
  context.beginPath();
  if (isSquare) {
    context.rect(-radius * 0.9, -radius * 0.9, radius * 1.8, radius * 1.8);
  } else {
    context.arc(0, 0, Math.max(radius, 0.5), 0, Math.PI * 2);
  }
}
