import { describe, expect, it } from 'vitest';
import { publicSpecDigest, specDigest } from '../../src/diff/digest.ts';
import { hmac } from '../../src/domain/canonical.ts';
import { asProvisionedProductId } from '../../src/domain/ids.ts';
import type { Spec, StackSetPreferences } from '../../src/domain/spec.ts';
import { aSpec, KEY, value } from './build.ts';

const keyed = (spec: Spec) => specDigest(spec, 'key', (text) => hmac(KEY, ['spec'], text));
const open = (spec: Spec) => publicSpecDigest(spec, new Set());

const preferences: StackSetPreferences = {
  ...{ operation: 'UPDATE', accounts: null, regions: null },
  ...{ failureTolerance: null, maxConcurrency: null },
};

const wanted: readonly Partial<Spec>[] = [
  { product: { kind: 'name', name: 'x' } },
  { version: null },
  { path: { kind: 'name', name: 'x' } },
  { parameters: { Size: value('x') } },
  { parameters: { Size: { kind: 'usePrevious' } } },
  { parameters: { Size: { kind: 'useDefault' } } },
  { tags: {} },
  { tags: { a: 'b' } },
  { owner: 'arn:o' },
  { launchRole: 'arn:o' },
  { acceptLanguage: 'jp' },
  { expect: { provisionedProductId: asProvisionedProductId('pp-x'), physicalId: null } },
  { versionRule: { kind: 'latest' } },
  { versionRule: { kind: 'semver', range: '^1.0' } },
  { versionRule: { kind: 'semver', range: '^2.0' } },
  { preferences },
  { preferences: { ...preferences, accounts: ['111122223333'] } },
  { preferences: { ...preferences, maxConcurrency: { kind: 'count', value: 2 } } },
  { stackInstances: { accounts: ['111122223333'], regions: ['eu-west-1'] } },
  { stackInstances: { accounts: ['111122223333'], regions: ['us-east-1'] } },
  { parameters: { Size: { kind: 'from', source: { kind: 'env', name: 'APP_A' } } } },
  { parameters: { Size: { kind: 'from', source: { kind: 'env', name: 'APP_B' } } } },
];

describe('digests of a spec', () => {
  it('change with everything that is asked for', () => {
    const specs = [aSpec(), ...wanted.map((parts) => aSpec(parts))];
    expect(new Set(specs.map(keyed)).size).toBe(specs.length);
    expect(new Set(specs.map(open)).size).toBe(specs.length);
  });

  it.each<[string, Partial<Spec>]>([
    ['place', { origin: { at: { file: 'b.yaml', line: 9, column: 9 }, fields: {} } }],
    ['labels', { labels: { a: 'b' }, annotations: { 'trueup/retry': '1' } }],
    [
      'policies',
      { reconcile: { ...aSpec().reconcile, drift: 'report', mode: 'observe', suspend: true } },
    ],
  ])('do not change with its %s', (_what, parts) => {
    expect(keyed(aSpec(parts))).toBe(keyed(aSpec()));
    expect(open(aSpec(parts))).toBe(open(aSpec()));
  });

  it('do not depend on the order of keys', () => {
    const one = aSpec({ parameters: { A: value('1'), B: value('2') }, tags: { a: '1', b: '2' } });
    const two = aSpec({ parameters: { B: value('2'), A: value('1') }, tags: { b: '2', a: '1' } });
    expect(keyed(one)).toBe(keyed(two));
    expect(open(one)).toBe(open(two));
  });

  it('of a plan do not tell hidden values, and the keyed one does', () => {
    const one = aSpec({ parameters: { P: value('1'), Q: value('q') } });
    const two = aSpec({ parameters: { P: value('2'), Q: value('q') } });
    const hidden = new Set(['P']);
    expect(publicSpecDigest(one, hidden)).toBe(publicSpecDigest(two, hidden));
    expect(publicSpecDigest(one, 'all')).toBe(publicSpecDigest(two, 'all'));
    expect(open(one)).not.toBe(open(two));
    expect(keyed(one)).not.toBe(keyed(two));
  });

  it('of a plan tell a hidden value from usePreviousValue', () => {
    const hidden = new Set(['P']);
    const kept = aSpec({ parameters: { P: { kind: 'usePrevious' } } });
    expect(publicSpecDigest(aSpec({ parameters: { P: value('x') } }), hidden)).not.toBe(
      publicSpecDigest(kept, hidden),
    );
  });
});
