import { describe, expect, test } from 'vitest';
import { LostConnection } from '../../src/local-catalog/local-catalog.ts';
import {
  at,
  ENDS,
  list,
  ROLLED_BACK,
  refusal,
  smallSeed,
  start,
  text,
  updateNet,
} from './harness.ts';

const search = 'SearchProvisionedProducts';

describe('faults of a call', () => {
  test.each([
    ['throttle', { kind: 'throttle' }, 'ThrottlingException', 'Rate exceeded', 400],
    ['internalError', { kind: 'internalError' }, 'InternalFailure', /failed/, 500],
    ['accessDenied', { kind: 'accessDenied' }, 'AccessDeniedException', /is not authorized/, 400],
    [
      'error',
      { kind: 'error', code: 'ExpiredTokenException', message: 'too old', status: 403 },
      'ExpiredTokenException',
      'too old',
      403,
    ],
  ] as const)('%s', async (_, effect, code, message, status) => {
    const h = await start(smallSeed());
    h.admin.addFault({ operation: search, effect });
    const refused = await refusal(h.call(search));
    expect(refused).toMatchObject({ code, status });
    expect(refused.message).toMatch(message);
    await h.call('DescribeProvisionedProduct', { Id: 'pp-net' });
  });

  test('CloudFormation throttles by another name', async () => {
    const h = await start(smallSeed());
    h.admin.addFault({ operation: 'cloudformation:*', effect: { kind: 'throttle' } });
    expect(await refusal(h.query('cloudformation', 'DescribeStacks'))).toMatchObject({
      code: 'Throttling',
      message: 'Rate exceeded',
      status: 400,
    });
  });

  test('a lost request does nothing, a lost reply does everything', async () => {
    const h = await start(smallSeed());
    const input = updateNet();
    h.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      count: 1,
      effect: { kind: 'lostRequest' },
    });
    await expect(h.call('UpdateProvisionedProduct', input)).rejects.toBeInstanceOf(LostConnection);
    expect(h.admin.product('net')?.records).toBe(1);
    h.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      count: 1,
      effect: { kind: 'lostReply' },
    });
    await expect(h.call('UpdateProvisionedProduct', input)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(h.admin.product('net')?.records).toBe(2);
    const answer = await h.call('UpdateProvisionedProduct', input);
    expect(at(answer, 'RecordDetail.RecordId')).toBe(h.admin.product('net')?.product.lastRecordId);
    expect(h.admin.product('net')?.records).toBe(2);
    expect(h.admin.calls('UpdateProvisionedProduct').map((call) => call.result)).toEqual([
      'lostRequest',
      'lostReply',
      'ok',
    ]);
  });

  test('slow answers ask the clock to wait', async () => {
    const h = await start(smallSeed());
    h.admin.addFault({ operation: search, effect: { kind: 'slow', ms: 1_500 } });
    await h.call(search);
    expect(h.slept).toEqual([1_500]);
  });
});

describe('which calls a fault strikes', () => {
  test('by count, then no more', async () => {
    const h = await start(smallSeed());
    h.admin.addFault({ operation: search, count: 2, effect: { kind: 'throttle' } });
    for (let n = 0; n < 2; n += 1) await refusal(h.call(search));
    await h.call(search);
  });

  test('by probability, about as often as said', async () => {
    const h = await start(smallSeed());
    h.admin.addFault({ operation: search, probability: 0.3, effect: { kind: 'throttle' } });
    let struck = 0;
    for (let n = 0; n < 500; n += 1) await h.call(search).catch(() => (struck += 1));
    expect(struck).toBeGreaterThan(110);
    expect(struck).toBeLessThan(190);
  });

  test('by provisioned product: name, id, ARN or record', async () => {
    const seed = smallSeed();
    const [net] = seed.provisionedProducts ?? [];
    const h = await start({
      ...seed,
      provisionedProducts:
        net === undefined ? [] : [net, { ...net, name: 'other', id: 'pp-other' }],
    });
    h.admin.addFault({ product: 'other', effect: { kind: 'throttle' } });
    const record = h.admin.product('other')?.product.lastRecordId ?? '';
    for (const [operation, input] of [
      ['DescribeProvisionedProduct', { Name: 'other' }],
      ['DescribeProvisionedProduct', { Id: 'pp-other' }],
      ['UpdateProvisionedProduct', updateNet({ ProvisionedProductId: 'pp-other' })],
      ['DescribeRecord', { Id: record }],
    ] as const)
      expect((await refusal(h.call(operation, input))).code).toBe('ThrottlingException');
    await h.call('DescribeProvisionedProduct', { Name: 'net' });
    await h.call(search);
  });

  test('removed faults strike no more', async () => {
    const h = await start(smallSeed());
    const id = h.admin.addFault({ effect: { kind: 'throttle' } });
    expect(h.admin.faults().map((fault) => fault.id)).toEqual([id]);
    expect([h.admin.removeFault(id), h.admin.removeFault(id)]).toEqual([true, false]);
    await h.call(search);
    h.admin.addFault({ effect: { kind: 'throttle' } });
    h.admin.clearFaults();
    await h.call(search);
  });
});

describe('faults of a record', () => {
  const update = async (effect: Parameters<typeof Object.assign>[1]) => {
    const h = await start(smallSeed());
    h.admin.addFault({ operation: 'UpdateProvisionedProduct', effect });
    const answer = await h.call('UpdateProvisionedProduct', updateNet());
    const record = async () =>
      at(
        await h.call('DescribeRecord', { Id: text(answer, 'RecordDetail.RecordId') }),
        'RecordDetail',
      );
    return { h, record };
  };

  test.each([
    [{ kind: 'recordFails', message: 'limit reached' }, 'UPDATE_ROLLBACK_COMPLETE', 1],
    [
      { kind: 'recordFails', message: 'limit reached', listErrors: false },
      'UPDATE_ROLLBACK_COMPLETE',
      0,
    ],
    [
      { kind: 'recordFails', message: 'limit reached', rollback: 'failed' },
      'UPDATE_ROLLBACK_FAILED',
      1,
    ],
  ])('%j leaves the stack in %s', async (effect, stack, errors) => {
    const { h, record } = await update(effect);
    h.pass(ENDS);
    expect(at(await record(), 'Status')).toBe('IN_PROGRESS_IN_ERROR');
    h.pass(ROLLED_BACK);
    expect(at(await record(), 'Status')).toBe('FAILED');
    expect(list(await record(), 'RecordErrors')).toHaveLength(errors);
    expect(h.admin.product('net')).toMatchObject({
      product: { status: 'TAINTED', statusMessage: 'limit reached' },
      stack: { status: stack },
      parameters: { Size: 'small' },
    });
  });

  test('rollback none: straight to FAILED', async () => {
    const { h, record } = await update({ kind: 'recordFails', rollback: 'none' });
    h.pass(ENDS);
    expect(at(await record(), 'Status')).toBe('FAILED');
    expect(h.admin.product('net')?.parameters.Size).toBe('small');
  });

  test('straggle: the record takes longer', async () => {
    const { h, record } = await update({ kind: 'straggle', ms: 60_000 });
    h.pass(ENDS + 59_999);
    expect(at(await record(), 'Status')).toBe('IN_PROGRESS');
    h.pass(1);
    expect(at(await record(), 'Status')).toBe('SUCCEEDED');
  });

  test('a change of properties can fail too, and changes nothing', async () => {
    const h = await start(smallSeed());
    h.admin.addFault({
      operation: 'UpdateProvisionedProductProperties',
      effect: { kind: 'recordFails' },
    });
    await h.call('UpdateProvisionedProductProperties', {
      ProvisionedProductId: 'pp-net',
      ProvisionedProductProperties: { OWNER: 'arn:aws:iam::111122223333:role/x' },
      IdempotencyToken: 't',
    });
    h.pass(ENDS);
    expect(h.admin.product('net')?.product).toMatchObject({
      status: 'AVAILABLE',
      userArn: 'arn:aws:iam::111122223333:role/LocalAdmin',
    });
  });
});

describe('rate limits', () => {
  test('a token bucket per operation, refilled by the clock', async () => {
    const h = await start(
      smallSeed({ limits: { operations: { [search]: { perSecond: 2, burst: 3 } } } }),
    );
    const tries = async (n: number) => {
      let passed = 0;
      for (let number = 0; number < n; number += 1)
        await h.call(search).then(
          () => (passed += 1),
          () => 0,
        );
      return passed;
    };
    expect(await tries(5)).toBe(3);
    h.pass(500);
    expect(await tries(5)).toBe(1);
    h.pass(60_000);
    expect(await tries(5)).toBe(3);
    await h.call('DescribeProvisionedProduct', { Id: 'pp-net' });
  });

  test('a default limit gives each operation and each account its own bucket', async () => {
    const h = await start(smallSeed({ limits: { default: { perSecond: 1 } } }));
    await h.call(search);
    expect((await refusal(h.call(search))).code).toBe('ThrottlingException');
    await h.call('ScanProvisionedProducts');
    await h.call(search, {}, { key: '444455556666' });
    h.admin.setLimit('default', null);
    await h.call(search);
  });
});

describe('disturbances past the API', () => {
  test('a stack edited past Service Catalog: new values, no new record', async () => {
    const h = await start(smallSeed());
    await h.admin.editStack({
      product: 'net',
      parameters: { Size: 'large' },
      tags: { hand: 'made' },
    });
    expect(h.admin.product('net')).toMatchObject({
      parameters: { Size: 'large' },
      records: 1,
      stack: { status: 'UPDATE_COMPLETE', updatedAt: h.now() },
    });
    expect(h.admin.product('net')?.stack?.tags).toContainEqual({ Key: 'hand', Value: 'made' });
    expect(h.admin.product('net')?.product.status).toBe('AVAILABLE');
    await expect(h.admin.editStack({ product: 'none' })).rejects.toThrow('none');
  });

  test("somebody else's update makes a record and keeps others out", async () => {
    const h = await start(smallSeed());
    await h.admin.callAs('UpdateProvisionedProduct', updateNet());
    expect((await refusal(h.call('UpdateProvisionedProduct', updateNet()))).code).toBe(
      'InvalidParametersException',
    );
    h.pass(ENDS);
    expect(h.admin.product('net')).toMatchObject({ records: 2, parameters: { Size: 'large' } });
    await expect(h.admin.callAs('UpdateProvisionedProduct', { UpdateToken: 't' })).rejects.toThrow(
      'refused',
    );
  });
});
