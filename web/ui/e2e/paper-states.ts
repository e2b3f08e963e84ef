// What is printed: a ticket's PDF, painted as it comes out of a printer. For its picture alone: it is no page.

import { execFileSync } from "node:child_process";

import { buy } from "./box-office.ts";
import type { Houses } from "./houses.ts";
import type { State } from "./state.ts";

export function paperStates({ session }: Houses): State[] {
  return [
    {
      name: "ticket-pdf",
      caption: "A ticket on paper",
      async go(page) {
        const { request } = page.context();
        const { order, secret } = await buy(request, { best: 1 }, session);
        const address = `/api/gateway/orders/${order.eventSessionOrderId}/tickets.pdf`;
        const file = await (await request.get(address, { headers: { authorization: `Bearer ${secret}` } })).body();
        const sheet = execFileSync("pdftoppm", ["-png", "-r", "150", "-f", "1", "-l", "1", "-"], { input: file, maxBuffer: 1 << 26 });
        const picture = `data:image/png;base64,${sheet.toString("base64")}`;
        const style = "max-width:100%;max-height:100vh;background:#fff;box-shadow:0 1px 8px #0006";
        await page.goto("about:blank");
        await page.setContent(`<body style="margin:0;display:grid;place-items:center;height:100vh;background:#8a8a8a"><img alt="" style="${style}" src="${picture}">`);
        return null;
      },
    },
  ];
}
