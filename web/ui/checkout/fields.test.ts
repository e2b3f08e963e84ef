import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { speakAs } from "../words/testing.ts";
import { internationalNumber, judge, remarkOnPostcode, type Country, type Field } from "./fields.ts";

beforeEach(() => speakAs("en"));

const GERMANY: Country = { name: "Germany", callingCode: "49", nationalPrefix: "0" };
const HUNGARY: Country = { name: "Hungary", callingCode: "36", nationalPrefix: "06" };
const STATES: Country = { name: "United States", callingCode: "1", nationalPrefix: "1" };
const MEXICO: Country = { name: "Mexico", callingCode: "52", nationalPrefix: "" };

function field(name: string, value: string, more: Partial<Field> = {}): Field {
  return { name, value, missing: "Enter it", isRequired: true, ...more };
}

test("a number is read as it is dialled at home or from abroad", () => {
  assert.equal(internationalNumber("030 / 123 45-67", GERMANY), "+49301234567");
  assert.equal(internationalNumber("06 1 234 5678", HUNGARY), "+3612345678");
  assert.equal(internationalNumber("55 1234 5678", MEXICO), "+525512345678");
  assert.equal(internationalNumber("+44 (0)20 7946 0018", GERMANY), "+442079460018");
  assert.equal(internationalNumber("0044 20 7946 0018", GERMANY), "+442079460018");
  assert.equal(internationalNumber("(415) 555-2671", STATES), "+14155552671");
  assert.equal(internationalNumber("+49 171 1234567", STATES), "+491711234567");
  assert.equal(internationalNumber("0171 1234567", STATES), null, "a German number, as it is dialled there");
  assert.equal(internationalNumber("12", GERMANY), null);
  assert.equal(internationalNumber("030 12345x", GERMANY), null);
});

test("what a number becomes is said", () => {
  assert.deepEqual(judge(field("phone", "030 1234567"), GERMANY), { error: "", remark: "We keep it as +49301234567" });
  assert.match(judge(field("phone", "12"), GERMANY).error, /as you dial it in Germany.*\+49/);
});

test("a required field that is empty says what to enter, an optional one nothing", () => {
  assert.equal(judge(field("name", " ", { missing: "Enter your name" }), GERMANY).error, "Enter your name");
  assert.equal(judge(field("postcode", "", { missing: "Enter your ZIP code" }), GERMANY).error, "Enter your ZIP code");
  assert.equal(judge(field("line2", "", { isRequired: false }), GERMANY).error, "");
});

test("names of any script and plausible e-mail addresses are fine", () => {
  assert.equal(judge(field("name", "Łucja Nguyễn-山田"), GERMANY).error, "");
  assert.equal(judge(field("email", "lucja@example.org"), GERMANY).error, "");
  for (const wrong of ["a", "@b.c", "a@b", "a@b.", "a b@c.d", "a@b@c.d", "<a@b.c>", "a@.c"]) {
    assert.notEqual(judge(field("email", wrong), GERMANY).error, "", wrong);
  }
});

test("an unusual postcode is remarked on and not refused", () => {
  assert.equal(remarkOnPostcode("10115", "\\d{5}", "26133"), "");
  assert.match(remarkOnPostcode("1011", "\\d{5}", "26133"), /26133/);
  assert.equal(remarkOnPostcode("sw1a 1aa", "[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}", "EC1Y 8SY"), "");
  assert.equal(judge(field("postcode", "1011"), GERMANY).error, "");
});
