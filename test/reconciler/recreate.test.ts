import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { keyOf, MINUTE, operations, terminations } from './life.ts';
import { MemoryJournal } from './memory-journal.ts';
import { type Fields, fault, networkDoc } from './networks.ts';
import { type Incarnation, type Wish, World } from './world.ts';

const seed = networks({
  names: [],
  versions: [
    {
      name: 'v1',
      parameters: {
        Cidr: { allowedValues: ['A', 'B'] },
        Password: { noEcho: true, default: 'none', minLength: 4 },
      },
    },
    { name: 'v0', guidance: 'DEPRECATED', parameters: { Cidr: {} } },
  ],
  secrets: [
    { name: 'prod/db', value: JSON.stringify({ password: 'long enough', short: 'x' }) },
    { name: 'prod/list', value: 'no JSON' },
  ],
});

const wish = (parts: Fields = {}, reconcile: Fields = {}): Wish =>
  networkDoc(
    'net-a',
    { Cidr: 'A' },
    { ...parts, reconcile: { onMissing: 'provision', onError: 'recreate', ...reconcile } },
  );

/** A provisioned product that our own provisioning left in ERROR. */
async function inError() {
  const world = await World.create({ seed }, [wish({}, { onError: 'report' })]);
  fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
  const trueup = await world.start();
  await trueup.converge();
  const id = world.service.admin.product('net-a')?.product.id ?? '';
  expect(world.service.admin.product('net-a')?.product.status).toBe('ERROR');
  world.service.admin.clearCalls();
  return { world, trueup, id };
}

/** Nothing is sent for a day, and the status says why. */
async function leftForADay(world: World, trueup: Incarnation) {
  await trueup.reconcile();
  await world.clock.pass(10 * MINUTE);
  expect(world.writes()).toEqual([]);
  expect(world.statusOf(trueup, 'net-a')?.message).toContain('the journal does not know it');
  await world.clock.pass(24 * 60 * MINUTE);
}

const from = (key: string, secretId = 'prod/db') => ({
  valueFrom: { secretsManager: { secretId, key } },
});

describe('onError: recreate judges the new one before the old one goes', () => {
  it.each([
    ['a value that the version refuses', { provisioningParameters: { Cidr: 'C' } }],
    ['a parameter that is missing', { provisioningParameters: {} }],
    ['a value of before', { provisioningParameters: { Cidr: { usePreviousValue: true } } }],
    ['a deprecated version', { provisioningArtifactName: 'v0' }],
    ['a version that is not there', { provisioningArtifactName: 'v9' }],
    ['a path that is not there', { pathName: 'elsewhere' }],
    ['a product that is not there', { productName: 'nothing' }],
    ['an owner of another account', { properties: { owner: 'arn:aws:iam::999900001111:role/x' } }],
    [
      'a secret that is not there',
      { provisioningParameters: { Cidr: 'A', Password: from('password', 'prod/gone') } },
    ],
  ])('%s: the plan says so', async (_what, parts) => {
    const { world, trueup } = await inError();
    world.wish([wish(parts)]);
    const review = await trueup.converge();
    const change = review.kind === 'ok' ? review.evaluations.get(keyOf('net-a'))?.change : null;
    expect(change?.verdict.kind).toBe('refused');
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.service.admin.product('net-a')?.product.status).toBe('ERROR');
  });

  it.each([
    ['without the key', from('nothing'), 'nothing'],
    ['that is no JSON', from('password', 'prod/list'), 'JSON'],
    ['too short for the version', from('short'), 'Password, '],
  ])('a secret %s is fetched before the termination', async (_what, Password, says) => {
    const { world, trueup } = await inError();
    world.wish([wish({ provisioningParameters: { Cidr: 'A', Password } })]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      reason: 'Refused',
      message: expect.stringContaining(says),
    });
    // Mended, it goes on.
    await world.service.admin.setSecret('prod/db', JSON.stringify({ password: 'long enough' }));
    world.wish([wish({ provisioningParameters: { Cidr: 'A', Password: from('password') } })]);
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual(['TerminateProvisionedProduct', 'ProvisionProduct']);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it('a secret that cannot be read now terminates nothing either', async () => {
    const { world, trueup } = await inError();
    world.wish([wish({ provisioningParameters: { Cidr: 'A', Password: from('password') } })]);
    world.service.admin.addFault({ operation: 'GetSecretValue', effect: { kind: 'accessDenied' } });
    world.service.admin.addFault({
      operation: 'BatchGetSecretValue',
      effect: { kind: 'accessDenied' },
    });
    await trueup.reconcile();
    await world.clock.pass(30 * MINUTE);
    expect(world.writes()).toEqual([]);
    expect(world.statusOf(trueup, 'net-a')?.condition).not.toBe('Ready');
    world.service.admin.clearFaults();
    await trueup.converge();
    await trueup.converge();
    expect(operations(world)).toEqual(['TerminateProvisionedProduct', 'ProvisionProduct']);
  });

  it.each([
    ['an id', (id: string) => ({ provisionedProductId: id })],
    ['an expected id', (id: string) => ({ expect: { provisionedProductId: id } })],
  ])('a new one would not be what the document means by %s', async (_what, partsOf) => {
    const { world, trueup, id } = await inError();
    world.wish([wish(partsOf(id))]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(world.writes()).toEqual([]);
    const [view] = trueup.board.all();
    expect(view).toMatchObject({
      condition: 'Stalled',
      next: expect.stringContaining('would be another one'),
    });
  });

  it("waits a day after somebody else's failure that the journal does not know", async () => {
    const { world, trueup } = await inError();
    trueup.kill();
    world.wish([wish()]);
    const second = await world.start({ journal: new MemoryJournal() });
    await leftForADay(world, second);
    await second.converge();
    await second.converge();
    // The first answer is an echo of what the lost journal knew: its token is that of the first one.
    expect(operations(world).slice(0, 2)).toEqual([
      'TerminateProvisionedProduct',
      'ProvisionProduct',
    ]);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it.each([
    ['', false],
    [', and the document was gone for a while', true],
  ])(
    'waits a day also where the journal knows one that bore the name before%s',
    async (_, gone) => {
      const world = await World.create({ seed }, [wish({}, { prune: 'terminate' })]);
      const trueup = await world.start();
      await trueup.converge();
      const { admin } = world.service;
      await admin.callAs('TerminateProvisionedProduct', {
        ProvisionedProductName: 'net-a',
        TerminateToken: 'by-hand',
      });
      await world.clock.pass(MINUTE);
      for (const wishes of gone ? [[], [wish()]] : []) {
        world.wish(wishes);
        trueup.reconciler.setDesired(world.desired);
        if (wishes.length === 0) await trueup.converge();
      }
      fault(world, 'ProvisionProduct', { kind: 'recordFails', message: 'No more addresses.' });
      await admin.callAs('ProvisionProduct', {
        ProductName: 'network',
        ProvisioningArtifactName: 'v1',
        ProvisionedProductName: 'net-a',
        ProvisioningParameters: [{ Key: 'Cidr', Value: 'B' }],
        ProvisionToken: 'by-hand',
      });
      await world.clock.pass(MINUTE);
      expect(admin.product('net-a')?.product.status).toBe('ERROR');
      admin.clearCalls();
      await leftForADay(world, trueup);
      await trueup.converge();
      expect(admin.product('net-a')?.product.status).toBe('AVAILABLE');
    },
  );

  it('goes on after a crash in front of and behind the termination, and sends it once', async () => {
    for (const passMs of [500, 3_000, 8_000]) {
      const { world, trueup } = await inError();
      world.wish([wish({ provisioningParameters: { Cidr: 'A', Password: from('password') } })]);
      await trueup.reconcile();
      await world.clock.pass(passMs);
      trueup.kill();
      const second = await world.start();
      await second.converge();
      await second.converge();
      expect([passMs, terminations(world)]).toEqual([passMs, 1]);
      expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
    }
  });
});

describe('onError: recreate, once for each content', () => {
  const boom = (cidr: string) =>
    wish({ provisioningParameters: { Cidr: cidr } }, { onMissing: 'fail' });

  /** In ERROR, every provisioning fails, and the document asked for A and had its recreation. */
  async function recreatedForA() {
    const { world, trueup } = await inError();
    world.service.admin.addFault({
      operation: 'ProvisionProduct',
      effect: { kind: 'recordFails', message: 'No more addresses.' },
    });
    world.wish([boom('A')]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(terminations(world)).toBe(1);
    expect(world.service.admin.product('net-a')?.product.status).toBe('ERROR');
    return { world, trueup };
  }

  it('a content that comes back has had its own', async () => {
    const { world, trueup } = await recreatedForA();
    world.wish([boom('B')]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(terminations(world)).toBe(2);
    world.wish([boom('A')]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(terminations(world)).toBe(2);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      next: expect.stringContaining('recreated once for this content'),
    });
  });

  it('nor is it recreated again after a request for another content that came to nothing', async () => {
    const { world, trueup } = await recreatedForA();
    fault(world, 'TerminateProvisionedProduct', { kind: 'lostRequest' });
    world.wish([boom('B')]);
    await trueup.reconcile();
    await world.clock.pass(10_000);
    trueup.kill();
    world.wish([boom('A')]);
    const second = await world.start();
    await second.reconcile();
    await world.clock.pass(30 * MINUTE);
    for (let i = 0; i < 3; i++) await second.converge();
    expect(world.events('terminate.accepted')).toHaveLength(1);
    expect(world.statusOf(second, 'net-a')?.condition).toBe('Stalled');
  });

  it('a termination that was certainly not carried out is tried again', async () => {
    const { world, trueup } = await inError();
    fault(world, 'TerminateProvisionedProduct', { kind: 'throttle' }, 8);
    world.wish([boom('A')]);
    for (let i = 0; i < 3; i++) await trueup.converge();
    await world.clock.pass(30 * MINUTE);
    for (let i = 0; i < 3; i++) await trueup.converge();
    expect(world.events('terminate.accepted')).toHaveLength(1);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it('is provisioned again where the end of the termination was seen without its record', async () => {
    const { world, trueup } = await inError();
    fault(world, 'TerminateProvisionedProduct', { kind: 'slow', ms: 20_000 });
    world.wish([boom('A')]);
    await trueup.reconcile();
    await world.clock.pass(10_000);
    expect(terminations(world)).toBe(1);
    trueup.kill();
    await world.clock.pass(MINUTE);
    const second = await world.start();
    for (let i = 0; i < 3; i++) await second.converge();
    expect(world.events('product.gone')).toHaveLength(1);
    expect(terminations(world)).toBe(1);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });

  it.each([
    ['the termination', 1],
    ['its repeat', 2],
  ])('also where %s arrives late, after somebody else has changed it', async (_, lost) => {
    const { world, trueup } = await inError();
    fault(world, 'TerminateProvisionedProduct', { kind: 'lostRequest' }, lost);
    world.wish([boom('A')]);
    await trueup.reconcile();
    await world.clock.pass(1_000 + (lost - 1) * 65_000);
    const late = world.writes().at(-1);
    expect(world.writes()).toHaveLength(lost);
    await world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProvisioningParameters: [{ Key: 'Cidr', Value: 'B' }],
      UpdateToken: 'by-hand',
    });
    await world.clock.pass(20_000);
    await world.service.admin.callAs(
      'TerminateProvisionedProduct',
      late?.input as Readonly<Record<string, string>>,
    );
    await world.clock.pass(10 * MINUTE);
    expect(world.service.admin.product('net-a')?.product.status).toBe('AVAILABLE');
  });
});
