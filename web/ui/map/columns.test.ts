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
    position: "(59377,-100)(2273,0)(-54815,100)",
    rotation: "(1928)(-111)(-2151)",
    sizeX: "(2000)(-2000)m",
    sizeY: "(2000)(-2000)m",
    shape: "okm",
    accessible: "nkn",
  };
  const standing = { ...SECTION, kind: "standing" as const, capacity: 40 };
  const manifest = fromColumns({ sessionId: "1", sections: [{ ...SECTION, kind: "seated", columns }, standing] });
  assert.deepEqual(manifest, {
    sessionId: "1",
    sections: [
      {
        ...SECTION,
        kind: "seated",
        seats: {
          index: Int32Array.of(5, 6, 7),
          row: ["A", "A", "B"],
          number: ["1", "2", "1"],
          positionX: Float64Array.of(593.77, 616.5, 639.39),
          positionY: Float64Array.of(-1, -1, -1),
          rotation: Float64Array.of(19.28, 18.17, 17.05),
          sizeX: Float64Array.of(20, 20, 20),
          sizeY: Float64Array.of(20, 20, 20),
          shape: Int32Array.of(2, 2, 2),
          accessible: Int32Array.of(1, 0, 0),
        },
      },
      standing,
    ],
  });
});

test("a house without seats has none", () => {
  const manifest = fromColumns({ sessionId: "1", sections: [{ ...SECTION, kind: "standing", capacity: 2 }] });
  assert.equal(manifest.sections[0]?.seats, undefined);
});
