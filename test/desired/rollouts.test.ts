import { expect, test } from 'vitest';
import { unknownRollouts } from '../../src/desired/rollouts.ts';
import { asProductId } from '../../src/domain/ids.ts';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import { aSpec } from '../diff/build.ts';

const rule = (product: string): RolloutRule => ({
  product,
  canary: { kind: 'count', count: 1 },
  maxFailures: 1,
  pauseOnFailure: true,
  at: { file: 'trueup.yaml', line: 2, column: 14 },
});

const named = (name: string) => aSpec({ product: { kind: 'name', name } });

test('a rule for a product that no document names is told, with what was meant', () => {
  const found = unknownRollouts([rule('network'), rule('netwrok')], [named('network')]);
  expect(found).toMatchObject([
    {
      code: 'config/unknown-rollout',
      severity: 'warning',
      at: { file: 'trueup.yaml', line: 2, column: 14 },
      field: 'rollouts[1].product',
      message: 'no document is for the product "netwrok": this rule holds nothing back',
      next: 'did you mean "network"?',
    },
  ]);
});

test.each([
  ['every product', '*', [named('network')]],
  ['an id', 'prod-abc', [named('network')]],
  ['documents that name an id', 'x', [aSpec({ product: { kind: 'id', id: asProductId('p') } })]],
  ['documents that name no product', 'x', [named('y'), aSpec({ product: null })]],
  ['no documents', 'x', []],
])('nothing is said where it cannot be told: %s', (_what, product, specs) => {
  expect(unknownRollouts([rule(product)], specs)).toEqual([]);
});
