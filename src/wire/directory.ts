import type { Io } from '../cli/io.ts';
import type { Config } from '../config/config.ts';
import type { Log, Snapshot } from '../reconciler/ports.ts';
import { systemClock } from '../server/clock.ts';
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
  return {
    kind: 'ok',
    snapshot: { revision: 'stdin', digest: 'stdin', files: [{ path: '-', bytes }], unreadable: [] },
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
