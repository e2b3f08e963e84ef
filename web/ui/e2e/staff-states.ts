// What those who work for a house see: signing in, and the door.

import assert from "node:assert/strict";

import type { Page } from "playwright-core";

import { buy } from "./box-office.ts";
import type { Houses } from "./houses.ts";
import { clicked, plain, type State } from "./state.ts";

export function staffStates({ session }: Houses): State[] {
  return [
    plain("login", "/login", "Signing in"),
    clicked("login-refused", "/login", "A password that does not match", async (page) => {
      await page.getByLabel("E-mail").fill("theatre@frontrow.example");
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
    }),
    clicked("login-done", "/login", "Signed in", async (page) => {
      await page.getByLabel("E-mail").fill("theatre@frontrow.example");
      await page.getByLabel("Password").fill("demo-theatre");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL((url) => url.pathname !== "/login");
      await page.goto("/login");
    }),
    ...doorStates(session).map(asStaff),
    {
      name: "error-405",
      async go(page) {
        await page.goto(`/gateway/orders/${session}/cancel`);
        return null;
      },
    },
  ];
}

function doorStates(session: string): State[] {
  return [
    plain("doors", "/door", "Whose doors"),
    clicked("door", `/door/${session}`, "A door", async (page) => {
      await page.waitForSelector('door-scanner[data-link="live"]');
    }),
    clicked("door-found", `/door/${session}`, "An order’s reference", async (page) => {
      await type(page, (await buy(page.request, { best: 2 }, session)).order.pnr, "found");
    }),
    clicked("door-admitted", `/door/${session}`, "Come in", async (page) => {
      const { codes } = await buy(page.request, { best: 1 }, session);
      await type(page, codes[0] ?? "", "admitted");
    }),
    clicked("door-used", `/door/${session}`, "Already used", async (page) => {
      const { codes } = await buy(page.request, { best: 1 }, session);
      await type(page, codes[0] ?? "", "admitted");
      await type(page, codes[0] ?? "", "already_used");
    }),
    clicked("door-forged", `/door/${session}`, "Not ours", async (page) => {
      const { codes } = await buy(page.request, { best: 1 }, session);
      await type(page, `${(codes[0] ?? "").slice(0, -6)}AAAAAA`, "forged");
    }),
  ];
}

/** Come to by somebody who is signed in, whichever state was seen before. */
function asStaff(state: State): State {
  return {
    ...state,
    async go(page) {
      const address = "/api/account/login";
      // Once a window: whoever signs in at every turn is soon told that it is too often.
      if (!(await page.request.get(address)).ok()) {
        const data = { email: "theatre@frontrow.example", password: "demo-theatre" };
        const answer = await page.request.post(address, { data });
        assert.ok(answer.ok(), await answer.text());
      }
      return state.go(page);
    },
  };
}

async function type(page: Page, text: string, verdict: string): Promise<void> {
  await page.waitForSelector('door-scanner[data-link="live"]');
  await page.getByLabel("Code or order reference").fill(text);
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator(`.verdict[data-verdict="${verdict}"]`).waitFor();
}
