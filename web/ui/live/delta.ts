// A binary delta, as the protocol has it: u32 epoch, u64 from, u64 sequence, little-endian, then for each
// changed seat, indexes rising, the LEB128 of (gap from the last index << 2 | state).

export interface SeatDelta {
  readonly epoch: number;
  readonly from: number;
  readonly sequence: number;
  /** Rising. */
  readonly indexes: Uint32Array;
  /** How each of them stands now. */
  readonly states: Uint8Array;
}

const HEADER_BYTES = 20;

/** Null if the bytes are no delta. */
export function decodeDelta(buffer: ArrayBuffer): SeatDelta | null {
  if (buffer.byteLength < HEADER_BYTES) {
    return null;
  }
  const header = new DataView(buffer, 0, HEADER_BYTES);
  const changes = decodeChanges(new Uint8Array(buffer, HEADER_BYTES));
  if (changes === null) {
    return null;
  }
  return {
    epoch: header.getUint32(0, true),
    // A sequence counts changes: it stays far below what a double holds exactly.
    from: Number(header.getBigUint64(4, true)),
    sequence: Number(header.getBigUint64(12, true)),
    ...changes,
  };
}

function decodeChanges(bytes: Uint8Array): { indexes: Uint32Array; states: Uint8Array } | null {
  // At least one byte each.
  const indexes = new Uint32Array(bytes.length);
  const states = new Uint8Array(bytes.length);
  let [count, last, value, shift] = [0, 0, 0, 0];
  for (const byte of bytes) {
    // Not by shifting: a shift ends at 32 bits.
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) {
      last += Math.floor(value / 4);
      indexes[count] = last;
      states[count] = value % 4;
      count += 1;
      [value, shift] = [0, 0];
    } else if (shift > 35) {
      return null;
    }
  }
  return shift === 0 ? { indexes: indexes.subarray(0, count), states: states.subarray(0, count) } : null;
}
