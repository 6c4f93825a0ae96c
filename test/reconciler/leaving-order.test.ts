import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { doc, inEffect, later, look } from './life.ts';
import { invalidDocument, keyOf } from './networks.ts';

describe('what depends on something goes first', () => {
  it.each([false, true])(
    'also where that moved from its name to its id (its own document invalid: %s)',
    async (isInvalid) => {
      const app = doc('net-b', { prune: 'terminate', dependsOn: ['net-a'] });
      const { world, trueup } = await inEffect([doc('net-a'), app]);
      const id = world.service.admin.product('net-a')?.product.id ?? '';
      world.wish([doc('net-a', undefined, { provisionedProductId: id }), app], 'r2');
      const invalid = (desired: DesiredState): Partial<DesiredState> => ({
        specs: new Map([...desired.specs].filter(([, spec]) => spec.name !== 'net-b')),
        invalid: new Map([
          [keyOf('net-b'), { ...invalidDocument('net-b'), needs: ['default/net-a'] }],
        ]),
      });
      for (let i = 0; i < 2; i++) await look(world, trueup, isInvalid ? invalid : undefined);
      world.service.admin.clearCalls();
      world.wish([doc('net-c')], 'r3');
      for (let i = 0; i < 3; i++) await later(world, trueup);
      const order = world.lines
        .filter(
          ({ event, fields }) =>
            event === 'terminate.accepted' ||
            (event === 'record.succeeded' && String(fields.provisionedProduct) === 'net-b'),
        )
        .map(({ event, fields }) => `${fields.provisionedProduct} ${event}`);
      expect(order.slice(-3)).toEqual([
        'net-b terminate.accepted',
        'net-b record.succeeded',
        expect.stringMatching(/^(net-a|pp-\w+) terminate.accepted$/),
      ]);
    },
  );
});
