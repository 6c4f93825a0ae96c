import { expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { networkDoc } from './networks.ts';
import { World } from './world.ts';

const parameters = { Cidr: {}, Secret: { noEcho: true, default: 'none' } };
const seed = networks({
  versions: ['v1', 'v2'].map((name) => ({ name, parameters })),
  names: ['net'],
  live: { Cidr: 'a', Secret: 'hush-hush' },
});

const wish = (version: string, cidr: string) => [
  networkDoc('net', { Cidr: cidr }, { provisioningArtifactName: version }),
];

it.each(['DescribeProvisioningParameters', 'ListProvisioningArtifacts'])(
  'without %s a parameter still changes, and a version does not',
  async (operation) => {
    const world = await World.create({ seed }, wish('v1', 'b'));
    world.service.admin.addFault({ operation, effect: { kind: 'accessDenied' } });
    const trueup = await world.start();
    const review = await trueup.converge();
    const [evaluation] = review.kind === 'ok' ? [...review.evaluations.values()] : [];
    expect(evaluation?.change.warnings).toHaveLength(1);
    expect(world.service.admin.product('net')?.parameters).toEqual({
      Cidr: 'b',
      Secret: 'hush-hush',
    });
    world.wish(wish('v2', 'b'));
    await trueup.reconcile();
    await world.clock.pass(600_000);
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net')).toMatchObject({ sync: 'Unknown', reason: 'Unreadable' });
    world.service.admin.clearFaults();
    await trueup.reconcile();
    await world.clock.pass(600_000);
    expect(world.service.admin.product('net')).toMatchObject({
      versionName: 'v2',
      parameters: { Cidr: 'b', Secret: 'hush-hush' },
    });
    expect(world.statusOf(trueup, 'net')).toMatchObject({ condition: 'Ready' });
  },
);

it('without what the version says, its default is not taken for one that does not exist', async () => {
  const wished = { Cidr: 'a', Secret: 'hush-hush', Size: { useDefault: true } };
  const sizes = networks({
    versions: [{ name: 'v1', parameters: { ...parameters, Size: { default: 'small' } } }],
    names: ['net'],
    live: { Cidr: 'a', Secret: 'hush-hush', Size: 'large' },
  });
  const world = await World.create({ seed: sizes }, [
    networkDoc('net', wished, { provisioningArtifactName: 'v1' }),
  ]);
  world.service.admin.addFault({
    operation: 'DescribeProvisioningParameters',
    effect: { kind: 'accessDenied' },
  });
  const trueup = await world.start();
  await trueup.reconcile();
  expect(world.statusOf(trueup, 'net')).toMatchObject({ sync: 'Unknown', reason: 'Unreadable' });
  expect(world.writes()).toEqual([]);
  world.service.admin.clearFaults();
  await trueup.reconcile();
  await world.clock.pass(600_000);
  expect(world.service.admin.product('net')?.parameters).toMatchObject({ Size: 'small' });
});

it('a value that only the live version calls NoEcho is not shown where its stack may not be read', async () => {
  const open = { Cidr: {}, Secret: { default: 'none', allowedValues: ['none', 'hush-hush'] } };
  const loosened = networks({
    versions: [
      { name: 'v1', parameters },
      { name: 'v2', parameters: open },
    ],
    names: ['net'],
    live: { Cidr: 'a', Secret: 'hush-hush' },
  });
  const wished = (secret: string) =>
    networkDoc('net', { Cidr: 'a', Secret: secret }, { provisioningArtifactName: 'v2' });
  for (const [secret, verdict] of [
    ['hush-hush', 'update'],
    ['not-allowed-hush', 'refused'],
  ] as const) {
    const world = await World.create({ seed: loosened }, [wished(secret)]);
    const { admin } = world.service;
    admin.addFault({ operation: 'DescribeStacks', effect: { kind: 'accessDenied' } });
    const trueup = await world.start();
    const review = await trueup.reconcile();
    const evaluations = review.kind === 'ok' ? [...review.evaluations.values()] : [];
    expect(evaluations.map(({ change }) => change.verdict.kind)).toEqual([verdict]);
    const shown = evaluations.map(({ change }) => change);
    expect(JSON.stringify([shown, world.lines])).not.toContain('hush-hush');
  }
});
