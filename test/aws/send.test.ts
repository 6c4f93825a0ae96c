import { describe, expect, it } from 'vitest';
import {
  asArtifactId,
  asDigest,
  asPathId,
  asProductId,
  asProvisionedProductId,
  asToken,
} from '../../src/domain/ids.ts';
import type { ParameterArgument, ProductRequest } from '../../src/domain/request.ts';
import {
  type Answer,
  failedWith,
  inProcess,
  json,
  okValue,
  refusal,
  rig,
  updateRequest as update,
} from './support.ts';

const secret = (value: string): ParameterArgument => ({
  kind: 'secret',
  key: 'Password',
  value,
  digest: asDigest('hmac:00'),
});

const accepted = json({
  RecordDetail: {
    RecordId: 'rec-1',
    Status: 'CREATED',
    CreatedTime: 1_577_222_793.358,
    ProvisionedProductId: 'pp-1',
    ProvisionedProductType: 'CFN_STACK',
  },
});

function sending(answer: Answer) {
  const wire = inProcess(() => answer);
  return { ...rig({ requestHandler: wire.requestHandler }), wire };
}

describe('send', () => {
  it('sends an update with every part, previous values without a Value', async () => {
    const { catalog, wire, tickets } = sending(accepted);
    const request = update({
      pathId: asPathId('lpv3-1'),
      parameters: [
        { kind: 'value', key: 'A', value: '' },
        { kind: 'previous', key: 'B' },
        secret('hunter2'),
      ],
      tags: [{ key: 'team', value: 'a' }],
      acceptLanguage: 'jp',
    });
    expect(okValue(await catalog.send(request, asToken('tu1-a')))).toEqual({
      recordId: 'rec-1',
      status: 'CREATED',
      createdAt: '2019-12-24T21:26:33.358Z',
      provisionedProductId: 'pp-1',
      productType: 'CFN_STACK',
    });
    expect(wire.calls.map(({ operation, input }) => ({ operation, input }))).toEqual([
      {
        operation: 'UpdateProvisionedProduct',
        input: {
          UpdateToken: 'tu1-a',
          ProvisionedProductId: 'pp-1',
          ProductId: 'prod-1',
          ProvisioningArtifactId: 'pa-1',
          PathId: 'lpv3-1',
          ProvisioningParameters: [
            { Key: 'A', Value: '' },
            { Key: 'B', UsePreviousValue: true },
            { Key: 'Password', Value: 'hunter2' },
          ],
          Tags: [{ Key: 'team', Value: 'a' }],
          AcceptLanguage: 'jp',
        },
      },
    ]);
    expect(tickets.serviceCatalog).toBe(0);
  });

  it.each([
    [
      'ProvisionProduct',
      {
        operation: 'ProvisionProduct',
        provisionedProductId: null,
        name: 'net',
        productId: asProductId('prod-1'),
        artifactId: asArtifactId('pa-1'),
        pathId: asPathId('lpv3-1'),
        parameters: [{ kind: 'value', key: 'A', value: '' }, secret('hunter2')],
        tags: [{ key: 'team', value: 'a' }],
        notificationArns: ['arn:aws:sns:eu-west-1:111122223333:events'],
        acceptLanguage: 'jp',
      },
      {
        ProvisionToken: 'tu1-a',
        ProvisionedProductName: 'net',
        ProductId: 'prod-1',
        ProvisioningArtifactId: 'pa-1',
        PathId: 'lpv3-1',
        ProvisioningParameters: [
          { Key: 'A', Value: '' },
          { Key: 'Password', Value: 'hunter2' },
        ],
        Tags: [{ Key: 'team', Value: 'a' }],
        NotificationArns: ['arn:aws:sns:eu-west-1:111122223333:events'],
        AcceptLanguage: 'jp',
      },
    ],
    [
      'TerminateProvisionedProduct',
      {
        operation: 'TerminateProvisionedProduct',
        provisionedProductId: asProvisionedProductId('pp-1'),
        retain: false,
        acceptLanguage: null,
      },
      { TerminateToken: 'tu1-a', ProvisionedProductId: 'pp-1' },
    ],
    [
      'TerminateProvisionedProduct',
      {
        operation: 'TerminateProvisionedProduct',
        provisionedProductId: asProvisionedProductId('pp-1'),
        retain: true,
        acceptLanguage: null,
      },
      { TerminateToken: 'tu1-a', ProvisionedProductId: 'pp-1', RetainPhysicalResources: true },
    ],
    [
      'ImportAsProvisionedProduct',
      {
        operation: 'ImportAsProvisionedProduct',
        provisionedProductId: null,
        name: 'net',
        productId: asProductId('prod-1'),
        artifactId: asArtifactId('pa-1'),
        physicalId: 'arn:stack',
        acceptLanguage: null,
      },
      {
        IdempotencyToken: 'tu1-a',
        ProvisionedProductName: 'net',
        ProductId: 'prod-1',
        ProvisioningArtifactId: 'pa-1',
        PhysicalId: 'arn:stack',
      },
    ],
  ] as const satisfies readonly (readonly [string, ProductRequest, object])[])(
    'sends %s',
    async (operation, request, input) => {
      const { catalog, wire } = sending(accepted);
      const answer = okValue(await catalog.send(request, asToken('tu1-a')));
      expect(answer.provisionedProductId).toBe('pp-1');
      expect(wire.calls.map((call) => [call.operation, call.input])).toEqual([[operation, input]]);
    },
  );

  it('leaves out what is not to be sent, and sends an empty tag list as one', async () => {
    const { catalog, wire } = sending(accepted);
    await catalog.send(update(), asToken('t'));
    await catalog.send(update({ tags: [] }), asToken('t'));
    const bare = {
      UpdateToken: 't',
      ProvisionedProductId: 'pp-1',
      ProductId: 'prod-1',
      ProvisioningArtifactId: 'pa-1',
      ProvisioningParameters: [],
    };
    expect(wire.calls.map((call) => call.input)).toEqual([bare, { ...bare, Tags: [] }]);
  });

  it('sends one property', async () => {
    const { catalog, wire } = sending(json({ RecordId: 'rec-2', Status: 'SUCCEEDED' }));
    const request: ProductRequest = {
      operation: 'UpdateProvisionedProductProperties',
      provisionedProductId: asProvisionedProductId('pp-1'),
      property: 'LAUNCH_ROLE',
      value: 'arn:aws:iam::111122223333:role/launch',
      acceptLanguage: null,
    };
    expect(okValue(await catalog.send(request, asToken('tu1-b')))).toEqual({
      recordId: 'rec-2',
      status: 'SUCCEEDED',
      createdAt: null,
      provisionedProductId: null,
      productType: null,
    });
    expect(wire.calls[0]?.input).toEqual({
      IdempotencyToken: 'tu1-b',
      ProvisionedProductId: 'pp-1',
      ProvisionedProductProperties: { LAUNCH_ROLE: 'arn:aws:iam::111122223333:role/launch' },
    });
  });

  it.each([
    refusal('ThrottlingException', 'Rate exceeded'),
    refusal('InternalFailure', 'oops', 500),
  ])('makes one call whatever the answer: %j', async (answer) => {
    const { catalog, wire, clock } = sending(answer);
    expect((await catalog.send(update(), asToken('t'))).kind).toBe('failed');
    expect(wire.calls).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });

  it.each([
    ['whole', "Value 'p@ss(w)ord' at 'provisioningParameters.3.member.value' failed"],
    ['cut short', "Value 'p@ss(w)o…' at 'provisioningParameters.3.member.value' failed"],
    ['elsewhere', 'Parameter Password: p@ss(w)ord is too simple'],
    ['in a list', "Value '[a, p@ss(w)ord]' at 'x' failed; Value 'p@ss(w)ord' at 'y' failed"],
  ])('never repeats a secret that AWS quotes (%s)', async (_, message) => {
    const { catalog } = sending(refusal('ValidationException', message));
    const request = update({ parameters: [secret('p@ss(w)ord')] });
    const seen = failedWith(await catalog.send(request, asToken('t')));
    expect(seen.kind).toBe('invalid');
    expect(seen.message).not.toContain('p@ss');
    expect(seen.message).toContain('(not shown)');
  });

  it('finds a secret of several lines before the text is made one line', async () => {
    const { catalog } = sending(refusal('ValidationException', 'bad key: line1\nline2 end'));
    const request = update({ parameters: [secret('line1\nline2')] });
    expect(failedWith(await catalog.send(request, asToken('t'))).message).toBe(
      'bad key: (not shown) end',
    );
  });

  it('shows quoted values where nothing is secret', async () => {
    const message = "1 validation error detected: Value '' at 'tags.1.member.value' failed";
    const { catalog } = sending(refusal('ValidationException', message));
    expect(failedWith(await catalog.send(update(), asToken('t'))).message).toBe(message);
  });
});
