// Floors. A plan may draw one floor over another; the manifest does not say so, but seats that lie on each
// other do. Sections of one zone (what stands before the comma of an imported section's name) stay together.

import type { House, Section } from "./house.ts";
import type { SeatGrid } from "./grid.ts";

/** Seats nearer than this, in pitches, lie on each other. */
const OVERLAP_PITCHES = 0.5;
/** So many seats may touch by mistake. */
const OVERLAP_SEATS_MAX = 2;

export interface Levels {
  /** By level, lowest first; empty for one that has no name of its own, as where nothing overlaps. */
  readonly levels: readonly string[];
  /** By section. */
  readonly levelOf: readonly number[];
}

export function levelsOf(house: House, grid: SeatGrid): Levels {
  const zones = zonesOf(house.sections);
  const zoneCount = Math.max(0, ...zones) + 1;
  const overlaps = countOverlaps(house, grid, zones, zoneCount);
  const levelOfZone: number[] = [];
  for (let zone = 0; zone < zoneCount; zone += 1) {
    const taken = new Set<number>();
    for (let other = 0; other < zone; other += 1) {
      if ((overlaps[zone * zoneCount + other] ?? 0) > OVERLAP_SEATS_MAX) {
        taken.add(levelOfZone[other] ?? 0);
      }
    }
    let level = 0;
    while (taken.has(level)) {
      level += 1;
    }
    levelOfZone.push(level);
  }
  const levelOf = zones.map((zone) => levelOfZone[zone] ?? 0);
  return { levels: namesOf(house.sections, levelOf), levelOf };
}

function zoneName({ name }: Section): string {
  const comma = name.lastIndexOf(", ");
  return comma > 0 ? name.slice(0, comma) : name;
}

function zonesOf(sections: readonly Section[]): number[] {
  const known = new Map<string, number>();
  return sections.map((section) => {
    const name = zoneName(section);
    const zone = known.get(name) ?? known.size;
    known.set(name, zone);
    return zone;
  });
}

function countOverlaps(house: House, grid: SeatGrid, zones: readonly number[], zoneCount: number): Uint32Array {
  const overlaps = new Uint32Array(zoneCount * zoneCount);
  const reach = house.pitch * OVERLAP_PITCHES;
  const zoneOf = (seat: number): number => zones[house.section[seat] ?? 0] ?? 0;
  for (let seat = 0; seat < house.seatCount; seat += 1) {
    const zone = zoneOf(seat);
    const other = grid.nearest(house.x[seat] ?? 0, house.y[seat] ?? 0, reach, (it) => zoneOf(it) !== zone);
    if (other >= 0) {
      const one = zone * zoneCount + zoneOf(other);
      const two = zoneOf(other) * zoneCount + zone;
      overlaps[one] = (overlaps[one] ?? 0) + 1;
      overlaps[two] = (overlaps[two] ?? 0) + 1;
    }
  }
  return overlaps;
}

/** A floor is called as its only zone is; the page calls others by their number. */
function namesOf(sections: readonly Section[], levelOf: readonly number[]): string[] {
  const count = Math.max(0, ...levelOf) + 1;
  if (count === 1) {
    return [""];
  }
  return Array.from({ length: count }, (_, level) => {
    const zones = new Set(sections.filter((_it, index) => levelOf[index] === level).map(zoneName));
    const [only] = zones;
    return zones.size === 1 && only !== undefined ? only : "";
  });
}
