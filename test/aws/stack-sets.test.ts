import { describe, expect, it } from 'vitest';
import {
  asArtifactId,
  asProductId,
  asProvisionedProductId,
  asToken,
} from '../../src/domain/ids.ts';
import type { StackSetRequest } from '../../src/domain/request.ts';
import {
  type Answer,
  type Call,
  failedWith,
  inProcess,
  json,
  okValue,
  refusal,
  rig,
  text,
  updateRequest,
  xmlRefusal,
} from './support.ts';

const ARN = 'arn:aws:cloudformation:eu-central-1:111122223333:stackset/SC-1:uuid';
const ID = asProvisionedProductId('pp-1');

function reading(answer: (call: Call) => Answer) {
  const wire = inProcess(answer);
  return { ...rig({ requestHandler: wire.requestHandler }), wire };
}

const setXml = (inner: string) =>
  text(
    `<DescribeStackSetResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStackSetResult>${inner}</DescribeStackSetResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeStackSetResponse>`,
  );

describe('a stack set', () => {
  it('is asked for by name and id, and read in the form of a stack', async () => {
    const { catalog, wire } = reading(() =>
      setXml(
        '<StackSet><StackSetId>SC-1:uuid</StackSetId><Status>ACTIVE</Status><Parameters><member><ParameterKey>A</ParameterKey><ParameterValue>x</ParameterValue></member><member><ParameterKey>S</ParameterKey><ParameterValue>****</ParameterValue></member></Parameters><Tags><member><Key>team</Key><Value>a</Value></member></Tags></StackSet>',
      ),
    );
    expect(okValue(await catalog.stackSet(ARN))).toEqual({
      id: 'SC-1:uuid',
      status: 'ACTIVE',
      statusReason: null,
      parameters: { A: { kind: 'shown', value: 'x' }, S: { kind: 'noEcho' } },
      tags: { team: 'a' },
      lastUpdated: null,
    });
    expect(wire.calls.map(({ input }) => input)).toEqual([{ StackSetName: 'SC-1:uuid' }]);
  });

  it('that CloudFormation does not know is null; what it denies is a failure', async () => {
    const gone = reading(() => xmlRefusal('StackSetNotFoundException', 'not found', 404));
    expect(okValue(await gone.catalog.stackSet('SC-1'))).toBeNull();
    const denied = reading(() => xmlRefusal('AccessDenied', 'no', 403));
    expect(failedWith(await denied.catalog.stackSet('SC-1')).kind).toBe('denied');
  });

  it.each([
    ['no stack set', ''],
    ['no id', '<StackSet><Status>ACTIVE</Status></StackSet>'],
    ['no status', '<StackSet><StackSetId>x</StackSetId></StackSet>'],
  ])('is malformed with %s in the answer', async (_what, inner) => {
    const { catalog } = reading(() => setXml(inner));
    expect(failedWith(await catalog.stackSet('SC-1')).kind).toBe('malformed');
  });
});

describe('stack instances', () => {
  const instance = (number: number) => ({
    Account: String(111_122_220_000 + number),
    Region: 'eu-west-1',
    StackInstanceStatus: 'CURRENT',
  });

  it('are read to the last page, twenty at a time', async () => {
    const all = Array.from({ length: 45 }, (_, number) => instance(number));
    const { catalog, wire, tickets } = reading(({ input }) => {
      const from = Number(input.PageToken ?? 0);
      const next = from + 20 < all.length ? { NextPageToken: String(from + 20) } : {};
      return json({ StackInstances: all.slice(from, from + 20), ...next });
    });
    const found = okValue(await catalog.stackInstances(ID));
    expect(found).toHaveLength(45);
    expect(found[44]).toEqual({ account: '111122220044', region: 'eu-west-1', status: 'CURRENT' });
    expect(wire.calls.map(({ input }) => input)).toEqual([
      { ProvisionedProductId: 'pp-1', PageSize: 20 },
      { ProvisionedProductId: 'pp-1', PageSize: 20, PageToken: '20' },
      { ProvisionedProductId: 'pp-1', PageSize: 20, PageToken: '40' },
    ]);
    expect(tickets.serviceCatalog).toBe(3);
  });

  it.each<[string, Answer, string]>([
    ['no list', json({}), 'malformed'],
    ['an instance without a region', json({ StackInstances: [{ Account: '1' }] }), 'malformed'],
    ['a refusal', refusal('AccessDeniedException', 'no'), 'denied'],
  ])('with %s are a failure, never an empty list', async (_what, answer, kind) => {
    const { catalog } = reading(() => answer);
    expect(failedWith(await catalog.stackInstances(ID)).kind).toBe(kind);
  });

  it('with a page that leads to itself are a failure', async () => {
    const { catalog } = reading(() => json({ StackInstances: [instance(1)], NextPageToken: 'x' }));
    expect(failedWith(await catalog.stackInstances(ID)).kind).toBe('malformed');
  });
});

describe('preferences on the wire', () => {
  const NONE: StackSetRequest = {
    operation: 'UPDATE',
    accounts: null,
    regions: null,
    failureTolerance: null,
    maxConcurrency: null,
  };

  it.each<[StackSetRequest | undefined, unknown]>([
    [undefined, undefined],
    [NONE, { StackSetOperationType: 'UPDATE' }],
    [
      {
        operation: 'DELETE',
        accounts: ['111122223333'],
        regions: ['eu-west-1', 'us-east-1'],
        failureTolerance: { kind: 'count', value: 0 },
        maxConcurrency: { kind: 'percentage', value: 100 },
      },
      {
        StackSetOperationType: 'DELETE',
        StackSetAccounts: ['111122223333'],
        StackSetRegions: ['eu-west-1', 'us-east-1'],
        StackSetFailureToleranceCount: 0,
        StackSetMaxConcurrencyPercentage: 100,
      },
    ],
    [
      {
        ...NONE,
        operation: 'CREATE',
        failureTolerance: { kind: 'percentage', value: 0 },
        maxConcurrency: { kind: 'count', value: 1 },
      },
      {
        StackSetOperationType: 'CREATE',
        StackSetFailureTolerancePercentage: 0,
        StackSetMaxConcurrencyCount: 1,
      },
    ],
  ])('%j', async (preferences, sent) => {
    const { catalog, wire } = reading(() =>
      json({ RecordDetail: { RecordId: 'rec-1', Status: 'CREATED', CreatedTime: 1_577_222_793 } }),
    );
    const request = updateRequest(preferences === undefined ? {} : { preferences });
    okValue(await catalog.send(request, asToken('tu1-a')));
    expect(wire.calls[0]?.input.ProvisioningPreferences).toEqual(sent);
  });
});

it('TagOptions and the STACKSET constraint come with the definitions', async () => {
  const { catalog } = reading(() =>
    json({
      ProvisioningArtifactParameters: [],
      TagOptions: [{ Key: 'team', Values: ['a', 'b'] }, { Key: '__proto__' }],
      ProvisioningArtifactPreferences: {
        StackSetAccounts: ['111122223333'],
        StackSetRegions: ['eu-west-1'],
      },
    }),
  );
  const found = okValue(
    await catalog.definitions(asProductId('prod-1'), asArtifactId('pa-1'), null),
  );
  expect(found.stackSet).toEqual({ accounts: ['111122223333'], regions: ['eu-west-1'] });
  expect(Object.entries(found.tagOptions)).toEqual([
    ['team', ['a', 'b']],
    ['__proto__', []],
  ]);
});
