// A generated arena of exactly so many seats, in the format of pretix's plan editor: blocks on three tiers
// around a floor, every row on an arc of an ellipse.

export interface Tier {
  readonly name: string;
  readonly rows: number;
  /** The first row's distance from the floor's edge. */
  readonly distance: number;
}

export interface Seat {
  readonly x: number;
  readonly y: number;
  readonly number: string;
}

export interface Row {
  readonly label: string;
  readonly seats: readonly Seat[];
}

export interface Block {
  readonly name: string;
  readonly tier: string;
  readonly rows: readonly Row[];
}

const SPACING = 25;
const ROW_SPACING = 36;
const FLOOR = { x: 1_000, y: 640 };
const CENTRE = { x: 3_000, y: 2_500 };
const BLOCKS = 28;
/** The part of a block's angle that is its aisle. */
const AISLE = 0.07;
const TIERS: readonly Tier[] = [
  { name: "Lower tier", rows: 18, distance: 60 },
  { name: "Club tier", rows: 9, distance: 840 },
  { name: "Upper tier", rows: 23, distance: 1_260 },
];

/** The blocks, outermost rows filled until there are exactly so many seats. */
export function arena(seatCount: number): Block[] {
  const blocks: Block[] = [];
  let left = seatCount;
  TIERS.forEach((tier, tierIndex) => {
    for (let block = 0; block < BLOCKS && left > 0; block += 1) {
      const rows = rowsOf(tier, block, left);
      left -= rows.reduce((sum, { seats }) => sum + seats.length, 0);
      blocks.push({ name: `Block ${tierIndex + 1}${String(block + 1).padStart(2, "0")}`, tier: tier.name, rows });
    }
  });
  if (left > 0) {
    throw new Error(`the arena has room for ${seatCount - left} seats only`);
  }
  return blocks;
}

function rowsOf(tier: Tier, block: number, most: number): Row[] {
  const rows: Row[] = [];
  let left = most;
  for (let row = 0; row < tier.rows && left > 0; row += 1) {
    const seats = arc(block, tier.distance + row * ROW_SPACING).slice(0, left);
    left -= seats.length;
    rows.push({ label: String(row + 1), seats });
  }
  return rows;
}

/** Seats along a block's part of an ellipse, evenly by length. */
function arc(block: number, distance: number): Seat[] {
  const [radiusX, radiusY] = [FLOOR.x + distance, FLOOR.y + distance];
  const whole = (2 * Math.PI) / BLOCKS;
  const [from, to] = [whole * (block + AISLE) - Math.PI / 2, whole * (block + 1 - AISLE) - Math.PI / 2];
  const steps = 400;
  const seats: Seat[] = [];
  let along = SPACING / 2;
  let [lastX, lastY] = [radiusX * Math.cos(from), radiusY * Math.sin(from)];
  for (let step = 1; step <= steps; step += 1) {
    const angle = from + ((to - from) * step) / steps;
    const [x, y] = [radiusX * Math.cos(angle), radiusY * Math.sin(angle)];
    along += Math.hypot(x - lastX, y - lastY);
    [lastX, lastY] = [x, y];
    if (along >= SPACING) {
      along -= SPACING;
      seats.push({ x: round(CENTRE.x + x), y: round(CENTRE.y + y), number: String(seats.length + 1) });
    }
  }
  return seats;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** As `frontrow import-plan` reads it, with one category a tier. */
export function pretixPlan(blocks: readonly Block[]): object {
  return {
    name: "Generated arena",
    categories: TIERS.map(({ name }) => ({ name, color: "#4CAF50" })),
    size: { width: 2 * CENTRE.x, height: 2 * CENTRE.y },
    zones: blocks.map(({ name, tier, rows }, block) => ({
      name,
      zone_id: name,
      uuid: uuid(block, 0, 0),
      position: { x: 0, y: 0 },
      areas: block === 0 ? [floor()] : [],
      rows: rows.map(({ label, seats }, row) => ({
        row_number: label,
        row_number_position: "both",
        uuid: uuid(block, row + 1, 0),
        position: { x: 0, y: 0 },
        seats: seats.map(({ x, y, number }, seat) => ({
          seat_number: number,
          seat_guid: `${name}-${label}-${number}`,
          uuid: uuid(block, row + 1, seat + 1),
          position: { x, y },
          category: tier,
        })),
      })),
    })),
  };
}

function floor(): object {
  return {
    shape: "rectangle",
    color: "#dddddd",
    border_color: "#999999",
    rotation: 0,
    uuid: uuid(0, 0, 1),
    position: { x: CENTRE.x - 420, y: CENTRE.y - 220 },
    rectangle: { width: 840, height: 440 },
    text: { position: { x: 420, y: 220 }, color: "#333333", text: "Stage", size: 40 },
  };
}

function uuid(block: number, row: number, seat: number): string {
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");
  return `00000000-${hex(block, 4)}-4${hex(row, 3)}-8000-${hex(seat, 12)}`;
}
