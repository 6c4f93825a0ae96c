import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Upgrade } from '../../src/journal/database.ts';
import { FULL_ENTRY, failureOf, NETWORK, opened, PROD, scratch } from './fixtures.ts';

const addTable = (to: number, table: string): Upgrade => ({
  to,
  run: (database) => database.exec(`CREATE TABLE ${table} (a)`),
});

async function journalOfToday(): Promise<string> {
  const { path } = scratch();
  const journal = await opened(path);
  await journal.put(PROD, NETWORK, FULL_ENTRY, 0);
  await journal.close();
  return path;
}

function look(path: string) {
  const database = new DatabaseSync(path, { readOnly: true });
  const tables = database.prepare('SELECT name FROM sqlite_schema WHERE sql IS NOT NULL').all();
  const version = database.prepare('PRAGMA user_version').get()?.user_version;
  database.close();
  return { version, tables: tables.map((row) => row.name) };
}

describe('an older journal', () => {
  it('is upgraded step by step by the writer, after a copy was made', async () => {
    const path = await journalOfToday();
    const upgrades = [addTable(2, 'two'), addTable(3, 'three')];
    const journal = await opened(path, 'write', { upgrades });
    expect((await journal.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
    await journal.close();
    expect(look(path)).toEqual({ version: 3, tables: ['items', 'two', 'three'] });

    const copy = readdirSync(dirname(path)).find((file) => file.includes('.v1.'));
    expect(copy).toBe('journal.db.v1.2026-11-21T14-02-11Z');
    const copied = join(dirname(path), copy ?? '');
    expect(look(copied)).toEqual({ version: 1, tables: ['items'] });
    expect(statSync(copied).mode & 0o777).toBe(0o600);
    const old = await opened(copied, 'read');
    expect((await old.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
  });

  it('takes the steps that it lacks, and no other', async () => {
    const path = await journalOfToday();
    await (await opened(path, 'write', { upgrades: [addTable(2, 'two')] })).close();
    const upgrades = [addTable(2, 'two'), addTable(3, 'three')];
    await (await opened(path, 'write', { upgrades })).close();
    expect(look(path)).toEqual({ version: 3, tables: ['items', 'two', 'three'] });
  });

  it('stays as it is if a step fails', async () => {
    const path = await journalOfToday();
    const broken: Upgrade = {
      to: 3,
      run: () => {
        throw new Error('a fault in the step');
      },
    };
    const upgrades = [addTable(2, 'two'), broken];
    await expect(opened(path, 'write', { upgrades })).rejects.toThrow('a fault in the step');
    expect(look(path)).toEqual({ version: 1, tables: ['items'] });
    expect((await opened(path)).readOnly).toBeNull();
  });

  it('is read as if it were upgraded, and not touched', async () => {
    const path = await journalOfToday();
    const before = readFileSync(path);
    const journal = await opened(path, 'read', { upgrades: [addTable(2, 'two')] });
    expect((await journal.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
    await journal.close();
    expect(readFileSync(path)).toEqual(before);
  });
});

describe('a newer journal', () => {
  it.each(['read', 'write', 'ask'] as const)('is refused for %s, and not touched', async (mode) => {
    const path = await journalOfToday();
    await (await opened(path, 'write', { upgrades: [addTable(2, 'two')] })).close();
    const before = readFileSync(path);
    const failure = await failureOf(opened(path, mode));
    expect(failure.code).toBe('journal/newer-schema');
    expect(failure.message).toContain('schema version 2; this trueup knows up to 1');
    expect(readFileSync(path)).toEqual(before);
  });
});
