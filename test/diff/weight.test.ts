import { describe, expect, it } from 'vitest';
import { countWork } from '../../src/diff/guards.ts';
import { weightOf } from '../../src/diff/weight.ts';
import type { ChangeVerdict } from '../../src/domain/change.ts';
import { asDigest } from '../../src/domain/ids.ts';

const digest = asDigest('sha256:0');
const cause = { kind: 'document' } as const;
const update: ChangeVerdict = { kind: 'update', steps: ['update'], cause, digest };
const fresh: ChangeVerdict = { kind: 'provision', steps: ['provision'], digest };
const again: ChangeVerdict = { kind: 'provision', steps: ['terminate', 'provision'], digest };
const end: ChangeVerdict = { kind: 'terminate', steps: ['terminate'], retain: false, digest };
const adopt: ChangeVerdict = { kind: 'import', steps: ['import'], stackArn: 'arn', digest };

describe('what a change weighs', () => {
  it.each([
    ['an update', update, undefined, [1, 0, 0]],
    ['an update of instances', update, { created: 6, removed: 2 }, [1, 6, 2]],
    ['an import', adopt, undefined, [1, 0, 0]],
    ['something new', fresh, undefined, [0, 1, 0]],
    ['a new stack set', fresh, { created: 6, removed: 0 }, [0, 6, 0]],
    ['a recreation', again, undefined, [0, 1, 1]],
    ['the recreation of a stack set', again, { created: 6, removed: 4 }, [0, 6, 4]],
    ['an end', end, undefined, [0, 0, 1]],
    ['the end of an empty stack set', end, { created: 0, removed: 0 }, [0, 0, 1]],
    ['the end of a stack set', end, { created: 0, removed: 9 }, [0, 0, 9]],
    [
      'what only waits',
      { kind: 'waits', why: '', next: null },
      { created: 3, removed: 3 },
      [0, 0, 0],
    ],
    ['what is suspended', { kind: 'suspended' }, undefined, [0, 0, 0]],
  ] as const)('%s', (_what, verdict, instances, [changes, provisions, terminations]) => {
    const change = instances === undefined ? { verdict } : { verdict, instances };
    expect(weightOf(change)).toEqual({ changes, provisions, terminations });
    expect(countWork([change, change])).toEqual({
      maxChanges: 2 * changes,
      maxProvisions: 2 * provisions,
      maxTerminations: 2 * terminations,
    });
  });
});
