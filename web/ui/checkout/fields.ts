// What is said of a field when it is left: the same rules as the server's, whose word counts. Pure.

export interface Country {
  readonly name: string;
  /** Digits without a plus; empty where nobody has a telephone. */
  readonly callingCode: string;
  /** Dialled before a number at home, left out from abroad. */
  readonly nationalPrefix: string;
}

export interface Field {
  readonly name: string;
  /** As the form calls it. */
  readonly label: string;
  readonly value: string;
  readonly isRequired: boolean;
}

/** An error to be mended, or a remark: only one of them is ever there. */
export interface Judgement {
  readonly error: string;
  readonly remark: string;
}

const FINE: Judgement = { error: "", remark: "" };

const WANTED: Readonly<Record<string, string>> = {
  name: "your name",
  email: "your e-mail address",
  line1: "your street and number",
};

export function judge(field: Field, country: Country): Judgement {
  const value = field.value.trim();
  if (value === "") {
    return field.isRequired ? { error: missing(field), remark: "" } : FINE;
  }
  if (field.name === "email") {
    return isEmail(value) ? FINE : { error: "Write it as name@example.org", remark: "" };
  }
  return field.name === "phone" ? judgePhone(value, country) : FINE;
}

/** A postcode that looks unlike its country's is remarked on, never refused: people know their own. */
export function remarkOnPostcode(value: string, pattern: string, example: string): string {
  const typed = value.trim().toUpperCase();
  if (typed === "" || pattern === "" || new RegExp(`^(?:${pattern})$`).test(typed)) {
    return "";
  }
  return `Usually it looks like ${example}. If yours is right, leave it.`;
}

/** E.164, from the way people write at home or from abroad; null if it is no number. */
export function internationalNumber(typed: string, country: Country): string | null {
  const digits = typed.replaceAll("(0)", "").replace(/[\s\-()./\u2010\u2011\u2013]/g, "");
  const number = withoutSign(digits) ?? fromHome(digits, country);
  return number !== null && /^[1-9]\d{6,14}$/.test(number) ? `+${number}` : null;
}

function missing(field: Field): string {
  const label = field.label.startsWith("ZIP") || field.label.startsWith("PIN") ? field.label : lowered(field.label);
  return field.name === "country" ? "Choose your country" : `Enter ${WANTED[field.name] ?? `your ${label}`}`;
}

function lowered(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}

function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>,;"]{1,64}@[^\s@<>,;".]+(\.[^\s@<>,;".]+)+$/.test(text);
}

function judgePhone(value: string, country: Country): Judgement {
  const number = internationalNumber(value, country);
  if (number !== null) {
    return { error: "", remark: number === value ? "" : `We keep it as ${number}` };
  }
  const example = country.callingCode === "" ? "" : `, such as +${country.callingCode} …`;
  return { error: `Write the number as you dial it in ${country.name}, or with its country code${example}`, remark: "" };
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
