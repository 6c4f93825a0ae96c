import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/cli/app.ts';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { asProductKey, asRecordId, asTargetName } from '../../src/domain/ids.ts';
import { unanswered } from '../../src/wire/unanswered.ts';
import { INTENT } from '../journal/fixtures.ts';
import { MemoryJournal } from '../reconciler/memory-journal.ts';
import { apply, planOfNothing, planWith, target } from './at-terminal.ts';

const account = (declared: boolean): Account => ({
  ...{ target, accountId: '111122223333', region: 'eu-west-1', declared },
});
const plan = planWith([]);

describe('apply goes on', () => {
  it.each<[string, Parameters<typeof apply>[1], number, number]>([
    ['where the person says yes', {}, 1, 1],
    ['where the person says yes with a blank behind it', { answer: 'yes ' }, 1, 1],
    ['unasked with --yes and a declared account', { yes: true, accounts: [account(true)] }, 0, 1],
    [
      'unasked with --yes, a declared account and no terminal',
      { yes: true, accounts: [account(true)], interactive: false },
      0,
      1,
    ],
    [
      'with --yes where the account is not declared and the person says yes',
      { yes: true, accounts: [account(true), account(false)] },
      1,
      1,
    ],
  ])('%s', async (_when, given, asked, applied) => {
    const { seen } = await apply(plan, given);
    expect([seen.asked.length, seen.applied]).toEqual([asked, applied]);
  });
});

describe('apply changes nothing', () => {
  it.each<[string, Parameters<typeof apply>[1], number, string]>([
    ['where the person says no', { answer: 'no' }, 1, 'Nothing was changed.'],
    ['where the person says y', { answer: 'y' }, 1, 'Nothing was changed.'],
    ['where the person says nothing', { answer: '' }, 1, 'Nothing was changed.'],
    ['where the input ends', { answer: null }, 1, 'Nothing was changed.'],
    ['without --yes and without a terminal', { interactive: false }, 0, 'no terminal to ask on'],
    [
      'with --yes and no terminal where the account is not declared',
      { yes: true, accounts: [account(true), account(false)], interactive: false },
      0,
      'declare the account with --account',
    ],
    [
      'for a digest that means nothing of this plan, also with --yes',
      { yes: true, unmatched: ['sha256:12'] },
      0,
      'sha256:12 is not the digest of this plan',
    ],
  ])('%s', async (_when, given, asked, says) => {
    const { code, seen } = await apply(plan, given);
    expect([code, seen.asked.length, seen.applied]).toEqual([1, asked, 0]);
    expect(seen.err.join('')).toContain(says);
  });
});

it('ends with the exit code of the signal where one comes while it asks', async () => {
  const { code, seen } = await apply(plan, { isKilled: true });
  expect([code, seen.asked.length, seen.applied]).toEqual([143, 1, 0]);
  expect(seen.err.join('')).toBe('Interrupted; nothing was changed.\n');
});

it('names each account that is not declared before it asks', async () => {
  const { seen } = await apply(plan, { accounts: [account(true), account(false)] });
  expect(seen.err.join('')).toBe(
    'Target prod-eu is account 111122223333, region eu-west-1; the configuration does\nnot say which account it must be.\n',
  );
});

describe('a request that is open since another run', () => {
  const open = (name: string, of = target) => ({
    target: of,
    key: asProductKey(`name:${name}`),
    name,
  });
  const [a, c] = [open('net-a'), open('net-c')];
  const settle = 'settle 1 request without an answer, which may be sent again (prod-eu/net-a)';

  it.each([
    ['alone', planOfNothing(), [a], `S${settle.slice(1)}`],
    [
      'beside changes',
      planWith([]),
      [c],
      `Change 2 provisioned products, and ${settle.replace('net-a', 'net-c')}`,
    ],
    ['that is one of the changes', planWith([]), [a], 'Change 2 provisioned products'],
    [
      'of a target that is not looked at',
      planWith([]),
      [open('net-a', asTargetName('far'))],
      'Change 2 provisioned products',
    ],
    [
      'while all changes are held',
      planWith(['net-a', 'net-b']),
      [c],
      `Change 2 provisioned products (2 of them not now, as the plan says), and ${settle.replace('net-a', 'net-c')}`,
    ],
  ])('%s is asked for', async (_when, given, requests, question) => {
    const said = await apply(given, { unanswered: requests, answer: 'no' });
    expect(said.seen.asked).toEqual([`${question}? Only "yes" goes on: `]);
    expect([said.code, said.seen.applied]).toEqual([1, 0]);
    expect((await apply(given, { unanswered: requests })).seen.applied).toBe(1);
  });

  it('is asked for only where there is one', async () => {
    expect((await apply(planOfNothing())).seen.asked).toEqual([]);
  });

  it('is one without a record in the journal', async () => {
    const journal = new MemoryJournal();
    const put = (name: string, intent: typeof INTENT | null) =>
      journal.put(target, asProductKey(`name:${name}`), { ...EMPTY_ENTRY, intent }, 0);
    await put('net-a', { ...INTENT, recordId: null });
    await put('net-b', { ...INTENT, recordId: asRecordId('rec-1') });
    await put('net-c', null);
    expect(await unanswered(journal, [target, asTargetName('far')])).toEqual([a]);
  });
});
