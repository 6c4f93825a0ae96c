import type { ProductEntry } from '../../src/domain/entry.ts';
import { TrueupError } from '../../src/domain/errors/registry.ts';
import type { Journal } from '../../src/reconciler/ports/journal.ts';
import { never } from './clock.ts';

/** What stands in the way of writing, and what is known to be on the disk. It outlives processes. */
export interface Disk {
  journal: Journal;
  /** `full`: writes fail; `readOnly`: it says beforehand that they would. */
  state: 'ok' | 'full' | 'readOnly';
  /** A write has failed, so the journal says that it cannot be written, until writing works again. */
  noticed: boolean;
  /** Entries by key, as last stored. */
  readonly entries: Map<string, ProductEntry>;
}

export interface JournalGuard {
  /** Before the effect of a call; true: the process is dead, and stays unanswered. */
  before(name: string): boolean;
  after(name: string): boolean;
  /** An entry is on the disk; true: the process is dead now. */
  stored(key: string, entry: ProductEntry, before: ProductEntry | undefined): boolean;
  /** Every argument of every write. */
  written(name: string, args: readonly unknown[]): void;
}

const WRITES: ReadonlySet<string> = new Set([
  'put',
  'putAll',
  'putDocuments',
  'putStatus',
  'putDaemon',
  'remember',
  'bindAccount',
  'takeRequests',
]);

function refuse(disk: Disk): void {
  if (disk.state === 'ok') return;
  disk.noticed = true;
  throw new TrueupError('journal/unwritable', 'the journal cannot be written: disk full');
}

interface Replacement {
  readonly key: string;
  readonly entry: ProductEntry;
}

function storedEntries(name: string, args: readonly unknown[]): readonly Replacement[] {
  if (name === 'put') return [{ key: args[1] as string, entry: args[2] as ProductEntry }];
  return name === 'putAll' ? (args[1] as readonly Replacement[]) : [];
}

/** The journal as one process sees it. */
export function guardedJournal(disk: Disk, guard: JournalGuard): Journal {
  return new Proxy(disk.journal, {
    get(target, property) {
      if (property === 'readOnly') {
        if (disk.state === 'ok') disk.noticed = false;
        return disk.state === 'readOnly' || disk.noticed ? 'disk full' : target.readOnly;
      }
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const name = String(property);
      return async (...args: unknown[]) => {
        if (guard.before(name)) return never();
        const writes = WRITES.has(name);
        if (writes && !(name === 'takeRequests' && !(await hasRequests(target)))) refuse(disk);
        if (writes) guard.written(name, args);
        const answer: unknown = await Reflect.apply(value, target, args);
        const replaced = storedEntries(name, args).map(({ key, entry }) => {
          const before = disk.entries.get(key);
          disk.entries.set(key, entry);
          return { key, entry, before };
        });
        for (const { key, entry, before } of replaced)
          if (guard.stored(key, entry, before)) return never();
        return guard.after(name) ? never() : answer;
      };
    },
  });
}

/** The real journal writes only where there is something to take. */
async function hasRequests(journal: Journal): Promise<boolean> {
  const taken = await journal.takeRequests();
  for (const request of taken) await journal.ask(request);
  return taken.length > 0;
}
