import assert from "node:assert/strict";
import { test } from "node:test";

import { languageTag, say, speak } from "./index.ts";
import { speakAs } from "./testing.ts";

test("messages count and group as their language does", () => {
  speakAs("en");
  assert.equal(say("free-count", { count: 0 }), "None free");
  assert.equal(say("free-count", { count: 22_500 }), "22,500 free");
  assert.equal(say("tray-places", { count: 1 }), "1 place");
  speakAs("de");
  assert.equal(say("free-count", { count: 22_500 }), "22.500 frei");
  assert.equal(say("tray-places", { count: 2 }), "2 Plätze");
  assert.equal(languageTag(), "de");
});

test("messages that two parts of a page bring are said once", () => {
  speak("en", "held = Held\nfree = Free\nheld = Held");
  assert.equal(say("held"), "Held");
  assert.equal(say("free"), "Free");
});

test("a message that is not there shows its key", () => {
  speakAs("en");
  assert.equal(say("no-such-message"), "no-such-message");
});
