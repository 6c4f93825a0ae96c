import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as macrotask } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../../src/reconciler/ports/source.ts';
import { systemClock } from '../../src/server/clock.ts';
import { createSource } from '../../src/source/source.ts';

export interface Tally {
  reads: number;
  /** Reads that gave up for the moment. */
  unavailable: number;
  /** Different revisions seen. */
  revisions: number;
  /** Snapshots with files of two revisions, or a name that does not fit the content. */
  mixed: number;
  /** Snapshots with files missing. */
  short: number;
  /** Snapshots older than the one before. */
  backwards: number;
  hints: number;
  /** The revision that was read last. */
  last: number;
}

const PUBLISHERS = fileURLToPath(new URL('publishers.ts', import.meta.url));

function revisionsIn(snapshot: Snapshot): ReadonlySet<number> {
  return new Set(
    snapshot.files.map((file) =>
      Number(Buffer.from(file.bytes).toString().replace('revision: ', '')),
    ),
  );
}

/**
 * Another process publishes as fast as it can and removes each old tree at once, while this one
 * reads at every hint and again and again in between. When it has ended, only hints make us read.
 */
export async function flipWhileReading(options: {
  readonly kind: 'git-sync' | 'config-map';
  readonly flips: number;
  readonly files: number;
}): Promise<Tally> {
  const root = mkdtempSync(join(tmpdir(), 'trueup-flips-'));
  const directory = options.kind === 'git-sync' ? join(root, 'link') : root;
  const source = createSource({ directory, clock: systemClock, pollIntervalMs: 100 });
  const tally: Tally = {
    reads: 0,
    unavailable: 0,
    revisions: 0,
    mixed: 0,
    short: 0,
    backwards: 0,
    hints: 0,
    last: -1,
  };
  const digests = new Set<string>();
  const arrived = Promise.withResolvers<void>();

  async function read(): Promise<void> {
    const result = await source.read();
    tally.reads += 1;
    if (result.kind === 'unavailable') {
      tally.unavailable += 1;
      return;
    }
    const [revision, ...others] = revisionsIn(result.snapshot);
    if (revision === undefined || others.length > 0) tally.mixed += 1;
    if (result.snapshot.files.length !== options.files) tally.short += 1;
    if (revision !== undefined && revision < tally.last) tally.backwards += 1;
    tally.last = revision ?? -1;
    digests.add(result.snapshot.digest);
    tally.revisions = digests.size;
    if (tally.last === options.flips - 1) arrived.resolve();
  }

  const publisher = spawn(
    process.execPath,
    [PUBLISHERS, options.kind, root, String(options.flips), String(options.files)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const ended = once(publisher, 'exit');
    await once(publisher.stdout, 'data');
    const watch = await source.watch(() => {
      tally.hints += 1;
      void read();
    });
    let publishing = true;
    void ended.then(() => {
      publishing = false;
    });
    while (publishing) {
      await read();
      await macrotask();
    }
    await arrived.promise;
    await watch.close();
  } finally {
    publisher.kill();
    rmSync(root, { recursive: true, force: true });
  }
  return tally;
}
