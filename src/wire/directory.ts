import type { Io } from '../cli/io.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../reconciler/ports/runtime.ts';
import type { Snapshot } from '../reconciler/ports/source.ts';
import { systemClock } from '../server/clock.ts';
import { snapshotOf } from '../source/snapshot.ts';
import { createSource } from '../source/source.ts';

type ReadOnce =
  | { readonly kind: 'ok'; readonly snapshot: Snapshot }
  | { readonly kind: 'unavailable'; readonly why: string };

export async function readOnce(
  io: Io,
  config: Config,
  directory: string,
  log: Log,
): Promise<ReadOnce> {
  if (directory !== '-') return sourceOf(config, directory, log).read();
  const bytes = await io.readInput();
  if (bytes.length === 0) return { kind: 'unavailable', why: 'standard input is empty' };
  // By its content, like a plain directory: what the guards count and an approval are for one revision.
  return {
    kind: 'ok',
    snapshot: snapshotOf({ files: [{ path: '-', bytes }], unreadable: [] }, null),
  };
}

export function sourceOf(config: Config, directory: string, log: Log) {
  const { settleMs, pollIntervalMs } = config;
  return createSource({
    directory,
    clock: systemClock,
    settleMs,
    pollIntervalMs,
    onDegraded: (why) => log.write('warn', 'source.watchDegraded', { reason: why }),
  });
}
