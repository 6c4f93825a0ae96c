import { TrueupError } from '../domain/errors/registry.ts';
import type { Freeze } from '../domain/hold.ts';
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
