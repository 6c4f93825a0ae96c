import { describe, expect, it } from 'vitest';
import type { FaultEffect, FaultSpec } from '../../src/local-catalog/faults.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const FORMER = 'former-Kx71-secret';
const NEWER = 'newer-Lm62-secret';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '20s', remediation: '1s' },
  products: [
    {
      name: 'database',
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: [
        {
          name: 'v1',
          parameters: { Size: { default: 's' }, Password: { noEcho: true, default: 'none-yet' } },
        },
      ],
    },
  ],
  provisionedProducts: [{ name: 'ledger', product: 'database', version: 'v1' }],
  secrets: [{ name: 'prod/db', value: FORMER }],
  parameterStore: [{ name: '/prod/db', value: FORMER, type: 'SecureString' }],
};

const wish = (password: unknown, reconcile = {}, name = 'ledger'): Wish => ({
  name,
  spec: {
    productName: 'database',
    provisioningArtifactName: 'v1',
    provisioningParameters: { Size: 'm', Password: password },
    reconcile,
  },
});

const ENV = { valueFrom: { env: 'APP_PASSWORD' } };

function everything(world: World, ...trueups: readonly Incarnation[]): string {
  const boards = trueups.map((one) => one.board.all());
  return JSON.stringify(world.lines) + world.journal.dump() + JSON.stringify(boards);
}

const fault = (world: World, effect: FaultEffect, more: Partial<FaultSpec> = {}) =>
  world.service.admin.addFault({ operation: 'UpdateProvisionedProduct', effect, ...more });

/** The process dies while the record runs; the next one finds another value declared. */
async function restarted(
  world: World,
  between: () => void,
): Promise<{ readonly first: Incarnation; readonly second: Incarnation }> {
  const first = await world.start();
  await first.reconcile();
  while (world.writes().length === 0) await world.clock.pass(500);
  await world.clock.pass(2_000);
  first.kill();
  between();
  const second = await world.start();
  await second.reconcile();
  await world.clock.pass(90_000);
  await second.reconcile();
  await world.clock.pass(90_000);
  return { first, second };
}

describe('a former value that AWS quotes after a restart is not shown', () => {
  const message = `Value ${FORMER} is too weak`;

  it('of a provisioning', async () => {
    const provision = { onMissing: 'provision' };
    const world = await World.create({ seed: { ...seed, provisionedProducts: [] } }, [
      wish(FORMER, provision, 'new'),
    ]);
    fault(world, { kind: 'recordFails', message }, { operation: 'ProvisionProduct', count: 1 });
    const { first, second } = await restarted(world, () =>
      world.wish([wish(NEWER, provision, 'new')]),
    );
    expect(world.statusOf(second, 'new')).toMatchObject({ condition: 'Stalled' });
    expect(everything(world, first, second)).not.toContain(FORMER);
  });

  it('of a variable that has another value now', async () => {
    const world = await World.create({ seed }, [wish(ENV)]);
    world.env.APP_PASSWORD = FORMER;
    fault(world, { kind: 'recordFails', message }, { count: 1 });
    const { first, second } = await restarted(world, () => {
      world.env.APP_PASSWORD = NEWER;
    });
    expect(everything(world, first, second)).not.toContain(FORMER);
    expect(world.events('record.failed')).toHaveLength(1);
  });

  it.each([
    ['a parameter', { valueFrom: { ssmParameter: '/prod/db' } }],
    ['a secret', { valueFrom: { secretsManager: { secretId: 'prod/db' } } }],
  ])('of %s that is no longer to be had', async (_what, password) => {
    const world = await World.create({ seed }, [wish(password)]);
    fault(world, { kind: 'recordFails', message }, { count: 1 });
    const { first, second } = await restarted(world, () => {
      for (const operation of ['GetParameters', 'GetSecretValue', 'BatchGetSecretValue'])
        fault(world, { kind: 'accessDenied' }, { operation });
    });
    expect(everything(world, first, second)).not.toContain(FORMER);
    expect(world.events('record.failed')).toHaveLength(1);
  });

  it('and is told, where it is still known, with the value taken out', async () => {
    const world = await World.create({ seed }, [wish(ENV)]);
    world.env.APP_PASSWORD = FORMER;
    fault(world, { kind: 'recordFails', message }, { count: 1 });
    const { first, second } = await restarted(world, () => undefined);
    expect(world.statusOf(second, 'ledger')?.message).toBe('Value (hidden) is too weak');
    expect(everything(world, first, second)).not.toContain(FORMER);
  });
});

describe('a failure that passes by itself is none for good', () => {
  const message = 'Update failed: another AWS Control Tower operation is in progress.';

  it('where its reason is not shown after a restart', async () => {
    const world = await World.create({ seed }, [wish({ valueFrom: { ssmParameter: '/prod/db' } })]);
    fault(world, { kind: 'recordFails', message }, { count: 1 });
    const { first, second } = await restarted(world, () => {
      fault(world, { kind: 'accessDenied' }, { operation: 'GetParameters' });
    });
    expect(everything(world, first, second)).not.toContain(message);
    expect(world.statusOf(second, 'ledger')).toMatchObject({ condition: 'Reconciling' });
    expect(world.events('product.stalled')).toEqual([]);
  });

  it('where a value is a word of its reason', async () => {
    const world = await World.create({ seed }, [wish(ENV)]);
    world.env.APP_PASSWORD = 'Control';
    fault(world, { kind: 'recordFails', message }, { count: 1 });
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(2);
    expect(world.service.admin.product('ledger')?.parameters.Password).toBe('Control');
  });
});

describe('a declared value that AWS quotes is not shown', () => {
  it('in the reason of a stack that cannot be updated', async () => {
    const world = await World.create({ seed }, [wish(FORMER)]);
    fault(
      world,
      { kind: 'recordFails', message: `Value ${FORMER} is weak`, rollback: 'failed' },
      { count: 1 },
    );
    const first = await world.start();
    await first.converge();
    first.kill();
    // Another process, which has not sent anything itself.
    const second = await world.start();
    const review = await second.converge();
    expect(world.statusOf(second, 'ledger')?.condition).toBe('Stalled');
    expect(everything(world, first, second) + JSON.stringify([review])).toContain('(hidden)');
    expect(everything(world, first, second)).not.toContain(FORMER);
    const changes = review.kind === 'ok' ? [...review.evaluations.values()] : [];
    expect(JSON.stringify(changes.map(({ change }) => change))).not.toContain(FORMER);
  });

  it.each([
    ['as it is', (value: string) => `Value ${value} is refused`],
    ['as JSON writes it', (value: string) => `got {"P":${JSON.stringify(value)}}`],
    ['with its blanks joined', (value: string) => `got ${value.replace(/\s+/g, ' ')}.`],
  ])('in a call that is refused, and in a failed record: %s', async (_how, quoted) => {
    const secret = 'first "line"\n  second\\line Qz';
    for (const effect of [
      { kind: 'error', code: 'InvalidParametersException', message: quoted(secret) },
      { kind: 'recordFails', message: quoted(secret) },
      { kind: 'recordFails', message: quoted(secret), listErrors: false },
    ] as const) {
      const world = await World.create({ seed }, [wish(secret)]);
      fault(world, effect, { count: 1 });
      const trueup = await world.start();
      await trueup.converge();
      await world.clock.pass(120_000);
      const all = everything(world, trueup);
      expect(all).toMatch(/is refused|got /);
      expect(all).not.toMatch(/second\\*line Qz/);
    }
  });

  it.each(['DescribeSecret', 'BatchGetSecretValue', 'GetSecretValue', 'GetParameters'])(
    'in an error of %s',
    async (operation) => {
      const inEffect = ['ledger', 'other'].map((name) => ({
        name,
        product: 'database',
        version: 'v1',
      }));
      const told: string[] = [];
      for (const code of [
        'AccessDeniedException',
        'ValidationException',
        'InternalServiceError',
        'ThrottlingException',
      ]) {
        const world = await World.create({ seed: { ...seed, provisionedProducts: inEffect } }, [
          wish({ valueFrom: { secretsManager: { secretId: 'prod/db', version: 'AWSCURRENT' } } }),
          wish({ valueFrom: { ssmParameter: '/prod/db' } }, {}, 'other'),
        ]);
        fault(world, { kind: 'error', code, message: `about ${FORMER}` }, { operation });
        // A secret is asked for by itself where several together cannot be had, and only there.
        const other = {
          BatchGetSecretValue: 'GetSecretValue',
          GetSecretValue: 'BatchGetSecretValue',
        };
        if (operation in other)
          fault(world, { kind: 'accessDenied' }, { operation: Reflect.get(other, operation) });
        const trueup = await world.start();
        await trueup.reconcile();
        await world.clock.pass(120_000);
        expect(world.service.admin.calls(operation).map(({ result }) => result)).toContain(code);
        told.push(everything(world, trueup));
      }
      expect(told.join()).toContain(`${operation} failed: `);
      expect(told.join()).not.toContain(FORMER);
    },
  );
});
