import { describe, expect, it } from 'vitest';
import { cidrOf, fault, keyOf, MINUTE, operations, start, wish } from './networks.ts';

const effect = {
  kind: 'error',
  code: 'InvalidParametersException',
  message: 'It cannot be terminated.',
} as const;

const reconcile = { onError: 'recreate' };

/** In ERROR for longer than a failure that the journal does not know is waited out. */
async function inError() {
  const world = await start([wish('net-a', 'A', { reconcile })]);
  const trueup = await world.start();
  await trueup.converge();
  await world.service.admin.setStatus('net-a', 'ERROR');
  await world.clock.pass(25 * 60 * MINUTE);
  return { world, trueup };
}

describe('a recreation whose termination AWS refuses', () => {
  it('is stalled, and not sent again at every look', async () => {
    const { world, trueup } = await inError();
    fault(world, 'TerminateProvisionedProduct', effect, 100);
    for (let i = 0; i < 4; i++) {
      await trueup.converge();
      await world.clock.pass(5 * MINUTE);
    }
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('It cannot be terminated.'),
    });
    world.service.admin.clearFaults();
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await trueup.converge();
    expect(operations(world)).toEqual([
      'TerminateProvisionedProduct',
      'TerminateProvisionedProduct',
      'ProvisionProduct',
    ]);
  });

  it('is tried again for another content', async () => {
    const { world, trueup } = await inError();
    fault(world, 'TerminateProvisionedProduct', effect);
    await trueup.converge();
    world.wish([wish('net-a', 'B', { reconcile })]);
    await trueup.converge();
    expect(cidrOf(world, 'net-a')).toBe('B');
  });
});
