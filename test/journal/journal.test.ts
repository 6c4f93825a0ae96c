import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { asAccountId, asDigest, asProductKey, asRecordId } from '../../src/domain/ids.ts';
import { connect } from '../../src/journal/database.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import {
  approvalOf,
  DAEMON,
  documentOf,
  FULL_ENTRY,
  failureOf,
  heldOf,
  LEDGER,
  NETWORK,
  OTHER_ENTRY,
  opened,
  PROD,
  scratch,
  statusOf,
  TEST,
} from './fixtures.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a journal that is missing', () => {
  it('is made by the writer, for its user alone, with what is above it', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    await journal.put(PROD, NETWORK, FULL_ENTRY, 0);
    expect(journal.readOnly).toBeNull();
    expect(journal.missing).toBe(false);
    expect(modeOf(dirname(path))).toBe(0o700);
    for (const file of readdirSync(dirname(path)))
      expect(modeOf(join(dirname(path), file))).toBe(0o600);
  });

  it('reads as empty, and is not made by reading', async () => {
    const { path } = scratch();
    const journal = await opened(path, 'read');
    expect(journal.missing).toBe(true);
    expect(journal.readOnly).toBe(`there is no journal at ${path}`);
    expect(await journal.get(PROD, NETWORK)).toEqual({ value: EMPTY_ENTRY, version: 0 });
    expect((await journal.list(PROD)).size).toBe(0);
    expect(await journal.statuses()).toEqual([]);
    expect(await journal.daemon()).toBeNull();
    const failure = await failureOf(journal.put(PROD, NETWORK, EMPTY_ENTRY, 0));
    expect(failure.code).toBe('journal/unwritable');
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('cannot be asked', async () => {
    const journal = await opened(scratch().path, 'ask');
    const failure = await failureOf(journal.ask({ kind: 'retry', target: PROD, key: NETWORK }));
    expect(failure.code).toBe('journal/unwritable');
  });
});

describe('entries', () => {
  it('come back as they were put, also after the journal was closed', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    expect(await writer.put(PROD, NETWORK, FULL_ENTRY, 0)).toBe(1);
    expect(await writer.put(PROD, LEDGER, OTHER_ENTRY, 0)).toBe(1);
    expect(await writer.put(PROD, LEDGER, { ...OTHER_ENTRY, retryHandled: '2' }, 1)).toBe(2);
    await writer.close();
    const reader = await opened(path, 'read');
    expect(await reader.list(PROD)).toEqual(
      new Map([
        [NETWORK, { value: FULL_ENTRY, version: 1 }],
        [LEDGER, { value: { ...OTHER_ENTRY, retryHandled: '2' }, version: 2 }],
      ]),
    );
    expect(await reader.get(PROD, NETWORK)).toEqual({ value: FULL_ENTRY, version: 1 });
  });

  it('keep names that objects have by themselves', async () => {
    const journal = await opened(scratch().path);
    await journal.put(PROD, asProductKey('name:__proto__'), FULL_ENTRY, 0);
    const { value } = await journal.get(PROD, asProductKey('name:__proto__'));
    expect(Object.keys(value.fingerprints?.values ?? {})).toEqual(['Password', 'constructor']);
    expect(Object.keys(value.intent?.pending.fingerprints ?? {})).toEqual([
      'Password',
      '__proto__',
    ]);
  });

  it('of other targets are other entries', async () => {
    const journal = await opened(scratch().path);
    await journal.put(PROD, NETWORK, FULL_ENTRY, 0);
    expect((await journal.get(TEST, NETWORK)).version).toBe(0);
    expect((await journal.list(TEST)).size).toBe(0);
  });

  it.each([
    ['never stored', 1, 0],
    ['stored already', 0, 1],
    ['stored again since', 1, 2],
  ])('are not replaced if they were %s', async (_, given, stored) => {
    const journal = await opened(scratch().path);
    for (let version = 0; version < stored; version += 1)
      await journal.put(PROD, NETWORK, OTHER_ENTRY, version);
    const before = await journal.get(PROD, NETWORK);
    const failure = await failureOf(journal.put(PROD, NETWORK, FULL_ENTRY, given));
    expect(failure.code).toBe('journal/conflict');
    expect(failure.message).toContain(`version ${stored}, not ${given}`);
    expect(await journal.get(PROD, NETWORK)).toEqual(before);
    expect(journal.readOnly).toBeNull();
  });

  it('put together are all put or none', async () => {
    const journal = await opened(scratch().path);
    const both = [
      { key: LEDGER, entry: OTHER_ENTRY, version: 0 },
      { key: NETWORK, entry: FULL_ENTRY, version: 0 },
    ];
    await journal.put(PROD, NETWORK, OTHER_ENTRY, 0);
    expect((await failureOf(journal.putAll(PROD, both))).code).toBe('journal/conflict');
    expect((await journal.get(PROD, LEDGER)).version).toBe(0);
    const versions = await journal.putAll(
      PROD,
      both.map((one) => ({ ...one, version: one.key === NETWORK ? 1 : 0 })),
    );
    expect(versions).toEqual([1, 2]);
    expect((await journal.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
    expect(await journal.putAll(PROD, [])).toEqual([]);
  });
});

describe('what else it keeps', () => {
  it('documents: the last good set of each target', async () => {
    const journal = await opened(scratch().path);
    await journal.putDocuments(PROD, [documentOf('a'), documentOf('b')]);
    await journal.putDocuments(TEST, [documentOf('a')]);
    await journal.putDocuments(PROD, [documentOf('b', 'sha256:2'), documentOf('c')]);
    expect(await journal.documents(PROD)).toEqual([documentOf('b', 'sha256:2'), documentOf('c')]);
    expect(await journal.documents(TEST)).toEqual([documentOf('a')]);
    await journal.putDocuments(PROD, []);
    expect(await journal.documents(PROD)).toEqual([]);
  });

  it('approvals of each target, in the order in which they were given', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    const [first, second] = [approvalOf(PROD, 'sha256:b', 1), approvalOf(PROD, 'sha256:a', 2)];
    await journal.putApprovals(PROD, [first, second]);
    await journal.putApprovals(TEST, [approvalOf(TEST, 'sha256:c', 3)]);
    expect(await journal.approvals(PROD)).toEqual([first, second]);
    await journal.putApprovals(PROD, [second]);
    await journal.close();
    const again = await opened(path);
    expect(await again.approvals(PROD)).toEqual([second]);
    expect(await again.approvals(TEST)).toHaveLength(1);
  });

  it('held plans, newest first, for whoever approves beside the writer', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    const held = ['sha256:b', 'sha256:a'].map((set) => heldOf(PROD, set));
    await journal.putHeldPlans(PROD, held);
    await journal.putHeldPlans(TEST, [heldOf(TEST, 'sha256:c')]);
    const person = await opened(path, 'ask');
    expect(await person.heldPlans()).toEqual([...held, heldOf(TEST, 'sha256:c')]);
    const set = asDigest('sha256:b');
    const ask = { kind: 'approve', target: PROD, set, asked: 'b', strict: true } as const;
    await person.ask(ask);
    await person.ask({ ...ask, set: asDigest('sha256:a') });
    expect(await journal.takeRequests()).toHaveLength(2);
    await journal.putHeldPlans(PROD, []);
    expect(await journal.heldPlans()).toHaveLength(1);
  });

  it('statuses, of all targets, until they are removed', async () => {
    const journal = await opened(scratch().path);
    const stalled = statusOf('b', { condition: 'Stalled', next: 'retry', live: 'version 1' });
    await journal.putStatus([statusOf('a'), statusOf('b'), statusOf('a', { target: TEST })]);
    await journal.putStatus([stalled], [{ target: PROD, key: statusOf('a').key }]);
    expect(await journal.statuses()).toEqual([stalled, statusOf('a', { target: TEST })]);
  });

  it('a thousand statuses in one go', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    const views = Array.from({ length: 1_000 }, (_, n) => statusOf(`p-${n}`));
    await journal.putStatus(views);
    expect(await journal.statuses()).toHaveLength(1_000);
  });

  it('the daemon, or none', async () => {
    const journal = await opened(scratch().path);
    expect(await journal.daemon()).toBeNull();
    await journal.putDaemon({ ...DAEMON, lastPass: null });
    await journal.putDaemon(DAEMON);
    expect(await journal.daemon()).toEqual(DAEMON);
  });

  it('facts, for the record that they were read with', async () => {
    const journal = await opened(scratch().path);
    const [first, second] = [asRecordId('rec-1'), asRecordId('rec-2')];
    await journal.remember(PROD, NETWORK, first, '{"path":"lpv2-1"}');
    expect(await journal.remembered(PROD, NETWORK, first)).toBe('{"path":"lpv2-1"}');
    expect(await journal.remembered(PROD, NETWORK, second)).toBeNull();
    expect(await journal.remembered(TEST, NETWORK, first)).toBeNull();
    await journal.remember(PROD, NETWORK, second, '{}');
    expect(await journal.remembered(PROD, NETWORK, first)).toBeNull();
  });

  it('the account of each target, for good', async () => {
    const journal = await opened(scratch().path);
    const [ours, theirs] = [asAccountId('111122223333'), asAccountId('444455556666')];
    expect(await journal.account(PROD)).toBeNull();
    await journal.bindAccount(PROD, ours, 'eu-central-1');
    await journal.bindAccount(PROD, ours, 'eu-central-1');
    await journal.bindAccount(TEST, theirs, 'eu-west-1');
    for (const [account, region] of [
      [theirs, 'eu-central-1'],
      [ours, 'eu-west-1'],
    ] as const) {
      const failure = await failureOf(journal.bindAccount(PROD, account, region));
      expect(failure.code).toBe('journal/other-account');
      expect(failure.message).toContain('111122223333 in eu-central-1, not');
    }
    expect(await journal.account(PROD)).toEqual({ accountId: ours, region: 'eu-central-1' });
    expect(journal.readOnly).toBeNull();
  });

  it('one name for an account and region: under another one, freezes and open requests would be lost', async () => {
    const journal = await opened(scratch().path);
    const ours = asAccountId('111122223333');
    await journal.bindAccount(PROD, ours, 'eu-central-1');
    const failure = await failureOf(journal.bindAccount(TEST, ours, 'eu-central-1'));
    expect(failure.code).toBe('journal/renamed-target');
    expect(failure.message).toContain(
      `111122223333 in eu-central-1 as target ${PROD}, not ${TEST}`,
    );
    expect(await journal.account(TEST)).toBeNull();
    await journal.bindAccount(TEST, ours, 'eu-west-1');
  });
});

describe('people', () => {
  it('ask beside the writer, and are heard once, in order', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    const clock = new VirtualClock();
    const person = await opened(path, 'ask', { clock });
    const [retry, accept] = [
      { kind: 'retry', target: TEST, key: NETWORK } as const,
      { kind: 'accept', target: PROD, key: LEDGER } as const,
    ];
    await person.ask(retry);
    await clock.pass(1);
    await person.ask(accept);
    await person.ask({ kind: 'retry', target: PROD, key: LEDGER });
    await person.ask(accept);
    expect(await writer.takeRequests()).toEqual([
      retry,
      accept,
      { kind: 'retry', target: PROD, key: LEDGER },
    ]);
    expect(await writer.takeRequests()).toEqual([]);
  });

  it('are heard by the next writer if there is none', async () => {
    const { path } = scratch();
    await (await opened(path)).close();
    const person = await opened(path, 'ask');
    await person.ask({ kind: 'retry', target: PROD, key: NETWORK });
    await person.close();
    const writer = await opened(path);
    await writer.ask({ kind: 'accept', target: PROD, key: NETWORK });
    expect((await writer.takeRequests()).map((request) => request.kind).sort()).toEqual([
      'accept',
      'retry',
    ]);
  });

  it('see in the journal who writes it', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    const person = await opened(path, 'read');
    expect(await person.writer()).toEqual({
      host: 'trueup-0',
      pid: 7,
      since: '2026-11-21T14:02:11.000Z',
    });
    await writer.close();
    expect(await person.writer()).toBeNull();
  });
});

describe('a reader', () => {
  it('does not write: not a byte, not a file', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    await writer.put(PROD, NETWORK, FULL_ENTRY, 0);
    await writer.close();
    const before = [readFileSync(path), readdirSync(dirname(path))];
    const reader = await opened(path, 'read');
    await reader.list(PROD);
    expect(await reader.takeRequests()).toEqual([]);
    const failures = await Promise.all(
      [
        reader.put(PROD, NETWORK, FULL_ENTRY, 1),
        reader.putStatus([statusOf('a')]),
        reader.putDaemon(DAEMON),
        reader.putDocuments(PROD, []),
        reader.putApprovals(PROD, []),
        reader.putHeldPlans(PROD, []),
        reader.remember(PROD, NETWORK, asRecordId('rec-1'), '{}'),
        reader.bindAccount(PROD, asAccountId('111122223333'), 'eu-central-1'),
        reader.ask({ kind: 'retry', target: PROD, key: NETWORK }),
      ].map(failureOf),
    );
    expect(failures.map((failure) => failure.code)).toEqual(Array(9).fill('journal/unwritable'));
    await reader.close();
    expect([readFileSync(path), readdirSync(dirname(path))]).toEqual(before);
  });

  it('sees what the writer writes meanwhile', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    const reader = await opened(path, 'read');
    await writer.put(PROD, NETWORK, FULL_ENTRY, 0);
    expect((await reader.get(PROD, NETWORK)).version).toBe(1);
    await writer.put(PROD, NETWORK, OTHER_ENTRY, 1);
    expect((await reader.get(PROD, NETWORK)).value).toEqual(OTHER_ENTRY);
  });
});

describe('a reset', () => {
  it('keeps the old journal under another name, with its time, and starts empty', async () => {
    const { path } = scratch();
    for (let n = 0; n < 3; n += 1) {
      const journal = await opened(path, 'write', { reset: n > 0 });
      expect((await journal.list(PROD)).size).toBe(0);
      await journal.put(PROD, NETWORK, n === 0 ? FULL_ENTRY : OTHER_ENTRY, 0);
      await journal.close();
    }
    const aside = `${path}.2026-11-21T14-02-11Z`;
    const [first, second] = [await opened(aside, 'read'), await opened(`${aside}-2`, 'read')];
    expect((await first.get(PROD, NETWORK)).value).toEqual(FULL_ENTRY);
    expect((await second.get(PROD, NETWORK)).value).toEqual(OTHER_ENTRY);
  });

  it('of a journal that is missing just makes one', async () => {
    const { path } = scratch();
    const journal = await opened(path, 'write', { reset: true });
    expect(journal.readOnly).toBeNull();
    expect(readdirSync(dirname(path)).filter((file) => file.includes('2026'))).toEqual([]);
  });

  it('makes room for one that is damaged', async () => {
    const { path } = scratch();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'not a journal');
    const journal = await opened(path, 'write', { reset: true });
    expect(await journal.put(PROD, NETWORK, FULL_ENTRY, 0)).toBe(1);
  });
});

describe('durability', () => {
  it('is full, with a rollback journal, so that read-only media can be read', async () => {
    const { path } = scratch();
    await (await opened(path)).close();
    const database = connect(path);
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'truncate' });
    database.close();
  });
});
