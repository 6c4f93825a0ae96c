import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { TrueupError } from '../../src/domain/errors/registry.ts';
import { asProductKey } from '../../src/domain/ids.ts';
import type { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import {
  DAEMON,
  documentOf,
  FULL_ENTRY,
  failureOf,
  NETWORK,
  OTHER_ENTRY,
  opened,
  PROD,
  scratch,
  statusOf,
  TEST,
} from './fixtures.ts';

/** Something of everything, over more than one page. */
async function wellFilled(path: string): Promise<void> {
  const journal = await opened(path);
  for (const target of [PROD, TEST]) {
    const entries = Array.from({ length: 12 }, (_, n) => ({
      key: asProductKey(`name:product-${n}`),
      entry: n % 2 === 0 ? FULL_ENTRY : OTHER_ENTRY,
      version: 0,
    }));
    await journal.putAll(target, entries);
    await journal.putDocuments(target, [documentOf('a'), documentOf('b')]);
  }
  await journal.putStatus(Array.from({ length: 10 }, (_, n) => statusOf(`p-${n}`)));
  await journal.putDaemon(DAEMON);
  await journal.close();
}

async function everything(journal: SqliteJournal): Promise<unknown> {
  return [
    await journal.list(PROD),
    await journal.list(TEST),
    await journal.documents(PROD),
    await journal.documents(TEST),
    await journal.statuses(),
    await journal.daemon(),
    await journal.writer(),
  ];
}

describe('a damaged file', () => {
  let directory = '';
  let good: Buffer;
  let content: unknown;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'trueup-damage-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  async function prepare(): Promise<void> {
    if (content !== undefined) return;
    const path = join(directory, 'good.db');
    await wellFilled(path);
    const journal = await opened(path, 'read');
    content = await everything(journal);
    await journal.close();
    good = readFileSync(path);
  }

  /** Either refused, or read as it was: never as something else. */
  async function verdictOn(bytes: Buffer): Promise<string> {
    const path = join(directory, 'bad.db');
    writeFileSync(path, bytes);
    let journal: SqliteJournal | null = null;
    try {
      journal = await opened(path, 'read');
      expect(await everything(journal)).toEqual(content);
      return 'unharmed';
    } catch (error) {
      if (error instanceof TrueupError) return error.code;
      throw error;
    } finally {
      await journal?.close();
    }
  }

  it('with one flipped byte is refused or unharmed', async () => {
    await prepare();
    const verdicts = new Map<string, number>();
    // Every byte of the header, where everything hangs on it, and a spread over the rest.
    const offsets = [...Array(100).keys()];
    for (let offset = 100; offset < good.length; offset += 1_301) offsets.push(offset);
    for (const offset of offsets) {
      const bad = Buffer.from(good);
      bad[offset] = (bad[offset] ?? 0) ^ (1 << (offset % 8));
      const verdict = await verdictOn(bad);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    expect([...verdicts.keys()].sort()).toEqual([
      'journal/corrupt',
      'journal/newer-schema',
      'unharmed',
    ]);
    expect(verdicts.get('journal/corrupt')).toBeGreaterThan(offsets.length / 5);
  });

  it('is refused where only later writes would meet the damage', async () => {
    await prepare();
    const bad = Buffer.from(good);
    // The number of free pages: nothing is read by it.
    bad.writeUInt32BE(bad.readUInt32BE(36) + 1, 36);
    expect(await verdictOn(bad)).toBe('journal/corrupt');
  });

  it('that was cut short is refused', async () => {
    await prepare();
    for (let length = 0; length < good.length; length += 3_777)
      expect(await verdictOn(good.subarray(0, length))).toBe('journal/corrupt');
    expect(await verdictOn(good.subarray(0, good.length - 1))).toBe('journal/corrupt');
  });
});

/** A disk that writes to the wrong place leaves two sound pages where there was one of each. */
describe('a page that was written over another one', () => {
  it('is damage: entries that went with it are never read as empty', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    const entries = Array.from({ length: 60 }, (_, n) => ({
      key: asProductKey(`name:product-${n}`),
      entry: { ...EMPTY_ENTRY, ownTags: [`tag-${n}`] },
      version: 0,
    }));
    await journal.putAll(PROD, entries);
    const before = await journal.list(PROD);
    await journal.close();
    const good = readFileSync(path);
    const pages = good.length / 4_096;
    const verdicts = new Map<string, number>();
    for (let at = 0; at < pages * pages; at += 1) {
      const [from, to] = [Math.floor(at / pages), at % pages];
      if (from === to) continue;
      const bad = Buffer.from(good);
      good.copy(bad, to * 4_096, from * 4_096, (from + 1) * 4_096);
      writeFileSync(path, bad);
      const verdict = await readAs(path, before);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    expect([...verdicts.keys()].sort()).toEqual(['journal/corrupt', 'unharmed']);
    expect(verdicts.get('journal/corrupt')).toBeGreaterThan(pages);
  });
});

async function readAs(path: string, expected: unknown): Promise<string> {
  try {
    const journal = await opened(path, 'read');
    const found = await journal.list(PROD);
    await journal.close();
    return JSON.stringify([...found]) === JSON.stringify([...(expected as typeof found)])
      ? 'unharmed'
      : 'read as something else';
  } catch (error) {
    if (error instanceof TrueupError) return error.code;
    throw error;
  }
}

describe('what is no journal', () => {
  const files: readonly (readonly [string, (path: string) => void])[] = [
    ['an empty file', (path) => writeFileSync(path, '')],
    ['a text', (path) => writeFileSync(path, 'apiVersion: trueup/v1\n'.repeat(1_000))],
    ['a file of zeros', (path) => writeFileSync(path, Buffer.alloc(16_384))],
    [
      'a database of another program',
      (path) => {
        const database = new DatabaseSync(path);
        database.exec('CREATE TABLE items (a)');
        database.close();
      },
    ],
    [
      'a journal without its table',
      (path) => {
        const database = new DatabaseSync(path);
        database.exec('PRAGMA application_id = 0x74727570; PRAGMA user_version = 1');
        database.close();
      },
    ],
  ];

  it.each(files)('%s is refused, by whoever opens it, and stays as it is', async (_, make) => {
    const { path } = scratch();
    mkdirSync(dirname(path));
    make(path);
    const before = readFileSync(path);
    for (const mode of ['read', 'write', 'ask'] as const) {
      const failure = await failureOf(opened(path, mode));
      expect(failure.code).toBe('journal/corrupt');
      expect(failure.message).toContain(path);
      expect(failure.next).toContain('--journal-reset');
    }
    expect(readFileSync(path)).toEqual(before);
  });

  it('a directory is not readable', async () => {
    const { path } = scratch();
    mkdirSync(path, { recursive: true });
    for (const mode of ['read', 'write'] as const)
      expect((await failureOf(opened(path, mode))).code).toBe('journal/unreadable');
  });
});

/** Changes a row as a program with a fault could: the digest fits, the content does not. */
async function tampered(change: (database: DatabaseSync) => void): Promise<string> {
  const { path } = scratch();
  const journal = await opened(path);
  await journal.put(PROD, NETWORK, FULL_ENTRY, 0);
  await journal.putDaemon(DAEMON);
  await journal.close();
  const database = new DatabaseSync(path);
  database.function('digest_of', (kind, target, key, version, body) => {
    const { createHash } = process.getBuiltinModule('node:crypto');
    const text = JSON.stringify([kind, target, key, version, body]);
    return createHash('sha256').update(text).digest('hex');
  });
  change(database);
  database.exec('UPDATE items SET digest = digest_of(kind, target, key, version, body)');
  database.close();
  return path;
}

describe('a row that no longer means what it should', () => {
  const body = (sql: string) => (database: DatabaseSync) =>
    database.exec(`UPDATE items SET body = ${sql} WHERE kind = 'entry'`);

  it.each([
    ['is not JSON', body(`'{'`), /prod-eu\/name:team-a-network cannot be understood/],
    ['is something else', body(`'[]'`), /the whole is not an object/],
    ['lacks a member', body(`json_remove(body, '$.intent')`), /intent is not there/],
    ['has one too many', body(`json_set(body, '$.surprise', 1)`), /surprise is not a member/],
    [
      'has a member of the wrong kind',
      body(`json_set(body, '$.intent.generation', 'zero')`),
      /intent\.generation is not a number/,
    ],
    [
      'is of no known variant',
      body(`json_set(body, '$.intent.request.operation', 'Terminate')`),
      /intent\.request\.operation is not one of UpdateProvisionedProduct,/,
    ],
    [
      'is wrong deep inside',
      body(`json_set(body, '$.intent.request.parameters[1].digest', null)`),
      /intent\.request\.parameters\[1\]\.digest is not a text/,
    ],
  ])('because it %s is damage, named by target and key', async (_, change, message) => {
    const journal = await opened(await tampered(change));
    for (const read of [() => journal.list(PROD), () => journal.get(PROD, NETWORK)]) {
      const failure = await failureOf(read());
      expect(failure.code).toBe('journal/corrupt');
      expect(failure.message).toMatch(message);
    }
  });

  it('closes the journal to writes', async () => {
    const journal = await opened(await tampered(body(`'{}'`)));
    expect(journal.readOnly).toBeNull();
    await failureOf(journal.list(PROD));
    expect(journal.readOnly).toContain('is damaged');
    expect((await failureOf(journal.putDaemon(DAEMON))).code).toBe('journal/unwritable');
    expect(await journal.daemon()).toEqual(DAEMON);
  });

  it('is noticed at opening if its digest does not fit', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    await journal.put(PROD, NETWORK, FULL_ENTRY, 0);
    await journal.close();
    const database = new DatabaseSync(path);
    database.exec(`UPDATE items SET version = 2 WHERE kind = 'entry'`);
    database.close();
    const failure = await failureOf(opened(path, 'read'));
    expect(failure.code).toBe('journal/corrupt');
    expect(failure.message).toContain('the entry row of prod-eu/name:team-a-network');
  });
});

describe('a journal that is cut short while it is open', () => {
  it('is damage, not an absent entry', async () => {
    const { path } = scratch();
    await wellFilled(path);
    const journal = await opened(path, 'read');
    truncateSync(path, 4096);
    expect((await failureOf(journal.list(PROD))).code).toMatch(/^journal\/(corrupt|unreadable)$/);
  });
});

/** What another program, or another journal, may have left under the names that SQLite looks for. */
describe('files beside the journal', () => {
  async function journals() {
    const { path } = scratch();
    const mine = await opened(path);
    await mine.put(PROD, NETWORK, FULL_ENTRY, 0);
    await mine.close();
    const foreign = `${path}.foreign`;
    const other = new DatabaseSync(foreign);
    other.exec('PRAGMA journal_mode = WAL; CREATE TABLE items (a); INSERT INTO items VALUES (1)');
    return { path, foreign, other };
  }

  it.each(['garbage', 'of another database', 'empty'])(
    'a write-ahead log that is %s is never played into it',
    async (kind) => {
      const { path, foreign, other } = await journals();
      const log = readFileSync(`${foreign}-wal`);
      const bytes = kind === 'garbage' ? Buffer.alloc(8_192, 7) : kind === 'empty' ? '' : log;
      writeFileSync(`${path}-wal`, bytes);
      writeFileSync(`${path}-shm`, readFileSync(`${foreign}-shm`));
      for (const mode of ['read', 'write'] as const) {
        let found: unknown;
        try {
          const journal = await opened(path, mode);
          found = (await journal.get(PROD, NETWORK)).value;
          await journal.close();
        } catch (error) {
          found = error instanceof TrueupError ? error.code : error;
        }
        expect([FULL_ENTRY, 'journal/corrupt', 'journal/unreadable']).toContainEqual(found);
      }
      other.close();
    },
  );

  it.each(['garbage', 'cut short'])(
    'a rollback journal that is %s undoes nothing',
    async (kind) => {
      const { path, other } = await journals();
      other.close();
      writeFileSync(`${path}-journal`, Buffer.alloc(kind === 'garbage' ? 8_192 : 3, 7));
      const journal = await opened(path);
      expect((await journal.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
    },
  );
});
