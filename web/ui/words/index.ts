// What is said to people, in the language of the page: the messages that the page brings along, as the catalogue
// has them. Whoever has no page says what is spoken by `speak`.

import { FluentBundle, FluentResource, type FluentValue, type FluentVariable } from "@fluent/bundle";

let spoken: FluentBundle | null = null;

/** From now on this language, by these messages. */
export function speak(tag: string, written: string): void {
  const bundle = new FluentBundle(tag, { useIsolating: false, functions: { NAMED: ([row]) => (isNamed(row) ? "yes" : "no") } });
  // Two parts of a page may bring the same file.
  bundle.addResource(new FluentResource(written), { allowOverrides: true });
  spoken = bundle;
}

/** A message with what it puts in. One that is not there shows its key: a page must not break for a word. */
export function say(key: string, parts: Readonly<Record<string, FluentVariable>> = {}): string {
  const bundle = spokenHere();
  const pattern = bundle.getMessage(key)?.value;
  return pattern ? bundle.formatPattern(pattern, parts, []) : key;
}

/** Whether a row has a name of its own, such as `Box 1`. It is not called a row then. The server says the same. */
function isNamed(row: FluentValue | undefined): boolean {
  return typeof row === "string" && /\p{L}{3}/u.test(row);
}

/** The language's tag: for dates and numbers. */
export function languageTag(): string {
  return spokenHere().locales[0] ?? "en";
}

/** A page's address below the language's prefix that this page stands below, if it does. */
export function addressOf(place: string): string {
  return `${document.documentElement.dataset["root"] ?? ""}${place}`;
}

function spokenHere(): FluentBundle {
  if (spoken === null) {
    const written = [...document.querySelectorAll<HTMLTemplateElement>("template[data-words]")];
    speak(document.documentElement.lang, written.map(({ content }) => content.textContent ?? "").join("\n"));
  }
  return spoken as unknown as FluentBundle;
}
