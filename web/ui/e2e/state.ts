// A state that a page can be in, and how one comes to it.

import type { Page } from "playwright-core";

export interface State {
  readonly name: string;
  /** What the reader of its picture is told; none where the check needs it and the reader does not. */
  readonly caption?: string;
  /** Goes there; answers with the address whose source the validator reads, if a GET has it. */
  go(page: Page): Promise<string | null>;
  /** Makes good what was taken away. */
  leave?(page: Page): Promise<void>;
}

export function plain(name: string, address: string, caption?: string): State {
  return {
    name,
    ...(caption === undefined ? {} : { caption }),
    async go(page) {
      await page.goto(address);
      if (await page.locator(".house").isVisible()) {
        // The map draws itself when the manifest has come.
        await page.locator('seat-map[data-live="true"]').waitFor();
      }
      return address;
    },
  };
}

/** A page that is come to by doing something on another. */
export function clicked(name: string, address: string, caption: string, act: (page: Page) => Promise<void>): State {
  return {
    name,
    caption,
    async go(page) {
      await page.goto(address);
      await act(page);
      return null;
    },
  };
}
