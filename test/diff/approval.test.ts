import { describe, expect, it } from 'vitest';
import {
  approvable,
  isDigestWish,
  isMeant,
  type Lineage,
  setDigest,
  shortDigest,
  standingOf,
} from '../../src/diff/approval.ts';
import type { Change, ChangeVerdict } from '../../src/domain/change.ts';
import type { Approval } from '../../src/domain/guard.ts';
import {
  asArtifactId,
  asDigest,
  asRecordId,
  asTargetName,
  productKey,
} from '../../src/domain/ids.ts';
import type { Step } from '../../src/domain/request.ts';
import { aLive, aSpec, assessed, factsFor, value } from './build.ts';

const target = asTargetName('prod');
const NOTHING: Lineage = { begun: new Set(), ownRecord: null };

const digestOf = ({ verdict }: Change) => ('digest' in verdict ? verdict.digest : null);

describe('the digest of a change', () => {
  const spec = aSpec({ parameters: { Size: value('big') } });
  const facts = factsFor(spec, aLive());
  const change = (parts: Parameters<typeof assessed>[0] = {}) => assessed({ spec, ...parts });

  it('is the same for the same change', () => {
    expect(digestOf(change())).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digestOf(change())).toBe(digestOf(change()));
  });

  it.each([
    ['another value', change({ spec: aSpec({ parameters: { Size: value('huge') } }) })],
    ['another target', change({ spec: { ...spec, target: asTargetName('test') } })],
    [
      'another base',
      change({ live: aLive({ records: { ...aLive().records, last: asRecordId('rec-9') } }) }),
    ],
    [
      'a version that came to be another one of the same name',
      change({
        facts: {
          ...facts,
          resolved:
            facts.resolved.kind === 'resolved'
              ? { ...facts.resolved, artifactId: asArtifactId('pa-other') }
              : facts.resolved,
        },
      }),
    ],
  ])('is another one with %s', (_, other) => {
    expect(digestOf(other)).not.toBeNull();
    expect(digestOf(other)).not.toBe(digestOf(change()));
  });
});

function changeOf(name: string, id: string, parts: Partial<Change> = {}): Change {
  const verdict: ChangeVerdict = {
    kind: 'update',
    steps: ['update'],
    cause: { kind: 'document' },
    digest: asDigest(`sha256:${id}`),
  };
  const key = productKey({ kind: 'name', name });
  return {
    ...assessed(),
    name,
    key,
    base: asRecordId('rec-1'),
    differences: [],
    verdict,
    ...parts,
  };
}

describe('the digest of a set', () => {
  it('does not depend on the order, and covers every change that acts', () => {
    const [a, b] = [changeOf('a', '1'), changeOf('b', '2')];
    const idle = changeOf('c', '3', { verdict: { kind: 'suspended' } });
    const set = (...changes: readonly Change[]) => setDigest(target, approvable(changes));
    expect(set(a, b)).toBe(set(b, a));
    expect(set(a, b, idle)).toBe(set(a, b));
    expect(set(a, b)).not.toBe(set(a));
    expect(set(a, changeOf('b', '4'))).not.toBe(set(a, b));
    expect(setDigest(asTargetName('test'), approvable([a]))).not.toBe(set(a));
    expect(set(idle)).toBeNull();
  });

  it('is meant by itself or by its first 32 digits, and by nothing shorter', () => {
    const digest = asDigest(`sha256:${'0123456789abcdef'.repeat(4)}`);
    expect(shortDigest(digest)).toHaveLength(32);
    for (const wish of [digest, digest.slice(7), shortDigest(digest), digest.slice(0, 50)])
      expect([isDigestWish(wish), isMeant(wish, digest)], wish).toEqual([true, true]);
    for (const wish of ['', '0123', digest.slice(0, 38), 'sha256:', `${digest}0`, 'all'])
      expect([isDigestWish(wish), isMeant(wish, digest)], wish).toEqual([false, false]);
    expect(isMeant('f'.repeat(32), digest)).toBe(false);
    expect(isMeant(digest, null)).toBe(false);
  });
});

describe('what became of an approved set', () => {
  const steps = (id: string, ...some: readonly Step[]): ChangeVerdict => ({
    kind: 'update',
    steps: some,
    cause: { kind: 'document' },
    digest: asDigest(`sha256:${id}`),
  });
  const approved = changeOf('a', '1');

  function stateAfter(
    now: Change | null,
    lineage: Lineage = NOTHING,
    before = approved,
    strict = false,
  ) {
    const approval: Approval = {
      target,
      revision: 'r',
      set: asDigest('sha256:0'),
      asked: '0',
      strict,
      at: '2026-11-21T14:02:11Z',
      changes: approvable([before]),
    };
    const changes = new Map(now === null ? [] : [[now.key, now]]);
    const { view, runs, isOver } = standingOf(approval, changes, () => lineage);
    const states = (['standing', 'waiting', 'sent', 'moved'] as const).filter(
      (state) => view[state].length > 0,
    );
    return [states.join(), runs.size, isOver];
  }

  const begun: Lineage = { begun: new Set([asDigest('sha256:1')]), ownRecord: asRecordId('rec-2') };
  const busy: ChangeVerdict = {
    kind: 'busy',
    status: 'UNDER_CHANGE',
    recordId: null,
    ours: true,
  };

  it.each<[string, Change | null, Lineage, [string, number, boolean]]>([
    ['the same', approved, NOTHING, ['standing', 1, false]],
    ['on another base', changeOf('a', '2'), NOTHING, ['moved', 0, true]],
    [
      'in sync without us',
      changeOf('a', '1', { verdict: { kind: 'inSync' } }),
      NOTHING,
      ['moved', 0, true],
    ],
    ['gone', null, NOTHING, ['moved', 0, true]],
    ['busy', changeOf('a', '1', { verdict: busy }), NOTHING, ['waiting', 0, false]],
    [
      'waiting',
      changeOf('a', '1', { verdict: { kind: 'waits', why: '', next: null } }),
      NOTHING,
      ['waiting', 0, false],
    ],
    ['sent and busy', changeOf('a', '1', { verdict: busy }), begun, ['sent', 0, true]],
    [
      'sent and in sync',
      changeOf('a', '1', { verdict: { kind: 'inSync' } }),
      begun,
      ['sent', 0, true],
    ],
    [
      'sent, and another by now',
      changeOf('a', '2', { base: asRecordId('rec-2') }),
      begun,
      ['sent', 0, true],
    ],
  ])('%s', (_, now, lineage, expected) => {
    expect(stateAfter(now, lineage)).toEqual(expected);
  });

  it('all or nothing is over with the first that has moved', () => {
    expect(stateAfter(changeOf('a', '2'), NOTHING, approved, true)).toEqual(['moved', 0, true]);
  });

  const three = changeOf('a', '1', { verdict: steps('1', 'launchRole', 'update', 'owner') });
  const own = asRecordId('rec-2');

  it.each<[string, Change, [string, number, boolean]]>([
    [
      'goes on on our own record',
      changeOf('a', '2', { verdict: steps('2', 'update', 'owner'), base: own }),
      ['standing', 1, false],
    ],
    [
      'waits while its first step runs',
      changeOf('a', '1', { verdict: busy }),
      ['waiting', 0, false],
    ],
    [
      'ends on the record of somebody else',
      changeOf('a', '2', { verdict: steps('2', 'owner'), base: asRecordId('rec-7') }),
      ['sent', 0, true],
    ],
    [
      'ends with a step that was not in it',
      changeOf('a', '2', { verdict: steps('2', 'deleteInstances'), base: own }),
      ['sent', 0, true],
    ],
  ])('of several steps, %s', (_, now, expected) => {
    expect(stateAfter(now, begun, three)).toEqual(expected);
  });

  it('of several steps, ends with a value that was not in it', () => {
    const [difference] = assessed({
      spec: aSpec({ parameters: { Size: value('big') } }),
    }).differences;
    if (difference === undefined) throw new Error('the model change has no difference');
    const differences = [
      difference,
      { ...difference, field: 'properties.owner', step: 'owner' as const },
    ];
    const before = { ...three, differences };
    const rest = (desired: string) =>
      changeOf('a', '2', {
        verdict: steps('2', 'update'),
        base: own,
        differences: [{ ...difference, desired: { kind: 'text', text: desired } }],
      });
    const wanted = difference.desired.kind === 'text' ? difference.desired.text : '';
    expect(stateAfter(rest(wanted), begun, before)).toEqual(['standing', 1, false]);
    expect(stateAfter(rest('other'), begun, before)).toEqual(['sent', 0, true]);
  });
});
