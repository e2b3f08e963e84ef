// Reads a trace of Chromium: how long the page's main thread was busy for each frame.

export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** The same on the thread's own clock, which stands still while others have the processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly traceId?: string } };
}

export interface Busy {
  /** Main-thread milliseconds by frame, in order. */
  readonly frames: readonly number[];
  /** The same by the thread's own clock: what a busy machine does not falsify. */
  readonly cpuFrames: readonly number[];
  /** What the workers of the page that draw no frames did meanwhile, in milliseconds. */
  readonly painterMillis: number;
  /** What the one that draws frames did, and how many it drew; zero where there is none. */
  readonly projectorMillis: number;
  readonly drawn: number;
  /** For each message of the page to that one: milliseconds from sending until the frame with it was drawn. */
  readonly lags: readonly number[];
  /** New pictures that it told the page of. */
  readonly pictures: number;
}

export const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame"];

/** The tasks of the busiest renderer's main thread, summed up between the beginnings of its frames. */
export function busyByFrame(events: readonly TraceEvent[]): Busy {
  const names = threadNames(events);
  const tasks = events.filter(isTask);
  const main = busiest(tasks.filter((task) => names.get(keyOf(task)) === "CrRendererMain"));
  const begins = events
    .filter((event) => event.name === "BeginMainThreadFrame" && keyOf(event) === main)
    .map(({ ts }) => ts)
    .sort((one, other) => one - other);
  const own = outermost(tasks.filter((task) => keyOf(task) === main));
  const frames = new Array<number>(Math.max(0, begins.length - 1)).fill(0);
  const cpuFrames = [...frames];
  for (const task of own) {
    // A task belongs to the frame in which it ends: it is that frame that waited for it.
    const frame = lastBefore(begins, task.ts + (task.dur ?? 0));
    if (frame >= 0 && frame < frames.length) {
      frames[frame] = (frames[frame] ?? 0) + (task.dur ?? 0) / 1000;
      cpuFrames[frame] = (cpuFrames[frame] ?? 0) + (task.tdur ?? 0) / 1000;
    }
  }
  const [pid = ""] = main.split(":");
  const ofWorkers = events.filter((event) => String(event.pid) === pid && names.get(keyOf(event))?.startsWith("DedicatedWorker") === true);
  return { frames, cpuFrames, ...busyWorkers(ofWorkers, events.filter((event) => keyOf(event) === main)) };
}

/** The worker that asks for frames is the one that draws. */
function busyWorkers(ofWorkers: readonly TraceEvent[], ofMain: readonly TraceEvent[]): Omit<Busy, "frames" | "cpuFrames"> {
  const drawn = ofWorkers.filter(({ name }) => name === "FireAnimationFrame").sort((one, other) => one.ts - other.ts);
  const projector = drawn[0] === undefined ? null : keyOf(drawn[0]);
  const tasks = outermost(ofWorkers.filter(isTask));
  const millis = (isProjector: boolean): number =>
    tasks.filter((task) => (keyOf(task) === projector) === isProjector).reduce((sum, { dur }) => sum + (dur ?? 0) / 1000, 0);
  const ofProjector = ofWorkers.filter((event) => keyOf(event) === projector);
  return {
    painterMillis: millis(false),
    projectorMillis: millis(true),
    drawn: drawn.length,
    lags: messages(ofMain, ofProjector).flatMap(({ sent, heard }) => {
      const frame = drawn.find(({ ts }) => ts >= heard);
      return frame === undefined ? [] : [(frame.ts + (frame.dur ?? 0) - sent) / 1000];
    }),
    pictures: messages(ofProjector, ofMain).length,
  };
}

/** When each message from one thread to another was sent, and when heard. */
function messages(from: readonly TraceEvent[], to: readonly TraceEvent[]): { readonly sent: number; readonly heard: number }[] {
  const sending = from.filter(({ name, args }) => name === "SchedulePostMessage" && args?.data?.traceId !== undefined);
  const sent = new Map(sending.map(({ args, ts }) => [args?.data?.traceId, ts]));
  return to
    .filter(({ name }) => name === "HandlePostMessage")
    .flatMap(({ args, ts }) => {
      const at = sent.get(args?.data?.traceId);
      return at === undefined ? [] : [{ sent: at, heard: ts }];
    });
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function isTask({ name, ph }: TraceEvent): boolean {
  return ph === "X" && (name === "RunTask" || name === "ThreadControllerImpl::RunTask");
}

function keyOf({ pid, tid }: TraceEvent): string {
  return `${pid}:${tid}`;
}

function threadNames(events: readonly TraceEvent[]): Map<string, string> {
  const named = events.filter(({ name, ph }) => ph === "M" && name === "thread_name");
  return new Map(named.map((event) => [keyOf(event), event.args?.name ?? ""]));
}

function busiest(tasks: readonly TraceEvent[]): string {
  const sums = new Map<string, number>();
  for (const task of tasks) {
    sums.set(keyOf(task), (sums.get(keyOf(task)) ?? 0) + (task.dur ?? 0));
  }
  return [...sums].sort(([, one], [, other]) => other - one)[0]?.[0] ?? "";
}

/** Tasks within tasks are counted once. */
function outermost(tasks: readonly TraceEvent[]): TraceEvent[] {
  const sorted = [...tasks].sort((one, other) => one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0));
  let end = new Map<string, number>();
  return sorted.filter((task) => {
    const key = keyOf(task);
    if (task.ts < (end.get(key) ?? -Infinity)) {
      return false;
    }
    end = end.set(key, task.ts + (task.dur ?? 0));
    return true;
  });
}

function lastBefore(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}
