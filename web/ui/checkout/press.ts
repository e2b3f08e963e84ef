// Waits until a mouse's or finger's press is over: a button that moves away while it is pressed would not be clicked.

const ENDS = ["pointerup", "pointercancel"] as const;
let isPressed = false;

export function watchPresses(): void {
  addEventListener("pointerdown", () => (isPressed = true), { capture: true });
  for (const end of ENDS) {
    addEventListener(end, () => (isPressed = false), { capture: true });
  }
}

/** At once where nothing is pressed. */
export function afterPress(act: () => void): void {
  if (!isPressed) {
    act();
    return;
  }
  const done = new AbortController();
  const ended = (): void => {
    done.abort();
    // The click is heard right behind the end of its press.
    setTimeout(act);
  };
  for (const end of ENDS) {
    addEventListener(end, ended, { signal: done.signal });
  }
}
