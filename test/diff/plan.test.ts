import { describe, expect, it } from 'vitest';
import {
  countChanges,
  documentOf,
  heldByGuards,
  makePlan,
  planResult,
} from '../../src/diff/plan.ts';
import { targetGuards } from '../../src/diff/target-guards.ts';
import type { Change, ChangeVerdict } from '../../src/domain/change.ts';
import { planErrors } from '../../src/domain/errors/plan.ts';
import { preflightErrors } from '../../src/domain/errors/preflight.ts';
import { type Caps, WEIGHTLESS } from '../../src/domain/guard.ts';
import {
  asDigest,
  asProvisionedProductId,
  asTargetName,
  productKey,
} from '../../src/domain/ids.ts';
import type { TargetPlan } from '../../src/domain/plan.ts';
import type { Problem } from '../../src/domain/problem.ts';
import { AT, aSpec, assessed, value } from './build.ts';
import { ABSOLUTE, guardsOf } from './guarded.ts';

const problem: Problem = {
  code: 'plan/absent',
  severity: 'error',
  at: AT,
  field: '',
  message: 'm',
  next: 'n',
};
const inSync = assessed();
const update = assessed({ spec: aSpec({ parameters: { Size: value('big') } }) });
const verdict = (given: ChangeVerdict): Change => ({ ...inSync, verdict: given });
const latch = {
  kind: 'stalled',
  requestHash: null,
  recordId: null,
  reason: '',
  next: '',
  at: '',
} as const;

const target = (
  name: string,
  changes: readonly Change[],
  unreadable: string | null = null,
): TargetPlan => ({
  name: asTargetName(name),
  accountId: null,
  region: 'eu-west-1',
  unreadable,
  changes,
});

interface Parts extends Partial<Parameters<typeof makePlan>[0]> {
  readonly caps?: Caps;
}

function plan(changes: readonly Change[], { caps, ...parts }: Parts = {}) {
  const made = makePlan({
    targets: [target('prod', changes)],
    documents: [],
    problems: [],
    ...parts,
  });
  return { ...made, meta: { guards: guardsOf(made.body.targets, caps) } };
}

const refusedIn = ({ meta }: ReturnType<typeof plan>) =>
  meta.guards.flatMap(({ findings }) => findings.filter(({ verdict }) => verdict === 'refused'));

describe('makePlan', () => {
  it('holds a target whose updates exceed the limit, and only that one', () => {
    const targets = [target('b', [update, update, inSync]), target('a', [update])];
    const made = plan([], { targets, caps: { ...ABSOLUTE, maxChanges: 1 } });
    expect(refusedIn(made)).toMatchObject([
      { guard: 'updates', target: 'b', planned: 2, allowed: 1, bound: 'absolute', excess: 1 },
    ]);
  });

  it('permits exactly the limit', () => {
    expect(refusedIn(plan([update, update], { caps: { ...ABSOLUTE, maxChanges: 2 } }))).toEqual([]);
  });

  it('sorts changes of one name by key', () => {
    const byId = { ...inSync, key: productKey({ kind: 'id', id: 'pp-a' as never }) };
    expect(plan([inSync, byId]).body.targets[0]?.changes.map(({ key }) => key)).toEqual([
      'id:pp-a',
      'name:net-a',
    ]);
  });

  it('sorts problems by place, those of no place first', () => {
    const at = (file: string, line: number, column: number) => ({
      ...problem,
      at: { file, line, column },
    });
    const sorted = [
      { ...problem, at: null },
      at('a', 2, 9),
      at('a', 10, 1),
      at('a', 10, 2),
      at('b', 1, 1),
    ];
    expect(plan([], { problems: sorted.toReversed() }).body.problems).toEqual(sorted);
  });

  it('has another digest once anything in it differs', () => {
    const digests = [
      plan([inSync]),
      plan([update]),
      plan([inSync], { problems: [problem] }),
      plan([inSync], { targets: [target('prod', [inSync], 'AccessDenied')] }),
      plan([inSync], { documents: [documentOf(aSpec(), 'all')] }),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('carries text that is no valid Unicode', () => {
    const broken = verdict({ kind: 'unreadable', why: 'half \ud800' });
    expect(plan([broken]).digest).toMatch(/^sha256:/);
  });
});

describe('planResult', () => {
  it.each<[string, readonly Change[], Parameters<typeof plan>[1], 0 | 1 | 2]>([
    ['nothing', [inSync], {}, 0],
    ['changes', [update], {}, 2],
    ['held back: it differs and is not as declared', [verdict({ kind: 'latched', latch })], {}, 2],
    ['suspended', [verdict({ kind: 'suspended' })], {}, 0],
    [
      'busy',
      [verdict({ kind: 'busy', status: 'UNDER_CHANGE', recordId: null, ours: false })],
      {},
      0,
    ],
    [
      'reported drift',
      [
        verdict({
          kind: 'reported',
          cause: { kind: 'drift', evidence: '' },
          reason: 'drift: report',
        }),
      ],
      {},
      0,
    ],
    ['unverified', [{ ...inSync, unverified: [{ field: 'f', label: 'f', why: 'w' }] }], {}, 0],
    ['a warning', [inSync], { problems: [{ ...problem, severity: 'warning' }] }, 0],
    ['refused', [verdict({ kind: 'refused', problems: [problem] })], {}, 1],
    ['unreadable', [verdict({ kind: 'unreadable', why: '' })], {}, 1],
    ['an invalid document', [inSync], { problems: [problem] }, 1],
    ['an unreadable target', [], { targets: [target('prod', [], 'AccessDenied')] }, 1],
    ['a limit', [update, update], { caps: { ...ABSOLUTE, maxChanges: 1 } }, 1],
    ['an error beside changes', [update, verdict({ kind: 'refused', problems: [problem] })], {}, 1],
  ])('with --detailed-exitcode, %s', (_what, changes, parts, exitCode) => {
    const made = plan(changes, parts);
    expect(planResult(made, true).exitCode).toBe(exitCode);
    expect(planResult(made, false).exitCode).toBe(exitCode === 2 ? 0 : exitCode);
  });

  it('says why, all of it', () => {
    const made = plan([verdict({ kind: 'refused', problems: [problem] }), update, update], {
      caps: { ...ABSOLUTE, maxChanges: 1 },
    });
    expect(planResult(made, false).because).toBe(
      '1 provisioned product is refused and 1 guard refuses the plan',
    );
  });
});

describe('countChanges', () => {
  it('counts each change once, and the calls that an apply makes', () => {
    const chain = assessed({ spec: aSpec({ parameters: { Size: value('big') }, owner: 'arn:o' }) });
    const changes = [inSync, update, chain, verdict({ kind: 'suspended' })];
    expect(countChanges(plan(changes))).toMatchObject({
      updates: 2,
      unchanged: 1,
      suspended: 1,
      refused: 0,
      writes: { updates: 2, properties: 1 },
    });
  });

  it('counts what a guard holds back by key: two documents may have one name', () => {
    const byId = { ...update, key: productKey({ kind: 'id', id: asProvisionedProductId('pp-9') }) };
    const changes = [update, byId];
    const set = asDigest('sha256:set');
    const lists = { standing: [update.name], waiting: [], sent: [], moved: [] };
    const view = { set, asked: set, strict: false, isVoid: false, ...lists };
    const runs = new Map([[update.key, set]]);
    const report = targetGuards({
      target: asTargetName('prod'),
      caps: { ...ABSOLUTE, maxChanges: 0 },
      managed: 2,
      measured: changes.map((change) => ({ change })),
      sent: { window: WEIGHTLESS, revision: WEIGHTLESS },
      standing: [{ view, runs, isOver: false }],
    });
    const { body } = makePlan({ targets: [target('prod', changes)], documents: [], problems: [] });
    expect(heldByGuards({ body, meta: { guards: [report] } })).toEqual([byId]);
  });

  it('counts files, not problems', () => {
    const other = { ...problem, at: { ...AT, file: 'b.yaml' } };
    expect(countChanges(plan([], { problems: [problem, problem, other] })).invalid).toBe(2);
  });
});

it('every error of a plan has its title, meaning and next step, and a code of its area', () => {
  for (const [code, entry] of Object.entries({ ...planErrors, ...preflightErrors })) {
    expect(code).toMatch(/^plan\/[a-z]+(-[a-z]+)*$/);
    expect([entry.title, entry.meaning, entry.next].every((text) => text.length > 10)).toBe(true);
  }
});
