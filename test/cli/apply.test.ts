import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/cli/app.ts';
import { apply, planWith, target } from './at-terminal.ts';

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

it('names each account that is not declared before it asks', async () => {
  const { seen } = await apply(plan, { accounts: [account(true), account(false)] });
  expect(seen.err.join('')).toBe(
    'Target prod-eu is account 111122223333, region eu-west-1; the configuration does not say which account it must be.\n',
  );
});
