import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { networks } from '../support/network.ts';
import { keepsAnother, keyOf, MINUTE, networkDoc, operations, ROLE } from './networks.ts';
import { type Wish, World } from './world.ts';

const OWNER = 'arn:aws:iam::111122223333:role/team';

/** Stalled, because what was sent last is not shown as it was sent; then a person asks once. */
async function askedOnce(seed: SeedInput, doc: Wish, sent: string, shown: string) {
  const world = await World.create({ seed }, [doc]);
  keepsAnother(world, sent, shown);
  const trueup = await world.start();
  for (let look = 0; look < 3; look++) {
    await trueup.converge();
    await world.clock.pass(5 * MINUTE);
  }
  expect(world.statusOf(trueup, 'net-a')?.message).toContain('live state still differs');
  world.service.admin.clearCalls();
  await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
  await trueup.reconcile();
  await world.clock.pass(60 * MINUTE);
  return operations(world);
}

describe('a retry of a chain is one attempt', () => {
  it('of an update without effect', async () => {
    const seed = networks({ names: ['net-a'], live: { Cidr: 'A' } });
    const doc = networkDoc('net-a', { Cidr: 'BIG' }, { properties: { owner: OWNER } });
    const made = askedOnce(seed, doc, '<ParameterValue>BIG<', '<ParameterValue>big<');
    expect(await made).toEqual(['UpdateProvisionedProduct']);
  });

  it('of a launch role that is shown in another form', async () => {
    const launchRole = 'arn:aws:iam::111122223333:role/one';
    const seed = networks({ names: ['net-a'], live: { Cidr: 'A' }, launchRole });
    const properties = { launchRole: ROLE, owner: OWNER };
    const doc = networkDoc('net-a', { Cidr: 'B' }, { properties });
    const shown = '"arn:aws:iam::111122223333:role/path/launch-two"';
    const made = askedOnce(seed, doc, `"${ROLE}"`, shown);
    expect(await made).toEqual(['UpdateProvisionedProductProperties']);
  });
});
