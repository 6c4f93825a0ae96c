import { expect, it } from 'vitest';
import { judgeGuards } from '../../src/diff/guards.ts';
import { WEIGHTLESS, type Weights } from '../../src/domain/guard.ts';
import { asDigest, productKey } from '../../src/domain/ids.ts';
import { apply, planWith, target, why } from './at-terminal.ts';

it('asks nothing and changes nothing where nothing can be started now', async () => {
  const { code, seen } = await apply(planWith(['net-a', 'net-b']));
  expect(code).toBe(1);
  expect(seen.asked).toEqual([]);
  expect(seen.applied).toBe(0);
  expect(seen.out.join('')).toContain(why);
  expect(seen.err.join('')).toContain('Nothing can be started now');
});

it('says in its question how many wait, and why in its report', async () => {
  const { code, seen } = await apply(planWith(['net-b']));
  expect(code).toBe(1);
  expect(seen.asked).toEqual([
    'Change 2 provisioned products (1 of them not now, as the plan says)? Only "yes" goes on: ',
  ]);
  expect(seen.out.join('')).toMatch(/x prod-eu\/net-b\n {4}why: {3}outside its sync windows until/);
  expect(seen.out.join('')).toMatch(/x prod-eu\/net-a .*not begun\n/);
});

const set = asDigest(`sha256:${'1'.repeat(64)}`);
const lists = { standing: ['net-a'], waiting: [], sent: [], moved: [] };
const free = [productKey({ kind: 'name', name: 'net-a' })];
const approvals = [{ set, asked: set, strict: false, isVoid: false, ...lists }];

/** What the guards say of a plan that is too much for them, or of which more was approved. */
const refused = (planned: Partial<Weights>, approved: Partial<Weights> = {}, maxChanges = 0) =>
  judgeGuards({
    target,
    caps: { maxChanges, maxProvisions: 0, maxTerminations: 0 },
    managed: 2,
    sent: { window: WEIGHTLESS, revision: WEIGHTLESS },
    planned: { ...WEIGHTLESS, ...planned },
    approved: { ...WEIGHTLESS, ...approved },
  });

it('asks for what a person approved, whatever else is held by a guard and frozen too', async () => {
  const findings = refused({ updates: 1 }, { updates: 1 });
  const guards = [{ target, set, findings, approvals, free }];
  const { seen } = await apply(planWith(['net-b'], guards));
  expect(seen.asked).toEqual(['Change 1 provisioned product? Only "yes" goes on: ']);
  expect(seen.applied).toBe(1);
  const both = await apply(planWith(['net-a', 'net-b'], guards));
  expect([both.code, both.seen.asked, both.seen.applied]).toEqual([1, [], 0]);
});

it('counts in its question no termination that a guard holds back', async () => {
  const findings = refused({ terminations: 1 }, { updates: 1 }, 5);
  const { seen } = await apply(planWith([], [{ target, set, findings, approvals, free }], 'net-b'));
  expect(seen.asked).toEqual(['Change 1 provisioned product? Only "yes" goes on: ']);
});

it('asks before it finishes a recreation that was begun, which no guard holds back', async () => {
  const findings = refused({ updates: 1 });
  const guards = [{ target, set: null, findings, approvals: [], finishing: ['net-a'], free }];
  const { seen } = await apply(planWith([], guards));
  expect(seen.asked).toEqual(['Change 1 provisioned product? Only "yes" goes on: ']);
  expect(seen.out.join('')).toMatch(/x prod-eu\/net-a .*not begun\n/);
  expect(seen.out.join('')).toContain('1 change is held back by a guard');
});
