import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arn, cloudFormation, denied, listXml, stackXml } from './stack-answers.ts';
import { xmlRefusal } from './support.ts';

describe('stacks', () => {
  it('asks for nothing when nothing is wanted', async () => {
    const { catalog, wire } = cloudFormation([arn(1)]);
    expect(await catalog.stacks(new Set())).toEqual({
      found: new Map(),
      missing: new Set(),
      denied: new Map(),
      failure: null,
    });
    expect(wire.calls).toEqual([]);
  });

  it('asks for a few one by one', async () => {
    const { catalog, wire } = cloudFormation(Array.from({ length: 900 }, (_, n) => arn(n)));
    const listing = await catalog.stacks(new Set([arn(5), arn(899), arn(1000)]));
    expect([...listing.found.keys()].sort()).toEqual([arn(5), arn(899)].sort());
    expect([...listing.missing]).toEqual([arn(1000)]);
    expect(listing.failure).toBeNull();
    expect(wire.calls).toHaveLength(3);
  });

  it('reads 300 of 300 in three calls and stops there', async () => {
    const all = Array.from({ length: 300 }, (_, n) => arn(n));
    const { catalog, wire } = cloudFormation([...all, arn(999), arn(1000)]);
    const listing = await catalog.stacks(new Set(all));
    expect(listing.found.size).toBe(300);
    expect(wire.calls).toHaveLength(3);
    expect(catalog.calls()).toEqual({
      byOperation: { 'cloudformation.DescribeStacks': 3 },
      total: 3,
    });
  });

  it('reads one by one once pages of strangers stop paying', async () => {
    const strangers = Array.from({ length: 2000 }, (_, n) => arn(10_000 + n));
    const wanted = Array.from({ length: 10 }, (_, n) => arn(n));
    const { catalog, wire } = cloudFormation([...strangers, ...wanted]);
    const listing = await catalog.stacks(new Set(wanted));
    expect(listing.found.size).toBe(10);
    expect(wire.calls).toHaveLength(11);
  });

  it('always finds all, calls missing only what is missing, for at most one call too many', async () => {
    const numbers = fc.uniqueArray(fc.nat(400), { maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(
        numbers,
        numbers,
        numbers,
        fc.constantFrom(1, 7, 100),
        async (listedNumbers, deleted, wantedNumbers, pageSize) => {
          const listed = listedNumbers.map((n) => arn(n));
          const hidden = deleted.map((n) => arn(n));
          const wanted = new Set(wantedNumbers.map((n) => arn(n)));
          const { catalog, wire } = cloudFormation(listed, { hidden, pageSize });
          const listing = await catalog.stacks(wanted);
          const known = new Set([...listed, ...hidden]);
          expect([...listing.found.keys()].sort()).toEqual(
            [...wanted].filter((id) => known.has(id)).sort(),
          );
          expect([...listing.missing].sort()).toEqual(
            [...wanted].filter((id) => !known.has(id)).sort(),
          );
          expect(listing.failure).toBeNull();
          expect(wire.calls.length).toBeLessThanOrEqual(wanted.size + 1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads values, NoEcho, tags and times', async () => {
    const more =
      '<LastUpdatedTime>2026-02-03T00:00:00Z</LastUpdatedTime><StackStatusReason>a&#10;b</StackStatusReason>' +
      '<Parameters><member><ParameterKey>Cidr</ParameterKey><ParameterValue>10.0.0.0/16</ParameterValue></member>' +
      '<member><ParameterKey>Password</ParameterKey><ParameterValue>****</ParameterValue></member>' +
      '<member><ParameterKey>Empty</ParameterKey><ParameterValue></ParameterValue></member>' +
      '<member><ParameterKey>Ami</ParameterKey><ParameterValue>/aws/ami</ParameterValue><ResolvedValue>ami-1</ResolvedValue></member></Parameters>' +
      '<Tags><member><Key>team</Key><Value>a</Value></member></Tags>';
    const { catalog } = cloudFormation([arn(1)], {
      single: (id) => (id === arn(1) ? listXml([stackXml(id, more)]) : null),
    });
    const listing = await catalog.stacks(new Set([arn(1)]));
    expect(listing.found.get(arn(1))).toEqual({
      id: arn(1),
      status: 'UPDATE_COMPLETE',
      statusReason: 'a b',
      parameters: {
        Cidr: { kind: 'shown', value: '10.0.0.0/16' },
        Password: { kind: 'noEcho' },
        Empty: { kind: 'shown', value: '' },
        Ami: { kind: 'shown', value: '/aws/ami' },
      },
      tags: { team: 'a' },
      lastUpdated: '2026-02-03T00:00:00.000Z',
    });
  });

  it('takes the creation time of a stack that was never updated', async () => {
    const { catalog } = cloudFormation([arn(1)]);
    const listing = await catalog.stacks(new Set([arn(1)]));
    expect(listing.found.get(arn(1))?.lastUpdated).toBe('2026-01-02T03:04:05.678Z');
  });

  it('finds a stack by its name where that was asked for', async () => {
    const all = Array.from({ length: 5 }, (_, n) => arn(n));
    const { catalog, wire } = cloudFormation(all);
    const listing = await catalog.stacks(new Set(['SC-0', 'SC-1', 'SC-2', 'SC-3']));
    expect([...listing.found.keys()]).toEqual(['SC-0', 'SC-1', 'SC-2', 'SC-3']);
    expect(wire.calls).toHaveLength(1);
  });

  it('never asks here for a stack of another region, where it would seem not to exist', async () => {
    const { catalog, wire } = cloudFormation([arn(1)]);
    const listing = await catalog.stacks(new Set([arn(1), arn(1, 'us-east-1')]));
    expect([...listing.found.keys()]).toEqual([arn(1)]);
    expect(listing.missing.size).toBe(0);
    expect(listing.failure).toMatchObject({ kind: 'invalid', code: 'StackInOtherRegion' });
    expect(wire.calls.map((call) => call.input)).toEqual([{ StackName: arn(1) }]);
  });

  it('reads one by one where only the listing is denied', async () => {
    const all = Array.from({ length: 20 }, (_, n) => arn(n));
    const { catalog, wire } = cloudFormation(all, { bulk: denied });
    const listing = await catalog.stacks(new Set(all));
    expect(listing.found.size).toBe(20);
    expect(listing.failure).toBeNull();
    expect(wire.calls).toHaveLength(21);
  });

  it('does not go on one by one after a listing that kept being throttled', async () => {
    const all = Array.from({ length: 50 }, (_, n) => arn(n));
    const { catalog, wire } = cloudFormation(all, {
      bulk: () => xmlRefusal('Throttling', 'Rate exceeded'),
    });
    const listing = await catalog.stacks(new Set(all));
    expect(listing.failure?.kind).toBe('throttled');
    expect(listing.missing.size).toBe(0);
    expect(wire.calls).toHaveLength(6);
  });

  it('keeps what was found before a later page failed', async () => {
    const all = Array.from({ length: 200 }, (_, n) => arn(n));
    const { catalog } = cloudFormation(all, {
      bulk: (call) =>
        call.input.NextToken === undefined ? null : xmlRefusal('InternalFailure', 'oops', 500),
    });
    const listing = await catalog.stacks(new Set(all));
    expect(listing.found.size).toBe(100);
    expect(listing.missing.size).toBe(0);
    expect(listing.failure?.kind).toBe('unknown');
  });
});
