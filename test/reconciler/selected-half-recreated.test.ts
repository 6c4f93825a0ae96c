import { expect, it } from 'vitest';
import { doc, keyOf, MINUTE, seed, terminations } from './life.ts';
import { World } from './world.ts';

it('a recreation that a selection leaves half done is not shown as an end, and its dependant waits', async () => {
  const first = doc('net-a', { onError: 'recreate' });
  const second = (cidr: string) =>
    doc('net-b', { dependsOn: ['net-a'] }, { provisioningParameters: { Cidr: cidr } });
  const world = await World.create({ seed }, [first, second('one'), doc('net-c')]);
  const before = await world.start();
  await before.converge();
  await before.converge();
  await world.service.admin.setStatus('net-a', 'ERROR');
  await before.reconcile();
  await world.clock.pass(3_000);
  before.kill();
  expect(terminations(world)).toBe(1);
  world.service.admin.clearCalls();
  world.wish([first, second('two'), doc('net-c')], 'r3');
  for (let run = 0; run < 2; run++) {
    const trueup = await world.start({ isInRun: ({ name }) => name === 'net-b' });
    await trueup.reconciler.context.board.load();
    const { specs } = world.desired;
    const [a, b, c] = ['net-a', 'net-b', 'net-c'].map((name) => specs.get(keyOf(name)));
    if (a === undefined || b === undefined || c === undefined) throw new Error('no document');
    trueup.reconciler.setDesired({
      ...world.desired,
      isSelection: true,
      specs: new Map([[b.key, b]]),
      leftOut: new Map([a, c].map((spec) => [spec.key, spec])),
    });
    const review = await world.clock.until(trueup.reconciler.review());
    trueup.reconciler.resume();
    trueup.reconciler.release(review, 1);
    await world.clock.pass(MINUTE);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Reconciling',
      sync: 'OutOfSync',
      reason: 'HalfRecreated',
      provisionedProductId: null,
      recordStatus: 'SUCCEEDED',
    });
    expect(world.statusOf(trueup, 'net-b')?.message).toBe(
      'waits for net-a, which is not part of this run',
    );
    trueup.kill();
    await world.clock.pass(5 * MINUTE);
  }
  expect(world.writes()).toEqual([]);
});
