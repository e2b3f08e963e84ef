// Every page there is, light and dark: axe finds nothing, and the Nu validator finds no error in what the
// server sent. Pages of errors that do not happen by themselves are made to happen.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";

import { BASE_URL, Buyer, DESK, launch, newSession, PHONE, sql, stepAddress, type OpenOrder } from "./support.ts";

const run = promisify(execFile);
const packages = createRequire(import.meta.url);

let browser: Browser;
let folder: string;
let session: string;
let axe: string;
/** What the server sent, by the name of the page. */
const sources = new Map<string, string>();

interface Events {
  readonly items: readonly { readonly sessions: readonly { readonly sessionId: string; readonly onSale: boolean }[] }[];
}

interface Visit {
  readonly name: string;
  /** Goes there; answers with the address whose source the validator reads, if a GET has it. */
  go(page: Page): Promise<string | null>;
}

before(async () => {
  [browser, folder, session] = await Promise.all([
    launch(),
    mkdtemp(join(tmpdir(), "frontrow-pages.")),
    newSession("Pages to Look At", 3600),
  ]);
  axe = await readFile(packages.resolve("axe-core/axe.min.js"), "utf8");
});

after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

for (const device of [PHONE, DESK]) {
  test(`axe finds nothing on any page, light and dark, at ${device.name}`, async () => {
    const buyer = await Buyer.arrive(browser, device);
    const { page } = buyer;
    const findings: string[] = [];
    for (const visit of await visits(buyer)) {
      const address = await visit.go(page);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await painted(page);
        findings.push(...(await findingsOn(page, `${visit.name}, ${colorScheme}`)));
      }
      if (address !== null && !sources.has(visit.name)) {
        const answer = await buyer.context.request.get(address, { headers: { accept: "text/html" } });
        sources.set(visit.name, await answer.text());
      }
    }
    assert.deepEqual(findings, []);
    await buyer.leave();
  });
}

test("the Nu validator finds no error in any page", async () => {
  assert.ok(sources.size > 10, "the pages were visited before");
  const files = await Promise.all(
    [...sources].map(async ([name, source]) => {
      const file = join(folder, `${name}.html`);
      await writeFile(file, source);
      return file;
    }),
  );
  const jar = packages.resolve("vnu-jar/build/dist/vnu.jar");
  const options = ["-jar", jar, "--errors-only", "--stdout", "--exit-zero-always", ...files];
  const { stdout } = await run("java", options, { maxBuffer: 2 ** 24 });
  assert.equal(stdout.trim(), "");
});

/** Colours change with the next frame, not with the word. */
async function painted(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)));
  });
}

async function findingsOn(page: Page, name: string): Promise<string[]> {
  // By the debugger, for the pages' own policy lets no script in.
  await page.evaluate(axe);
  const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  assert.ok(results.passes.length > 10, `axe looked at ${name}`);
  return results.violations.map(({ id, help, nodes }) => `${name}: ${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`);
}

/** All pages, each as it is come to. */
async function visits(buyer: Buyer): Promise<Visit[]> {
  const [empty, filled, ready] = [
    await buyer.orderAt("amount", session),
    await buyer.orderAt("method", session),
    await buyer.orderAt("payment", session),
  ];
  const events = (await (await buyer.context.request.get("/api/public/events")).json()) as Events;
  const notOnSale = events.items.flatMap((event) => event.sessions).filter((it) => !it.onSale);
  return [
    plain("home", "/"),
    ...notOnSale.map((it, number) => plain(`session-not-on-sale-${number}`, `/sessions/${it.sessionId}`)),
    plain("session", `/sessions/${session}`),
    plain("login", "/login"),
    ...gatewayVisits(empty, filled, ready),
    ...errorVisits(empty),
    ...staffVisits(),
  ];
}

function gatewayVisits(empty: OpenOrder, filled: OpenOrder, ready: OpenOrder): Visit[] {
  return [
    plain("amount", stepAddress(empty, "amount")),
    plain("seats", stepAddress(empty, "seats")),
    plain("amount-chosen", stepAddress(filled, "amount")),
    plain("details", stepAddress(filled, "details")),
    clicked("details-refused", stepAddress(empty, "amount"), async (page) => {
      await page.goto(stepAddress(filled, "details"));
      await page.getByLabel("Full name").fill("");
      await page.getByLabel("E-mail").fill("none");
      await page.getByRole("button", { name: "Continue to payment" }).click();
    }),
    plain("method", stepAddress(filled, "method")),
    clicked("cancel-asked", stepAddress(filled, "method"), async (page) => {
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
    }),
    plain("payment", stepAddress(ready, "payment")),
    clicked("test-payment", stepAddress(ready, "payment"), async (page) => {
      await page.getByRole("button", { name: /^Pay €/ }).click();
      await page.getByRole("heading", { name: "Test payment" }).waitFor();
    }),
    plain("payment-pending", stepAddress(ready, "payment")),
    clicked("payment-declined", stepAddress(ready, "payment"), async (page) => {
      await page.getByRole("link", { name: "Go on paying" }).click();
      await page.getByRole("button", { name: "Decline the card" }).click();
      await page.getByRole("alert").waitFor();
    }),
    clicked("confirmation", stepAddress(ready, "payment"), async (page) => {
      await page.getByRole("button", { name: /^Pay €/ }).click();
      await page.getByRole("button", { name: /^Pay €/ }).and(page.locator("[name=outcome]")).click();
      await page.waitForURL("**/confirmation");
    }),
    clicked("ticket", stepAddress(ready), async (page) => {
      await page.getByRole("link", { name: "Large, for the door" }).first().click();
      await page.waitForURL("**/tickets/*");
    }),
    clicked("cancelled", stepAddress(filled, "method"), async (page) => {
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await page.getByRole("heading", { name: "The order is cancelled" }).waitFor();
    }),
  ];
}

function errorVisits(order: OpenOrder): Visit[] {
  return [
    plain("error-404", "/nothing/here"),
    {
      name: "error-403",
      async go(page) {
        // Somebody else's order: without its cookie.
        const stranger = `order_${order.eventSessionOrderId}`;
        const cookies = await page.context().cookies();
        await page.context().clearCookies({ name: stranger });
        await page.goto(stepAddress(order, "details"));
        await page.context().addCookies(cookies);
        return null;
      },
    },
    clicked("error-429", "/login", async (page) => {
      // More guesses at one password in a minute than anybody needs.
      const form = { email: "nobody@example.org", password: "guess" };
      const guess = () => page.context().request.post("/login", { form, headers: { origin: BASE_URL } });
      await Promise.all(Array.from({ length: 15 }, guess));
      await page.getByLabel("E-mail").fill(form.email);
      await page.getByLabel("Password").fill(form.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("Error 429").waitFor();
    }),
    {
      name: "error-503",
      async go(page) {
        // Somebody else has the table, and the query is called off while it waits.
        const holding = sql(`do $$ begin
          lock table category in access exclusive mode;
          for attempt in 1..400 loop
            perform pg_stat_clear_snapshot();
            perform pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock';
            exit when found;
            perform pg_sleep(0.05);
          end loop;
        end $$`);
        const isBusy = () => page.getByText("Error 503").isVisible();
        for (let attempt = 0; attempt < 50 && !(await isBusy()); attempt += 1) {
          await page.goto("/");
        }
        assert.ok(await isBusy());
        sources.set("error-503", await page.content());
        await holding;
        return null;
      },
    },
    {
      name: "error-500",
      async go(page) {
        await sql("alter table category rename to category_away");
        try {
          await page.goto("/");
          await page.getByText("Error 500").waitFor();
        } finally {
          await sql("alter table category_away rename to category");
        }
        return null;
      },
    },
  ];
}

function staffVisits(): Visit[] {
  return [
    clicked("login-refused", "/login", async (page) => {
      await page.getByLabel("E-mail").fill("theatre@frontrow.example");
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
    }),
    clicked("login-done", "/login", async (page) => {
      await page.getByLabel("E-mail").fill("theatre@frontrow.example");
      await page.getByLabel("Password").fill("demo-theatre");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL((url) => url.pathname !== "/login");
      await page.goto("/login");
    }),
    plain("door", `/door/${session}`),
    {
      name: "error-405",
      async go(page) {
        await page.goto(`/gateway/orders/${session}/cancel`);
        return null;
      },
    },
  ];
}

function plain(name: string, address: string): Visit {
  return {
    name,
    async go(page) {
      await page.goto(address);
      if (await page.locator(".house").isVisible()) {
        // The map draws itself when the manifest has come.
        await page.waitForLoadState("networkidle");
      }
      return address;
    },
  };
}

/** A page that is come to by doing something on another. */
function clicked(name: string, address: string, act: (page: Page) => Promise<void>): Visit {
  return {
    name,
    async go(page) {
      await page.goto(address);
      await act(page);
      // What was shown, where no GET has it.
      sources.set(name, await page.content());
      return null;
    },
  };
}
