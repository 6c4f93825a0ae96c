import { describe, expect, it } from 'vitest';
import { asProvisionedProductId, asRecordId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/reconciler/memory.ts';
import type { SearchRow } from '../../src/reconciler/ports/catalog.ts';
import { readStack } from '../../src/reconciler/read-stack.ts';
import { arn, cloudFormation, denied } from './stack-answers.ts';
import { REGION, xmlRefusal } from './support.ts';

const HOUR = 3_600_000;
const own = (name: string) => `arn:aws:cloudformation:${REGION}:111122223333:stack/${name}/id`;
const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => arn(from + n));
const throttled = () => xmlRefusal('Throttling', 'Rate exceeded');

type World = ReturnType<typeof cloudFormation>;

const rowOf = (physicalId: string): SearchRow => ({
  id: asProvisionedProductId('pp-1'),
  name: 'net',
  arn: 'arn:aws:servicecatalog:::pp-1',
  type: 'CFN_STACK',
  status: 'AVAILABLE',
  statusMessage: null,
  records: {
    last: asRecordId('rec-1'),
    lastProvisioning: asRecordId('rec-1'),
    lastSuccessful: asRecordId('rec-1'),
  },
  physicalId,
  productId: null,
  productName: null,
  artifactId: null,
  artifactName: null,
  tags: {},
  owner: null,
});

/** The stacks that one of the questions was about, in order; a repetition counts once. */
const askedAlone = ({ wire }: World, from = 0) => [
  ...new Set(wire.calls.slice(from).flatMap(({ input }) => input.StackName ?? [])),
];

/** What each stack is taken for, in the order asked for. */
async function taken({ catalog }: World, ids: readonly string[]) {
  const listing = await catalog.stacks(new Set(ids));
  const context = { catalog, memory: {} as Memory };
  const each = ids.map((id) => readStack(context, rowOf(id), listing));
  return (await Promise.all(each)).map(({ stack, stackDenied }) =>
    stackDenied ? 'denied' : stack.kind,
  );
}

describe('a stack counts as denied by an answer about itself alone', () => {
  it('not where one before it was denied and it was throttled, or never asked about', async () => {
    const single = (id: string) => (id === own('ledger') ? denied() : throttled());
    const ids = [own('ledger'), arn(1), arn(2)];
    const world = cloudFormation(ids, { single });
    expect(await taken(world, ids)).toEqual(['denied', 'unreadable', 'unreadable']);
    const listing = await world.catalog.stacks(new Set(ids));
    expect(listing.failure?.kind).toBe('throttled');
  });

  it.each([
    ['lack of credentials', () => xmlRefusal('ExpiredToken', 'expired', 403)],
    ['an error of the service', () => xmlRefusal('InternalFailure', 'oops', 500)],
    ['a refusal', () => xmlRefusal('ValidationError', 'no such thing')],
  ])('nor where %s came instead of an answer', async (_what, answer) => {
    const single = (id: string) => (id === own('ledger') ? denied() : answer());
    const ids = [own('ledger'), arn(1)];
    expect(await taken(cloudFormation(ids, { single }), ids)).toEqual(['denied', 'unreadable']);
  });

  it('so that strangers that are denied first do not hide what may be read', async () => {
    const single = (id: string) => (id.includes('/SC-') ? null : denied());
    const ids = [own('x1'), own('x2'), own('x3'), arn(1), arn(2)];
    const world = cloudFormation(ids, { bulk: denied, single });
    const expected = ['denied', 'denied', 'denied', 'read', 'read'];
    expect(await taken(world, ids)).toEqual(expected);
    expect(await taken(world, ids)).toEqual(expected);
  });
});

describe('a question that got no answer', () => {
  it.each([
    ['throttling', throttled, 1],
    ['lack of credentials', () => xmlRefusal('ExpiredToken', 'expired', 403), 1],
    ['an error of the service', () => xmlRefusal('InternalFailure', 'oops', 500), 1],
    ['a refusal', () => xmlRefusal('ValidationError', 'no such thing'), 20],
  ])('for %s: so many are asked', async (_what, answer, count) => {
    const ids = many(20);
    const world = cloudFormation(ids, { bulk: denied, single: answer });
    expect(new Set(await taken(world, ids))).toEqual(new Set(['unreadable']));
    expect(askedAlone(world)).toHaveLength(count);
  });
});

describe('a caller without the right', () => {
  /** The calls that each of the listings made. */
  async function costs(world: World, ids: readonly string[], times: number): Promise<number[]> {
    const made: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const before = world.wire.calls.length;
      expect(new Set(await taken(world, ids))).toEqual(new Set(['denied']));
      made.push(world.wire.calls.length - before);
    }
    return made;
  }

  it('pays one call per stack once, and then four for each listing', async () => {
    const ids = many(300);
    const world = cloudFormation(ids, { bulk: denied, single: denied });
    expect(await costs(world, ids, 3)).toEqual([301, 4, 4]);
    await world.clock.pass(HOUR);
    expect(await costs(world, ids, 2)).toEqual([301, 4]);
  });

  it('is asked about others each time', async () => {
    const ids = many(9);
    const world = cloudFormation(ids, { bulk: denied, single: denied });
    await costs(world, ids, 1);
    const before = world.wire.calls.length;
    await costs(world, ids, 3);
    expect(askedAlone(world, before).sort()).toEqual(ids);
  });

  it('is asked about a new stack, and about all once one is answered', async () => {
    let isAllowed = false;
    const ids = many(20);
    const fresh = arn(99);
    const single = (id: string) => (isAllowed || id === fresh ? null : denied());
    const world = cloudFormation([...ids, fresh], { bulk: denied, single });
    await costs(world, ids, 1);
    expect(await taken(world, [...ids, fresh])).toEqual([...ids.map(() => 'denied'), 'read']);
    isAllowed = true;
    expect(new Set(await taken(world, ids))).toEqual(new Set(['read']));
  });

  it('pays little again for what stays denied, once others are answered', async () => {
    const ids = many(20);
    const allowed = new Set<string>();
    const single = (id: string) => (allowed.has(id) ? null : denied());
    const world = cloudFormation(ids, { bulk: denied, single });
    await costs(world, ids, 1);
    for (const id of [arn(0), arn(10)]) allowed.add(id);
    const expected = ids.map((id) => (allowed.has(id) ? 'read' : 'denied'));
    expect(await taken(world, ids)).toEqual(expected);
    const before = world.wire.calls.length;
    expect(await taken(world, ids)).toEqual(expected);
    expect(world.wire.calls.length - before).toBe(1 + allowed.size + 3);
  });

  it('is asked about each anew after it was listed', async () => {
    let isListed = false;
    const ids = many(20);
    const world = cloudFormation(ids, { bulk: () => (isListed ? null : denied()), single: denied });
    await costs(world, ids, 1);
    isListed = true;
    expect(new Set(await taken(world, ids))).toEqual(new Set(['read']));
    isListed = false;
    expect(await costs(world, ids, 1)).toEqual([21]);
  });

  it('is told nothing by a denial of before where the answer of now is missing', async () => {
    let answer = denied;
    const ids = many(20);
    const world = cloudFormation(ids, { bulk: denied, single: () => answer() });
    await costs(world, ids, 1);
    answer = throttled;
    const before = world.wire.calls.length;
    expect(new Set(await taken(world, ids))).toEqual(new Set(['unreadable']));
    expect(askedAlone(world, before)).toEqual([arn(0)]);
  });

  it('is asked about each stack that is looked at alone', async () => {
    let isAllowed = false;
    const ids = many(20);
    const world = cloudFormation(ids, {
      bulk: denied,
      single: () => (isAllowed ? null : denied()),
    });
    await costs(world, ids, 1);
    expect(await costs(world, [arn(7)], 1)).toEqual([1]);
    isAllowed = true;
    expect(await taken(world, [arn(7)])).toEqual(['read']);
  });
});
