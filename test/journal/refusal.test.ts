import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { asNobody } from '../source/scratch.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FULL_ENTRY, failureOf, LEDGER, NETWORK, opened, PROD, scratch } from './fixtures.ts';

/** A journal with one entry that anybody may read and nobody but its owner may write. */
async function readable(): Promise<string> {
  const { directory, path } = scratch();
  const journal = await opened(path);
  await journal.put(PROD, NETWORK, FULL_ENTRY, 0);
  await journal.close();
  chmodSync(directory, 0o755);
  chmodSync(dirname(path), 0o555);
  for (const file of readdirSync(dirname(path))) chmodSync(join(dirname(path), file), 0o444);
  onTestFinished(() => chmodSync(dirname(path), 0o700));
  return path;
}

describe('a journal that may not be written', () => {
  it('is read by the one who wanted to write, and says why it is not written', async () => {
    const path = await readable();
    await asNobody(async () => {
      const journal = await opened(path);
      expect(journal.readOnly).toMatch(/read-only|permission denied/);
      expect((await journal.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
      const failure = await failureOf(journal.put(PROD, NETWORK, FULL_ENTRY, 1));
      expect(failure.code).toBe('journal/unwritable');
      expect(failure.message).toContain(journal.readOnly);
      await journal.close();
    });
  });

  it('is read by readers, without a word of complaint', async () => {
    const path = await readable();
    await asNobody(async () => {
      const journal = await opened(path, 'read');
      expect((await journal.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
      await journal.close();
    });
  });

  it('is not asked either', async () => {
    const path = await readable();
    await asNobody(async () => {
      const journal = await opened(path, 'ask');
      const failure = await failureOf(journal.ask({ kind: 'retry', target: PROD, key: NETWORK }));
      expect(failure.code).toBe('journal/unwritable');
      await journal.close();
    });
  });

  it('and is not there yet, reads as empty and says so', async () => {
    const { directory, path } = scratch();
    chmodSync(directory, 0o555);
    await asNobody(async () => {
      const journal = await opened(path);
      expect(journal.readOnly).toBe('permission denied');
      expect(journal.missing).toBe(true);
      expect((await journal.list(PROD)).size).toBe(0);
      expect((await failureOf(journal.put(PROD, NETWORK, FULL_ENTRY, 0))).code).toBe(
        'journal/unwritable',
      );
      await journal.close();
    });
  });
});

describe('a journal that may not be read', () => {
  it.each(['read', 'write', 'ask'] as const)('is not empty for %s', async (mode) => {
    const path = await readable();
    chmodSync(path, 0o000);
    const failure = await asNobody(() => failureOf(opened(path, mode)));
    expect(failure.code).toBe('journal/unreadable');
  });

  it('because its directory is closed, is not missing', async () => {
    const path = await readable();
    chmodSync(dirname(path), 0o000);
    for (const mode of ['read', 'write'] as const) {
      const failure = await asNobody(() => failureOf(opened(path, mode)));
      expect(failure.code).toBe('journal/unreadable');
      expect(failure.message).toContain('permission denied');
    }
  });
});

describe('a journal that stops being writable', () => {
  it('rejects writes until one works again, which it finds out by itself', async () => {
    const { path } = scratch();
    const clock = new VirtualClock();
    const journal = await opened(path, 'write', { clock });
    renameSync(path, `${path}.away`);
    const failure = await failureOf(journal.put(PROD, NETWORK, FULL_ENTRY, 0));
    expect(failure.code).toBe('journal/unwritable');
    expect(journal.readOnly).toBe(`${path} was removed or replaced while it was in use`);
    await clock.pass(60_000);
    expect(journal.readOnly).not.toBeNull();
    renameSync(`${path}.away`, path);
    await clock.pass(10_000);
    expect(journal.readOnly).toBeNull();
    expect(await journal.put(PROD, NETWORK, FULL_ENTRY, 0)).toBe(1);
  });

  it('is not written if another file stands in its place', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
    expect((await failureOf(journal.put(PROD, NETWORK, FULL_ENTRY, 0))).code).toBe(
      'journal/unwritable',
    );
  });

  it('is not written if its lock could be held by another', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    renameSync(`${path}-lock`, `${path}-lock.away`);
    const failure = await failureOf(journal.put(PROD, NETWORK, FULL_ENTRY, 0));
    expect(failure.message).toContain('journal.db-lock was removed or replaced');
  });

  it('can be closed while it is in trouble', async () => {
    const { path } = scratch();
    const clock = new VirtualClock();
    const journal = await opened(path, 'write', { clock });
    renameSync(path, `${path}.away`);
    await failureOf(journal.put(PROD, NETWORK, FULL_ENTRY, 0));
    await journal.close();
    expect((await opened(`${path}.away`)).readOnly).toBeNull();
  });
});

describe('a write that a crash cut in two', () => {
  /** The files as they are in the middle of a transaction that spilled to the disk. */
  async function torn(): Promise<string> {
    const { directory, path } = scratch();
    const journal = await opened(path);
    await journal.put(PROD, NETWORK, FULL_ENTRY, 0);
    await journal.close();
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA cache_size = 1; BEGIN; UPDATE items SET body = 'torn'`);
    const insert = database.prepare('INSERT INTO items VALUES (?, ?, ?, 1, ?, ?)');
    for (let n = 0; n < 100; n += 1) insert.run('entry', 'prod-eu', `k${n}`, 'x'.repeat(1_000), '');
    const crashed = join(directory, 'crashed', 'journal.db');
    mkdirSync(dirname(crashed));
    for (const end of ['', '-journal']) copyFileSync(`${path}${end}`, `${crashed}${end}`);
    database.exec('ROLLBACK');
    database.close();
    expect(readFileSync(crashed).includes('torn')).toBe(true);
    return crashed;
  }

  it.each(['read', 'write', 'ask'] as const)('is undone for %s', async (mode) => {
    const journal = await opened(await torn(), mode);
    expect(await journal.list(PROD)).toEqual(
      new Map([[NETWORK, { value: FULL_ENTRY, version: 1 }]]),
    );
  });

  it('goes aside with its journal at a reset, and can be looked at there', async () => {
    const path = await torn();
    const journal = await opened(path, 'write', { reset: true });
    expect((await journal.list(PROD)).size).toBe(0);
    await journal.put(PROD, LEDGER, EMPTY_ENTRY, 0);
    const aside = await opened(`${path}.2026-11-21T14-02-11Z`, 'read');
    expect((await aside.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
  });

  it('does not haunt a new journal whose old file was removed by hand', async () => {
    const path = await torn();
    renameSync(path, `${path}.removed`);
    const journal = await opened(path);
    expect((await journal.list(PROD)).size).toBe(0);
    expect(await journal.put(PROD, LEDGER, EMPTY_ENTRY, 0)).toBe(1);
  });

  it('while it was made leaves no journal, and the next start makes one', async () => {
    const { path } = scratch();
    mkdirSync(dirname(path));
    writeFileSync(`${path}.7.new`, 'half');
    expect((await opened(path)).readOnly).toBeNull();
    expect(readdirSync(dirname(path))).not.toContain('journal.db.7.new');
  });
});
