import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { fault, networkDoc } from './networks.ts';
import { World } from './world.ts';

const seed = networks({
  names: ['net-a'],
  parameters: { Cidr: {}, Password: { noEcho: true, default: 'none' } },
  live: { Cidr: 'A' },
});
const doc = (Cidr: string) =>
  networkDoc('net-a', { Cidr, Password: { valueFrom: { env: 'APP_PASSWORD' } } });

it.each([
  ['after a success', 0],
  ['after a failure', 1],
])(
  'a plan shows a changed document as a change, whatever it may not read: %s',
  async (_what, fails) => {
    const world = await World.create({ seed }, [doc('B')]);
    world.env.APP_PASSWORD = 'hidden';
    const recordFails = { kind: 'recordFails', message: 'No such thing.' } as const;
    if (fails > 0) fault(world, 'UpdateProvisionedProduct', recordFails, fails);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe(fails > 0 ? 'Stalled' : 'Ready');
    world.wish([doc('C')], 'r2');
    const plan = await world.start({ oneShot: true }, { purpose: 'plan' });
    const review = await plan.reconcile();
    if (review.kind !== 'ok') throw new Error(review.why);
    const [evaluation] = [...review.evaluations.values()];
    expect(evaluation?.change.verdict.kind).toBe('update');
  },
);
