import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { KINDS, type Kind, REGRESSIONS } from './corpus.ts';
import { prepareJournal } from './good-journal.ts';
import { makeInput } from './make.ts';
import type { Found, Slow, Work } from './worker.ts';

/**
 * One input may take so long, and so long more for each MiB of it: standard input takes large ones, and
 * the work on them may only grow with their size. Alone on a machine it is a tenth of that.
 */
const HANG_MS = 10_000;
const HANG_MS_PER_MIB = 10_000;
const HEAP_MB = 512;
const LOOK_MS = 250;

export interface FuzzOptions {
  readonly kinds: readonly Kind[];
  readonly seed: number;
  /** Whichever comes first ends it. */
  readonly runs: number;
  readonly seconds: number;
  readonly workers: number;
  /** Only this index. */
  readonly index: number | null;
  /** Whether inputs that failed are written beside the tests. */
  readonly keep: boolean;
  readonly hangMs?: number;
  /** In place of the program: what tries the fuzzer itself. */
  readonly executor?: URL;
  readonly onProgress?: (executions: number, seconds: number) => void;
  readonly onCrash?: (crash: Crash) => void;
}

export interface Crash extends Found {
  /** Where the input was kept; null if it was not. */
  readonly file: string | null;
}

export interface FuzzReport {
  readonly executions: number;
  readonly seconds: number;
  readonly crashes: readonly Crash[];
  readonly slowest: readonly Slow[];
  readonly peakRssMiB: number;
}

/** Runs inputs in workers, which can be ended when one of them hangs or holds too much. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  await prepareJournal();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  const crashes: Crash[] = [];
  const slowest = new Map<Kind, Slow>();
  const report = (found: Found) => {
    const crash = { ...found, file: options.keep ? keep(options.seed, found) : null };
    crashes.push(crash);
    options.onCrash?.(crash);
  };
  const hear = (message: Found | Slow) => {
    if ('complaint' in message) report(message);
    else if (message.ms > (slowest.get(message.kind)?.ms ?? 0)) slowest.set(message.kind, message);
  };
  const lanes = Array.from(
    { length: options.workers },
    (_, lane) => new Lane(options, lane, hear, report),
  );
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
    options.onProgress?.(sum(lanes), seconds());
    for (const lane of lanes) lane.look(seconds() > options.seconds);
  }, LOOK_MS);
  await Promise.all(lanes.map((lane) => lane.ended));
  clearInterval(timer);
  return {
    executions: sum(lanes),
    seconds: seconds(),
    crashes,
    slowest: [...slowest.values()],
    peakRssMiB: Math.round(Math.max(peak, process.memoryUsage.rss()) / 2 ** 20),
  };
}

const sum = (lanes: readonly Lane[]) => lanes.reduce((total, lane) => total + lane.executions, 0);

/** Every so-many-th input, in one worker after the other: a new one goes on where one was ended. */
class Lane {
  readonly ended: Promise<void>;
  readonly #options: FuzzOptions;
  readonly #hear: (message: Found | Slow) => void;
  readonly #report: (found: Found) => void;
  #worker: Worker | null = null;
  #progress = new Int32Array(new SharedArrayBuffer(12));
  #done = 0;
  #last = { count: -1, since: performance.now() };
  #over = false;
  #end: () => void = () => undefined;

  constructor(
    options: FuzzOptions,
    lane: number,
    hear: (message: Found | Slow) => void,
    report: (found: Found) => void,
  ) {
    this.#options = options;
    this.#hear = hear;
    this.#report = report;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#start(options.index ?? lane);
  }

  get executions(): number {
    return this.#done + Atomics.load(this.#progress, 1);
  }

  #start(first: number): void {
    const { kinds, seed, workers, runs, index } = this.#options;
    this.#done = this.executions;
    this.#progress = new Int32Array(new SharedArrayBuffer(12));
    this.#last = { count: -1, since: performance.now() };
    const last = index ?? runs - 1;
    if (first > last) {
      this.#end();
      return;
    }
    const progress = this.#progress.buffer;
    const executor = (this.#options.executor ?? new URL('execute.ts', import.meta.url)).href;
    const work = { kinds, seed, first, step: workers, last, progress, executor };
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: work satisfies Omit<Work, 'progress'> & { progress: ArrayBufferLike },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    this.#worker = worker;
    let gone: string | null = null;
    worker.on('message', this.#hear);
    worker.on('error', (error) => {
      gone = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', (code) => {
      if (this.#worker !== worker) return;
      if (this.#over || (gone === null && code === 0)) this.#end();
      else this.#goOn(`ended its process: ${gone ?? `exit code ${code}`}`);
    });
  }

  /** What was at work is at fault; the next one goes on behind it. */
  #goOn(complaint: string): void {
    const index = Atomics.load(this.#progress, 0);
    const { kinds, workers } = this.#options;
    const kind = kinds[index % kinds.length];
    if (kind !== undefined) this.#report({ kind, index, complaint });
    this.#start(index + workers);
  }

  look(isOver: boolean): void {
    if (isOver && !this.#over) {
      this.#over = true;
      void this.#worker?.terminate();
      return;
    }
    const count = Atomics.load(this.#progress, 1);
    if (count !== this.#last.count) this.#last = { count, since: performance.now() };
    const mib = Atomics.load(this.#progress, 2) / 2 ** 20;
    const hangMs = Math.round((this.#options.hangMs ?? HANG_MS) + mib * HANG_MS_PER_MIB);
    if (performance.now() - this.#last.since < hangMs) return;
    const hung = this.#worker;
    this.#worker = null;
    void hung?.terminate();
    this.#goOn(`did not end within ${hangMs} ms`);
  }
}

/** Stored under a name made of what is in it: the same input is stored once. */
function keep(seed: number, { kind, index }: Found): string {
  const input = makeInput(kind, seed, index);
  const name = createHash('sha256').update(input.bytes).digest('hex').slice(0, 12);
  const directory = join(REGRESSIONS, kind);
  const file = join(directory, `${name}${extname(input.path) || '.yaml'}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, input.bytes);
  return file;
}

export { KINDS };
