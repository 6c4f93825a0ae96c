import { existsSync, renameSync } from 'node:fs';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Freeze } from '../domain/hold.ts';
import type { Clock } from '../reconciler/ports/runtime.ts';
import type { Access } from './access.ts';
import { storeFreeze } from './beside.ts';
import { connectForReading } from './database.ts';
import { readFailure } from './failures.ts';
import { Items } from './items.ts';
import { freezeShape } from './shapes/freeze.ts';

/** `lost`: why it cannot be told which freezes there were. */
export type FreezesAfterReset =
  | { readonly kind: 'kept'; readonly freezes: readonly Freeze[] }
  | { readonly kind: 'lost'; readonly why: string };

/** The freezes of a journal that is about to be moved aside, as far as it can still be read. */
export function freezesBeforeReset(path: string): FreezesAfterReset {
  try {
    const database = connectForReading(path);
    try {
      const rows = new Items(database, path).ofKind('freeze', freezeShape);
      return { kind: 'kept', freezes: rows.map((row) => row.value) };
    } finally {
      database.close();
    }
  } catch (error) {
    const seen = readFailure(path, error);
    return { kind: 'lost', why: seen instanceof TrueupError ? seen.message : String(seen) };
  }
}

/** A time as it can stand in a file name. */
export function stampOf(clock: Clock): string {
  return new Date(clock.now())
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
}

/** Renames a journal, and what a crash left of its last write with it. */
export function moveAside(path: string, stamp: string): void {
  if (!existsSync(path)) return;
  let aside = `${path}.${stamp}`;
  for (let n = 2; existsSync(aside); n += 1) aside = `${path}.${stamp}-${n}`;
  if (existsSync(`${path}-journal`)) renameSync(`${path}-journal`, `${aside}-journal`);
  renameSync(path, aside);
}

/** A freeze outlives the journal that it stood in. */
export function carryOver(
  access: Access,
  items: Items,
  reset: Extract<FreezesAfterReset, { kind: 'kept' }>,
): FreezesAfterReset {
  const count = reset.freezes.length;
  try {
    access.write(() => {
      for (const one of reset.freezes) storeFreeze(items, one);
    });
    return reset;
  } catch (error) {
    if (!(error instanceof TrueupError)) throw error;
    return { kind: 'lost', why: `${count} could not be written again: ${error.message}` };
  }
}
