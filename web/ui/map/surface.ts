// What is painted on: off the page where the browser can, else a canvas that is not in the page.

export type Surface = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

export function makeSurface(width: number, height: number, isOpaque: boolean): Surface | null {
  if (typeof OffscreenCanvas !== "undefined") {
    const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: !isOpaque });
    if (context !== null || typeof document === "undefined") {
      return context;
    }
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas.getContext("2d", { alpha: !isOpaque });
}

/** Adds a rectangle with round corners to the path. Not by `roundRect`, which the browsers that paint on the page lack. */
export function traceRounded(context: Surface, x: number, y: number, width: number, height: number, radius: number): void {
  const corner = Math.min(radius, width / 2, height / 2);
  context.moveTo(x + corner, y);
  context.arcTo(x + width, y, x + width, y + height, corner);
  context.arcTo(x + width, y + height, x, y + height, corner);
  context.arcTo(x, y + height, x, y, corner);
  context.arcTo(x, y, x + width, y, corner);
  context.closePath();
}
