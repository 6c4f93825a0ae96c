import { describe, expect, it } from 'vitest';
import { doc, later, removed, seed } from './life.ts';
import { MemoryJournal } from './memory-journal.ts';
import { type Fields, fault, keyOf, MINUTE, operations } from './networks.ts';
import { type Incarnation, World } from './world.ts';

const TERMINATE = 'TerminateProvisionedProduct';
const status = (world: World, trueup: Incarnation, name: string) => world.statusOf(trueup, name);

const removedWith = (tokenWindow: string, before = [doc('net-a')]) =>
  removed(before, [], { seed: { ...seed, behaviour: { tokenWindow } } });

describe('prune', () => {
  it.each([
    ['terminate', undefined],
    ['retain', true],
  ])('%s: ends it after two reads ten minutes apart, and forgets it', async (prune, retain) => {
    const { world, trueup } = await removed(
      [doc('net-a', { prune }), doc('net-b')],
      [doc('net-b')],
    );
    expect(status(world, trueup, 'net-a')).toMatchObject({ reason: 'WaitsFor' });
    await later(world, trueup, 9);
    expect(world.writes()).toEqual([]);
    const review = await later(world, trueup, 2);
    expect(
      review.kind === 'ok' && review.removals.get(keyOf('net-a'))?.change.verdict,
    ).toMatchObject({
      kind: 'terminate',
      retain: retain === true,
    });
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
    const input = world.writes()[0]?.input as Fields;
    expect(input.RetainPhysicalResources).toBe(retain);
    expect(world.service.admin.names()).not.toContain('net-a');
    expect(status(world, trueup, 'net-a')).toMatchObject({
      reason: 'Terminated',
      health: 'Missing',
    });
    await later(world, trueup);
    expect(status(world, trueup, 'net-a')).toBeUndefined();
    expect(world.writes()).toHaveLength(1);
    expect(JSON.stringify(await world.journal.documents(trueup.reconciler.name))).not.toContain(
      'net-a',
    );
  });

  it('does nothing by default, on suspend, on observe, and with another word for it', async () => {
    const cases: readonly Fields[] = [
      {},
      { prune: 'never' },
      { prune: 'terminate', suspend: true },
      { prune: 'terminate', mode: 'observe' },
    ];
    for (const reconcile of cases) {
      const { world, trueup } = await removed([doc('net-a', reconcile)], []);
      await later(world, trueup);
      await later(world, trueup);
      expect(world.writes()).toEqual([]);
      expect(status(world, trueup, 'net-a')).toBeUndefined();
    }
  });

  it('forgets the removal of a document that is put back within ten minutes', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    await later(world, trueup, 8);
    world.wish([doc('net-a')]);
    await later(world, trueup, 1);
    world.wish([]);
    await later(world, trueup, 2);
    await later(world, trueup, 8);
    expect(world.writes()).toEqual([]);
    await later(world, trueup, 3);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('terminates nothing while the directory cannot be read, and counts only reads', async () => {
    const readable = { atMs: 0 as number | null };
    const world = await World.create({ seed }, [doc('net-a')]);
    const held = () => (readable.atMs === null ? 'the directory cannot be read' : null);
    const trueup = await world.start({ readAtMs: () => readable.atMs, heldBack: held });
    await trueup.converge();
    world.service.admin.clearCalls();
    world.wish([]);
    readable.atMs = null;
    await trueup.reconcile();
    await later(world, trueup, 30);
    // The first complete read without it is this one, however long ago the revision came.
    readable.atMs = world.clock.monotonic();
    await trueup.converge();
    expect(world.writes()).toEqual([]);
    await later(world, trueup, 30);
    expect(world.writes()).toEqual([]);
    readable.atMs = world.clock.monotonic();
    await trueup.converge();
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('is not hurried by a wall clock that jumps', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    world.clock.jump(24 * 60 * MINUTE);
    await later(world, trueup, 1);
    expect(world.writes()).toEqual([]);
    await later(world, trueup, 10);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('is not hurried by a wall clock that is put right after a restart', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    world.clock.jump(-20 * MINUTE);
    await later(world, trueup, 2);
    trueup.kill();
    const second = await world.start();
    await second.converge();
    world.clock.jump(20 * MINUTE);
    await later(world, second, 2);
    expect(world.writes()).toEqual([]);
    await later(world, second, 9);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('is not hurried by a wall clock that is wrong for a while before a restart', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    world.clock.jump(-20 * MINUTE);
    await later(world, trueup, 2);
    world.clock.jump(20 * MINUTE);
    trueup.kill();
    const second = await world.start();
    await later(world, second, 2);
    expect(world.writes()).toEqual([]);
    await later(world, second, 9);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('is not hurried by a wall clock that jumps after a restart', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    trueup.kill();
    const second = await world.start();
    await later(world, second, 2);
    world.clock.jump(24 * 60 * MINUTE);
    await later(world, second, 2);
    expect(world.writes()).toEqual([]);
    await later(world, second, 9);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('begins its wait anew where the wall clock had been far ahead', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    world.clock.jump(-24 * 60 * MINUTE);
    await later(world, trueup, 5);
    expect(world.writes()).toEqual([]);
    await later(world, trueup, 11);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('counts from the first read of all, across restarts, and not from a restart', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    trueup.kill();
    await world.clock.pass(5 * MINUTE);
    const second = await world.start();
    await second.converge();
    expect(world.writes()).toEqual([]);
    second.kill();
    await world.clock.pass(6 * MINUTE);
    await (await world.start()).converge();
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('is over only when AWS shows it no more, however far Describe lags', async () => {
    const { world, trueup } = await removed([doc('net-a')], [], {
      seed: { ...seed, behaviour: { describeLag: '40s' } },
    });
    await world.clock.pass(11 * MINUTE);
    await trueup.reconcile();
    await world.clock.pass(20_000);
    const key = keyOf('net-a');
    const entry = async () => (await world.journal.get(trueup.reconciler.name, key)).value;
    expect((await entry()).intent?.recordId).toEqual(expect.any(String));
    await world.clock.pass(60_000);
    expect(await entry()).toMatchObject({
      intent: null,
      inEffect: null,
      provisionedProductId: null,
    });
    expect(world.writes()).toHaveLength(1);
  });

  it('prunes nothing with a lost journal, and nothing that was never in effect', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    trueup.kill();
    const empty = new MemoryJournal();
    const second = await world.start({ journal: empty });
    await later(world, second);
    await later(world, second);
    expect(world.writes()).toEqual([]);

    const other = await World.create({ seed }, [
      doc(
        'net-a',
        { prune: 'terminate', drift: 'report' },
        { provisioningParameters: { Cidr: 'X' }, provisioningArtifactName: 'v9' },
      ),
    ]);
    const never = await other.start();
    await never.converge();
    other.wish([]);
    await never.converge();
    await later(other, never);
    expect(other.writes()).toEqual([]);
    expect(other.events('removal.notOurs')).toMatchObject([
      { fields: { provisionedProduct: 'net-a' } },
    ]);
  });

  it('refuses what somebody else has changed since', async () => {
    const world = await World.create({ seed }, [doc('net-a')]);
    const trueup = await world.start();
    await trueup.converge();
    world.service.admin.clearCalls();
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'theirs' }],
      UpdateToken: 'somebody-else',
    });
    await world.clock.pass(20_000);
    world.wish([]);
    await trueup.converge();
    await later(world, trueup);
    expect(operations(world)).toEqual(['UpdateProvisionedProduct']);
    expect(status(world, trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('somebody else changed'),
    });
  });

  it('keeps to deletionProtection, which outlives the file', async () => {
    const { world, trueup } = await removed(
      [doc('net-a', { prune: 'terminate', deletionProtection: true })],
      [],
    );
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(status(world, trueup, 'net-a')?.message).toContain('deletionProtection');
    world.wish([doc('net-a')]);
    await trueup.converge();
    world.wish([]);
    await trueup.converge();
    await later(world, trueup);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('refuses a rename: another document for the same product, and one with the same content', async () => {
    const id = (await World.create({ seed }, [])).service.admin.product('net-a')?.product.id ?? '';
    const byId = await removed(
      [doc('net-a')],
      [doc('label', {}, { provisionedProductId: id, provisioningParameters: { Cidr: 'net-a' } })],
    );
    await later(byId.world, byId.trueup);
    expect(byId.world.writes()).toEqual([]);
    // That is the way out: another document is for it now, and its former name is no trouble any more.
    expect(status(byId.world, byId.trueup, 'net-a')).toBeUndefined();
    expect(byId.trueup.board.all()).toMatchObject([{ name: 'label', condition: 'Ready' }]);

    const renamed = doc(
      'net-new',
      { prune: 'terminate', onMissing: 'provision' },
      { provisioningParameters: { Cidr: 'net-a' } },
    );
    const { world, trueup } = await removed([doc('net-a')], [renamed]);
    await later(world, trueup);
    expect(world.writes()).toEqual([]);
    expect(status(world, trueup, 'net-new')).toMatchObject({
      condition: 'Stalled',
      next: expect.stringContaining(id.slice(0, 3)),
    });
    // One way out: both documents, until the new one runs.
    world.wish([doc('net-a'), renamed]);
    await trueup.converge();
    world.wish([renamed]);
    await trueup.converge();
    await later(world, trueup);
    expect(operations(world)).toEqual(['ProvisionProduct', 'TerminateProvisionedProduct']);
  });

  it('leaves everything alone while some file of the revision cannot be told', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    trueup.reconciler.setDesired({ ...world.desired, unknownIdentity: true });
    const look = async () => {
      const review = await world.clock.until(trueup.reconciler.review());
      trueup.reconciler.release(review, 0);
      await world.clock.pass(60_000);
    };
    await world.clock.pass(11 * MINUTE);
    await look();
    expect(world.writes()).toEqual([]);
    expect(status(world, trueup, 'net-a')?.message).toContain('could not be read');
    await later(world, trueup, 1);
    expect(operations(world)).toEqual(['TerminateProvisionedProduct']);
  });

  it('is held back by its cap, and then nothing of the target is changed', async () => {
    const all = ['net-a', 'net-b'].map((name) => doc(name));
    const { world, trueup } = await removed(all, [], { maxTerminations: 1 });
    const review = await later(world, trueup);
    expect(review.kind === 'ok' && review.guards).toMatchObject([
      { guard: 'terminations', target: 'default', planned: 2, allowed: 1 },
    ]);
    expect(world.writes()).toEqual([]);
    expect(status(world, trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      reason: 'HeldByGuard',
    });
  });

  it('goes in the reverse order of dependsOn', async () => {
    const all = [
      doc('net-a'),
      doc('net-b', { prune: 'terminate', dependsOn: ['net-a'] }),
      doc('net-c', { prune: 'terminate', dependsOn: ['net-b'] }),
    ];
    const { world, trueup } = await removed(all, []);
    await later(world, trueup);
    const ids = world
      .writes()
      .map((call) => (call.input as { ProvisionedProductId: string }).ProvisionedProductId);
    expect(ids).toHaveLength(3);
    const order = world.lines
      .filter((line) => line.event === 'terminate.accepted')
      .map((line) => line.fields.provisionedProduct);
    expect(order).toEqual(['net-c', 'net-b', 'net-a']);
    const ends = world.lines
      .filter((line) => line.event === 'terminate.accepted' || line.event === 'record.succeeded')
      .map((line) => line.event)
      // Before that: what put them in effect.
      .slice(all.length);
    expect(ends).toEqual([
      'terminate.accepted',
      'record.succeeded',
      'terminate.accepted',
      'record.succeeded',
      'terminate.accepted',
      'record.succeeded',
    ]);
  });

  it('stalls once after a termination that failed, and goes on when a person asks', async () => {
    const { world, trueup } = await removed([doc('net-a')], []);
    fault(world, TERMINATE, { kind: 'recordFails', message: 'bucket is not empty' });
    await later(world, trueup);
    await later(world, trueup);
    expect(world.writes()).toHaveLength(1);
    expect(status(world, trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('bucket is not empty'),
    });
    await trueup.reconciler.retry(keyOf('net-a'));
    await trueup.converge();
    expect(world.writes()).toHaveLength(2);
    expect(world.service.admin.names()).not.toContain('net-a');
  });

  describe.each(['0s', '5m', 'forever'])('with token window %s', (tokenWindow) => {
    it('is sent once across kill -9 between send and reply', async () => {
      const { world, trueup } = await removedWith(tokenWindow);
      await world.clock.pass(11 * MINUTE);
      fault(world, TERMINATE, { kind: 'slow', ms: 20_000 });
      await trueup.reconcile();
      await world.clock.pass(2_000);
      expect(world.writes()).toHaveLength(1);
      trueup.kill();
      const second = await world.start();
      await second.converge();
      await second.converge();
      expect(world.writes()).toHaveLength(1);
      expect(world.service.admin.names()).not.toContain('net-a');
      expect(JSON.stringify(await world.journal.documents(second.reconciler.name))).not.toContain(
        'net-a',
      );
    });

    it('is settled after a lost reply, also where it is gone before anybody looks', async () => {
      const { world, trueup } = await removedWith(tokenWindow);
      await world.clock.pass(11 * MINUTE);
      fault(world, TERMINATE, { kind: 'lostReply' });
      await trueup.reconcile();
      await world.clock.pass(1_000);
      trueup.kill();
      await world.clock.pass(10 * MINUTE);
      const second = await world.start();
      await second.converge();
      await second.converge();
      expect(world.writes()).toHaveLength(1);
      expect(world.service.admin.names()).not.toContain('net-a');
    });

    it('is repeated with its token after a lost request, and not once the document is back', async () => {
      const { world, trueup } = await removedWith(tokenWindow, [doc('net-a'), doc('net-b')]);
      await world.clock.pass(11 * MINUTE);
      fault(world, TERMINATE, { kind: 'lostRequest' }, 2);
      await trueup.reconcile();
      await world.clock.pass(10_000);
      world.wish([doc('net-b')]);
      await trueup.converge();
      const sent = world
        .writes()
        .map((call) => call.input as { ProvisionedProductId: string; TerminateToken: string });
      expect(sent).toHaveLength(3);
      expect(new Set(sent.map((one) => one.TerminateToken)).size).toBe(2);
      expect(world.service.admin.names()).toEqual(['net-b', 'net-c', 'net-d']);
    });
  });
});
