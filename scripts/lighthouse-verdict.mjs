// lighthouse-verdict NAME FILE: prints the scores of Lighthouse's answer, keeps of it what is worth keeping, and fails
// where a score that has to be perfect is not.
import { readFileSync, writeFileSync } from "node:fs";

const [, , name, file] = process.argv;
const answer = JSON.parse(readFileSync(file, "utf8"));
const score = (category) => Math.round(answer.categories[category].score * 100);
const scores = Object.fromEntries(Object.keys(answer.categories).map((category) => [category, score(category)]));
const metric = (id) => Math.round(answer.audits[id].numericValue * 1000) / 1000;
const metrics = {
  firstContentfulPaintMillis: metric("first-contentful-paint"),
  largestContentfulPaintMillis: metric("largest-contentful-paint"),
  totalBlockingTimeMillis: metric("total-blocking-time"),
  cumulativeLayoutShift: metric("cumulative-layout-shift"),
  bytes: metric("total-byte-weight"),
};
// Why a category is not perfect.
const faults = Object.entries(answer.categories)
  .filter(([category]) => category !== "performance")
  .flatMap(([, { auditRefs }]) => auditRefs)
  .map(({ id }) => answer.audits[id])
  .filter(({ score: it, scoreDisplayMode }) => it !== null && it < 1 && ["binary", "numeric", "metricSavings"].includes(scoreDisplayMode))
  .map(({ id, title, details }) => ({ id, title, items: details?.items ?? [] }));
const kept = { lighthouse: answer.lighthouseVersion, page: name, scores, metrics, faults };
writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
console.log(name, JSON.stringify(scores), `layout shift ${metrics.cumulativeLayoutShift}, ${metrics.bytes} bytes`);
for (const { id, title } of faults) {
  console.log(`  ${id}: ${title}`);
}
const isPerfect = ["accessibility", "best-practices", "seo"].every((category) => scores[category] === 100);
process.exit(isPerfect ? 0 : 1);
