import type { Clock } from '../reconciler/ports/runtime.ts';
import type { SnapshotResult, Source } from '../reconciler/ports/source.ts';
import { Unavailable, Unreachable } from './failures.ts';
import { Reader, type Seen } from './reader.ts';
import { unreachable, Watch } from './watch.ts';
import { nativeWatchers, type Watchers } from './watchers.ts';

export interface SourceOptions {
  /** A plain directory, a git-sync link or a path below one, or a ConfigMap mount. */
  readonly directory: string;
  readonly clock: Clock;
  /** How long a plain directory must have been at rest before it counts as written. Default 1 s. */
  readonly settleMs?: number;
  /** How often the directory is looked at even if no event came. Default 5 s. */
  readonly pollIntervalMs?: number;
  /** Default 1 MiB. */
  readonly maxFileBytes?: number;
  /** Default 20,000. */
  readonly maxFiles?: number;
  /** Of all files together. Default 64 MiB. */
  readonly maxTotalBytes?: number;
  readonly watchers?: Watchers;
  /** Told once per watcher that the operating system's events fail; the poll goes on. */
  readonly onDegraded?: (why: string) => void;
}

/**
 * The desired-state directory as whole revisions. `read` never rejects for what it finds on the
 * disk: what cannot be read is `unavailable`, with the reason. Reads wait for each other.
 */
export function createSource(options: SourceOptions): Source {
  const reader = new Reader({
    directory: options.directory,
    clock: options.clock,
    settleMs: options.settleMs ?? 1_000,
    maxFileBytes: options.maxFileBytes ?? 1024 * 1024,
    maxFiles: options.maxFiles ?? 20_000,
    maxTotalBytes: options.maxTotalBytes ?? 64 * 1024 * 1024,
  });
  let lastSeen: Seen | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  async function read(): Promise<SnapshotResult> {
    try {
      const { result, seen } = await reader.read();
      lastSeen = seen;
      return result;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      lastSeen = error instanceof Unreachable ? unreachable(error) : null;
      return { kind: 'unavailable', why: error.message };
    }
  }

  return {
    read() {
      const turn = queue.then(read);
      queue = turn.catch(() => undefined);
      return turn;
    },
    async watch(onHint) {
      const watch = new Watch({
        reader,
        clock: options.clock,
        pollIntervalMs: options.pollIntervalMs ?? 5_000,
        watchers: options.watchers ?? nativeWatchers,
        lastSeen: () => lastSeen,
        onHint,
        onDegraded: options.onDegraded ?? (() => {}),
      });
      await watch.start();
      return { close: () => watch.close() };
    },
  };
}
