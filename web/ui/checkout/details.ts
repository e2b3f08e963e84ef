// The form of name and address: judged field by field as they are left, kept while it is typed, and in the
// order and words of the country that is chosen.

import { forget, keep, kept, type Typed } from "./draft.ts";
import { judge, remarkOnPostcode, type Country } from "./fields.ts";
import { afterPress, watchPresses } from "./press.ts";

type Control = HTMLInputElement | HTMLSelectElement;

const KEEP_AFTER_MILLIS = 300;

export function enhanceDetails(form: HTMLFormElement): void {
  restore(form);
  watchPresses();
  let later: ReturnType<typeof setTimeout> | undefined;
  form.addEventListener("input", (event) => {
    clearTimeout(later);
    later = setTimeout(() => keep(localStorage, typedIn(form), Date.now()), KEEP_AFTER_MILLIS);
    // Once a field is wrong, it is judged as it is typed, so that the mending shows.
    const control = controlOf(event.target);
    if (control?.getAttribute("aria-invalid") === "true") {
      show(form, control);
    }
  });
  form.addEventListener("focusout", (event) => {
    const control = controlOf(event.target);
    // Passing through an empty field is no error yet.
    if (control !== null && control.value.trim() !== "") {
      afterPress(() => show(form, control));
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.name === "country") {
      void changeCountry(form, event.target.value);
    }
  });
  form.addEventListener("submit", (event) => {
    keep(localStorage, typedIn(form), Date.now());
    const wrong = controls(form).filter((control) => !show(form, control));
    if (wrong.length > 0) {
      event.preventDefault();
      wrong[0]?.focus();
    }
  });
}

/** Once the server has it, this browser need not keep it. */
export function forgetDetails(): void {
  forget(localStorage);
}

function controls(form: HTMLFormElement): Control[] {
  return [...form.querySelectorAll<Control>("[data-field] input, [data-field] select")];
}

function controlOf(target: EventTarget | null): Control | null {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target : null;
}

function typedIn(form: HTMLFormElement): Typed {
  return Object.fromEntries(controls(form).map((control) => [control.name, control.value]));
}

/** What was kept fills only what is empty: what the server knows is newer. */
function restore(form: HTMLFormElement): void {
  const draft = kept(localStorage, Date.now());
  const isFresh = controls(form).every((control) => control.name === "country" || control.value === "");
  if (draft === null || !isFresh) {
    return;
  }
  fill(form, draft);
  const country = draft["country"] ?? "";
  const select = form.querySelector<HTMLSelectElement>("select[name=country]");
  if (country !== "" && select !== null && select.value !== country) {
    select.value = country;
    void changeCountry(form, country, draft);
  }
}

function fill(form: HTMLFormElement, typed: Typed): void {
  for (const control of controls(form)) {
    const value = typed[control.name];
    if (value !== undefined && control.name !== "country") {
      control.value = value;
    }
  }
}

/** Fetches the form as it is for another country, and puts what was typed into it. */
async function changeCountry(form: HTMLFormElement, code: string, typed = typedIn(form)): Promise<void> {
  const place = form.querySelector("[data-part=address]");
  const address = new URL(form.action);
  address.searchParams.set("country", code);
  const response = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  if (place === null || response?.ok !== true) {
    // Out of reach: the form stays as it is, and the server judges by the country that was chosen.
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("#details [data-part=address]");
  const isStillChosen = form.querySelector<HTMLSelectElement>("select[name=country]")?.value === code;
  if (fresh === null || !isStillChosen) {
    return;
  }
  const hadFocus = document.activeElement?.id;
  place.replaceWith(document.importNode(fresh, true));
  fill(form, { ...typed, ...typedOutside(form, typed) });
  if (hadFocus !== undefined && hadFocus !== "") {
    document.getElementById(hadFocus)?.focus();
  }
  const phone = form.querySelector<HTMLInputElement>("input[name=phone]");
  if (phone !== null && phone.value !== "") {
    show(form, phone);
  }
}

/** Name, e-mail and phone stay as they are: they may have changed while the form was on its way. */
function typedOutside(form: HTMLFormElement, typed: Typed): Typed {
  const now = typedIn(form);
  return Object.fromEntries(["name", "email", "phone"].map((name) => [name, now[name] || (typed[name] ?? "")]));
}

/** Shows what is to be said of a field; whether it is fine. */
function show(form: HTMLFormElement, control: Control): boolean {
  const place = control.closest<HTMLElement>("[data-field]");
  const message = place?.querySelector<HTMLElement>("[data-part=error]");
  if (!place || !message) {
    return true;
  }
  const { name, value, required } = control;
  const { pattern = "", example = "", missing = "" } = control.dataset;
  const judgement = judge({ name, value, isRequired: required, missing }, countryOf(form));
  const remark = judgement.remark || (name === "postcode" ? remarkOnPostcode(value, pattern, example) : "");
  message.textContent = judgement.error || remark;
  message.classList.toggle("remark", judgement.error === "");
  if (judgement.error === "") {
    control.removeAttribute("aria-invalid");
  } else {
    control.setAttribute("aria-invalid", "true");
  }
  return judgement.error === "";
}

function countryOf(form: HTMLFormElement): Country {
  const { countryName, callingCode, nationalPrefix } =
    form.querySelector<HTMLElement>("[data-part=address]")?.dataset ?? {};
  return { name: countryName ?? "", callingCode: callingCode ?? "", nationalPrefix: nationalPrefix ?? "" };
}
