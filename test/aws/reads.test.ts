import { describe, expect, it } from 'vitest';
import {
  asArtifactId,
  asProductId,
  asProvisionedProductId,
  asRecordId,
} from '../../src/domain/ids.ts';
import {
  type Answer,
  type Call,
  failedWith,
  identityXml,
  inProcess,
  json,
  okValue,
  raw,
  refusal,
  rig,
  startLoopback,
  text,
  xmlRefusal,
} from './support.ts';

function reading(answer: (call: Call) => Answer) {
  const wire = inProcess(answer);
  return { ...rig({ requestHandler: wire.requestHandler }), wire };
}

const row = (number: number, over: object = {}) => ({
  Id: `pp-${number}`,
  Name: `app-${number}`,
  Arn: `arn:aws:servicecatalog:eu-central-1:111122223333:stack/app-${number}/pp-${number}`,
  Type: 'CFN_STACK',
  Status: 'AVAILABLE',
  LastRecordId: `rec-${number}`,
  ...over,
});

describe('search', () => {
  it('asks for the whole account in pages of 100, sorted by id', async () => {
    const { catalog, wire } = reading(() =>
      json({ ProvisionedProducts: [], TotalResultsCount: 0 }),
    );
    expect(okValue(await catalog.search())).toEqual({ rows: [], complete: true });
    expect(wire.calls.map((call) => call.input)).toEqual([
      {
        AccessLevelFilter: { Key: 'Account', Value: 'self' },
        SortBy: 'id',
        SortOrder: 'ASCENDING',
        PageSize: 100,
      },
    ]);
  });

  it('follows the page tokens and counts a row that moved between pages once', async () => {
    const pages: Record<string, unknown> = {
      first: { ProvisionedProducts: [row(1), row(2)], NextPageToken: 't2', TotalResultsCount: 3 },
      t2: { ProvisionedProducts: [row(2, { Status: 'TAINTED' }), row(3)], TotalResultsCount: 3 },
    };
    const { catalog, wire } = reading((call) =>
      json(pages[String(call.input.PageToken ?? 'first')]),
    );
    const listing = okValue(await catalog.search());
    expect(listing.rows.map(({ id, status }) => [id, status])).toEqual([
      ['pp-1', 'AVAILABLE'],
      ['pp-2', 'TAINTED'],
      ['pp-3', 'AVAILABLE'],
    ]);
    expect(listing.complete).toBe(true);
    expect(wire.calls).toHaveLength(2);
  });

  it.each([
    [{ ProvisionedProducts: [row(1)], TotalResultsCount: 2 }, false],
    [{ ProvisionedProducts: [row(1), row(2)], TotalResultsCount: 1 }, false],
    [{ ProvisionedProducts: [row(1)] }, true],
  ])('%j: complete is %s', async (page, complete) => {
    const { catalog } = reading(() => json(page));
    expect(okValue(await catalog.search()).complete).toBe(complete);
  });

  it('believes the latest total: one may be terminated while we read', async () => {
    const { catalog } = reading((call) =>
      call.input.PageToken === undefined
        ? json({ ProvisionedProducts: [row(1)], NextPageToken: 't2', TotalResultsCount: 3 })
        : json({ ProvisionedProducts: [row(2)], TotalResultsCount: 2 }),
    );
    expect(okValue(await catalog.search()).complete).toBe(true);
  });

  it.each([
    ['no list', {}],
    ['a total without a list', { TotalResultsCount: 4 }],
    ['a row without an id', { ProvisionedProducts: [row(1, { Id: undefined })] }],
    ['a row without a status', { ProvisionedProducts: [row(1, { Status: '' })] }],
  ])('refuses %s', async (_, page) => {
    const { catalog, wire } = reading(() => json(page));
    expect(failedWith(await catalog.search()).kind).toBe('malformed');
    expect(wire.calls).toHaveLength(1);
  });

  it('refuses a page token that comes back', async () => {
    const page = { ProvisionedProducts: [row(1)], NextPageToken: 'again', TotalResultsCount: 1 };
    const { catalog, wire } = reading(() => json(page));
    expect(failedWith(await catalog.search())).toMatchObject({
      kind: 'malformed',
      code: 'RepeatedPageToken',
    });
    expect(wire.calls).toHaveLength(2);
  });

  it('maps a full row, and what is left out to null', async () => {
    const full = row(1, {
      StatusMessage: 'rolled\nback\u001b[0m',
      PhysicalId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/SC-x/1',
      LastProvisioningRecordId: 'rec-p',
      LastSuccessfulProvisioningRecordId: 'rec-s',
      ProductId: 'prod-1',
      ProductName: 'network',
      ProvisioningArtifactId: 'pa-1',
      ProvisioningArtifactName: 'v1',
      UserArn: 'arn:aws:iam::111122223333:role/owner',
      Tags: [
        { Key: '__proto__', Value: 'x' },
        { Key: 'team', Value: 'a' },
      ],
    });
    const { catalog } = reading(() => json({ ProvisionedProducts: [full, row(2)] }));
    const [first, second] = okValue(await catalog.search()).rows;
    expect(first).toMatchObject({
      statusMessage: 'rolled back[0m',
      records: { last: 'rec-1', lastProvisioning: 'rec-p', lastSuccessful: 'rec-s' },
      productId: 'prod-1',
      productName: 'network',
      artifactId: 'pa-1',
      artifactName: 'v1',
      owner: { arn: 'arn:aws:iam::111122223333:role/owner', sessionArn: null },
    });
    expect(Object.entries(first?.tags ?? {})).toEqual([
      ['__proto__', 'x'],
      ['team', 'a'],
    ]);
    expect(second).toMatchObject({
      statusMessage: null,
      physicalId: null,
      records: { last: 'rec-2', lastProvisioning: null, lastSuccessful: null },
      productId: null,
      owner: null,
      tags: {},
    });
  });
});

describe('searchOne', () => {
  it('takes the row by its id, however loosely the query matched', async () => {
    const { catalog, wire } = reading(() =>
      json({ ProvisionedProducts: [row(10), row(1)], TotalResultsCount: 2 }),
    );
    expect(okValue(await catalog.searchOne(asProvisionedProductId('pp-1')))?.name).toBe('app-1');
    expect(wire.calls[0]?.input.Filters).toEqual({ SearchQuery: ['id:pp-1'] });
    expect(okValue(await catalog.searchOne(asProvisionedProductId('pp-2')))).toBeNull();
  });
});

describe('describe', () => {
  it.each([
    [{ id: asProvisionedProductId('pp-1') }, { Id: 'pp-1' }],
    [{ name: 'app-1' }, { Name: 'app-1' }],
  ])('asks by %j and nothing else', async (by, input) => {
    const { catalog, wire } = reading(() =>
      json({ ProvisionedProductDetail: row(1, { LaunchRoleArn: 'arn:launch' }) }),
    );
    expect(okValue(await catalog.describe(by))).toMatchObject({
      id: 'pp-1',
      launchRole: 'arn:launch',
    });
    expect(wire.calls.map((call) => call.input)).toEqual([input]);
  });

  it('says null only when AWS says that it does not exist', async () => {
    const gone = reading(() => refusal('ResourceNotFoundException', 'no'));
    expect(okValue(await gone.catalog.describe({ name: 'x' }))).toBeNull();
    const denied = reading(() => refusal('AccessDeniedException', 'no'));
    expect(failedWith(await denied.catalog.describe({ name: 'x' })).kind).toBe('denied');
    const empty = reading(() => json({}));
    expect(failedWith(await empty.catalog.describe({ name: 'x' })).kind).toBe('malformed');
  });
});

const detail = (id: string, over: object = {}) => ({
  RecordId: id,
  Status: 'SUCCEEDED',
  RecordType: 'UPDATE_PROVISIONED_PRODUCT',
  CreatedTime: 1_577_222_793.358,
  UpdatedTime: 1_577_222_999,
  ProvisionedProductId: 'pp-1',
  ...over,
});

describe('record', () => {
  it('turns epoch seconds into ISO times and keeps every error', async () => {
    const { catalog } = reading(() =>
      json({
        RecordDetail: detail('rec-1', {
          Status: 'FAILED',
          PathId: 'lpv3-1',
          RecordErrors: [{ Code: '400', Description: 'a\nb' }, {}],
          RecordTags: [{ Key: 'team', Value: 'a' }],
        }),
      }),
    );
    expect(okValue(await catalog.record(asRecordId('rec-1')))).toEqual({
      id: 'rec-1',
      status: 'FAILED',
      type: 'UPDATE_PROVISIONED_PRODUCT',
      createdAt: '2019-12-24T21:26:33.358Z',
      updatedAt: '2019-12-24T21:29:59.000Z',
      provisionedProductId: 'pp-1',
      productId: null,
      artifactId: null,
      pathId: 'lpv3-1',
      errors: [
        { code: '400', description: 'a b' },
        { code: '', description: '' },
      ],
      tags: { team: 'a' },
    });
  });

  it('makes up no creation time: an echo is told by it', async () => {
    const { catalog } = reading(() =>
      json({ RecordDetail: detail('r', { CreatedTime: undefined }) }),
    );
    expect(failedWith(await catalog.record(asRecordId('r'))).kind).toBe('malformed');
  });
});

describe('history', () => {
  /** `count` records, newest first: rec-(count) … rec-1, 20 a page. */
  const server = (count: number) =>
    reading((call) => {
      const from = Number(call.input.PageToken ?? 0);
      const records = Array.from({ length: Math.min(20, count - from) }, (_, index) =>
        detail(`rec-${count - from - index}`),
      );
      const next = from + 20 < count ? { NextPageToken: String(from + 20) } : {};
      return json({ RecordDetails: records, ...next });
    });

  it('reads down to the base, without it, and no page further', async () => {
    const { catalog, wire } = server(100);
    const records = okValue(
      await catalog.history(asProvisionedProductId('pp-1'), asRecordId('rec-75')),
    );
    expect(records.map((record) => record.id)).toEqual(
      Array.from({ length: 25 }, (_, index) => `rec-${100 - index}`),
    );
    expect(wire.calls).toHaveLength(2);
    expect(wire.calls[0]?.input).toEqual({
      AccessLevelFilter: { Key: 'Account', Value: 'self' },
      SearchFilter: { Key: 'provisionedproduct', Value: 'pp-1' },
      PageSize: 20,
    });
  });

  it('is empty when the base is the newest', async () => {
    const { catalog } = server(3);
    const id = asProvisionedProductId('pp-1');
    expect(okValue(await catalog.history(id, asRecordId('rec-3')))).toEqual([]);
    expect(okValue(await catalog.history(id, null))).toHaveLength(3);
  });

  it('stops at 400 records', async () => {
    const { catalog, wire } = server(1000);
    expect(okValue(await catalog.history(asProvisionedProductId('pp-1'), null))).toHaveLength(400);
    expect(wire.calls).toHaveLength(20);
  });
});

describe('productByName', () => {
  const found = { ProductViewSummary: { Id: 'prodview-1', ProductId: 'prod-1', Name: 'network' } };
  const asAdmin = json({ ProductViewDetail: found });
  const none = refusal('ResourceNotFoundException', 'none');
  const denied = refusal('AccessDeniedException', 'denied');

  it.each<[string, Answer, Answer, unknown, number]>([
    ['the end user sees it', json(found), asAdmin, { id: 'prod-1', name: 'network' }, 1],
    ['only the administrator sees it', none, asAdmin, { id: 'prod-1', name: 'network' }, 2],
    ['end-user calls are denied', denied, asAdmin, { id: 'prod-1', name: 'network' }, 2],
    ['nobody knows it', none, none, null, 2],
    ['not visible, and no administrator', none, denied, null, 2],
    ['denied, then unknown', denied, none, 'notFound', 2],
    ['denied twice', denied, denied, 'denied', 2],
    ['refused outright', refusal('ValidationException', 'bad'), asAdmin, 'invalid', 1],
  ])('%s', async (_, user, admin, expected, calls) => {
    const { catalog, wire } = reading((call) =>
      call.operation === 'DescribeProduct' ? user : admin,
    );
    const result = await catalog.productByName('network');
    expect(result.kind === 'ok' ? result.value : result.failure.kind).toEqual(expected);
    expect(wire.calls).toHaveLength(calls);
    expect(wire.calls.every((call) => call.input.Name === 'network')).toBe(true);
  });
});

describe('artifacts, paths and definitions', () => {
  const productId = asProductId('prod-1');

  it('lists versions', async () => {
    const { catalog } = reading(() =>
      json({
        ProvisioningArtifactDetails: [
          { Id: 'pa-1', Name: 'v1', Active: false, Guidance: 'DEPRECATED', CreatedTime: 1.5 },
        ],
      }),
    );
    expect(okValue(await catalog.artifacts(productId))).toEqual([
      {
        id: 'pa-1',
        name: 'v1',
        active: false,
        guidance: 'DEPRECATED',
        createdAt: '1970-01-01T00:00:01.500Z',
      },
    ]);
  });

  it('refuses a list of versions that is said to go on, for there is no way to ask', async () => {
    const { catalog } = reading(() =>
      json({ ProvisioningArtifactDetails: [], NextPageToken: 'more' }),
    );
    expect(failedWith(await catalog.artifacts(productId)).kind).toBe('malformed');
  });

  it('pages launch paths', async () => {
    const { catalog, wire } = reading((call) =>
      call.input.PageToken === undefined
        ? json({ LaunchPathSummaries: [{ Id: 'lp-1', Name: 'a' }], NextPageToken: 'x' })
        : json({ LaunchPathSummaries: [{ Id: 'lp-2', Name: 'a' }] }),
    );
    expect(okValue(await catalog.paths(productId))).toEqual([
      { id: 'lp-1', name: 'a' },
      { id: 'lp-2', name: 'a' },
    ]);
    expect(wire.calls.map((call) => call.input.PageSize)).toEqual([20, 20]);
  });

  it('keeps "no path for this caller" a failure', async () => {
    const { catalog } = reading(() =>
      refusal('ResourceNotFoundException', 'No launch paths found for resource: prod-1'),
    );
    expect(failedWith(await catalog.paths(productId))).toMatchObject({
      kind: 'notFound',
      message: 'No launch paths found for resource: prod-1',
    });
  });

  it('reads definitions: numbers from text, an empty default as a default, tag rules', async () => {
    const { catalog, wire } = reading(() =>
      json({
        ProvisioningArtifactParameters: [
          {
            ParameterKey: 'Size',
            ParameterType: 'Number',
            IsNoEcho: false,
            DefaultValue: '',
            ParameterConstraints: {
              AllowedValues: ['1', '2'],
              MinValue: '-1.5',
              MaxValue: '1e3',
              MinLength: '',
              MaxLength: 'many',
            },
          },
          { ParameterKey: 'Password', IsNoEcho: true },
          { ParameterKey: 'Unsaid' },
        ],
        UsageInstructions: [
          { Type: 'rules', Value: '{}' },
          { Type: 'tagUpdateOnProvisionedProduct', Value: 'ALLOWED' },
        ],
      }),
    );
    const definitions = okValue(await catalog.definitions(productId, asArtifactId('pa-1'), null));
    expect(definitions.tagUpdate).toBe('allowed');
    expect(definitions.parameters[0]).toEqual({
      key: 'Size',
      defaultValue: '',
      type: 'Number',
      noEcho: false,
      description: '',
      allowedValues: ['1', '2'],
      allowedPattern: null,
      constraintDescription: null,
      minLength: null,
      maxLength: null,
      minValue: -1.5,
      maxValue: 1000,
    });
    expect(definitions.parameters.map(({ noEcho }) => noEcho)).toEqual([false, true, true]);
    expect(wire.calls[0]?.input).toEqual({ ProductId: 'prod-1', ProvisioningArtifactId: 'pa-1' });
  });

  it.each([
    [{ ProvisioningArtifactParameters: [] }, 'notAllowed'],
    [
      {
        UsageInstructions: [{ Type: 'tagUpdateOnProvisionedProduct', Value: 'NOT_ALLOWED' }],
      },
      'notAllowed',
    ],
  ])('%j means tags are %s', async (answer, tagUpdate) => {
    const { catalog } = reading(() => json(answer));
    const definitions = okValue(await catalog.definitions(productId, asArtifactId('pa-1'), null));
    expect(definitions).toEqual({ parameters: [], tagUpdate, tagOptions: {}, stackSet: null });
  });
});

describe('a STACKSET constraint', () => {
  const accounts = ['111122223333'];
  it.each([
    [{}, null],
    [{ ConstraintSummaries: [{ Type: 'LAUNCH' }] }, null],
    [{ ConstraintSummaries: [{ Type: 'STACKSET' }] }, { accounts: [], regions: [] }],
    [
      { ProvisioningArtifactPreferences: { StackSetAccounts: accounts } },
      { accounts, regions: [] },
    ],
    [{ ProvisioningArtifactPreferences: {} }, null],
  ])('%j is %j', async (answer, stackSet) => {
    const { catalog } = reading(() => json({ ProvisioningArtifactParameters: [], ...answer }));
    const definitions = okValue(
      await catalog.definitions(asProductId('prod-1'), asArtifactId('pa-1'), null),
    );
    expect(definitions.stackSet).toEqual(stackSet);
  });
});

describe('identity', () => {
  it('is one call, remembered once it succeeded', async () => {
    let calls = 0;
    const { catalog } = reading(() => {
      calls += 1;
      return calls === 1 ? xmlRefusal('AccessDenied', 'no', 403) : identityXml();
    });
    expect((await catalog.identity()).kind).toBe('failed');
    const both = await Promise.all([catalog.identity(), catalog.identity()]);
    expect(both.map(okValue)).toEqual(
      Array(2).fill({
        accountId: '111122223333',
        arn: 'arn:aws:iam::111122223333:role/plan',
        region: 'eu-central-1',
      }),
    );
    await catalog.identity();
    expect(calls).toBe(2);
  });
});

/** When a call was signed, in ms since the epoch. */
function signedAt(call: Call): number {
  const [, ...parts] =
    /^(....)(..)(..)T(..)(..)(..)Z$/.exec(String(call.headers['x-amz-date'])) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

describe('tries', () => {
  const throttle = refusal('ThrottlingException', 'Rate exceeded');
  const ok = json({ ProvisionedProducts: [], TotalResultsCount: 0 });

  it.each([
    ['throttled', throttle],
    ['a 503', refusal('ServiceUnavailable', 'busy', 503)],
    ['a proxy page', text('<html>', 502)],
  ])('a read is tried again after %s, each try with a ticket', async (_, trouble) => {
    let calls = 0;
    const { catalog, tickets, clock, events } = reading(() => (++calls < 4 ? trouble : ok));
    expect((await catalog.search()).kind).toBe('ok');
    expect(tickets.serviceCatalog).toBe(4);
    expect(clock.sleeps).toEqual([250, 500, 1000]);
    expect(catalog.calls().byOperation).toEqual({ 'servicecatalog.SearchProvisionedProducts': 4 });
    expect(events.map(({ event }) => event)).toEqual(Array(3).fill('aws.retry'));
  });

  it('gives up after six, waiting at most 20 s, with full jitter', async () => {
    const wire = inProcess(() => throttle);
    const { catalog, clock } = rig({ requestHandler: wire.requestHandler, random: () => 0.999 });
    expect(failedWith(await catalog.search())).toMatchObject({
      kind: 'throttled',
      operation: 'SearchProvisionedProducts',
      code: 'ThrottlingException',
    });
    expect(wire.calls).toHaveLength(6);
    expect(clock.sleeps.map(Math.round)).toEqual([500, 999, 1998, 3996, 7992]);
  });

  it.each([
    refusal('AccessDeniedException', 'no'),
    refusal('InvalidParametersException', 'no'),
    refusal('UnrecognizedClientException', 'no'),
    refusal('ResourceNotFoundException', 'no'),
  ])('what does not pass by itself is asked once: %j', async (answer) => {
    const { catalog, wire } = reading(() => answer);
    await catalog.search();
    expect(wire.calls).toHaveLength(1);
  });

  it('keeps its connection from call to call', async () => {
    const server = await startLoopback(() => ok);
    const { catalog } = rig({ endpoint: server.endpoint });
    for (let call = 0; call < 5; call += 1) await catalog.search();
    expect([server.calls.length, server.connections()]).toEqual([5, 1]);
    catalog.close();
    await server.close();
  });

  it('signs again with the time of the service when our clock is wrong', async () => {
    const later = new Date(Date.now() + 3_600_000);
    const server = await startLoopback((call) =>
      raw((response) => {
        const early = signedAt(call) < later.getTime() - 600_000;
        response.writeHead(early ? 400 : 200, { date: later.toUTCString() });
        response.end(
          early
            ? '{"__type":"InvalidSignatureException","message":"Signature expired"}'
            : '{"ProvisionedProducts":[]}',
        );
      }),
    );
    const { catalog } = rig({ endpoint: server.endpoint });
    expect((await catalog.search()).kind).toBe('ok');
    expect(server.calls).toHaveLength(2);
    catalog.close();
    await server.close();
  });

  it('takes the ticket of the service that is asked', async () => {
    const { catalog, tickets } = reading((call) =>
      call.operation === 'GetCallerIdentity' ? identityXml() : ok,
    );
    await catalog.identity();
    await catalog.stacks(new Set());
    expect(tickets).toEqual({ serviceCatalog: 0, cloudFormation: 0, sts: 1 });
  });

  it('ends at once when it is closed while it waits', async () => {
    const wire = inProcess(() => throttle);
    const waiting = Promise.withResolvers<void>();
    const { catalog } = rig({
      requestHandler: wire.requestHandler,
      clock: {
        now: () => 0,
        monotonic: () => 0,
        sleep: (_ms, signal) =>
          new Promise((resolve) => {
            signal?.addEventListener('abort', () => resolve());
            waiting.resolve();
          }),
      },
    });
    const search = catalog.search();
    await waiting.promise;
    catalog.close();
    expect(failedWith(await search)).toMatchObject({ kind: 'unsent', code: 'Closed' });
    expect(failedWith(await catalog.search())).toMatchObject({ kind: 'unsent', code: 'Closed' });
    expect(wire.calls).toHaveLength(1);
  });
});
