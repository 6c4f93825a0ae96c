import { describe, expect, it } from 'vitest';
import { isFrozenBy, sortedFreezes } from '../../src/diff/freezes.ts';
import type { Freeze, FreezeScope, HoldSubject } from '../../src/domain/hold.ts';
import { asTargetName } from '../../src/domain/ids.ts';

const target = asTargetName('prod-eu');

const freezeOf = (scope: Partial<FreezeScope>, at = '2026-11-21T12:00:00Z'): Freeze => ({
  scope: { target: null, name: null, labels: {}, ...scope },
  ...{ reason: 'audit', user: 'ada', host: 'desk', at },
});

describe('whom a freeze is for', () => {
  const subject: HoldSubject = { target, name: 'net-a', labels: { team: 'a' } };

  it.each<[Partial<FreezeScope>, Partial<HoldSubject>, boolean]>([
    [{}, {}, true],
    [{ target }, {}, true],
    [{ target: asTargetName('prod-us') }, {}, false],
    [{ name: 'net-a' }, {}, true],
    [{ name: 'net-b' }, {}, false],
    [{ name: 'net-a' }, { realName: 'network-a' }, true],
    [{ name: 'network-a' }, { realName: 'network-a' }, true],
    [{ name: 'network-b' }, { realName: 'network-a' }, false],
    [{ labels: { team: 'a' } }, {}, true],
    [{ labels: { team: 'b' } }, {}, false],
    [{ labels: { constructor: 'a' } }, {}, false],
    [{ name: 'net-a', labels: { team: 'b' } }, {}, false],
    // What is not known of it counts as meant.
    [{ name: 'net-b' }, { name: null }, true],
    [{ name: 'net-b' }, { realName: null }, true],
    [{ labels: { team: 'b' } }, { labels: null }, true],
    [{ target: asTargetName('prod-us') }, { name: null, labels: null }, false],
  ])('%j about %j: %s', (scope, parts, expected) => {
    expect(isFrozenBy(freezeOf(scope), { ...subject, ...parts })).toBe(expected);
  });
});

it('the same freezes always read the same: the oldest first, those of one moment by their scope', () => {
  const early = freezeOf({ name: 'z' }, '2026-11-20T12:00:00Z');
  const [a, b] = [freezeOf({ name: 'a' }), freezeOf({ name: 'b' })];
  for (const order of [
    [a, b, early],
    [b, early, a],
    [early, b, a],
  ])
    expect(sortedFreezes(order).map(({ scope }) => scope.name)).toEqual(['z', 'a', 'b']);
});
