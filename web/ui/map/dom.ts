// Small helpers for writing into the page.

export function part<T extends HTMLElement = HTMLElement>(root: ParentNode, name: string): T {
  const element = maybePart<T>(root, name);
  if (element === null) {
    throw new Error(`the page has no part "${name}"`);
  }
  return element;
}

export function maybePart<T extends HTMLElement = HTMLElement>(root: ParentNode, name: string): T | null {
  return root.querySelector<T>(`[data-part="${name}"]`);
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: { readonly class?: string; readonly text?: string } = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (properties.class !== undefined) {
    made.className = properties.class;
  }
  if (properties.text !== undefined) {
    made.textContent = properties.text;
  }
  made.append(...children);
  return made;
}

export function button(text: string, className: string, pressed: () => void): HTMLButtonElement {
  const made = element("button", { class: className, text });
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}

/** Writes only what is not there yet: a screen reader need not hear it again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** Not `disabled`: it keeps the focus, and can say why. */
export function setAble(target: HTMLElement, isAble: boolean): void {
  if (isAble) {
    target.removeAttribute("aria-disabled");
  } else {
    target.setAttribute("aria-disabled", "true");
  }
}

export function isAble(target: HTMLElement): boolean {
  return target.getAttribute("aria-disabled") !== "true";
}
