import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { MINUTE, networkDoc, truth } from './networks.ts';
import { World } from './world.ts';

const member = (key: string) => ({ valueFrom: { secretsManager: { secretId: 'prod/db', key } } });
const secret = (which: string) =>
  JSON.stringify({ user: `user-${which}`, password: `pass-${which}` });

it.each([
  ['fetched for another product before', true, { User: member('user') }],
  ['shown, and fetched to be compared', false, {}],
])(
  'two keys of one secret are sent in one version, where one of them was %s',
  async (_how, noEcho, other) => {
    const hidden = { noEcho: true, default: 'none' };
    const seed = networks({
      names: ['net-a', 'net-b'],
      parameters: { Cidr: {}, User: noEcho ? hidden : { default: 'none' }, Password: hidden },
      live: { Cidr: 'A', User: 'u', Password: 'p' },
      secrets: [{ name: 'prod/db', value: secret('one') }],
    });
    const world = await World.create({ seed, maxInFlight: 1 }, [
      networkDoc('net-a', { Cidr: 'B', ...other }),
      networkDoc('net-b', { Cidr: 'B', User: member('user'), Password: member('password') }),
    ]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(3_000);
    await world.service.admin.setSecret('prod/db', secret('two'));
    for (let look = 0; look < 4; look++) {
      await world.clock.pass(5 * MINUTE);
      await trueup.converge();
    }
    expect(truth(world, 'net-b')?.parameters).toMatchObject({
      User: 'user-two',
      Password: 'pass-two',
    });
  },
);
