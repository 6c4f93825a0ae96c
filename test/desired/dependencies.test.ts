import { describe, expect, test } from 'vitest';
import { brief, documentOf, load, TWO_TARGETS } from './support.ts';

const on = (...names: readonly string[]) => `reconcile: {dependsOn: [${names.join(', ')}]}`;

/** name → what it depends on, of the valid documents. */
function linksOf(files: Readonly<Record<string, string>>, options?: Parameters<typeof load>[1]) {
  const { specs } = load(files, options);
  return Object.fromEntries(
    specs.map((spec) => [
      `${spec.target}/${spec.name}`,
      spec.dependsOn.map((one) => `${one.target}/${one.key}`),
    ]),
  );
}

describe('dependsOn', () => {
  test('a name is of the same target, target/name of any; an id counts as its document says', () => {
    const files = {
      'a.yaml': documentOf('a', `target: prod-eu\n${on('c', 'b', 'prod-us/b')}`),
      'b.yaml': documentOf('b', 'target: prod-eu'),
      'b2.yaml': documentOf('b', 'target: prod-us\nprovisionedProductId: pp-b'),
      'c.yaml': documentOf('c', `target: prod-eu\n${on('prod-us/b')}`),
    };
    expect(linksOf(files, TWO_TARGETS)).toEqual({
      'prod-eu/a': ['prod-eu/name:b', 'prod-eu/name:c', 'prod-us/id:pp-b'],
      'prod-eu/b': [],
      'prod-eu/c': ['prod-us/id:pp-b'],
      'prod-us/b': [],
    });
  });

  test('a name that two documents bear, because one of them names its product by id, means both', () => {
    const files = {
      'a.yaml': documentOf('a', on('b')),
      'b.yaml': documentOf('b'),
      'b2.yaml': documentOf('b', 'provisionedProductId: pp-b'),
    };
    const [a] = Object.values(linksOf(files));
    const [other] = Object.values(linksOf(Object.fromEntries(Object.entries(files).reverse())));
    expect(a).toEqual([expect.stringMatching('/id:pp-b'), expect.stringMatching('/name:b')]);
    expect(other).toEqual(a);
  });

  test('an unknown name makes the document invalid, at the name, and says what was meant', () => {
    const found = load({
      'a.yaml': documentOf('a', on('b', 'net-wrk')),
      'b.yaml': documentOf('b'),
      'n.yaml': documentOf('network'),
    });
    expect(found.problems.map(brief)).toEqual([
      'a.yaml:6:30 document/unknown-dependency reconcile.dependsOn',
    ]);
    expect(found.problems[0]?.next).toContain('network');
    expect(found.invalid.map(({ key }) => key)).toEqual(['name:a']);
    expect(found.invalid.map(({ needs }) => needs?.length)).toEqual([2]);
    expect(found.specs.map(({ name }) => name)).toEqual(['b', 'network']);
  });

  test('a document that is invalid is known: what depends on it stays valid, and waits', () => {
    const found = load({
      'a.yaml': documentOf('a', on('b')),
      'b.yaml': documentOf('b', 'tags: 7'),
    });
    expect(found.specs.map(({ name }) => name)).toEqual(['a']);
    expect(found.invalid.map(({ key }) => key)).toEqual(['name:b']);
  });

  test('a circle makes all of its documents invalid, and nobody else', () => {
    const found = load({
      'a.yaml': documentOf('a', on('b')),
      'b.yaml': documentOf('b', on('c')),
      'c.yaml': documentOf('c', on('a')),
      'd.yaml': documentOf('d', on('a', 'e')),
      'e.yaml': documentOf('e'),
    });
    expect(found.specs.map(({ name }) => name)).toEqual(['d', 'e']);
    expect(found.problems.map(({ message }) => message)).toEqual([
      'it waits for itself: a -> b -> c -> a',
      'it waits for itself: b -> c -> a -> b',
      'it waits for itself: c -> a -> b -> c',
    ]);
  });

  test('a long chain is no circle', () => {
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [
        `${i}.yaml`,
        documentOf(`n${i}`, i === 0 ? '{}' : on(`n${i - 1}`)),
      ]),
    );
    expect(load(files).problems).toEqual([]);
  });
});
