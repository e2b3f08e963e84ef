// What is heard and felt of a verdict, so that nobody has to look: a chime that rises, a low alarm, a
// neutral tone. A hand's own sound switch is kept on this device.

import type { Signal } from "./state.ts";

interface Tone {
  readonly hertz: number;
  readonly at: number;
  readonly secs: number;
  readonly shape: OscillatorType;
  readonly loudness: number;
}

const chime = (hertz: number, at: number, secs: number): Tone => ({ hertz, at, secs, shape: "sine", loudness: 0.35 });
const alarm = (hertz: number, at: number): Tone => ({ hertz, at, secs: 0.22, shape: "square", loudness: 0.16 });

const TONES: Record<Signal, readonly Tone[]> = {
  good: [chime(784, 0, 0.14), chime(1175, 0.12, 0.3)],
  bad: [alarm(233, 0), alarm(175, 0.26), alarm(175, 0.52)],
  told: [chime(587, 0, 0.22)],
};
const SHAKES: Record<Signal, number | number[]> = { good: 70, bad: [180, 80, 180, 80, 180], told: [40, 60, 40] };
const KEY = "scanner-muted";

export class Signals {
  private context: AudioContext | null = null;
  private muted = remembered();

  get isMuted(): boolean {
    return this.muted;
  }

  /** Browsers let a page sound only after a hand was laid on it: call it then. */
  wake(): void {
    this.context ??= typeof AudioContext === "undefined" ? null : new AudioContext();
    void this.context?.resume();
  }

  mute(muted: boolean): void {
    this.muted = muted;
    try {
      localStorage.setItem(KEY, String(muted));
    } catch {
      // Storage may be forbidden; then it holds as long as the page.
    }
  }

  give(signal: Signal): void {
    navigator.vibrate?.(SHAKES[signal]);
    if (!this.muted && this.context?.state === "running") {
      for (const tone of TONES[signal]) {
        play(this.context, tone);
      }
    }
  }
}

/** With a soft beginning and end, so that nothing clicks. */
function play(context: AudioContext, { hertz, at, secs, shape, loudness }: Tone): void {
  const begin = context.currentTime + at;
  const [voice, volume] = [context.createOscillator(), context.createGain()];
  voice.type = shape;
  voice.frequency.value = hertz;
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(loudness, begin + 0.015);
  volume.gain.setValueAtTime(loudness, begin + secs - 0.05);
  volume.gain.linearRampToValueAtTime(0, begin + secs);
  voice.connect(volume).connect(context.destination);
  voice.start(begin);
  voice.stop(begin + secs);
}

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) === "true";
  } catch {
    return false;
  }
}
