// The form for the best available: how many, where, between which prices, and whether one seat has to be
// accessible. What the house cannot tell apart is not asked.

import type { BestWish } from "../live/gateway.ts";
import { say } from "../words/index.ts";
import { element, isAble, part, setAble, setText } from "./dom.ts";
import type { House } from "./house.ts";
import { hindrance, type MapState } from "./state.ts";
import { priceText } from "./words.ts";

/** What the form says, as it is read from the page. Prices are places among the house's, the dearest first. */
export interface BestForm {
  readonly quantity: number;
  readonly section: string;
  readonly cheapest: number | null;
  readonly dearest: number | null;
  readonly isAccessible: boolean;
}

/** Pure: the request for what the form says. */
export function wishOf(house: House, form: BestForm): BestWish {
  const least = form.cheapest === null ? undefined : house.prices[form.cheapest]?.amount;
  const most = form.dearest === null ? undefined : house.prices[form.dearest]?.amount;
  return {
    best: form.quantity,
    ...(form.section === "" ? {} : { section: form.section }),
    ...(least === undefined ? {} : { minPrice: least }),
    ...(most === undefined ? {} : { maxPrice: most }),
    ...(form.isAccessible ? { accessible: true } : {}),
  };
}

/** Pure: whether a price is between both ends; prices are numbered from the dearest. */
export function isWithin(price: number, { cheapest, dearest }: Pick<BestForm, "cheapest" | "dearest">): boolean {
  return (cheapest === null || price <= cheapest) && (dearest === null || price >= dearest);
}

export function writeBest(root: HTMLElement, house: House, wished: (wish: BestWish) => void): void {
  const form = part<HTMLFormElement>(root, "best");
  const [where, cheapest, dearest] = [select(form, "best-where"), select(form, "best-cheapest"), select(form, "best-dearest")];
  const seated = house.sections.filter(({ isStanding }) => !isStanding);
  const prices = [...new Set(seated.map(({ price }) => price))].sort((one, other) => other - one);
  where.append(...seated.map(({ id, name, price }) => option(id, `${name} · ${words(house, price)}`, price)));
  for (const ends of [cheapest, dearest]) {
    ends.append(...prices.map((price) => option(String(price), words(house, price), price)));
  }
  const hasAccessible = house.accessible.includes(1);
  part(form, "best-range").hidden = prices.length < 2;
  part(form, "best-access").hidden = !hasAccessible;
  part(form, "best-more").hidden = prices.length < 2 && !hasAccessible;
  form.hidden = house.seatCount === 0;
  form.addEventListener("change", ({ target }) => keepSense(read(form), { where, cheapest, dearest }, target));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isAble(part(form, "best-submit"))) {
      wished(wishOf(house, read(form)));
    }
  });
}

export function updateBest(root: HTMLElement, state: MapState): void {
  const submit = part(root, "best-submit");
  setAble(submit, hindrance(state) === null && state.bestAsked === 0);
  setText(submit, say(state.bestAsked > 0 ? "best-taking" : "best-take"));
  submit.setAttribute("aria-busy", String(state.bestAsked > 0));
}

interface Choices {
  readonly where: HTMLSelectElement;
  readonly cheapest: HTMLSelectElement;
  readonly dearest: HTMLSelectElement;
}

/** The end that was not touched gives way, and a section outside the range cannot be chosen. */
function keepSense(form: BestForm, { where, cheapest, dearest }: Choices, touched: EventTarget | null): void {
  if (form.cheapest !== null && form.dearest !== null && form.cheapest < form.dearest) {
    (touched === cheapest ? dearest : cheapest).value = touched === cheapest ? cheapest.value : dearest.value;
  }
  const range = { cheapest: chosen(cheapest), dearest: chosen(dearest) };
  for (const choice of where.options) {
    const { price } = choice.dataset;
    choice.disabled = price !== undefined && !isWithin(Number(price), range);
  }
  if (where.selectedOptions[0]?.disabled === true) {
    where.value = "";
  }
}

function read(form: HTMLFormElement): BestForm {
  return {
    quantity: Number(select(form, "best-quantity").value),
    section: select(form, "best-where").value,
    cheapest: chosen(select(form, "best-cheapest")),
    dearest: chosen(select(form, "best-dearest")),
    isAccessible: part<HTMLInputElement>(form, "best-accessible").checked,
  };
}

function chosen({ value }: HTMLSelectElement): number | null {
  return value === "" ? null : Number(value);
}

function select(form: HTMLFormElement, name: string): HTMLSelectElement {
  return part<HTMLSelectElement>(form, name);
}

function option(value: string, text: string, price: number): HTMLOptionElement {
  const made = element("option", { text });
  made.value = value;
  made.dataset["price"] = String(price);
  return made;
}

function words(house: House, price: number): string {
  const money = house.prices[price];
  return money === undefined ? "" : priceText(money);
}
