// A banner that says when the connection is gone and when it is back. It lies over the page and moves nothing.

import type { Connection } from "../live/state.ts";

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
      this.say("You are offline. Your places stay held, and what you type is kept. We go on as soon as you are back.");
    } else if (connection === "reconnecting") {
      this.later = setTimeout(() => this.say("The connection was lost. We are trying again."), SAID_AFTER_MILLIS);
    } else if (connection === "live" && this.isSaid) {
      this.say("You are connected again.");
      this.later = setTimeout(() => this.clear(), BACK_FOR_MILLIS);
    }
  }

  private say(words: string): void {
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
