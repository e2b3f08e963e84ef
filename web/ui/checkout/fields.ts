// What is said of a field when it is left: the same rules as the server's, whose word counts. Pure.

import { say } from "../words/index.ts";

export interface Country {
  readonly name: string;
  /** Digits without a plus; empty where nobody has a telephone. */
  readonly callingCode: string;
  /** Dialled before a number at home, left out from abroad. */
  readonly nationalPrefix: string;
}

export interface Field {
  readonly name: string;
  readonly value: string;
  readonly isRequired: boolean;
  /** What is said where it is required and empty. */
  readonly missing: string;
}

/** An error to be mended, or a remark: only one of them is ever there. */
export interface Judgement {
  readonly error: string;
  readonly remark: string;
}

const FINE: Judgement = { error: "", remark: "" };

export function judge(field: Field, country: Country): Judgement {
  const value = field.value.trim();
  if (value === "") {
    return field.isRequired ? { error: field.missing, remark: "" } : FINE;
  }
  if (field.name === "email") {
    return isEmail(value) ? FINE : { error: say("details-email"), remark: "" };
  }
  return field.name === "phone" ? judgePhone(value, country) : FINE;
}

/** A postcode that looks unlike its country's is remarked on, never refused: people know their own. */
export function remarkOnPostcode(value: string, pattern: string, example: string): string {
  const typed = value.trim().toUpperCase();
  if (typed === "" || pattern === "" || new RegExp(`^(?:${pattern})$`).test(typed)) {
    return "";
  }
  return say("details-usual", { example });
}

/** E.164, from the way people write at home or from abroad; null if it is no number. */
export function internationalNumber(typed: string, country: Country): string | null {
  const digits = typed.replaceAll("(0)", "").replace(/[\s\-()./\u2010\u2011\u2013]/g, "");
  const number = withoutSign(digits) ?? fromHome(digits, country);
  return number !== null && /^[1-9]\d{6,14}$/.test(number) && isDialled(number) ? `+${number}` : null;
}

/** North America's numbers have ten digits and no zero before them: one from elsewhere, as it is dialled there, is none of them. */
function isDialled(number: string): boolean {
  return !number.startsWith("1") || /^1[2-9]\d{9}$/.test(number);
}

function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>,;"]{1,64}@[^\s@<>,;".]+(\.[^\s@<>,;".]+)+$/.test(text);
}

function judgePhone(value: string, country: Country): Judgement {
  const number = internationalNumber(value, country);
  if (number !== null) {
    return { error: "", remark: number === value ? "" : say("details-kept", { number }) };
  }
  const key = country.callingCode === "" ? "details-phone-abroad" : "details-phone";
  return { error: say(key, { country: country.name, code: country.callingCode }), remark: "" };
}

function withoutSign(digits: string): string | null {
  if (digits.startsWith("+")) {
    return digits.slice(1);
  }
  return digits.startsWith("00") ? digits.slice(2) : null;
}

function fromHome(digits: string, country: Country): string | null {
  const { callingCode, nationalPrefix } = country;
  if (callingCode === "") {
    return null;
  }
  const hasPrefix = nationalPrefix !== "" && digits.startsWith(nationalPrefix);
  return callingCode + (hasPrefix ? digits.slice(nationalPrefix.length) : digits);
}
