// A line without the points that it would hardly miss. Pure.

/** `points`: x, y, x, y, …; none of those left out is farther from the line than `slack`. Both ends stay. */
export function simplified(points: Float32Array, slack: number): Float32Array {
  const last = points.length / 2 - 1;
  if (last < 2) {
    return points;
  }
  const kept = [0];
  let from = 0;
  for (let to = 2; to <= last; to += 1) {
    if (!isNear(points, from, to, slack)) {
      from = to - 1;
      kept.push(from);
    }
  }
  kept.push(last);
  return Float32Array.from(kept.flatMap((point) => [points[point * 2] ?? 0, points[point * 2 + 1] ?? 0]));
}

/** Whether all between two points are near the straight line between them. */
function isNear(points: Float32Array, from: number, to: number, slack: number): boolean {
  const x = points[from * 2] ?? 0;
  const y = points[from * 2 + 1] ?? 0;
  const across = (points[to * 2] ?? 0) - x;
  const down = (points[to * 2 + 1] ?? 0) - y;
  const square = across * across + down * down;
  for (let point = from + 1; point < to; point += 1) {
    const pointX = (points[point * 2] ?? 0) - x;
    const pointY = (points[point * 2 + 1] ?? 0) - y;
    // Where along the line it is nearest: not beyond its ends, for a row may turn back.
    const along = square === 0 ? 0 : Math.min(1, Math.max(0, (pointX * across + pointY * down) / square));
    const awayX = pointX - along * across;
    const awayY = pointY - along * down;
    if (awayX * awayX + awayY * awayY > slack * slack) {
      return false;
    }
  }
  return true;
}
