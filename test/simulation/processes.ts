import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RunResult } from './run.ts';

/** Most of what a run allocates is garbage soon: fewer, larger collections. */
const NODE_ARGS = ['--max-semi-space-size=64'];
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

export type SeedLine = RunResult & { readonly kind: 'seed' };

export interface Summary {
  readonly tier: 1 | 2;
  seeds: number;
  wallMs: number;
  simulatedMs: number;
  calls: number;
  updates: number;
  faults: number;
  crashes: number;
  readonly violations: { readonly seed: number; readonly rule: string; readonly message: string }[];
  /** What went wrong outside of any scenario: a process that failed, a timer that nobody simulates. */
  readonly problems: string[];
  /** Over the trace hashes of all seeds, in order. */
  hash: string;
}

export interface SimulateOptions {
  readonly tier: 1 | 2;
  readonly from: number;
  readonly count: number;
  readonly processes: number;
  /** `first`: each process stops at its first broken rule. */
  readonly mode: 'first' | 'all' | 'trace';
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  readonly onSeed?: (line: SeedLine, done: number) => void;
}

type Line =
  | SeedLine
  | { readonly kind: 'end'; readonly leaks: readonly (readonly [string, number])[] }
  | { readonly kind: 'unhandled'; readonly error: string };

/** Runs seeds in processes of their own, because each patches time and chance for all that it loads. */
export async function simulateSeeds(options: SimulateOptions): Promise<Summary> {
  const startMs = performance.now();
  const hashes = new Map<number, string>();
  const summary: Summary = {
    tier: options.tier,
    seeds: 0,
    wallMs: 0,
    simulatedMs: 0,
    calls: 0,
    updates: 0,
    faults: 0,
    crashes: 0,
    violations: [],
    problems: [],
    hash: '',
  };
  await Promise.all(
    Array.from({ length: options.processes }, (_, index) =>
      runWorker(options, index, (line) => take(summary, hashes, line, options)),
    ),
  ).then((failures) => summary.problems.push(...failures.flat()));
  summary.wallMs = performance.now() - startMs;
  const ordered = [...hashes].sort(([a], [b]) => a - b).map(([, hash]) => hash);
  summary.hash = createHash('sha256').update(ordered.join()).digest('hex').slice(0, 16);
  return summary;
}

function take(
  summary: Summary,
  hashes: Map<number, string>,
  line: Line,
  options: SimulateOptions,
): void {
  switch (line.kind) {
    case 'end':
      for (const [name, count] of line.leaks)
        summary.problems.push(`${name} was used ${count} times`);
      return;
    case 'unhandled':
      summary.problems.push(`unhandled rejection: ${line.error}`);
      return;
    case 'seed':
      summary.seeds += 1;
      for (const key of ['simulatedMs', 'calls', 'updates', 'faults', 'crashes'] as const)
        summary[key] += line[key];
      hashes.set(line.seed, line.hash);
      if (line.violation !== null) summary.violations.push({ seed: line.seed, ...line.violation });
      options.onSeed?.(line, summary.seeds);
      return;
    default:
      line satisfies never;
  }
}

async function runWorker(
  options: SimulateOptions,
  index: number,
  onLine: (line: Line) => void,
): Promise<readonly string[]> {
  const { tier, from, count, processes, mode, env = {}, nodeArgs = [] } = options;
  const mine = Math.floor((count - index - 1) / processes) + 1;
  const args = [tier, from + index, mine, processes, mode].map(String);
  const child = spawn(process.execPath, [...NODE_ARGS, ...nodeArgs, WORKER, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const closed = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  let ended = false;
  let seed = from + index;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    ended ||= line.kind === 'end';
    if (line.kind === 'seed') seed = line.seed + processes;
    onLine(line);
  }
  const code = await closed;
  if (code === 0 && ended) return [];
  return [`a simulation process ended with ${code} on seed ${seed}: ${errors.slice(-2_000)}`];
}
