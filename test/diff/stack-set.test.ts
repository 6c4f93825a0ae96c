import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelsOf, requestsOf } from '../../src/diff/instance-requests.ts';
import { rectangles } from '../../src/diff/rectangles.ts';
import { changeLines } from '../../src/diff/render/change-lines.ts';
import { noPaint } from '../../src/diff/render/words.ts';
import { buildRequest } from '../../src/diff/request.ts';
import { planInstances } from '../../src/diff/stack-set.ts';
import type { FieldDifference } from '../../src/domain/change.ts';
import { read, type StackInstance } from '../../src/domain/live.ts';
import type { ProductRequest, Step } from '../../src/domain/request.ts';
import type { Spec } from '../../src/domain/spec.ts';
import {
  aLive,
  anEntry,
  aSpec,
  aStack,
  assessed,
  compared,
  definitionsOf,
  factsFor,
  fingerprint,
  verdictOf,
} from './build.ts';

const where = fc.record({
  account: fc.constantFrom('111122223333', '444455556666', '777788889999'),
  region: fc.constantFrom('eu-west-1', 'us-east-1', 'ap-south-1'),
});
const key = ({ account, region }: { account: string; region: string }) => `${account}/${region}`;

const cells = (found: ReturnType<typeof rectangles>) =>
  found.flatMap(({ accounts, regions }) =>
    accounts.flatMap((account) => regions.map((region) => key({ account, region }))),
  );

describe('rectangles', () => {
  it('name exactly what is meant, each once, whatever its form and order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(where, { selector: key }), (pairs) => {
        const found = rectangles(pairs);
        expect(cells(found).toSorted()).toEqual(pairs.map(key).toSorted());
        expect(found).toEqual(rectangles(pairs.toReversed()));
      }),
    );
  });

  it('are one where one request can say it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('1', '2', '3'), { minLength: 1 }),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
        (accounts, regions) => {
          const pairs = accounts.flatMap((account) =>
            regions.map((region) => ({ account, region })),
          );
          expect(rectangles(pairs)).toHaveLength(1);
        },
      ),
    );
  });
});

const A = '111122223333';
const B = '444455556666';
const EU = 'eu-west-1';
const US = 'us-east-1';
const instance = (account: string, region: string, status = 'CURRENT'): StackInstance => ({
  account,
  region,
  status,
});
const setOf = (instances: readonly StackInstance[]) =>
  aLive({
    type: 'CFN_STACKSET',
    physicalId: 'arn:aws:cloudformation:eu-west-1:111122223333:stackset/SC-1:uuid',
    stack: read(aStack({ status: 'ACTIVE', lastUpdated: null })),
    instances: read(instances),
  });
const wished = (accounts: string[], regions: string[], removeInstances = false): Spec =>
  aSpec({
    stackInstances: { accounts, regions },
    reconcile: { ...aSpec().reconcile, removeInstances },
  });

describe('what is to happen to instances', () => {
  it.each<[string, Spec, StackInstance[], readonly string[]]>([
    ['all there', wished([A], [EU]), [instance(A, EU)], []],
    ['one missing', wished([A, B], [EU]), [instance(A, EU)], ['createInstances']],
    ['one behind', wished([A], [EU]), [instance(A, EU, 'OUTDATED')], ['update']],
    ['one too many', wished([A], [EU]), [instance(A, EU), instance(B, EU)], []],
    [
      'one too many, which may go',
      wished([A], [EU], true),
      [instance(A, EU), instance(B, EU)],
      ['deleteInstances'],
    ],
    [
      'everything at once, in this order',
      wished([A], [EU, US], true),
      [instance(A, EU, 'OUTDATED'), instance(B, EU)],
      ['update', 'createInstances', 'deleteInstances'],
    ],
    ['one that nothing updates', wished([A], [EU]), [instance(A, EU, 'INOPERABLE')], []],
    ['none is asked about', aSpec(), [instance(A, EU, 'OUTDATED')], []],
  ])('%s', (_what, spec, instances, steps) => {
    const change = assessed({ spec, live: setOf(instances) });
    if (steps.length === 0) verdictOf(change, 'inSync');
    else expect(verdictOf(change, 'update').steps).toEqual(steps);
  });

  it('is not told where the instances could not be read', () => {
    const live = { ...setOf([]), instances: { kind: 'unreadable', why: 'denied' } as const };
    expect(planInstances(wished([A], [EU]), live, anEntry())).toBeNull();
    expect(verdictOf(assessed({ spec: wished([A], [EU]), live }), 'unreadable').why).toContain(
      'denied',
    );
  });

  it('is shown one by one where a stack goes, with a caution', () => {
    const live = setOf([instance(A, EU), instance(B, EU), instance(B, US)]);
    const change = assessed({ spec: wished([A], [EU], true), live });
    const group = {
      kind: 'update',
      title: '',
      mark: '~',
      style: 'update',
      changes: [change],
    } as const;
    const lines = changeLines(group, change, noPaint).join('\n');
    expect(lines).toContain('stack instances, CFN_STACKSET');
    expect(lines).toMatch(/instance 444455556666\/eu-west-1 +CURRENT +-> +removed/);
    expect(lines).toMatch(/instance 444455556666\/us-east-1 +CURRENT +-> +removed/);
    expect(lines).toContain('caution: the stacks of removed stack instances are deleted');
  });
});

describe('the tags of a request that changes instances', () => {
  const entry = anEntry({ ownTags: ['own'] });
  const spec: Spec = { ...wished([A], [EU], true), tags: { cost: '1' } };
  const live = {
    ...setOf([instance(B, EU)]),
    tags: read({ team: 'a', own: 'o', cost: '1', 'aws:x': 'y' }),
  };

  it.each<[Step, 'allowed' | 'notAllowed', object[] | null]>([
    [
      'createInstances',
      'allowed',
      [
        { key: 'cost', value: '1' },
        { key: 'team', value: 'a' },
      ],
    ],
    [
      'deleteInstances',
      'allowed',
      [
        { key: 'cost', value: '1' },
        { key: 'team', value: 'a' },
      ],
    ],
    ['createInstances', 'notAllowed', null],
    ['deleteInstances', 'notAllowed', null],
  ])('%s, %s', (step, tagUpdate, expected) => {
    const { resolved } = factsFor(spec, live);
    const request = buildRequest({
      ...{ step, spec, live, entry, fingerprint, comparison: compared({ spec, live, entry }) },
      resolved: resolved.kind === 'resolved' ? resolved : null,
      definitions: definitionsOf([], tagUpdate),
    });
    expect(request).toMatchObject({ tags: expected });
  });
});

describe('the requests of a step', () => {
  const differs = (step: Step, label: string, field = 'stackInstances'): FieldDifference =>
    ({
      ...{ step, label, field, live: null, desired: null },
    }) as unknown as FieldDifference;
  const gone = [`${A}/${EU}`, `${A}/${US}`, `${B}/${EU}`];
  const removals = gone.map((where) => differs('deleteInstances', `instance ${where}`));
  const created = [
    differs('createInstances', 'stack instances'),
    differs('createInstances', 'stack instances'),
  ];
  const verb = 'provisioningPreferences.stackSetOperationType';

  it.each<[string, Step, readonly FieldDifference[], number]>([
    [
      'an update of whatever it changes',
      'update',
      [differs('update', 'Size'), differs('update', 'version')],
      1,
    ],
    ['an end', 'terminate', [], 1],
    ['a group of new instances each', 'createInstances', created, 2],
    ['new instances beside others', 'createInstances', [...created, ...removals], 2],
    ['instances that form a rectangle', 'deleteInstances', removals.slice(0, 2), 1],
    ['instances that form none', 'deleteInstances', removals, 2],
    ['instances that form none, beside others', 'deleteInstances', [...created, ...removals], 2],
    [
      'an order to delete, whatever it names',
      'deleteInstances',
      [...removals, differs('deleteInstances', 'operation', verb)],
      1,
    ],
    [
      'an end of instances that are not named',
      'deleteInstances',
      [differs('deleteInstances', 'x')],
      1,
    ],
  ])('%s', (_what, step, differences, expected) => {
    expect(requestsOf({ differences }, step)).toBe(expected);
  });

  const request = (accounts: readonly string[] | null, regions: readonly string[] | null) =>
    ({ preferences: { accounts, regions } }) as unknown as ProductRequest;

  it.each<[string, Step, ProductRequest, readonly string[]]>([
    [
      'of the removed ones those that it names',
      'deleteInstances',
      request([A], [EU, US]),
      [`instance ${A}/${EU}`, `instance ${A}/${US}`, 'order'],
    ],
    [
      'another one of them',
      'deleteInstances',
      request([B], [EU]),
      [`instance ${B}/${EU}`, 'order'],
    ],
    [
      'all of them where it names no regions',
      'deleteInstances',
      request([A], null),
      [...gone.map((one) => `instance ${one}`), 'order'],
    ],
    [
      'all of them where it names no accounts',
      'deleteInstances',
      request(null, [EU]),
      [...gone.map((one) => `instance ${one}`), 'order'],
    ],
    ['nothing of other steps', 'update', request([A], [EU]), ['Size']],
    [
      'all of its step where it has no preferences',
      'update',
      {} as unknown as ProductRequest,
      ['Size'],
    ],
  ])('are told by %s', (_what, step, sent, expected) => {
    const all = [...removals, differs('deleteInstances', 'order'), differs('update', 'Size')];
    expect(labelsOf(all, step, sent)).toEqual(expected);
  });
});
