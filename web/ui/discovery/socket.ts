// One socket for all badges of a page. It comes back by itself; while it is away the badges say what was true last,
// as the page itself does.

import type { LeftAnswer } from "../wire/LeftAnswer.ts";
import type { LeftQuestion } from "../wire/LeftQuestion.ts";

type Left = Extract<LeftAnswer, { type: "left" }>;

const FIRST_DELAY_MILLIS = 1_000;
const LONGEST_DELAY_MILLIS = 30_000;
/** The server will not have it: trying again is of no use. */
const REFUSED = 1008;

export function watch(sessions: readonly string[], heard: (left: Left) => void): void {
  let delay = FIRST_DELAY_MILLIS;
  const connect = (): void => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live/left`, "frontrow.v1");
    socket.addEventListener("open", () => {
      delay = FIRST_DELAY_MILLIS;
      const question: LeftQuestion = { type: "watch", sessions: [...sessions] };
      socket.send(JSON.stringify(question));
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const answer = JSON.parse(data) as LeftAnswer;
      if (answer.type === "left") {
        heard(answer);
      }
    });
    socket.addEventListener("close", ({ code }) => {
      if (code !== REFUSED) {
        // With chance in it, so that a crowd does not come back in the same instant.
        setTimeout(connect, delay * (0.5 + Math.random()));
        delay = Math.min(delay * 2, LONGEST_DELAY_MILLIS);
      }
    });
  };
  connect();
}
