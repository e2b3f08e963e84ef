// The catalogue's own messages, for tests without a page.

import { readdirSync, readFileSync } from "node:fs";

import { speak } from "./index.ts";

/** Tests are run from the folder of the TypeScript. */
const MESSAGES = "../../messages";

export function speakAs(tag: "en" | "de"): void {
  const folder = `${MESSAGES}/${tag}`;
  speak(tag, readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, "utf8")).join("\n"));
}
