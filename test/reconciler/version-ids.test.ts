import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { fault, networkDoc } from './networks.ts';
import { World } from './world.ts';

/** As Terraform chooses them: no UUIDs. */
const CURRENT = 'terraform-20260101120000000000000002';
const BEFORE = 'terraform-20250101120000000000000001';

const seed = networks({
  parameters: { Cidr: {}, Password: { noEcho: true, default: 'none' } },
  live: { Cidr: 'A', Password: 'old-password' },
  secrets: [
    {
      name: 'prod/db',
      value: 'the-current-password',
      versionId: CURRENT,
      previous: 'the-password-before',
      previousVersionId: BEFORE,
    },
  ],
});

const wish = (version: object = {}) =>
  networkDoc('net-a', {
    Cidr: 'B',
    Password: { valueFrom: { secretsManager: { secretId: 'prod/db', ...version } } },
  });

const valuesOf = (world: World) => world.service.admin.product('net-a')?.parameters;

describe('a secret whose version ids are no UUIDs', () => {
  it('is sent in the version that the document names by its id', async () => {
    const world = await World.create({ seed }, [wish({ version: BEFORE })]);
    const trueup = await world.start();
    await trueup.converge();
    expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Password: 'the-password-before' });
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 0 });
    expect(world.service.admin.calls('GetSecretValue')).toHaveLength(1);
  });

  it('is sent again in the version that a lost request named, though it was rotated since', async () => {
    const world = await World.create({ seed }, [wish()]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'lostRequest' });
    const first = await world.start();
    await first.reconcile();
    while (world.writes().length === 0) await world.clock.pass(500);
    first.kill();
    await world.service.admin.setSecret('prod/db', 'the-next-password');
    const second = await world.start();
    await second.converge();
    const tokens = world
      .writes()
      .map((call) => (call.input as { readonly UpdateToken: string }).UpdateToken);
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(1);
    expect(valuesOf(world)).toMatchObject({ Cidr: 'B', Password: 'the-current-password' });
  });

  it('does not hide after a restart why a record failed', async () => {
    const world = await World.create({ seed }, [wish()]);
    const message = 'Value the-current-password is too weak';
    world.service.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      effect: { kind: 'recordFails', message },
      count: 1,
    });
    const first = await world.start();
    await first.reconcile();
    while (world.writes().length === 0) await world.clock.pass(500);
    first.kill();
    const second = await world.start();
    await second.converge();
    expect(world.statusOf(second, 'net-a')?.message).toBe('Value (hidden) is too weak');
  });
});
