// A purchase below the German prefix, with a declined card in between: what the pages say and what their islands
// say, and every step judged as the English ones are. And a German door.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { TEST_METHOD } from "./browser.ts";
import { errorsIn, Judges, sourceOf } from "./judges.ts";
import { ADDRESS, Buyer, DESK, launch, newSession, PHONE } from "./support.ts";

let browser: Browser;
let judges: Judges;
const sources = new Map<string, string>();

before(async () => {
  [browser, judges] = await Promise.all([launch(), Judges.prepare()]);
});

after(async () => {
  await browser.close();
});

async function judged(page: Page, name: string): Promise<void> {
  assert.deepEqual(await judges.findings(page, name), []);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de", name);
  assert.ok(new URL(page.url()).pathname.startsWith("/de/"), `${name} stays below its prefix: ${page.url()}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} px too wide`);
  sources.set(name, await sourceOf(page, new URL(page.url()).pathname));
}

test("a German buys in German, from the map to the ticket, and is kept below the prefix", async () => {
  const session = await newSession("Ein deutscher Abend", 600);
  const buyer = await Buyer.arrive(browser, PHONE);
  const { page } = buyer;
  await page.goto(`/de/sessions/${session}`);
  await page.locator('seat-map[data-live="true"]').waitFor();
  await judged(page, "session");
  await page.getByRole("button", { name: "Nehmen" }).click();
  await page.getByText(/^Für Sie: .*, Reihe .*, Plätze \d+ und \d+\.$/).waitFor();
  await page.locator(".tray").getByText("2 Plätze").waitFor();
  await judged(page, "session-mit-plaetzen");
  await page.getByRole("link", { name: "Weiter" }).click();

  await page.getByRole("heading", { name: "Ihre Angaben" }).waitFor();
  await page.locator("order-countdown").getByText("Für Sie reserviert").waitFor();
  await page.getByLabel("E-Mail").fill("ada");
  await page.getByLabel("Telefon").fill("12");
  await page.getByLabel("Vor- und Nachname").fill(ADDRESS.name);
  await page.getByText("Schreiben Sie sie wie name@example.org").waitFor();
  await page.getByText(/wie man sie in diesem Land wählt \(Deutschland\)/).waitFor();
  await page.getByRole("button", { name: "Weiter zur Zahlung" }).click();
  await page.getByText("Geben Sie Straße und Hausnummer an").waitFor();
  await judged(page, "angaben");
  await page.getByLabel("E-Mail").fill(ADDRESS.email);
  await page.getByLabel("Telefon").fill("030 1234567");
  await page.getByLabel("Straße und Hausnummer").fill(ADDRESS.line1);
  await page.getByLabel("Postleitzahl").fill(ADDRESS.postcode);
  await page.getByLabel("Ort", { exact: true }).fill(ADDRESS.city);
  await page.getByRole("button", { name: "Weiter zur Zahlung" }).click();

  await page.getByRole("heading", { name: "Wie möchten Sie zahlen?" }).waitFor();
  await judged(page, "zahlungsart");
  await page.locator(TEST_METHOD).check();
  await page.getByRole("button", { name: "Weiter" }).click();
  await page.getByRole("button", { name: /€ zahlen$/ }).click();
  await page.getByRole("button", { name: "Karte ablehnen" }).click();
  await page.getByRole("alert").getByText("Es wurde nichts abgebucht").waitFor();
  await judged(page, "abgelehnt");
  await page.getByRole("button", { name: /€ zahlen$/ }).click();
  await page.getByRole("heading", { name: "Testzahlung" }).waitFor();
  await judged(page, "testzahlung");
  await page.getByRole("button", { name: /€ zahlen$/ }).click();

  await page.getByRole("heading", { name: "Sie sind dabei" }).waitFor();
  await page.waitForURL("**/de/gateway/orders/*/confirmation");
  await judged(page, "karten");
  const pdf = await page.getByRole("link", { name: "Alle Karten als PDF" }).getAttribute("href");
  const file = await page.request.get(pdf ?? "");
  assert.equal(file.headers()["content-type"], "application/pdf");
  await page.getByRole("link", { name: "Groß, für den Einlass" }).first().click();
  await page.waitForURL("**/tickets/*");
  await judged(page, "karte");
  await buyer.leave();
});

test("what is said where nothing can be had, at the door and in errors is German, too", async () => {
  const session = await newSession("Noch ein deutscher Abend", 600);
  const buyer = await Buyer.arrive(browser, DESK);
  const { page } = buyer;
  const order = await buyer.open(session);
  await page.goto(`/de/gateway/orders/${order.eventSessionOrderId}/amount`);
  await page.getByRole("button", { name: "Einer mehr" }).waitFor();
  await page.getByLabel("Plätze").first().fill("999");
  await page.getByRole("button", { name: "Plätze suchen" }).click();
  await page.getByText(/Wählen Sie zwischen 1 und \d+ Plätzen/).waitFor();
  await judged(page, "wie-viele");
  await page.getByLabel("Plätze").first().fill("2");
  await page.getByRole("button", { name: "Auf dem Plan wählen" }).click();
  await page.locator('seat-map[data-live="true"]').waitFor();
  await page.getByRole("button", { name: "Nehmen" }).waitFor();
  await judged(page, "plaetze");
  await page.goto("/de/login");
  await page.getByLabel("E-Mail").fill("theatre@frontrow.example");
  await page.getByLabel("Passwort").fill("demo-theatre");
  await page.getByRole("button", { name: "Anmelden" }).click();
  await page.getByRole("heading", { name: "Ihre Türen" }).waitFor();
  await judged(page, "tueren");
  await page.goto(`/de/door/${session}`);
  await page.waitForSelector('door-scanner[data-link="live"]');
  await page.getByRole("button", { name: "Kamera starten" }).waitFor();
  await page.getByLabel("Code oder Bestellnummer").fill("FR1.nichts.da");
  await page.getByRole("button", { name: "Prüfen" }).click();
  await page.getByText("Nicht unsere Karte").waitFor();
  await judged(page, "tuer");
  await page.goto("/de/");
  await page.getByRole("link", { name: "Ihr Konto" }).waitFor();
  await page.goto("/de/nichts/da");
  await page.getByRole("heading", { name: "Diese Seite gibt es nicht" }).waitFor();
  await judged(page, "fehler");
  await buyer.leave();
});

test("the Nu validator finds no error in any of these pages", async () => {
  assert.ok(sources.size >= 12, `${sources.size} pages were visited before`);
  assert.equal(await errorsIn(sources), "");
});
