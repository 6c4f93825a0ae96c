import { parentPort, workerData } from 'node:worker_threads';
import type { Input, Kind } from './corpus.ts';
import { prepareJournal } from './good-journal.ts';
import { makeInput } from './make.ts';

export interface Work {
  readonly kinds: readonly Kind[];
  readonly seed: number;
  /** The first index, and how far it is to the next one of this worker. */
  readonly first: number;
  readonly step: number;
  readonly last: number;
  /**
   * [0] the index at work, [1] how many are done, [2] the bytes of the one at work; read by the main
   * thread while this one is busy.
   */
  readonly progress: SharedArrayBuffer;
  /** The module whose `execute` takes the inputs. */
  readonly executor: string;
}

export interface Found {
  readonly kind: Kind;
  readonly index: number;
  readonly complaint: string;
}

export interface Slow {
  readonly kind: Kind;
  readonly index: number;
  readonly ms: number;
  readonly size: number;
}

const work = workerData as Work;
const progress = new Int32Array(work.progress);
const slowest = new Map<Kind, Slow>();

/** Indices are dealt to the kinds in turn, so that a replay needs the index alone. */
export const kindAt = (kinds: readonly Kind[], index: number): Kind => {
  const kind = kinds[index % kinds.length];
  if (kind === undefined) throw new Error('no kinds');
  return kind;
};

type Execute = (kind: Kind, input: Input, index: number) => Promise<string | null>;

async function run(): Promise<void> {
  await prepareJournal();
  const { execute } = (await import(work.executor)) as { readonly execute: Execute };
  for (let index = work.first; index <= work.last; index += work.step) {
    const kind = kindAt(work.kinds, index);
    Atomics.store(progress, 0, index);
    const input = makeInput(kind, work.seed, index);
    Atomics.store(progress, 2, input.bytes.length);
    const started = performance.now();
    const complaint = await execute(kind, input, index);
    const ms = performance.now() - started;
    Atomics.add(progress, 1, 1);
    if (complaint !== null) parentPort?.postMessage({ kind, index, complaint } satisfies Found);
    if (ms > (slowest.get(kind)?.ms ?? 0)) {
      const slow: Slow = { kind, index, ms, size: input.bytes.length };
      slowest.set(kind, slow);
      parentPort?.postMessage(slow);
    }
    // Messages leave only when this thread has a moment.
    if (index % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

if (parentPort !== null) await run();
