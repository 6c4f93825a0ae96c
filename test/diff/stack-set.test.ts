import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rectangles } from '../../src/diff/rectangles.ts';
import { changeLines } from '../../src/diff/render/change-lines.ts';
import { noPaint } from '../../src/diff/render/words.ts';
import { planInstances } from '../../src/diff/stack-set.ts';
import { read, type StackInstance } from '../../src/domain/live.ts';
import type { Spec } from '../../src/domain/spec.ts';
import { aLive, anEntry, aSpec, aStack, assessed, verdictOf } from './build.ts';

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
