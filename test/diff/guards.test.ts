import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import { weightOf, weightOfRequest } from '../../src/diff/change-weight.ts';
import { allowanceOf, judgeGuards, managedOf } from '../../src/diff/guards.ts';
import { guardSentence } from '../../src/diff/render/guards.ts';
import { terminateRequest } from '../../src/diff/request.ts';
import type { ChangeVerdict } from '../../src/domain/change.ts';
import { type Caps, GUARDS, type GuardName, WEIGHTLESS } from '../../src/domain/guard.ts';
import { asDigest, asProvisionedProductId, asTargetName } from '../../src/domain/ids.ts';
import type { Step } from '../../src/domain/request.ts';
import { aSpec, assessed, value } from './build.ts';
import { ABSOLUTE } from './guarded.ts';

const caps: Caps = { ...ABSOLUTE, ...DEFAULT_GUARDS };
const target = asTargetName('prod');
const digest = asDigest('sha256:0');

describe('the allowance', () => {
  it.each([
    // Managed, updates, provisions, terminations.
    [0, 3, 3, 1],
    [1, 3, 3, 1],
    [8, 3, 3, 1],
    [10, 3, 3, 1],
    [11, 4, 3, 1],
    [20, 6, 3, 1],
    [21, 7, 3, 2],
    [30, 9, 3, 2],
    [31, 10, 4, 2],
    [60, 18, 6, 3],
    [61, 19, 7, 3],
    [166, 50, 10, 3],
    [167, 50, 10, 3],
    [1_000, 50, 10, 3],
    [100_000, 50, 10, 3],
  ])('of %i provisioned products', (managed, updates, provisions, terminations) => {
    const allowed = GUARDS.map((guard) => allowanceOf(guard, caps, managed).allowed);
    expect(allowed).toEqual([updates, provisions, terminations]);
  });

  it.each([
    ['updates', 0, 'floor'],
    ['updates', 10, 'share'],
    ['updates', 100, 'share'],
    ['updates', 1_000, 'absolute'],
    ['terminations', 10, 'share'],
    ['terminations', 0, 'floor'],
  ] as const)('for %s of %i is named after what binds it: %s', (guard, managed, bound) => {
    expect(allowanceOf(guard, caps, managed).bound).toBe(bound);
  });

  it('is min(absolute, max(floor, ceil(share × managed))), and never falls as the estate grows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<GuardName>(...GUARDS),
        fc.nat(300),
        fc.nat(20),
        fc.integer({ min: 0, max: 100 }),
        fc.nat(20_000),
        (guard, absolute, floor, percent, managed) => {
          const relative = { floor, share: percent / 100 };
          const some: Caps = {
            maxChanges: absolute,
            maxProvisions: absolute,
            maxTerminations: absolute,
            shares: { updates: relative, provisions: relative, terminations: relative },
          };
          const exact = Math.ceil((percent * managed) / 100);
          const { allowed } = allowanceOf(guard, some, managed);
          expect(allowed).toBe(Math.min(absolute, Math.max(floor, exact)));
          expect(allowanceOf(guard, some, managed + 1).allowed).toBeGreaterThanOrEqual(allowed);
        },
      ),
    );
  });
});

describe('what is managed', () => {
  const leaving = (kind: 'inSync' | 'terminate') => ({
    verdict:
      kind === 'inSync'
        ? ({ kind } as const)
        : ({ kind, steps: ['terminate'], retain: false, digest } as const),
  });

  it.each([
    ['documents of what is there', 10, 0, [], 10],
    ['not the documents of what is to come', 210, 200, [], 10],
    ['what the journal holds of documents that are gone', 4, 0, [leaving('terminate')], 5],
    ['not what is gone from AWS too', 4, 0, [leaving('inSync')], 4],
    ['nothing in an empty directory', 0, 0, [], 0],
  ] as const)('is %s', (_, declared, absent, gone, managed) => {
    expect(managedOf(declared, absent, gone)).toBe(managed);
  });
});

describe('judgeGuards', () => {
  const judge = (planned: number, window: number, revision: number, managed = 10, approved = 0) =>
    judgeGuards({
      target,
      caps,
      managed,
      sent: {
        window: { ...WEIGHTLESS, updates: window },
        revision: { ...WEIGHTLESS, updates: revision },
      },
      planned: { ...WEIGHTLESS, updates: planned },
      approved: { ...WEIGHTLESS, updates: approved },
    })[0];

  it.each([
    // planned, in 24 h, in the revision → verdict, excess
    [0, 0, 0, 'ok', 0],
    [2, 0, 0, 'ok', 0],
    [3, 0, 0, 'warning', 0],
    [4, 0, 0, 'refused', 1],
    [1, 2, 2, 'warning', 0],
    [2, 2, 0, 'refused', 1],
    [2, 0, 2, 'refused', 1],
    [1, 3, 3, 'refused', 1],
    // What was sent is over; only what is planned can be too much.
    [0, 9, 9, 'ok', 0],
  ] as const)('%i planned after %i in a day and %i in the revision: %s', (...row) => {
    const [planned, window, revision, verdict, excess] = row;
    expect(judge(planned, window, revision)).toMatchObject({ verdict, excess, allowed: 3 });
  });

  it('does not count what is approved', () => {
    expect(judge(3, 0, 0, 10, 60)).toMatchObject({ verdict: 'warning', approved: 60 });
  });

  it('says it in one sentence, with what was sent before', () => {
    const words = (...row: Parameters<typeof judge>) => {
      const finding = judge(...row);
      return finding === undefined ? '' : guardSentence(finding);
    };
    expect(words(7, 0, 0, 8)).toBe('updates: 7 planned, 3 allowed (30 % of 8): 4 too many');
    expect(words(2, 2, 1)).toBe(
      'updates: 2 sent in 24 h + 2 planned = 4, 3 allowed (30 % of 10): 1 too many',
    );
    expect(words(1, 0, 2)).toBe(
      'updates: 2 sent for this revision + 1 planned = 3, 3 allowed (30 % of 10)',
    );
    expect(words(1, 0, 0, 2)).toBe('updates: 1 planned, 3 allowed (floor)');
    expect(words(51, 0, 0, 1_000)).toBe('updates: 51 planned, 50 allowed (absolute): 1 too many');
  });
});

describe('the weight of a change', () => {
  const update = (steps: readonly Step[]): ChangeVerdict => ({
    kind: 'update',
    steps,
    cause: { kind: 'document' },
    digest,
  });
  const [difference] = assessed({
    spec: aSpec({ parameters: { Size: value('big') } }),
  }).differences;
  if (difference === undefined) throw new Error('the model change has no difference');
  const weigh = (
    verdict: ChangeVerdict,
    fields: readonly string[] = [],
    [created, removed]: readonly [number, number] = [0, 0],
  ) =>
    weightOf({
      change: {
        ...assessed(),
        verdict,
        differences: fields.map((field) => ({
          ...difference,
          field,
          step: 'update',
        })),
        instances: { created, removed },
      },
    });

  it.each<[string, ReturnType<typeof weigh>, [number, number, number]]>([
    ['an update, of whatever steps', weigh(update(['launchRole', 'update', 'owner'])), [1, 0, 0]],
    ['another product', weigh(update(['update']), ['productName']), [1, 0, 1]],
    ['another version', weigh(update(['update']), ['provisioningArtifactName']), [1, 0, 0]],
    ['stack instances that go', weigh(update(['deleteInstances']), [], [0, 2]), [1, 0, 2]],
    ['stack instances that come', weigh(update(['createInstances']), [], [6, 0]), [1, 6, 0]],
    ['a provision', weigh({ kind: 'provision', steps: ['provision'], digest }), [0, 1, 0]],
    [
      'a provision of a stack set',
      weigh({ kind: 'provision', steps: ['provision'], digest }, [], [12, 0]),
      [0, 12, 0],
    ],
    [
      'a recreation',
      weigh({ kind: 'provision', steps: ['terminate', 'provision'], digest }),
      [0, 1, 1],
    ],
    [
      'a recreation of a stack set',
      weigh({ kind: 'provision', steps: ['terminate', 'provision'], digest }, [], [6, 4]),
      [0, 6, 4],
    ],
    [
      'a termination',
      weigh({ kind: 'terminate', steps: ['terminate'], retain: true, digest }),
      [0, 0, 1],
    ],
    [
      'the end of a stack set',
      weigh({ kind: 'terminate', steps: ['terminate'], retain: false, digest }, [], [0, 9]),
      [0, 0, 9],
    ],
    ['what only waits', weigh({ kind: 'waits', why: '', next: null }, [], [3, 3]), [0, 0, 0]],
    ['an import', weigh({ kind: 'import', steps: ['import'], stackArn: 'arn', digest }), [1, 0, 0]],
    ['what does not act', weigh({ kind: 'suspended' }), [0, 0, 0]],
  ])('%s', (_, { updates, provisions, terminations }, expected) => {
    expect([updates, provisions, terminations]).toEqual(expected);
  });

  it('of a termination request is one', () => {
    const request = terminateRequest(asProvisionedProductId('pp-1'), false, null);
    expect(weightOfRequest({ request, step: 'terminate' }, { change: assessed() })).toEqual({
      ...WEIGHTLESS,
      terminations: 1,
    });
  });
});
