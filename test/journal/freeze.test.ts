import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Freeze, FreezeScope } from '../../src/domain/hold.ts';
import { failureOf, opened, PROD, scratch } from './fixtures.ts';

const freezeOf = (scope: Partial<FreezeScope> = {}, more: Partial<Freeze> = {}): Freeze => ({
  scope: { target: null, name: null, labels: {}, ...scope },
  reason: 'INC-4711',
  user: 'anna',
  host: 'desk',
  at: '2026-11-21T14:02:11.000Z',
  ...more,
});

const scopes = (freezes: readonly Freeze[]) => freezes.map(({ scope, user }) => ({ scope, user }));

describe('freezes', () => {
  it('are seen by the writer at once when somebody puts them down beside it', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    const visitor = await opened(path, 'ask');
    expect(await writer.freezes()).toEqual([]);
    const one = freezeOf({ target: PROD, name: 'net-a', labels: { team: 'a' } });
    await visitor.freeze([one, freezeOf()]);
    expect(await writer.freezes()).toHaveLength(2);
    expect(await visitor.freezes()).toContainEqual(one);
    await visitor.lift([one]);
    expect(await writer.freezes()).toEqual([freezeOf()]);
  });

  it('outlive the process, also where it never closed the journal', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    await writer.freeze([freezeOf()]);
    await writer.close();
    expect(await (await opened(path, 'read')).freezes()).toEqual([freezeOf()]);
  });

  it('are one for each scope and person: the last reason counts, nobody loses theirs', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    await journal.freeze([freezeOf({ labels: { a: '1', b: '2' } })]);
    await journal.freeze([freezeOf({ labels: { b: '2', a: '1' } }, { reason: 'again' })]);
    await journal.freeze([freezeOf({ labels: { a: '1', b: '2' } }, { user: 'ben' })]);
    const found = await journal.freezes();
    expect(found.map(({ user, reason }) => [user, reason]).sort()).toEqual([
      ['anna', 'again'],
      ['ben', 'INC-4711'],
    ]);
  });

  it('are all put down or none, and a journal that is only read takes none', async () => {
    const { path } = scratch();
    await (await opened(path)).close();
    const reader = await opened(path, 'read');
    const failure = await failureOf(reader.freeze([freezeOf()]));
    expect(failure.code).toBe('journal/unwritable');
    expect(await reader.freezes()).toEqual([]);
  });

  it('go over into the new journal when the old one is moved aside', async () => {
    const { path } = scratch();
    const before = await opened(path);
    await before.freeze([freezeOf(), freezeOf({ name: 'net-a' })]);
    await before.close();
    const after = await opened(path, 'write', { reset: true });
    expect(scopes(await after.freezes())).toEqual(
      scopes([freezeOf({ name: 'net-a' }), freezeOf()]),
    );
    expect(after.reset).toMatchObject({ kind: 'kept', freezes: [{}, {}] });
    await after.close();
    expect((await opened(path)).reset).toBeNull();
  });

  it('go over although another row of the journal is damaged', async () => {
    const { path } = scratch();
    const before = await opened(path);
    await before.freeze([freezeOf()]);
    await before.bindAccount(PROD, '111122223333' as never, 'eu-west-1');
    await before.close();
    const database = new DatabaseSync(path);
    database.exec("UPDATE items SET body = '{}' WHERE kind = 'account'");
    database.close();
    expect((await failureOf(opened(path))).code).toBe('journal/corrupt');
    expect(await (await opened(path, 'write', { reset: true })).freezes()).toEqual([freezeOf()]);
  });

  it('that cannot be read any more are said to be lost', async () => {
    const { path } = scratch();
    await (await opened(path)).close();
    writeFileSync(
      path,
      'no journal at all, and longer than a page header of SQLite would be'.repeat(9),
    );
    const after = await opened(path, 'write', { reset: true });
    expect(after.reset).toMatchObject({ kind: 'lost', why: expect.stringContaining(path) });
    expect(await after.freezes()).toEqual([]);
  });
});
