import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import {
  doc,
  endByHand,
  inEffect,
  keyOf,
  later,
  look,
  MINUTE,
  makeByHand,
  only,
  operations,
  removed,
  seed,
  terminations,
} from './life.ts';
import { MemoryJournal } from './memory-journal.ts';
import { cidrOf, fault, invalidDocument } from './networks.ts';
import { type Wish, World } from './world.ts';

const other = doc('net-b');
const names = (world: World) => world.service.admin.names();
const ON_ITS_WAY = 3_000;

describe('policies', () => {
  it('that were seen under --only count, also after a restart', async () => {
    for (const policy of [{ deletionProtection: true }, { prune: 'never' }, { suspend: true }]) {
      const { world, trueup } = await inEffect([doc('net-a'), other]);
      world.wish([doc('net-a', { prune: 'terminate', ...policy }), other]);
      await look(world, trueup, only('net-a'));
      trueup.kill();
      const second = await world.start();
      world.wish([other], 'r3');
      await second.converge();
      await later(world, second);
      await later(world, second);
      expect([policy, terminations(world)]).toEqual([policy, 0]);
    }
  });

  it('of the last revision with the document count, whichever way they went', async () => {
    const flips = [
      ['never', 'terminate', 1],
      ['terminate', 'never', 0],
    ] as const;
    for (const [from, to, ends] of flips) {
      const { world, trueup } = await inEffect([doc('net-a', { prune: from }), other]);
      world.wish([doc('net-a', { prune: to }), other]);
      await trueup.converge();
      world.wish([other], 'r3');
      await trueup.converge();
      await later(world, trueup);
      expect([to, terminations(world)]).toEqual([to, ends]);
    }
  });

  it('of a document that is invalid in its last revision are those of the last good one', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), other]);
    world.wish([other]);
    const invalid = new Map([[keyOf('net-a'), invalidDocument('net-a')]]);
    for (let i = 0; i < 2; i++) {
      const declared = new Set([...world.desired.declared, keyOf('net-a')]);
      await look(world, trueup, () => ({ invalid, declared }));
      await world.clock.pass(11 * MINUTE);
    }
    expect(terminations(world)).toBe(0);
    await trueup.converge();
    expect(terminations(world)).toBe(0);
    await later(world, trueup);
    expect(terminations(world)).toBe(1);
  });
});

describe('a document that comes back', () => {
  it('under a run that does not select it starts the ten minutes anew', async () => {
    const { world, trueup } = await removed([doc('net-a'), other], [other]);
    await later(world, trueup, 9);
    world.wish([doc('net-a'), other], 'r3');
    await look(world, trueup, only('net-b'));
    world.wish([other], 'r4');
    await later(world, trueup, 3);
    expect(terminations(world)).toBe(0);
    await later(world, trueup, 11);
    expect(terminations(world)).toBe(1);
  });

  it('while its termination is under way is provisioned anew, if it asks for that', async () => {
    for (const onMissing of ['provision', 'fail']) {
      const mine = doc('net-a', { prune: 'terminate', onMissing });
      const { world, trueup } = await removed([mine, other], [other]);
      await world.clock.pass(11 * MINUTE);
      await trueup.reconcile();
      await world.clock.pass(ON_ITS_WAY);
      expect(terminations(world)).toBe(1);
      world.wish([mine, other], 'r3');
      await trueup.converge();
      await trueup.converge();
      expect(terminations(world)).toBe(1);
      expect(names(world).includes('net-a')).toBe(onMissing === 'provision');
      expect(world.statusOf(trueup, 'net-a')?.condition).toBe(
        onMissing === 'provision' ? 'Ready' : 'Stalled',
      );
    }
  });

  it('after it was retained is adopted again from its stack', async () => {
    const { world, trueup } = await removed([doc('net-a', { prune: 'retain' }), other], [other]);
    const stackArn = world.service.admin.product('net-a')?.stack?.id ?? '';
    await later(world, trueup);
    expect(names(world)).not.toContain('net-a');
    world.wish([doc('net-a', { adopt: { stackArn }, prune: 'terminate' }), other], 'r3');
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual([
      'TerminateProvisionedProduct',
      'ImportAsProvisionedProduct',
    ]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', sync: 'Synced' });
  });
});

describe('a document that goes', () => {
  it('while its own update runs ends nothing before that has ended', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), other]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'straggle', ms: 40 * MINUTE });
    world.wish([doc('net-a', undefined, { provisioningParameters: { Cidr: 'next' } }), other]);
    await trueup.reconcile();
    await world.clock.pass(ON_ITS_WAY);
    world.wish([other], 'r3');
    for (let i = 0; i < 3; i++) {
      await trueup.reconcile();
      await world.clock.pass(11 * MINUTE);
    }
    expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(operations(world)).toEqual(['UpdateProvisionedProduct', 'TerminateProvisionedProduct']);
  });

  it('and whose product somebody is changing is waited for, and then refused', async () => {
    const { world, trueup } = await removed([doc('net-a'), other], [other]);
    await world.clock.pass(11 * MINUTE);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'theirs' }],
      UpdateToken: 'somebody-else',
    });
    await trueup.converge();
    await later(world, trueup);
    expect(terminations(world)).toBe(0);
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('somebody else changed');
  });

  it('and whose product somebody changed since the plan says so before the next one', async () => {
    const left = [doc('net-c')];
    const { world, trueup } = await removed([doc('net-a'), doc('net-b'), ...left], left, {
      maxInFlight: 1,
    });
    await world.clock.pass(11 * MINUTE);
    fault(world, 'TerminateProvisionedProduct', { kind: 'straggle', ms: 5 * MINUTE });
    await trueup.reconcile();
    await world.clock.pass(ON_ITS_WAY);
    const [ending] = world.writes();
    const { ProvisionedProductId: id } = Object(ending?.input);
    const waiting = world.service.admin.product('net-a')?.product.id === id ? 'net-b' : 'net-a';
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: waiting,
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'theirs' }],
      UpdateToken: 'somebody-else',
    });
    await world.clock.pass(10 * MINUTE);
    expect(terminations(world)).toBe(1);
    expect(names(world)).toContain(waiting);
    expect(world.statusOf(trueup, waiting)).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('somebody else changed'),
    });
  });

  it('does not take another one with it that a person made after its lost termination', async () => {
    const { world, trueup } = await removed([doc('net-a'), other], [other]);
    await world.clock.pass(11 * MINUTE);
    fault(world, 'TerminateProvisionedProduct', { kind: 'lostReply' });
    await trueup.reconcile();
    await world.clock.pass(1_000);
    trueup.kill();
    await world.clock.pass(MINUTE);
    const id = await makeByHand(world, 'net-a');
    const second = await world.start();
    await second.converge();
    await later(world, second);
    await later(world, second);
    expect(terminations(world)).toBe(1);
    expect(world.service.admin.product('net-a')?.product.id).toBe(id);
  });

  it('leaves a product alone that its document did not mean', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), other]);
    world.wish([
      doc('net-a', undefined, { expect: { provisionedProductId: 'pp-another' } }),
      other,
    ]);
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Stalled');
    world.wish([other], 'r3');
    await trueup.converge();
    await later(world, trueup);
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
  });

  it('is refused by itself, and holds up no other one', async () => {
    const kept = doc('net-c', { prune: 'terminate', deletionProtection: true });
    const { world, trueup } = await removed([doc('net-a'), kept, other], [other]);
    await later(world, trueup);
    expect(names(world)).toEqual(['net-b', 'net-c', 'net-d']);
    expect(world.statusOf(trueup, 'net-c')?.condition).toBe('Stalled');
  });

  it('ends nothing with a journal that was lost between the two reads', async () => {
    const { world, trueup } = await removed([doc('net-a'), other], [other]);
    trueup.kill();
    const second = await world.start({ journal: new MemoryJournal() });
    for (let i = 0; i < 3; i++) await later(world, second);
    expect(world.writes()).toEqual([]);
  });

  it('ends nothing under run --observe, however long', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), other]);
    trueup.kill();
    const watching = await world.start({ observeOnly: true });
    world.wish([other]);
    await watching.converge();
    await later(world, watching);
    await later(world, watching);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(watching, 'net-a')).toMatchObject({ sync: 'OutOfSync' });
  });
});

describe('identities', () => {
  it('two documents that swap their names swap their contents, and nothing comes or goes', async () => {
    const as = (name: string, cidr: string) =>
      doc(
        name,
        { prune: 'terminate', onMissing: 'provision' },
        {
          provisioningParameters: { Cidr: cidr },
        },
      );
    const { world, trueup } = await inEffect([as('net-a', 'one'), as('net-b', 'two')]);
    world.wish([as('net-a', 'two'), as('net-b', 'one')]);
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(operations(world)).toEqual(['UpdateProvisionedProduct', 'UpdateProvisionedProduct']);
    expect([cidrOf(world, 'net-a'), cidrOf(world, 'net-b')]).toEqual(['two', 'one']);
  });

  it('two documents by id that swap their labels change nothing at all', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
    const idOf = (name: string) => world.service.admin.product(name)?.product.id ?? '';
    const by = (label: string, name: string): Wish =>
      doc(label, undefined, {
        provisionedProductId: idOf(name),
        provisioningParameters: { Cidr: name },
      });
    world.wish([by('one', 'net-a'), by('two', 'net-b')], 'r2');
    await later(world, trueup);
    world.wish([by('two', 'net-a'), by('one', 'net-b')], 'r3');
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(trueup.board.all().map((view) => view.condition)).toEqual(['Ready', 'Ready']);
  });

  it('a name and an id for one product are both refused, and neither counts as a removal', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), other]);
    const id = world.service.admin.product('net-a')?.product.id ?? '';
    const same = doc('label', undefined, { provisionedProductId: id });
    world.wish([doc('net-a'), same, other]);
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Stalled');
    await later(world, trueup);
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
  });

  it.each([false, true])(
    'a termination that was lost is not repeated once a document is for it by its name (restart: %s)',
    async (restart) => {
      const { world, trueup } = await inEffect([doc('net-a'), other]);
      const id = world.service.admin.product('net-a')?.product.id ?? '';
      const content = { provisioningParameters: { Cidr: 'net-a' } };
      const byId = doc('label', undefined, { ...content, provisionedProductId: id });
      world.wish([byId, other], 'r2');
      await trueup.converge();
      world.wish([other], 'r3');
      await trueup.converge();
      await world.clock.pass(11 * MINUTE);
      fault(world, 'TerminateProvisionedProduct', { kind: 'lostRequest' });
      await trueup.reconcile();
      await world.clock.pass(10_000);
      expect(terminations(world)).toBe(1);
      world.wish([doc('net-a'), other], 'r4');
      if (restart) trueup.kill();
      const next = restart ? await world.start() : trueup;
      await next.converge();
      for (let i = 0; i < 2; i++) await later(world, next);
      expect(terminations(world)).toBe(1);
      expect(names(world)).toContain('net-a');
    },
  );

  it('an id that a person ended is not provisioned under its label', async () => {
    const { world, trueup } = await inEffect([doc('net-a'), other]);
    const id = world.service.admin.product('net-a')?.product.id ?? '';
    world.wish([doc('net-a', { onMissing: 'provision' }, { provisionedProductId: id }), other]);
    await trueup.converge();
    await endByHand(world, 'net-a');
    world.service.admin.clearCalls();
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(trueup.board.all().find(({ name }) => name === 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('a new one would get another id'),
    });
  });
});

describe('a recreation that is half done', () => {
  const fragile: SeedInput = { ...seed, provisionedProducts: [] };
  const wish = (cidr: string, reconcile: Readonly<Record<string, unknown>>) => [
    doc('net-a', reconcile, { provisioningParameters: { Cidr: cidr } }),
  ];

  /** In ERROR by our own provisioning, and its termination for the recreation is accepted. */
  async function halfDone() {
    const world = await World.create({ seed: fragile }, wish('A', { onMissing: 'provision' }));
    fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'no' });
    const trueup = await world.start();
    await trueup.converge();
    world.wish(wish('A', { onError: 'recreate', prune: 'terminate' }));
    await trueup.reconcile();
    await world.clock.pass(1_500);
    expect(operations(world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);
    return { world, trueup };
  }

  it('is done with the new content where the document changes in between', async () => {
    const { world, trueup } = await halfDone();
    world.wish(wish('B', { onError: 'recreate', prune: 'terminate' }), 'r3');
    await trueup.converge();
    await trueup.converge();
    expect(cidrOf(world, 'net-a')).toBe('B');
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it('is done with the new content after a crash, and a lost request is repeated', async () => {
    const { world, trueup } = await halfDone();
    world.wish(wish('B', { onError: 'recreate', prune: 'terminate' }), 'r3');
    trueup.kill();
    fault(world, 'ProvisionProduct', { kind: 'lostRequest' });
    const second = await world.start();
    await second.converge();
    await second.converge();
    expect(cidrOf(world, 'net-a')).toBe('B');
    const tokens = world
      .writes()
      .filter((call) => call.operation === 'ProvisionProduct')
      .slice(1)
      .map((call) => (call.input as { readonly ProvisionToken: string }).ProvisionToken);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
  });

  it('is not done where the document goes in between: nothing comes back', async () => {
    const { world, trueup } = await halfDone();
    world.wish([], 'r3');
    await trueup.converge();
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(operations(world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);
    expect(names(world)).toEqual([]);
  });

  it('is not done while it is suspended, and is done after that', async () => {
    const { world, trueup } = await halfDone();
    world.wish(wish('A', { onError: 'recreate', suspend: true }), 'r3');
    await trueup.converge();
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(operations(world)).toHaveLength(2);
    world.wish(wish('A', { onError: 'recreate' }), 'r4');
    await trueup.converge();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it('is not what a pruned product was, whose document comes back without onMissing', async () => {
    const { world, trueup } = await halfDone();
    const document = wish('A', { onError: 'recreate', prune: 'terminate' });
    await trueup.converge();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
    world.wish([], 'r3');
    await trueup.converge();
    await later(world, trueup);
    expect(names(world)).toEqual([]);
    const before = operations(world).length;
    world.wish(document, 'r4');
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(operations(world)).toHaveLength(before);
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('there is no provisioned product');
  });

  it('is not begun where it is only observed or suspended', async () => {
    for (const policy of [{ mode: 'observe' }, { suspend: true }]) {
      const world = await World.create({ seed: fragile }, wish('A', { onMissing: 'provision' }));
      fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'no' });
      const trueup = await world.start();
      await trueup.converge();
      world.wish(wish('A', { onError: 'recreate', ...policy }));
      for (let i = 0; i < 2; i++) await later(world, trueup);
      expect(operations(world)).toEqual(['ProvisionProduct']);
    }
  });
});
