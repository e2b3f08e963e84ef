// One colour over another, as one that hides what lies below: painted once instead of twice. Pure.

/** As a canvas writes a colour that nothing shines through. */
const OPAQUE = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/;

/** So much of `over` on `below`; null where one of them is no plain colour. */
export function tint(over: string, below: string, share: number): string | null {
  const [above, under] = [channels(over), channels(below)];
  if (above === null || under === null) {
    return null;
  }
  const mixed = above.map((channel, index) => Math.round(channel * share + (under[index] ?? 0) * (1 - share)));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function channels(color: string): number[] | null {
  const found = OPAQUE.exec(color);
  return found === null ? null : found.slice(1).map((channel) => parseInt(channel, 16));
}
