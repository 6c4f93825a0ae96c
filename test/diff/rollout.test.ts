import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Hold,
  holdOf,
  type Member,
  type MemberState,
  type Rollout,
  type RolloutDraft,
  ruleFor,
} from '../../src/diff/rollout.ts';
import { planRollouts } from '../../src/diff/rollout-leaders.ts';
import {
  asArtifactId,
  asProductId,
  asProductKey,
  asRecordId,
  asTargetName,
  type ProductKey,
} from '../../src/domain/ids.ts';
import type { RolloutRule } from '../../src/domain/rollout.ts';

const RULE: RolloutRule = {
  product: 'network',
  canary: { kind: 'count', count: 1 },
  maxFailures: 1,
  pauseOnFailure: true,
};

const MOVES: MemberState = { kind: 'moves', isAgain: false };
const AGAIN: MemberState = { kind: 'moves', isAgain: true };
const RUNS: MemberState = { kind: 'runs' };
const IN_FLIGHT: MemberState = { kind: 'inFlight' };
const WAIVED: MemberState = { kind: 'waived' };
const FAILED: MemberState = {
  kind: 'failed',
  failure: { recordId: asRecordId('rec-1'), reason: 'no room' },
};
const SUSPENDED: MemberState = {
  kind: 'waits',
  why: 'is suspended',
  next: 'resume',
  isBlocked: true,
};

/** Two canaries. */
const TWO = { canary: { kind: 'count', count: 2 } } as const;

const PASSING = { ...SUSPENDED, isBlocked: false } as const;

const keyOf = (name: string) => asProductKey(`name:${name}`);

const member = (name: string, state: MemberState, labels: Member['labels'] = {}): Member => ({
  key: keyOf(name),
  name,
  labels,
  state,
});

const draft = (
  members: readonly Member[],
  rule: Partial<RolloutRule> = {},
  product = 'network',
): RolloutDraft => ({
  target: asTargetName('prod'),
  version: {
    productId: asProductId(`prod-${product}`),
    productName: product,
    artifactId: asArtifactId('pa-2'),
    artifactName: 'v2',
  },
  rule: { ...RULE, ...rule },
  members,
});

type Needs = Readonly<Record<string, readonly string[]>>;

function planned(drafts: readonly RolloutDraft[], needs: Needs = {}): readonly Rollout[] {
  const byKey = new Map(Object.entries(needs).map(([name, on]) => [keyOf(name), on.map(keyOf)]));
  return planRollouts(drafts, (key) => byKey.get(key) ?? []);
}

function only(drafts: readonly RolloutDraft[], needs: Needs = {}): Rollout {
  const [rollout] = planned(drafts, needs);
  if (rollout === undefined) throw new Error('no rollout');
  return rollout;
}

const stateNow = ({ state }: Member) => state;
const leaders = (rollout: Rollout) => [...rollout.leaders].map((key) => key.slice(5)).toSorted();
const holds = (rollout: Rollout): Readonly<Record<string, Hold['kind'] | null>> =>
  Object.fromEntries(
    rollout.members.map(({ key, name }) => [name, holdOf(rollout, key, stateNow)?.kind ?? null]),
  );

it('a pause does not hold what failed and is under way once more', () => {
  const states = [member('a', FAILED), member('b', { ...IN_FLIGHT, isAgain: true })];
  expect(holds(only([draft([...states, member('c', IN_FLIGHT)])]))).toMatchObject({
    b: null,
    c: 'paused',
  });
});

describe('who goes first', () => {
  const three = ['c', 'a', 'b'].map((name) => member(name, MOVES));

  it.each<[string, RolloutDraft, readonly string[]]>([
    ['the first by name', draft(three), ['a']],
    [
      'as many as there are',
      draft(three, { canary: { kind: 'count', count: 9 } }),
      ['a', 'b', 'c'],
    ],
    ['nobody', draft(three, { canary: { kind: 'count', count: 0 } }), []],
    [
      'those that run it already count first',
      draft([member('a', MOVES), member('b', RUNS), member('c', MOVES)]),
      ['b'],
    ],
    [
      'then those that ran it when last seen',
      draft([member('a', MOVES), member('b', { ...PASSING, mayRun: true }), member('c', PASSING)]),
      ['b'],
    ],
    [
      'those with every label',
      draft(
        [
          member('a', MOVES, { stage: 'canary' }),
          member('b', MOVES, { stage: 'canary', team: 'x' }),
          member('c', MOVES, { team: 'x' }),
        ],
        { canary: { kind: 'labels', labels: { stage: 'canary', team: 'x' } } },
      ),
      ['b'],
    ],
    ['what is tried again', draft([member('a', RUNS), member('b', AGAIN)]), ['a', 'b']],
    [
      'what is tried again only where failures pause',
      draft([member('a', RUNS), member('b', AGAIN)], { pauseOnFailure: false }),
      ['a'],
    ],
  ])('%s', (_what, given, expected) => {
    expect(leaders(only([given]))).toEqual(expected);
  });

  it('is also what a canary waits for, directly or not', () => {
    const members = ['a', 'b', 'c', 'd'].map((name) => member(name, MOVES));
    expect(leaders(only([draft(members)], { a: ['x'], x: ['c'], c: ['d'] }))).toEqual([
      'a',
      'c',
      'd',
    ]);
  });

  it('is also what a canary waits for over another rollout', () => {
    // a1 waits for b2, which waits for the canary b1, which waits for a2, which would wait for a1.
    const a = draft([member('a1', MOVES), member('a2', MOVES), member('a3', MOVES)]);
    const b = draft([member('b1', MOVES), member('b2', MOVES)], {}, 'database');
    const [first, second] = planned([a, b], { a1: ['b2'], b1: ['a2'] });
    expect(first === undefined ? [] : leaders(first)).toEqual(['b1', 'b2']);
    expect(second === undefined ? [] : leaders(second)).toEqual(['a1']);
  });

  it('of the canaries, what is tried again and all that it waits for', () => {
    const members = ['a', 'b', 'c', 'd'].map((name) => member(name, name === 'd' ? AGAIN : MOVES));
    const rollout = only([draft(members, { canary: { kind: 'count', count: 3 } })], { d: ['b'] });
    expect(holds(rollout)).toEqual({ a: 'waits', b: null, c: 'waits', d: null });
  });

  it('of the canaries, also what that waits for over another rollout', () => {
    // b1 is tried again and waits for a2, which waits for a1, which is tried again and waits for b2.
    const a = draft([member('a1', AGAIN), member('a2', MOVES), member('a3', MOVES)], TWO);
    const b = draft([member('b1', AGAIN), member('b2', MOVES)], TWO, 'database');
    const [first, second] = planned([a, b], { a1: ['b2'], b1: ['a2'] });
    expect(first === undefined ? null : holds(first)).toEqual({ b1: null, b2: null });
    expect(second === undefined ? null : holds(second)).toEqual({
      a1: null,
      a2: 'waits',
      a3: 'waits',
    });
  });
});

describe('who may begin', () => {
  it.each<[string, RolloutDraft, Record<string, Hold['kind'] | null>]>([
    [
      'the canary, and nobody else',
      draft([member('a', MOVES), member('b', MOVES)]),
      { a: null, b: 'waits' },
    ],
    [
      'nobody else while it is on its way',
      draft([member('a', IN_FLIGHT), member('b', MOVES)]),
      { a: null, b: 'waits' },
    ],
    [
      'the rest when it runs the version',
      draft([member('a', RUNS), member('b', MOVES), member('c', MOVES)]),
      { a: null, b: null, c: null },
    ],
    [
      'nobody when it failed',
      draft([member('a', FAILED), member('b', MOVES)]),
      { a: 'paused', b: 'paused' },
    ],
    [
      'nobody when one of the rest failed',
      draft([member('a', RUNS), member('b', FAILED), member('c', MOVES)]),
      { a: 'paused', b: 'paused', c: 'paused' },
    ],
    [
      'the rest while fewer failed than may',
      draft([member('a', RUNS), member('b', FAILED), member('c', MOVES)], { maxFailures: 2 }),
      { a: null, b: null, c: null },
    ],
    [
      'nobody of the rest while a canary failed, whatever may fail',
      draft([member('a', FAILED), member('b', MOVES)], { maxFailures: 2 }),
      { a: null, b: 'waits' },
    ],
    [
      'the rest in spite of a failure that a person waived',
      draft([member('a', WAIVED), member('b', MOVES)]),
      { a: null, b: null },
    ],
    [
      'what is tried again, before the rest and in spite of other failures',
      draft([member('a', RUNS), member('b', AGAIN), member('c', FAILED), member('d', MOVES)]),
      { a: 'paused', b: null, c: 'paused', d: 'paused' },
    ],
    [
      'nobody of the rest until what is tried again has succeeded',
      draft([member('a', RUNS), member('b', AGAIN), member('c', MOVES)]),
      { a: 'waits', b: null, c: 'waits' },
    ],
    [
      'not another canary either, where one more failure would pause it',
      draft(
        ['a', 'b', 'c'].map((name) => member(name, name === 'a' ? AGAIN : MOVES)),
        TWO,
      ),
      { a: null, b: 'waits', c: 'waits' },
    ],
    [
      'another canary beside what is tried again, where more may fail',
      draft(
        ['a', 'b', 'c'].map((name) => member(name, name === 'a' ? AGAIN : MOVES)),
        { ...TWO, maxFailures: 2 },
      ),
      { a: null, b: null, c: 'waits' },
    ],
    [
      'another canary beside what is tried again, where failures do not pause',
      draft(
        ['a', 'b', 'c'].map((name) => member(name, name === 'a' ? AGAIN : MOVES)),
        { ...TWO, pauseOnFailure: false },
      ),
      { a: null, b: null, c: 'waits' },
    ],
    [
      'nor beside that where as many have failed as may',
      draft([member('a', AGAIN), member('b', FAILED), member('c', MOVES)], {
        canary: { kind: 'count', count: 3 },
        maxFailures: 2,
      }),
      { a: null, b: 'waits', c: 'waits' },
    ],
    [
      'nobody of the rest while a canary is held up',
      draft([member('a', SUSPENDED), member('b', MOVES)]),
      { a: null, b: 'waits' },
    ],
    [
      'nobody where no document has the labels',
      draft([member('a', MOVES)], { canary: { kind: 'labels', labels: { stage: 'canary' } } }),
      { a: 'waits' },
    ],
    [
      'the rest after a failed canary, where failures do not pause',
      draft([member('a', FAILED), member('b', MOVES)], { pauseOnFailure: false }),
      { a: null, b: null },
    ],
  ])('%s', (_what, given, expected) => {
    expect(holds(only([given]))).toEqual(expected);
  });

  it('says for whom, why and what next', () => {
    const suspended = only([draft([member('a', SUSPENDED), member('b', MOVES)])]);
    expect(holdOf(suspended, keyOf('b'), stateNow)).toEqual({
      kind: 'waits',
      why: 'waits for canary a, which is suspended',
      next: 'resume',
      isBlocked: true,
    });
    const paused = only([draft([member('a', FAILED), member('b', MOVES)])]);
    expect(holdOf(paused, keyOf('b'), stateNow)).toEqual({
      kind: 'paused',
      why: 'its rollout is paused: a failed to move to network v2: record rec-1: no room',
      next: 'declare another version; or mend the cause, then: trueup retry prod/a (the others follow when it succeeds); to go on in spite of it: trueup proceed prod/network',
      isBlocked: true,
    });
  });

  it('says to a canary too what needs a person, where several are tried again', () => {
    const held = { ...SUSPENDED, isAgain: true } as const;
    const members = [member('a', AGAIN), member('b', held), member('c', MOVES)];
    const rollout = only([draft(members, { canary: { kind: 'count', count: 3 } })]);
    expect(holdOf(rollout, keyOf('c'), stateNow)).toEqual({
      kind: 'waits',
      why: 'waits for canary b, which failed to move to network v2 before, is to be tried again, and is suspended',
      next: 'resume; to go on in spite of it: trueup proceed prod/network',
      isBlocked: true,
    });
  });

  it('leaves alone what is of no rollout', () => {
    expect(holdOf(only([draft([member('a', MOVES)])]), keyOf('z'), stateNow)).toBeNull();
  });
});

describe('the rule for a product', () => {
  const rules = ['*', 'network', 'prod-1'].map((product) => ({ ...RULE, product }));

  it.each([
    [{ id: 'prod-1', name: 'network' }, 'prod-1'],
    [{ id: 'prod-2', name: 'network' }, 'network'],
    [{ id: 'prod-2', name: null }, '*'],
  ])('of %j is that for %s', (product, expected) => {
    expect(ruleFor(rules, product)?.product).toBe(expected);
  });

  it('is none where nothing fits', () => {
    expect(ruleFor(rules.slice(1), { id: 'prod-2', name: 'database' })).toBeNull();
  });
});

/** A whole estate, played to its end: what is sent, and how it ends, is drawn. */
interface Game {
  readonly rollouts: readonly {
    readonly canaries: number;
    readonly maxFailures: number;
    readonly members: readonly { readonly ends: 'runs' | 'failed'; readonly begins: MemberState }[];
  }[];
  /** Of each member the numbers of earlier ones that it depends on. */
  readonly needs: readonly (readonly number[])[];
  readonly inFlight: number;
  readonly order: readonly number[];
}

const game = fc.record({
  rollouts: fc.array(
    fc.record({
      canaries: fc.nat(3),
      maxFailures: fc.integer({ min: 1, max: 3 }),
      members: fc.array(
        fc.record({
          ends: fc.constantFrom('runs' as const, 'failed' as const),
          begins: fc.constantFrom(RUNS, MOVES, MOVES, AGAIN),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  needs: fc.array(fc.array(fc.nat(23), { maxLength: 2 }), { minLength: 24, maxLength: 24 }),
  inFlight: fc.integer({ min: 1, max: 4 }),
  order: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }),
});

function play({ rollouts: given, needs, inFlight, order }: Game) {
  const names = given.flatMap(({ members }, r) => members.map((_, m) => ({ r, m })));
  // The order of dependencies has nothing to do with that of names.
  const rank = names.map((_, i) => (order[i] ?? 0) * 100 + i);
  const nameOf = (i: number) => `n${String(i).padStart(2, '0')}`;
  const needsOf = new Map<ProductKey, readonly ProductKey[]>(
    names.map((_, i) => [
      keyOf(nameOf(i)),
      (needs[i] ?? [])
        .filter((on) => on < names.length && (rank[on] ?? 0) < (rank[i] ?? 0))
        .map((on) => keyOf(nameOf(on))),
    ]),
  );
  const states = new Map<ProductKey, MemberState>();
  const ends = new Map<ProductKey, 'runs' | 'failed'>();
  const drafts = given.map(({ canaries, maxFailures, members }, r): RolloutDraft => {
    const list = members.map((one, m) => {
      const i = names.findIndex((name) => name.r === r && name.m === m);
      states.set(keyOf(nameOf(i)), one.begins);
      ends.set(keyOf(nameOf(i)), one.ends);
      return member(nameOf(i), one.begins);
    });
    return draft(list, { canary: { kind: 'count', count: canaries }, maxFailures }, `product-${r}`);
  });
  const rollouts = planRollouts(drafts, (key) => needsOf.get(key) ?? []);
  const stateOf = ({ key }: Member) => states.get(key) ?? MOVES;
  const flying: { readonly rollout: Rollout; readonly key: ProductKey }[] = [];
  const started = new Map<Rollout, ProductKey[]>(rollouts.map((one) => [one, []]));
  const failed = new Map<Rollout, number>(rollouts.map((one) => [one, 0]));
  for (;;) {
    for (const rollout of rollouts)
      for (const { key } of rollout.members) {
        const state = states.get(key);
        if (flying.length >= inFlight || state?.kind !== 'moves') continue;
        if ((needsOf.get(key) ?? []).some((on) => states.get(on)?.kind !== 'runs')) continue;
        if (holdOf(rollout, key, stateOf) !== null) continue;
        started.get(rollout)?.push(key);
        states.set(key, { kind: 'inFlight', isAgain: state.isAgain });
        flying.push({ rollout, key });
      }
    const landed = flying.shift();
    if (landed === undefined) break;
    const end = ends.get(landed.key);
    states.set(landed.key, end === 'failed' ? FAILED : RUNS);
    if (end === 'failed') failed.set(landed.rollout, (failed.get(landed.rollout) ?? 0) + 1);
  }
  return { rollouts, started, failed, states, stateOf };
}

/** Each of these begins whatever else has failed. */
const againIn = ({ members }: Rollout) => members.filter(({ state }) => state === AGAIN).length;

describe('every rollout', () => {
  it('has no more failures than its limit and what was in flight with the last of them', () => {
    fc.assert(
      fc.property(game, (given) => {
        const { rollouts, failed } = play(given);
        for (const rollout of rollouts)
          expect(failed.get(rollout)).toBeLessThanOrEqual(
            rollout.rule.maxFailures + given.inFlight - 1 + againIn(rollout),
          );
      }),
    );
  });

  it('begins nothing of the rest before its leaders run the version', () => {
    fc.assert(
      fc.property(game, (given) => {
        const { rollouts, started, states } = play(given);
        for (const rollout of rollouts) {
          const rest = started.get(rollout)?.filter((key) => !rollout.leaders.has(key)) ?? [];
          const open = [...rollout.leaders].filter((key) => states.get(key)?.kind !== 'runs');
          if (rest.length > 0) expect(open).toEqual([]);
        }
      }),
    );
  });

  it('ends with everything at the version where nothing fails: nobody waits in a circle', () => {
    fc.assert(
      fc.property(game, (given) => {
        const rollouts = given.rollouts.map((one) => ({
          ...one,
          members: one.members.map(({ begins }) => ({ begins, ends: 'runs' as const })),
        }));
        const { states } = play({ ...given, rollouts });
        expect([...states.values()].every(({ kind }) => kind === 'runs')).toBe(true);
      }),
    );
  });

  it('says why, wherever something is left', () => {
    fc.assert(
      fc.property(game, (given) => {
        const { rollouts, states, stateOf } = play(given);
        for (const rollout of rollouts) {
          const left = rollout.members.filter(({ key }) => states.get(key)?.kind === 'moves');
          const failures = rollouts.some((one) =>
            one.members.some(({ key }) => states.get(key)?.kind === 'failed'),
          );
          // Without a failure somewhere nothing is left, so a hold or a dependency explains it.
          if (left.length > 0) expect(failures).toBe(true);
          for (const { key } of left) holdOf(rollout, key, stateOf);
        }
      }),
    );
  });

  it('does not depend on the order in which documents are read', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 8 }),
        fc.nat(3),
        fc.infiniteStream(fc.nat(1000)),
        (members, count, draws) => {
          const of = (list: readonly string[]) =>
            leaders(
              only([
                draft(
                  list.map((name) => member(name, MOVES)),
                  { canary: { kind: 'count', count } },
                ),
              ]),
            );
          const shuffled = members
            .map((name) => [draws.next().value ?? 0, name] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, name]) => name);
          expect(of(shuffled)).toEqual(of(members));
        },
      ),
    );
  });
});
