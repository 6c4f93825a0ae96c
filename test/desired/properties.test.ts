import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import type { Desired } from '../../src/desired/model.ts';
import { ERRORS } from '../../src/domain/errors/registry.ts';
import { bytesOf, documentOf, ONE_TARGET } from './support.ts';

const PATHS = ['a.yaml', 'a.yml', 'a.json', '-', 'team/kustomization.yaml'];

/** Whatever went in: its own problems only, well formed, and nothing both usable and refused. */
function expectSound(desired: Desired): void {
  for (const problem of desired.problems) {
    expect(Object.hasOwn(ERRORS, problem.code)).toBe(true);
    expect(problem.message).not.toBe('');
    expect(problem.at?.line).toBeGreaterThan(0);
    expect(problem.at?.column).toBeGreaterThan(0);
    // Nothing that a terminal would obey may be in what people are shown.
    expect(`${problem.message}${problem.next}${problem.field}`).not.toMatch(/\p{Cc}/u);
  }
  const usable = new Set(desired.specs.map(({ target, key }) => `${target} ${key}`));
  expect(usable.size).toBe(desired.specs.length);
  for (const { target, key } of desired.invalid) expect(usable.has(`${target} ${key}`)).toBe(false);
}

const load = (path: string, bytes: Uint8Array) => loadDesired([{ path, bytes }], ONE_TARGET);

test('any bytes at all', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.constantFrom(...PATHS), bytes, (path, content) => {
      expectSound(load(path, content));
    }),
    { numRuns: 500 },
  );
});

test('any text made of what YAML and JSON are made of', () => {
  const piece = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      ':',
      ': ',
      ',',
      '- ',
      '? ',
      '\n',
      '\n  ',
      ' ',
      '\t',
      '#',
      '"',
      "'",
      '\\',
    ],
    ...[
      '&a ',
      '*a',
      '!t ',
      '!!str ',
      '<<',
      '|',
      '>-',
      '%YAML 1.1\n',
      '---\n',
      '...\n',
      '~',
      'null',
    ],
    ...[
      'apiVersion',
      'trueup/v1',
      'kind',
      'ProvisionedProduct',
      'metadata',
      'name',
      'spec',
      'tags',
    ],
    ...['"\\ud800"', '"\\0"', '\u202e', '\u0085', '\uFEFF', '010', 'yes', '__proto__', 'a'],
  );
  fc.assert(
    fc.property(fc.constantFrom(...PATHS), fc.array(piece, { maxLength: 40 }), (path, parts) => {
      expectSound(load(path, bytesOf(parts.join(''))));
    }),
    { numRuns: 1_500 },
  );
});

const VALID = documentOf(
  'team-a-network',
  `target: prod-eu
productName: network-baseline
provisioningArtifactName: v1.4.0
provisioningParameters:
  VpcCidr: 10.20.0.0/16
  Legacy: {usePreviousValue: true}
  Text: |
    more than
    one line
tags: {cost-center: "4711"}
properties: {owner: "arn:aws:iam::123456789012:role/team-a"}
expect: {provisionedProductId: pp-1}
reconcile: {drift: correct}`,
);

test('a valid document with some bytes changed: valid, or told, never gone in silence', () => {
  expect(load('a.yaml', bytesOf(VALID)).specs).toHaveLength(1);
  const size = bytesOf(VALID).length;
  const edit = fc.record({
    at: fc.nat(size),
    drop: fc.nat(20),
    add: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc
        .constantFrom(...[':', '\n', '- ', '[', '{', '"', '&a ', '*a', '#', '~', '\t'])
        .map(bytesOf),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let bytes = [...bytesOf(VALID)];
      for (const { at, drop, add } of edits) bytes = bytes.toSpliced(at, drop, ...add);
      const desired = load('a.yaml', Uint8Array.from(bytes));
      expectSound(desired);
      const told = desired.problems.some(({ severity }) => severity === 'error');
      const kept = desired.specs.length > 0 || desired.counts.skipped > 0;
      expect(told || kept || desired.counts.documents === 0).toBe(true);
      expect(told).toBe(desired.invalid.length > 0 || desired.unknownIdentity);
    }),
    { numRuns: 1_500 },
  );
});
