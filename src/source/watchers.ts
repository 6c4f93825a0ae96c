import { type FSWatcher, watch as watchDirectory } from 'node:fs';
import { basename, dirname } from 'node:path';
import { watch as watchTree } from 'chokidar';

/** A running watcher of the operating system: a source of hints, never of truth. */
export interface Watcher {
  close(): Promise<void>;
}

/** How to be told of events; `onLost` says that no more will come from this watcher. */
export interface WatchEvents {
  readonly onEvent: () => void;
  readonly onLost: (why: string) => void;
}

export interface Watchers {
  /** Events of one entry of a directory, whatever stands there. */
  entry(path: string, events: WatchEvents): Watcher;
  /** Events anywhere below a directory. */
  tree(directory: string, events: WatchEvents): Watcher;
}

const nothing: Watcher = { close: async () => {} };
const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Watching the link itself would follow it, and hear nothing after the first flip. */
function watchEntry(path: string, events: WatchEvents): Watcher {
  const name = basename(path);
  let watcher: FSWatcher;
  try {
    watcher = watchDirectory(dirname(path), (_, changed) => {
      if (changed === name || changed === null) events.onEvent();
    });
  } catch (error) {
    events.onLost(reason(error));
    return nothing;
  }
  watcher.on('error', (error) => events.onLost(reason(error)));
  return { close: async () => watcher.close() };
}

/**
 * Only directories are watched, which costs one handle each instead of one per file: chokidar keeps
 * up with directories that come and go, and its raw events name what happens to the files in them.
 */
function watchBelow(directory: string, events: WatchEvents): Watcher {
  const watcher = watchTree(directory, {
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
    ignored: (path, stat) =>
      (stat !== undefined && !stat.isDirectory()) || path.slice(directory.length).includes('/.'),
  });
  watcher.on('raw', () => events.onEvent());
  watcher.on('all', () => events.onEvent());
  watcher.on('error', (error) => events.onLost(reason(error)));
  return { close: () => watcher.close() };
}

/** Node's own watcher for links, chokidar for plain trees. */
export const nativeWatchers: Watchers = { entry: watchEntry, tree: watchBelow };
