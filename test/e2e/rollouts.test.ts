import { describe, expect, it } from 'vitest';
import { ACCOUNT, Desk, documentYaml, quickNetworks } from './support.ts';

const NAMES = Array.from({ length: 8 }, (_, i) => `net-${String(i + 1).padStart(2, '0')}`);

const parameters = { Cidr: {} };
const seed = quickNetworks({
  tagUpdate: 'allowed',
  versions: [
    { name: 'v1', parameters },
    {
      name: 'v2',
      parameters,
      failsWhen: [{ parameter: 'Cidr', value: 'A', message: 'No more addresses.' }],
    },
    { name: 'v3', parameters },
  ],
  names: NAMES,
});

/** All may move at once as far as the guards go: what holds them here is the rollout. */
const CONFIG = `guards: {updates: {floor: 20}}
rollouts:
  - product: network
    canary: 1
    maxFailures: 1
`;

const documents = (version: string) =>
  NAMES.map((name) =>
    documentYaml(name, `productName: network\nprovisioningArtifactName: ${version}\n`),
  ).join('---\n');

const account = ['--account', ACCOUNT, '--writes-per-second', '20'];

/** Several processes one after the other, on a machine that may do other things. */
const PATIENCE_MS = 60_000;

describe('a rollout of the real program', { timeout: PATIENCE_MS }, () => {
  it('sends one update of a bad version, says so once, and goes on by a new version', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('trueup.yaml', CONFIG);
    await desk.write('desired/all.yaml', documents('v2'));
    const apply = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(apply.code).toBe(1);
    expect(apply.out).toContain('turn:  canary of network v2');
    expect(apply.out).toContain('0 of 8 run it; canary net-01; pauses after 1 failure');
    expect(apply.out).toContain('8 changes planned, 0 carried out');
    expect(apply.out).toContain('x default: 7 provisioned products wait for network v2');
    expect(apply.out.match(/its rollout is paused/g)).toHaveLength(1);
    expect(desk.writes()).toHaveLength(1);
    const status = await desk.run(['status']);
    expect(status.out).toContain('1 needs a person; a rollout is paused');
    expect(status.out).toContain('Paused rollouts\n  default  7 wait: its rollout is paused');

    await desk.write('desired/all.yaml', documents('v3'));
    const better = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(better, better.err).toMatchObject({ code: 0 });
    expect(desk.writes()).toHaveLength(9);
  });

  it('goes on in spite of a failure only when a person says so', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('trueup.yaml', CONFIG);
    await desk.write('desired/all.yaml', documents('v3'));
    desk.catalog.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      count: 1,
      effect: { kind: 'recordFails', message: 'No more addresses.' },
    });
    await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(desk.writes()).toHaveLength(1);
    expect(await desk.run(['proceed', 'default/database'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no rollout of default/database is held by a failure'),
    });
    expect(await desk.run(['proceed', 'default/network'])).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        'proceed with default/network in spite of 1 failure is recorded',
      ),
    });
    const apply = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(apply.out).toContain('7 changes planned, 7 carried out');
    expect(desk.writes()).toHaveLength(8);
    expect(apply.code).toBe(1);
  });

  it('goes on without a canary that failed, was asked for again and is suspended, once a person says so', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('trueup.yaml', CONFIG);
    await desk.write('desired/all.yaml', documents('v2'));
    await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(desk.writes()).toHaveLength(1);
    const suspended = documents('v2')
      .replaceAll('Cidr: A', 'Cidr: B')
      .replace(/(provisioningArtifactName: v2\n)/, '$1  reconcile: {suspend: true}\n');
    await desk.write('desired/all.yaml', suspended);
    expect((await desk.run(['retry', 'net-01'])).code).toBe(0);
    const held = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(held.code).toBe(1);
    expect(held.out).toContain('trueup proceed default/network');
    expect(desk.writes()).toHaveLength(1);
    expect(await desk.run(['proceed', 'network'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('in spite of 1 failure'),
    });
    await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(desk.writes().length).toBeGreaterThan(1);
  });
});
