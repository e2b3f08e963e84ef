import assert from "node:assert/strict";
import { test } from "node:test";

import { fromColumns } from "./columns.ts";

const SECTION = {
  sectionId: "s",
  name: "Stalls",
  price: { amount: 100, currency: "EUR" },
  positionX: 1.5,
  positionY: 2,
  rotation: 0,
  shape: "rectangle",
  sizeX: 9,
  sizeY: 9,
} as const;

test("seats come out of their columns as they went in", () => {
  const columns = {
    index: "rim",
    row: ["A", "A", "B"],
    number: ["1", "2", "1"],
    positionX: "(59377)(2273)(-54815)",
    positionY: "(-100)m(100)",
    rotation: "(1928)(-111)(-2151)",
    sizeX: "(2000)(-2000)m",
    sizeY: "(2000)(-2000)m",
    shape: "okm",
    accessible: "nkn",
  };
  const drawn = { shape: "rounded_rectangle", sizeX: 20, sizeY: 20 };
  const standing = { ...SECTION, kind: "standing" as const, capacity: 40 };
  const manifest = fromColumns({ sessionId: "1", sections: [{ ...SECTION, kind: "seated", columns }, standing] });
  assert.deepEqual(manifest, {
    sessionId: "1",
    sections: [
      {
        ...SECTION,
        kind: "seated",
        seats: [
          { index: 5, row: "A", number: "1", positionX: 593.77, positionY: -1, rotation: 19.28, ...drawn, accessible: true },
          { index: 6, row: "A", number: "2", positionX: 616.5, positionY: -1, rotation: 18.17, ...drawn },
          { index: 7, row: "B", number: "1", positionX: 639.39, positionY: -1, rotation: 17.05, ...drawn },
        ],
      },
      standing,
    ],
  });
});

test("a house without seats has none", () => {
  const manifest = fromColumns({ sessionId: "1", sections: [{ ...SECTION, kind: "standing", capacity: 2 }] });
  assert.equal(manifest.sections[0]?.seats, undefined);
});
