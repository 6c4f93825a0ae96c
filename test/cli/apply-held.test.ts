import { expect, it } from 'vitest';
import type { App } from '../../src/cli/app.ts';
import { applyCommand } from '../../src/cli/apply.ts';
import { judgeGuards } from '../../src/diff/guards.ts';
import { makePlan } from '../../src/diff/plan.ts';
import { WEIGHTLESS, type Weights } from '../../src/domain/guard.ts';
import type { PlanHolds } from '../../src/domain/hold.ts';
import { asDigest, asProductKey, asTargetName } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { assessed, META } from '../diff/build.ts';

const target = asTargetName('prod-eu');
const why = 'outside its sync windows until 2026-11-21 22:00:00 UTC';

/** Two updates, of which the named ones would not be started now. */
function planWith(
  held: readonly string[],
  guards: Plan['meta']['guards'] = [],
  ending: string | null = null,
): Plan {
  const digest = asDigest(`sha256:${'0'.repeat(64)}`);
  const cause = { kind: 'document' } as const;
  const verdict = { kind: 'update', steps: ['update'], cause, digest } as const;
  const end = { kind: 'terminate', steps: ['terminate'], retain: false, digest } as const;
  const changes = ['net-a', 'net-b'].map((name) => ({
    ...assessed(),
    differences: [],
    target,
    name,
    key: asProductKey(`name:${name}`),
    verdict: name === ending ? end : verdict,
  }));
  const targets = [
    { name: target, accountId: null, region: 'eu-west-1', unreadable: null, changes },
  ];
  const holds: PlanHolds = {
    freezes: [],
    windows: [],
    held: held.map((name) => ({ target, name, kind: 'window', why, until: null })),
  };
  const meta = { ...META, holds, guards };
  return { ...makePlan({ targets, documents: [], problems: [] }), meta };
}

/** `apply` by a person at a terminal who would say yes. */
async function apply(plan: Plan) {
  const seen = { out: [] as string[], err: [] as string[], asked: [] as string[], applied: 0 };
  const app: Partial<App> = {
    io: {
      out: (text) => void seen.out.push(text),
      err: (text) => void seen.err.push(text),
      interactive: true,
      colour: false,
      columns: 80,
      env: {},
      ask: async (question) => {
        seen.asked.push(question);
        return 'yes';
      },
      readInput: async () => new Uint8Array(),
    },
    invocation: {
      ...{ command: { kind: 'apply', directory: 'd', yes: false }, format: 'text', flags: {} },
      ...{ configFile: null, local: null, localState: null, only: [], labels: [] },
    } as unknown as App['invocation'],
    timeoutMs: 1_000,
    load: async () => ({ kind: 'ok', revision: 'r', documents: 2, skipped: 0, problems: [] }),
    openEstate: async () => ({
      plan: async () => plan,
      accounts: () => [],
      unmatched: () => [],
      apply: async () => {
        seen.applied += 1;
        return { released: 2, timedOut: false, after: plan, interrupted: null, statuses: [] };
      },
      close: async () => undefined,
    }),
  };
  return { code: await applyCommand(app as App, 'd', false), seen };
}

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
const approvals = [{ set, asked: set, strict: false, ...lists }];

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
  const guards = [{ target, set, findings, approvals }];
  const { seen } = await apply(planWith(['net-b'], guards));
  expect(seen.asked).toEqual(['Change 1 provisioned product? Only "yes" goes on: ']);
  expect(seen.applied).toBe(1);
  const both = await apply(planWith(['net-a', 'net-b'], guards));
  expect([both.code, both.seen.asked, both.seen.applied]).toEqual([1, [], 0]);
});

it('counts in its question no termination that a guard holds back', async () => {
  const findings = refused({ terminations: 1 }, { updates: 1 }, 5);
  const { seen } = await apply(planWith([], [{ target, set, findings, approvals }], 'net-b'));
  expect(seen.asked).toEqual(['Change 1 provisioned product? Only "yes" goes on: ']);
});

it('asks before it finishes a recreation that was begun, which no guard holds back', async () => {
  const findings = refused({ updates: 1 });
  const guards = [{ target, set: null, findings, approvals: [], finishing: ['net-a'] }];
  const { seen } = await apply(planWith([], guards));
  expect(seen.asked).toEqual(['Change 1 provisioned product? Only "yes" goes on: ']);
  expect(seen.out.join('')).toMatch(/x prod-eu\/net-a .*not begun\n/);
  expect(seen.out.join('')).toContain('1 change is held back by a guard');
});
