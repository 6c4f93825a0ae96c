/** What is said and asked of a world of networks (test/support/network.ts). */
import type { Freeze, FreezeScope } from '../../src/domain/hold.ts';
import type { ProductKey } from '../../src/domain/ids.ts';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { networkSpec, networks } from '../support/network.ts';
import { type Incarnation, type Wish, World, type WorldOptions } from './world.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const keyOf = (name: string) => `name:${name}` as ProductKey;

export const networkDoc = (name: string, parameters: Fields, more: Fields = {}): Wish => ({
  name,
  spec: networkSpec(parameters, more),
});

/** The next calls of the operation go wrong, the next one only if no count is given. */
export const fault = (world: World, operation: string, effect: FaultEffect, count = 1) =>
  world.service.admin.addFault({ operation, count, effect });

/** kill -9 of a process so long after it began its work. */
export async function killedAfter(world: World, ms: number): Promise<void> {
  const trueup = await world.start();
  await trueup.reconcile();
  await world.clock.pass(ms);
  trueup.kill();
}

/** kill -9 between a request and its reply; the process that comes after has settled it. */
export async function settledAfterKill(world: World, operation: string): Promise<Incarnation> {
  fault(world, operation, { kind: 'slow', ms: 20_000 });
  await killedAfter(world, 2_000);
  if (world.writes().length !== 1) throw new Error('the request was not under way');
  await world.clock.pass(1_000);
  const second = await world.start();
  await second.converge();
  return second;
}

/** One request is lost on its way: what it is sent with, each time, and how long that took. */
export async function afterLostRequest(world: World, operation: string, token: string) {
  fault(world, operation, { kind: 'lostRequest' });
  const trueup = await world.start();
  const startMs = world.clock.monotonic();
  await trueup.converge();
  const tokens = world.writes().map(({ input }) => (input as Fields)[token]);
  return { trueup, tokens, tookMs: world.clock.monotonic() - startMs };
}

/** A document of which only the name could be read, as a revision has it. */
export const invalidDocument = (name: string) =>
  ({
    name,
    at: { file: `${name}.yaml`, line: 1, column: 1 },
    problem: {
      code: 'document/bad-value',
      severity: 'error',
      at: null,
      field: '',
      message: 'wrong',
      next: 'mend it',
    },
  }) as const;

export const operations = (world: World) => world.writes().map((call) => call.operation);
export const truth = (world: World, name: string) => world.service.admin.product(name);
export const cidrOf = (world: World, name: string) => truth(world, name)?.parameters.Cidr;

/** What began and what ended, in order. */
export const story = (world: World) =>
  world.lines
    .filter(({ event }) => event.endsWith('.accepted') || event.startsWith('record.'))
    .filter(({ event }) => event !== 'record.resumed')
    .map(({ event, fields }) => `${fields.provisionedProduct} ${event.split('.')[1]}`);

export const NAMES = ['net-a', 'net-b', 'net-c', 'net-d'];
export const ROLE = 'arn:aws:iam::111122223333:role/launch-two';
export const OWNER = 'arn:aws:iam::111122223333:role/data';

/** Four networks that were made with Cidr A. */
export const seedWith = (behaviour: BehaviourInput, properties = '1s'): SeedInput =>
  networks({
    timing: { accepted: '1s', running: '5s', properties },
    behaviour,
    parameters: { Cidr: {}, Secret: { noEcho: true, default: 'none' } },
    names: NAMES,
    live: { Cidr: 'A', Secret: 'hush-hush' },
  });

export const wish = (name: string, cidr: string, more: Fields = {}) =>
  networkDoc(name, { Cidr: cidr }, more);

export const start = (
  wishes: readonly Wish[],
  behaviour = {},
  options: Partial<WorldOptions> = {},
) => World.create({ seed: seedWith(behaviour), ...options }, wishes);

const EVERYTHING: FreezeScope = { target: null, name: null, labels: {} };

export const freezeOf = (scope: Partial<FreezeScope> = {}): Freeze => ({
  scope: { ...EVERYTHING, ...scope },
  reason: 'INC-4711',
  user: 'anna',
  host: 'desk',
  at: '2026-11-21T12:00:00.000Z',
});

export const ROLE_BY_HAND = 'arn:aws:iam::111122223333:role/launch-three';

/** Somebody else gives it another launch role, and that is over. */
export async function roleByHand(world: World): Promise<void> {
  await world.service.admin.callAs('UpdateProvisionedProductProperties', {
    ProvisionedProductId: truth(world, 'net-a')?.product.id,
    ProvisionedProductProperties: { LAUNCH_ROLE: ROLE_BY_HAND },
    IdempotencyToken: 'by-hand',
  });
  await world.clock.pass(120_000);
  world.service.admin.clearCalls();
}

/** AWS takes the value, and keeps it in another form. */
export function keepsAnother(world: World, from: string, to: string): void {
  const { handle } = world.service;
  Object.assign(world.service, {
    handle: async (request: Parameters<typeof handle>[0]) => {
      const answer = await handle(request);
      return { ...answer, body: answer.body.replaceAll(from, to) };
    },
  });
}

/** The next listing lacks it, as an index that lags does. */
export function hideOnce(world: World, name: string): void {
  const { handle } = world.service;
  let left = 1;
  Object.assign(world.service, {
    handle: async (request: Parameters<typeof handle>[0]) => {
      const answer = await handle(request);
      const operation = String(request.headers['x-amz-target'] ?? '');
      if (left === 0 || !operation.endsWith('.SearchProvisionedProducts')) return answer;
      left -= 1;
      const body = JSON.parse(answer.body);
      body.ProvisionedProducts = body.ProvisionedProducts.filter(
        (one: { readonly Name: string }) => one.Name !== name,
      );
      return { ...answer, body: JSON.stringify(body) };
    },
  });
}
