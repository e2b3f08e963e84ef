// The outlines on the plan: stages and walls around the places, and sections that have one. Traced in plan units.

import type { Area, Drawing, Surroundings } from "./manifest.ts";
import { isInside, reachOf } from "./house.ts";
import { traceRounded, type Surface } from "./surface.ts";

/** What people look at is the stage, even where the plan does not call it so. */
export function withStage(surroundings: Surroundings, name: string): Surroundings {
  const { areas, focusX, focusY } = surroundings;
  const holdsFocus = ({ figure, label }: Area): boolean =>
    label === null && figure !== null && isInside(figure, focusX - figure.positionX, focusY - figure.positionY);
  const stage = areas.find(holdsFocus);
  const named = stage === undefined ? null : { ...stage, label: name, labelX: stage.figure?.positionX ?? focusX, labelY: stage.figure?.positionY ?? focusY };
  return named === null ? surroundings : { ...surroundings, areas: areas.map((area) => (area === stage ? named : area)) };
}

/** How much higher than its letters an outline is that is not cut by them. */
const LINE_PART = 1.25;

/** Whether a name has room in its outline; the stage is named anyhow, and what has no outline of its own. */
export function holdsName({ figure }: Area, { focusX, focusY }: Surroundings, letters: number, width: number): boolean {
  if (figure === null || isInside(figure, focusX - figure.positionX, focusY - figure.positionY)) {
    return true;
  }
  const { x, y } = reachOf(figure);
  return width <= x * 2 && letters * LINE_PART <= y * 2;
}

export function traceArea(context: Surface, { figure, polygon }: Area): boolean {
  if (figure !== null) {
    traceDrawing(context, figure, 4);
    return true;
  }
  if (polygon === null) {
    return false;
  }
  context.beginPath();
  for (let position = 0; position < polygon.length; position += 2) {
    context.lineTo(polygon[position] ?? 0, polygon[position + 1] ?? 0);
  }
  context.closePath();
  return true;
}

/** Traces the outline where it stands; the context is in plan units. */
export function traceDrawing(context: Surface, drawing: Drawing, radius: number): void {
  const { positionX, positionY, rotation, shape, sizeX, sizeY } = drawing;
  context.save();
  context.translate(positionX, positionY);
  context.rotate((rotation * Math.PI) / 180);
  context.beginPath();
  if (shape === "ellipse") {
    context.ellipse(0, 0, sizeX / 2, sizeY / 2, 0, 0, Math.PI * 2);
  } else {
    const corner = shape === "rectangle" ? Math.min(radius, sizeX / 2, sizeY / 2) : Math.min(sizeX, sizeY) / 4;
    traceRounded(context, -sizeX / 2, -sizeY / 2, sizeX, sizeY, corner);
  }
  context.restore();
}
