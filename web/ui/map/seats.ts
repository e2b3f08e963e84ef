// Seats large enough to be read: their own outline, turned as they stand, with a sign for each state.

import { numberOf, SHAPES, type House } from "./house.ts";
import { LOOK, priceColor, type Palette } from "./look.ts";
import { DIMMED } from "./sprites.ts";
import { traceRounded, type Surface } from "./surface.ts";

/** Numbers are written on seats of so many pixels of the page, and larger. */
const NUMBER_PIXELS_MIN = 17;

export interface SeatStyle {
  readonly palette: Palette;
  /** Device pixels per plan unit. */
  readonly scale: number;
  readonly ratio: number;
}

export function drawSeat(
  context: Surface,
  house: House,
  seat: number,
  look: number,
  isDimmed: boolean,
  at: { x: number; y: number },
  { palette, scale, ratio }: SeatStyle,
): void {
  const [width, height] = [(house.width[seat] ?? 0) * scale, (house.height[seat] ?? 0) * scale];
  const rotation = house.rotation[seat] ?? 0;
  const [cosine, sine] = [Math.cos(rotation), Math.sin(rotation)];
  const size = Math.min(width, height);
  const price = house.sections[house.section[seat] ?? 0]?.price ?? 0;
  const color = priceColor(palette, price);
  context.globalAlpha = isDimmed ? DIMMED : 1;
  context.setTransform(cosine, sine, -sine, cosine, at.x, at.y);
  tracePlace(context, SHAPES[house.shape[seat] ?? 0] ?? "ellipse", width, height, look === LOOK.own ? size * 0.08 : 0);
  body(context, look, color, palette, size);
  // Signs and numbers stand upright, however the seat is turned.
  context.setTransform(1, 0, 0, 1, at.x, at.y);
  const isAccessible = house.accessible[seat] === 1;
  if (!sign(context, look, palette, size) && size >= NUMBER_PIXELS_MIN * ratio) {
    context.fillStyle = look === LOOK.free ? palette.onPrice : palette.quiet;
    if (isAccessible) {
      drawWheelchair(context, size * 0.56);
    } else {
      writeNumber(context, numberOf(house, seat), size);
    }
  } else if (look === LOOK.free && isAccessible) {
    context.fillStyle = palette.onPrice;
    drawWheelchair(context, size * 0.62);
  }
  context.globalAlpha = 1;
}

function tracePlace(context: Surface, shape: (typeof SHAPES)[number], width: number, height: number, grow: number): void {
  const [reachX, reachY] = [width / 2 + grow, height / 2 + grow];
  context.beginPath();
  if (shape === "ellipse") {
    context.ellipse(0, 0, reachX, reachY, 0, 0, Math.PI * 2);
  } else {
    const radius = shape === "rectangle" ? Math.min(reachX, reachY) * 0.12 : Math.min(reachX, reachY) * 0.55;
    traceRounded(context, -reachX, -reachY, 2 * reachX, 2 * reachY, radius);
  }
}

function body(context: Surface, look: number, color: string, palette: Palette, size: number): void {
  context.lineWidth = Math.max(1, size * 0.07);
  context.setLineDash([]);
  switch (look) {
    case LOOK.free:
      context.fillStyle = color;
      context.fill();
      return;
    case LOOK.own:
      context.fillStyle = palette.accent;
      context.fill();
      context.strokeStyle = palette.ink;
      context.stroke();
      return;
    case LOOK.taking:
    case LOOK.giving:
      context.fillStyle = palette.surface;
      context.fill();
      context.strokeStyle = palette.accent;
      context.lineWidth = Math.max(1.5, size * 0.11);
      context.stroke();
      return;
    case LOOK.held:
      context.strokeStyle = palette.quiet;
      context.setLineDash([size * 0.2, size * 0.13]);
      context.stroke();
      context.setLineDash([]);
      return;
    case LOOK.sold:
      context.globalAlpha *= 0.55;
      context.fillStyle = palette.line;
      context.fill();
      context.globalAlpha /= 0.55;
      return;
    case LOOK.unknown:
      context.fillStyle = palette.line;
      context.fill();
      return;
    default:
      context.strokeStyle = palette.line;
      context.stroke();
  }
}

/** A sign in place of the number; false where the number stands. */
function sign(context: Surface, look: number, palette: Palette, size: number): boolean {
  const reach = size * 0.2;
  context.lineWidth = Math.max(1.2, size * 0.1);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  switch (look) {
    case LOOK.own:
      context.strokeStyle = palette.onAccent;
      context.moveTo(-reach * 1.1, 0);
      context.lineTo(-reach * 0.25, reach * 0.85);
      context.lineTo(reach * 1.2, -reach * 0.85);
      break;
    case LOOK.sold:
      context.strokeStyle = palette.quiet;
      context.lineWidth = Math.max(1, size * 0.06);
      context.moveTo(-reach * 0.8, -reach * 0.8);
      context.lineTo(reach * 0.8, reach * 0.8);
      context.moveTo(reach * 0.8, -reach * 0.8);
      context.lineTo(-reach * 0.8, reach * 0.8);
      break;
    case LOOK.taking:
      context.strokeStyle = palette.accent;
      for (const x of [-reach, 0, reach]) {
        context.moveTo(x, 0);
        context.lineTo(x + 0.01, 0);
      }
      break;
    case LOOK.giving:
      context.strokeStyle = palette.accent;
      context.moveTo(-reach, 0);
      context.lineTo(reach, 0);
      break;
    case LOOK.off:
      context.strokeStyle = palette.line;
      context.lineWidth = Math.max(1, size * 0.06);
      context.moveTo(-size * 0.32, size * 0.32);
      context.lineTo(size * 0.32, -size * 0.32);
      break;
    default:
      return false;
  }
  context.stroke();
  return true;
}

function writeNumber(context: Surface, number: string, size: number): void {
  // Long numbers shrink, so that they stay on their seat.
  const scale = number.length <= 2 ? 1 : 2.4 / number.length;
  const { a, b, c, d, e, f } = context.getTransform();
  context.setTransform(a * scale, b, c, d * scale, e, f);
  context.fillText(number, 0, size * 0.03);
}

/** A person in a wheelchair, as on every door. */
function drawWheelchair(context: Surface, size: number): void {
  const unit = size / 10;
  context.beginPath();
  context.arc(-0.6 * unit, -4.2 * unit, 1.1 * unit, 0, Math.PI * 2);
  context.fill();
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 1.3 * unit;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(-0.6 * unit, -2.4 * unit);
  context.lineTo(-0.4 * unit, 0.9 * unit);
  context.lineTo(2.1 * unit, 0.9 * unit);
  context.lineTo(3.4 * unit, 4 * unit);
  context.moveTo(-0.5 * unit, -0.9 * unit);
  context.lineTo(2 * unit, -0.9 * unit);
  context.stroke();
  context.beginPath();
  context.arc(-0.6 * unit, 2 * unit, 2.9 * unit, -0.35 * Math.PI * 1.9, -1.55 * Math.PI, true);
  context.stroke();
}
