import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { networkDoc, OWNER, operations, ROLE } from './networks.ts';
import { World } from './world.ts';

const rest = 'UpdateProvisionedProductProperties';

it.each([
  ['owner', OWNER, [], [rest]],
  ['owner', OWNER, ['/properties/owner'], []],
  ['owner', OWNER, ['/properties/launchRole'], [rest]],
  ['launchRole', ROLE, ['/properties/launchRole'], []],
  ['launchRole', ROLE, ['/properties/owner'], [rest]],
] as const)(
  '%s %s of what is made, ignored %j: the plan says what is sent',
  async (property, value, ignore, more) => {
    const seed = networks({ names: [], launchRole: 'arn:aws:iam::111122223333:role/launch' });
    const world = await World.create({ seed }, [
      networkDoc(
        'net-a',
        { Cidr: 'A' },
        { properties: { [property]: value }, reconcile: { onMissing: 'provision', ignore } },
      ),
    ]);
    const trueup = await world.start();
    const review = await trueup.reconcile();
    const planned = review.kind === 'ok' ? [...review.evaluations.values()] : [];
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual(['ProvisionProduct', ...more]);
    expect(planned[0]?.change.verdict).toMatchObject({
      kind: 'provision',
      steps: ['provision', ...more.map(() => property)],
    });
  },
);
