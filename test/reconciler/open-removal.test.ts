import { describe, expect, it } from 'vitest';
import type { InvalidDocument } from '../../src/reconciler/context.ts';
import {
  doc,
  keyOf,
  later,
  look,
  MINUTE,
  operations,
  removed,
  seed,
  terminations,
} from './life.ts';
import { TARGET, World } from './world.ts';

const at = { file: 'net-b.yaml', line: 1, column: 1 };
const needing: InvalidDocument = {
  name: 'net-b',
  at,
  problem: {
    code: 'document/unknown-dependency',
    severity: 'error',
    at,
    field: 'reconcile.dependsOn',
    message: 'no document is for "net-a"',
    next: 'correct it',
  },
  needs: [`${TARGET}/net-a`],
};

describe('a termination that was lost', () => {
  it.each([
    ['is repeated', [], 2],
    ['is not repeated while a document that is invalid for it depends on it', [needing], 1],
  ] as const)('%s', async (_, invalid, sent) => {
    const { world, trueup } = await removed([doc('net-a'), doc('net-c')], [doc('net-c')]);
    await world.clock.pass(11 * MINUTE);
    const effect = { kind: 'lostRequest' } as const;
    world.service.admin.addFault({ operation: 'TerminateProvisionedProduct', count: 1, effect });
    await trueup.reconcile();
    expect(terminations(world)).toBe(1);
    world.wish([doc('net-c')], 'r3');
    const change = {
      invalid: new Map(invalid.map((one) => [keyOf(one.name), one])),
      declared: new Set(['net-c', ...invalid.map(({ name }) => name)].map(keyOf)),
    };
    for (let i = 0; i < 2; i++) {
      const looked = look(world, trueup, () => change);
      await world.clock.pass(5 * MINUTE);
      await looked;
    }
    expect(terminations(world)).toBe(sent);
    expect(world.service.admin.names().includes('net-a')).toBe(sent === 1);
  });
});

describe('a termination whose document comes back before its answer is known', () => {
  it('leaves nothing in its desired state: what depends on it waits until it is there again', async () => {
    const back = doc('net-a', { onMissing: 'provision', prune: 'terminate' });
    const lag = { behaviour: { describeLag: '3s' }, timing: { running: '3s' } } as const;
    const options = { seed: { ...seed, ...lag } };
    const { world, trueup } = await removed([back, doc('net-c')], [doc('net-c')], options);
    await world.clock.pass(11 * MINUTE);
    const effect = { kind: 'lostReply' } as const;
    world.service.admin.addFault({ operation: 'TerminateProvisionedProduct', count: 1, effect });
    await trueup.reconcile();
    await world.clock.pass(1_000);
    world.wish([back, doc('net-c'), doc('net-b', { dependsOn: ['net-a'] })], 'r3');
    await trueup.reconcile();
    await world.clock.pass(20_000);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
    expect(world.service.admin.names()).not.toContain('net-a');
    expect(world.events('record.succeeded').at(-1)?.fields?.provisionedProduct).toBe('net-a');
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Reconciling');
    for (let i = 0; i < 2; i++) await later(world, trueup, 1);
    expect(operations(world)).toEqual([
      'TerminateProvisionedProduct',
      'ProvisionProduct',
      'UpdateProvisionedProduct',
    ]);
  });
});

describe('a termination whose record was never known', () => {
  it('is not undone by a listing from before it: what depends on what comes back waits', async () => {
    const back = doc('net-a', { onMissing: 'provision', prune: 'retain' });
    const options = { seed: { ...seed, behaviour: { searchLag: '40s' } } };
    const { world, trueup } = await removed([back, doc('net-c')], [doc('net-c')], options);
    await world.clock.pass(11 * MINUTE);
    const effect = { kind: 'slow', ms: 20_000 } as const;
    world.service.admin.addFault({ operation: 'TerminateProvisionedProduct', count: 1, effect });
    await trueup.reconcile();
    await world.clock.pass(10_000);
    trueup.kill();
    const second = await world.start();
    await second.reconcile();
    while (world.events('product.gone').length === 0) await world.clock.pass(500);
    world.wish([back, doc('net-c'), doc('net-b', { dependsOn: ['net-a'] })], 'r3');
    for (let i = 0; i < 3; i++) {
      await second.reconcile();
      await world.clock.pass(MINUTE);
    }
    expect(operations(world)).toEqual([
      'TerminateProvisionedProduct',
      'ProvisionProduct',
      'UpdateProvisionedProduct',
    ]);
  });
});

describe('what somebody else made under the name of what went', () => {
  it('is looked at once, and not at each review', async () => {
    const back = doc('net-a', { drift: 'report', mode: 'observe', prune: 'terminate' });
    const { world, trueup } = await removed([doc('net-a'), doc('net-c')], [doc('net-c')]);
    for (let i = 0; i < 2; i++) await later(world, trueup);
    expect(world.service.admin.names()).not.toContain('net-a');
    await world.service.admin.callAs('ProvisionProduct', {
      ProductName: 'network',
      ProvisioningArtifactName: 'v1',
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'theirs' }],
      ProvisionToken: 'somebody-else',
    });
    await later(world, trueup);
    world.wish([back, doc('net-c')], 'r3');
    await trueup.converge();
    world.service.admin.clearCalls();
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(world.service.admin.counts()).not.toHaveProperty('DescribeProvisionedProduct');
  });
});

describe('what was just made, and whose document goes before AWS shows it', () => {
  it('is not forgotten as one that is gone already, and goes with its document', async () => {
    const made = doc('net-new', { onMissing: 'provision', prune: 'terminate' });
    const behaviour = { describeLag: '20s', searchLag: '20s' } as const;
    const world = await World.create({ seed: { ...seed, behaviour } }, [made, doc('net-a')]);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(12_000);
    expect(world.statusOf(trueup, 'net-new')?.reason).toBe('Updated');
    world.wish([doc('net-a')], 'r2');
    await trueup.reconcile();
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(world.service.admin.names()).not.toContain('net-new');
    expect(terminations(world)).toBe(1);
  });
});
