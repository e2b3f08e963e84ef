// Keeps the screen on while the page is looked at. The browser lets go whenever the page is hidden.

let isWanted = false;

export function stayAwake(): void {
  if (!isWanted) {
    isWanted = true;
    document.addEventListener("visibilitychange", () => void hold());
  }
  void hold();
}

async function hold(): Promise<void> {
  if (document.visibilityState === "visible") {
    // Refused where the battery is low: then the screen goes dark as it always does.
    await navigator.wakeLock?.request("screen").catch(() => undefined);
  }
}
