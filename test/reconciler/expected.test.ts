import { describe, expect, it } from 'vitest';
import { doc, inEffect, later, terminations } from './life.ts';
import { hideOnce, MINUTE } from './networks.ts';

const other = doc('net-b');

describe('a document that means another one by expect', () => {
  it.each(['no', 'restart', 'restart and a failed read'])(
    'ends nothing with it (in between: %s)',
    async (between) => {
      const fails = between !== 'no';
      const { world, trueup } = await inEffect([doc('net-a'), other]);
      // Somebody sends the same once more, so that the listing is confirmed by a Describe of its own.
      const wrong = doc('net-a', undefined, {
        expect: { provisionedProductId: 'pp-somethingelse' },
      });
      world.wish([wrong, other], 'r2');
      await trueup.converge();
      expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
      if (fails) {
        await world.service.admin.callAs('UpdateProvisionedProduct', {
          ProvisionedProductName: 'net-a',
          ProvisioningParameters: [{ Key: 'Cidr', Value: 'net-a' }],
          UpdateToken: 'somebody-else',
        });
        await world.clock.pass(2 * MINUTE);
        await trueup.converge();
        // The journal's memory of that look is lost with the process; the listing lags, and Describe is refused once.
        trueup.kill();
      }
      const second = fails ? await world.start() : trueup;
      if (fails) {
        if (between === 'restart and a failed read')
          world.service.admin.addFault({
            operation: 'DescribeProvisionedProduct',
            effect: { kind: 'accessDenied' },
            count: 1,
          });
        if (between === 'restart and a failed read') hideOnce(world, 'net-a');
        await second.converge();
        expect(JSON.stringify(await world.journal.documents(second.reconciler.name))).toContain(
          'net-a',
        );
      }
      world.service.admin.clearCalls();
      world.wish([other], 'r3');
      for (let i = 0; i < 3; i++) await later(world, second);
      expect(terminations(world)).toBe(0);
    },
  );
});

describe('a document that says what its name must stand for, and is right', () => {
  it.each([false, true])(
    'has the end that it asked for (the last listing lagged: %s)',
    async (lags) => {
      const { world, trueup } = await inEffect([doc('net-a'), other]);
      const physicalId = world.service.admin.product('net-a')?.stack?.id ?? '';
      world.wish([doc('net-a', undefined, { expect: { physicalId } }), other], 'r2');
      await trueup.converge();
      expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
      if (lags) {
        hideOnce(world, 'net-a');
        await trueup.converge();
      }
      world.wish([other], 'r3');
      for (let i = 0; i < 3; i++) await later(world, trueup);
      expect(terminations(world)).toBe(1);
    },
  );
});
