// A banner that says when the connection is gone and when it is back. It lies over the page and moves nothing.

import type { Connection } from "../live/state.ts";
import { say } from "../words/index.ts";

/** A short break, as between two mobile masts, is nobody's concern. */
const SAID_AFTER_MILLIS = 2000;
const BACK_FOR_MILLIS = 3000;

export class OfflineBanner {
  private readonly place: HTMLElement;
  private later: ReturnType<typeof setTimeout> | undefined;
  private isSaid = false;

  constructor() {
    this.place = document.createElement("div");
    this.place.setAttribute("role", "status");
    document.body.append(this.place);
    addEventListener("offline", () => this.update("offline"));
    if (!navigator.onLine) {
      this.update("offline");
    }
  }

  update(connection: Connection): void {
    clearTimeout(this.later);
    if (connection === "offline") {
      this.tell(say("offline-now"));
    } else if (connection === "reconnecting") {
      this.later = setTimeout(() => this.tell(say("offline-again")), SAID_AFTER_MILLIS);
    } else if (connection === "live" && this.isSaid) {
      this.tell(say("offline-back"));
      this.later = setTimeout(() => this.clear(), BACK_FOR_MILLIS);
    }
  }

  private tell(words: string): void {
    this.isSaid = true;
    this.place.className = "offline";
    this.place.textContent = words;
  }

  private clear(): void {
    this.isSaid = false;
    this.place.className = "";
    this.place.textContent = "";
  }
}
