import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { honour } from '../../src/reconciler/honour.ts';
import { networks } from '../support/network.ts';
import { doc as life, removed, terminations } from './life.ts';
import { fault, keepsAnother, keyOf, MINUTE, networkDoc, operations, ROLE } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const OWNER = 'arn:aws:iam::111122223333:role/team';

/** Stalled, because what was sent last is not shown as it was sent; then a person asks once. */
async function askedOnce(seed: SeedInput, doc: Wish, sent: string, shown: string) {
  const world = await World.create({ seed }, [doc]);
  keepsAnother(world, sent, shown);
  const trueup = await world.start();
  for (let look = 0; look < 3; look++) {
    await trueup.converge();
    await world.clock.pass(5 * MINUTE);
  }
  expect(world.statusOf(trueup, 'net-a')?.message).toContain('live state still differs');
  world.service.admin.clearCalls();
  await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
  await trueup.reconcile();
  await world.clock.pass(60 * MINUTE);
  return operations(world);
}

describe('a retry of a chain is one attempt', () => {
  it('of an update without effect', async () => {
    const seed = networks({ names: ['net-a'], live: { Cidr: 'A' } });
    const doc = networkDoc('net-a', { Cidr: 'BIG' }, { properties: { owner: OWNER } });
    const made = askedOnce(seed, doc, '<ParameterValue>BIG<', '<ParameterValue>big<');
    expect(await made).toEqual(['UpdateProvisionedProduct']);
  });

  it('of a launch role that is shown in another form', async () => {
    const launchRole = 'arn:aws:iam::111122223333:role/one';
    const seed = networks({ names: ['net-a'], live: { Cidr: 'A' }, launchRole });
    const properties = { launchRole: ROLE, owner: OWNER };
    const doc = networkDoc('net-a', { Cidr: 'B' }, { properties });
    const shown = '"arn:aws:iam::111122223333:role/path/launch-two"';
    const made = askedOnce(seed, doc, `"${ROLE}"`, shown);
    expect(await made).toEqual(['UpdateProvisionedProductProperties']);
  });
});

it('what AWS throttles is no attempt: it is made once AWS lets it', async () => {
  const seed = networks({ names: ['net-a'], live: { Cidr: 'A' } });
  const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'BIG' })]);
  keepsAnother(world, '<ParameterValue>BIG<', '<ParameterValue>big<');
  const trueup = await world.start();
  for (let look = 0; look < 3; look++) await trueup.converge();
  const accepted = () => world.events('update.accepted').length;
  expect(accepted()).toBe(1);
  fault(world, 'UpdateProvisionedProduct', { kind: 'throttle' }, 12);
  await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
  await trueup.reconcile();
  await world.clock.pass(60 * MINUTE);
  expect(accepted()).toBe(2);
});

describe('what is asked for while an older request is open', () => {
  async function inFlight(message = 'No such thing.') {
    const seed = networks({ names: ['net-a'], live: { Cidr: 'A' } });
    const world = await World.create({ seed }, [networkDoc('net-a', { Cidr: 'B' })]);
    fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message }, 9);
    const trueup = await world.start();
    await trueup.reconcile();
    await world.clock.pass(2_000);
    expect(operations(world)).toHaveLength(1);
    return { world, trueup };
  }

  async function lookOn({ world, trueup }: { world: World; trueup: Incarnation }) {
    for (let look = 0; look < 3; look++) {
      await world.clock.pass(10 * MINUTE);
      await trueup.converge();
    }
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Stalled' });
    return operations(world);
  }

  it('is not used up by how that one ends', async () => {
    const { world, trueup } = await inFlight();
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    expect(await lookOn({ world, trueup })).toHaveLength(2);
  });

  it('goes at once, also where that one would be tried again by itself', async () => {
    const { world, trueup } = await inFlight('another AWS Control Tower operation is in progress');
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await world.clock.pass(40_000);
    expect(operations(world)).toHaveLength(2);
  });

  it('is one attempt of a termination too', async () => {
    const { world, trueup } = await removed([life('net-a'), life('net-b')], [life('net-b')]);
    const effect = { kind: 'recordFails', message: 'Not allowed.' } as const;
    fault(world, 'TerminateProvisionedProduct', effect, 99);
    await world.clock.pass(11 * MINUTE);
    await trueup.reconcile();
    await world.clock.pass(2_000);
    expect(terminations(world)).toBe(1);
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    for (let look = 0; look < 4; look++) {
      await world.clock.pass(10 * MINUTE);
      await trueup.converge();
    }
    expect(terminations(world)).toBe(2);
  });

  it('is not used up where that one ended unseen', async () => {
    const { world, trueup } = await inFlight();
    trueup.kill();
    await world.clock.pass(30 * MINUTE);
    const next = await world.start();
    next.reconciler.setDesired(world.desired);
    await world.clock.until(next.reconciler.retry(keyOf('net-a')));
    await next.converge();
    expect(await lookOn({ world, trueup: next })).toHaveLength(2);
  });

  it('outlives a restart', async () => {
    const { world, trueup } = await inFlight();
    await world.clock.until(trueup.reconciler.retry(keyOf('net-a')));
    await trueup.reconciler.keepAsked();
    trueup.kill();
    const next = await world.start();
    next.reconciler.setDesired(world.desired);
    for (const asked of await world.journal.takeRequests()) await honour(next.reconciler, asked);
    await next.converge();
    expect(await lookOn({ world, trueup: next })).toHaveLength(2);
  });
});
