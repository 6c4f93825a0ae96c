/** A secret that trueup applied to a parameter which the template does not call NoEcho stays a secret. */
import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keyOf, MINUTE, networkDoc } from './networks.ts';
import { World } from './world.ts';

const SECRET = 'hunter2-secret';
const from = { valueFrom: { secretsManager: { secretId: 'prod/a' } } };
const v1 = { Cidr: {}, Token: { default: 't' } };

function seedWith(v2: Readonly<Record<string, object>>) {
  return networks({
    names: ['net-a'],
    versions: [
      { name: 'v1', parameters: v1 },
      { name: 'v2', parameters: v2 },
    ],
    live: { Cidr: 'A', Token: 'old' },
    secrets: [{ name: 'prod/a', value: SECRET }],
  });
}

const V2 = { provisioningArtifactName: 'v2' };
const SHORT = { Cidr: {}, Token: { default: 't', maxLength: 5 } };
const rotated = (world: World) => world.service.admin.setSecret('prod/a', 'another-secret');

it.each([
  ['a literal takes its place', SHORT, networkDoc('net-a', { Cidr: 'A', Token: 'x' }), null],
  [
    'its default takes its place',
    SHORT,
    networkDoc('net-a', { Token: { useDefault: true } }),
    null,
  ],
  ['it is kept by a version that refuses it', SHORT, networkDoc('net-a', { Cidr: 'A' }, V2), null],
  ['the version takes it away', { Cidr: {} }, networkDoc('net-a', { Cidr: 'A' }, V2), null],
  [
    'its rotation is only reported, and a version refuses it',
    SHORT,
    networkDoc('net-a', { Cidr: 'A', Token: from }, V2),
    rotated,
  ],
])('and is not shown by a process that never fetched it where %s', async (_, v2, left, before) => {
  const world = await World.create({ seed: seedWith(v2) }, [
    networkDoc('net-a', { Cidr: 'A', Token: from }),
  ]);
  const first = await world.start();
  await first.converge();
  await world.clock.pass(5 * MINUTE);
  await first.converge();
  expect(world.service.admin.product('net-a')?.parameters).toMatchObject({ Token: SECRET });
  first.kill();
  await before?.(world);
  world.wish([left], 'r2');
  const second = await world.start({}, { purpose: 'plan' });
  const review = await second.reconcile();
  const evaluation = review.kind === 'ok' ? review.evaluations.get(keyOf('net-a')) : undefined;
  expect(evaluation?.change.verdict.kind).toMatch(/^(update|refused)$/);
  expect(JSON.stringify([evaluation?.change, world.lines])).not.toContain(SECRET);
});

it('nor once the literal that took its place is applied', async () => {
  const world = await World.create({ seed: seedWith(v1) }, [
    networkDoc('net-a', { Cidr: 'A', Token: from }),
  ]);
  const trueup = await world.start();
  await trueup.converge();
  await world.clock.pass(5 * MINUTE);
  world.wish([networkDoc('net-a', { Cidr: 'A', Token: 'x' })], 'r2');
  await trueup.converge();
  await world.clock.pass(5 * MINUTE);
  await trueup.converge();
  expect(world.service.admin.product('net-a')?.parameters).toMatchObject({ Token: 'x' });
  expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready' });
});
