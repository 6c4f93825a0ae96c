import { describe, expect, it } from 'vitest';
import type { AssessInput } from '../../src/diff/assess.ts';
import { needsFailureTime } from '../../src/diff/hold.ts';
import { buildRequest } from '../../src/diff/request.ts';
import { requestHash } from '../../src/diff/stored-request.ts';
import type { Change } from '../../src/domain/change.ts';
import type { LastResult, Latch } from '../../src/domain/entry.ts';
import { asDigest } from '../../src/domain/ids.ts';
import { notRead, read } from '../../src/domain/live.ts';
import type { Step } from '../../src/domain/request.ts';
import type { Spec } from '../../src/domain/spec.ts';
import {
  aLive,
  anEntry,
  aSpec,
  aStack,
  assessed,
  aTainted,
  compared,
  definitionsOf,
  factsFor,
  fingerprint,
  NOW,
  rec,
  value,
  verdictOf,
} from './build.ts';

const bigger = aSpec({ parameters: { Size: value('big') } });

function hashOf(spec: Spec, step: Step = 'update', live = aLive()) {
  const { resolved } = factsFor(spec, live);
  if (resolved.kind !== 'resolved') throw new Error('not resolved');
  const definitions = definitionsOf();
  const comparison = compared({ spec, live });
  return requestHash(
    buildRequest({
      step,
      spec,
      live,
      resolved,
      definitions,
      entry: anEntry(),
      fingerprint,
      comparison,
    }),
  );
}

const facts = { recordId: rec('1'), reason: 'limit reached', at: '2026-11-21T11:00:00.000Z' };
const stalled = (hash: Latch['requestHash']): Latch => ({
  kind: 'stalled',
  ...facts,
  requestHash: hash,
  next: 'mend it',
});
const backoff = (until: string): Latch => ({
  kind: 'backoff',
  ...facts,
  requestHash: hashOf(bigger),
  attempts: 1,
  until,
});
const latched = (latch: Latch, parts: Partial<AssessInput> = {}) =>
  assessed({ spec: bigger, entry: anEntry({ latch }), ...parts });

describe('a latch', () => {
  it('holds the same request', () => {
    expect(verdictOf(latched(stalled(hashOf(bigger))), 'latched').latch).toMatchObject({
      reason: 'limit reached',
    });
  });

  it('holds it on another base, too', () => {
    const live = aLive({
      records: { last: rec('7'), lastProvisioning: rec('1'), lastSuccessful: rec('1') },
    });
    verdictOf(latched(stalled(hashOf(bigger)), { live }), 'latched');
  });

  it('falls with another request', () => {
    verdictOf(
      latched(stalled(hashOf(bigger)), { spec: aSpec({ parameters: { Size: value('huge') } }) }),
      'update',
    );
  });

  it('without a request holds everything', () => {
    verdictOf(latched(stalled(null)), 'latched');
  });

  it('means nothing where nothing differs', () => {
    verdictOf(latched(stalled(null), { spec: aSpec() }), 'inSync');
  });

  it.each([
    ['2026-11-21T12:00:01.000Z', 'latched'],
    ['2026-11-21T12:00:00.000Z', 'update'],
    ['2026-11-21T11:59:59.000Z', 'update'],
  ] as const)('with a backoff until %s: %s', (until, kind) => {
    verdictOf(latched(backoff(until)), kind);
  });

  it('of another step does not hold the first one', () => {
    const spec = aSpec({ ...bigger, launchRole: 'arn:l' });
    const live = aLive({ launchRole: read('arn:k') });
    const change = latched(stalled(hashOf(bigger)), { spec, live });
    expect(verdictOf(change, 'update').steps[0]).toBe('launchRole');
  });

  it('holds where it cannot be told without the key whether the request is the same', () => {
    const spec = aSpec({ parameters: { Password: value('p'), Size: value('big') } });
    const parts = { spec, fingerprint: null, keyId: null };
    verdictOf(latched(stalled(asDigest('sha256:another')), parts), 'latched');
    verdictOf(assessed(parts), 'update');
  });

  it('does not hold a person who asks', () => {
    verdictOf(latched(stalled(null), { asked: true }), 'update');
  });

  it.each([
    [null, 'update'],
    ['1', 'latched'],
  ] as const)(
    'against the annotation trueup/retry "1", honoured so far: %s',
    (retryHandled, kind) => {
      const spec = aSpec({ ...bigger, annotations: { 'trueup/retry': '1' } });
      verdictOf(assessed({ spec, entry: anEntry({ latch: stalled(null), retryHandled }) }), kind);
    },
  );
});

describe('a chain whose update failed before', () => {
  const spec = aSpec({ ...bigger, launchRole: 'arn:l' });
  const owned = aSpec({ owner: 'arn:o', launchRole: 'arn:l' });
  const live = aLive({ launchRole: read('arn:k') });
  const failed = { ...stalled(hashOf(spec)), specDigest: asDigest('hmac:present#v.k') };
  const chain = (parts: Partial<AssessInput> = {}, latch: Latch = failed) =>
    latched(latch, { spec, live, specDigest: asDigest('hmac:present#v.k'), ...parts });

  it.each<[string, () => Change, 'latched' | 'update']>([
    ['for this content is not begun', () => chain(), 'latched'],
    [
      'for this content is begun where its update is another one by now',
      () => chain({}, { ...failed, requestHash: asDigest('sha256:another') }),
      'update',
    ],
    ['for another content is begun', () => chain({ specDigest: asDigest('hmac:x#v.k') }), 'update'],
    [
      'is not begun where it cannot be told for which content',
      () => chain({ specDigest: asDigest('hmac:present#v.other') }),
      'latched',
    ],
    ['is not begun where nothing tells the content', () => chain({ specDigest: null }), 'latched'],
    [
      'is begun where no update follows',
      () => chain({ spec: owned }, { ...failed, requestHash: hashOf(owned) }),
      'update',
    ],
    ['is begun once a person asks', () => chain({ asked: true }), 'update'],
  ])('%s', (_when, change, kind) => {
    verdictOf(change(), kind);
  });
});

describe('a failure that the journal does not know', () => {
  const input = (parts: Partial<AssessInput>) => ({ spec: bigger, live: aTainted(), ...parts });

  it.each([
    ['2026-11-20T12:00:01.000Z', 'latched'],
    ['2026-11-20T12:00:00.000Z', 'update'],
  ] as const)('that ended at %s: %s', (failedAt, kind) => {
    verdictOf(assessed(input({ failedAt })), kind);
  });

  it('says until when it waits', () => {
    const { latch } = verdictOf(
      assessed(input({ failedAt: '2026-11-21T00:00:00.000Z' })),
      'latched',
    );
    expect(latch).toMatchObject({
      kind: 'backoff',
      until: '2026-11-22T00:00:00.000Z',
      recordId: 'rec-2',
    });
  });

  it('holds a healing send, too', () => {
    verdictOf(assessed({ live: aTainted(), failedAt: NOW }), 'latched');
  });

  it('sends nothing where its time could not be read', () => {
    expect(verdictOf(assessed(input({})), 'unreadable').why).toContain('rec-2');
  });

  it('does not hold a person who asks', () => {
    verdictOf(assessed(input({ failedAt: NOW, asked: true })), 'update');
  });

  it.each<[string, boolean, boolean]>([
    ['of an unknown product', needsFailureTime(aTainted(), anEntry()), true],
    [
      'of a known one',
      needsFailureTime(
        aTainted(),
        anEntry({ ownRecords: [rec('0')], provisionedProductId: aTainted().id }),
      ),
      false,
    ],
    ['where nothing failed', needsFailureTime(aLive(), anEntry()), false],
    [
      'of what AWS does not count as a provisioning, as an import may be',
      needsFailureTime(
        aLive({
          status: 'ERROR',
          records: { last: rec('1'), lastProvisioning: null, lastSuccessful: null },
        }),
        anEntry(),
      ),
      true,
    ],
    ['where it is absent', needsFailureTime({ kind: 'absent' }, anEntry()), false],
  ])('asks for the time %s', (_when, needs, expected) => {
    expect(needs).toBe(expected);
  });
});

describe('a request that succeeded and changed nothing', () => {
  const result: LastResult = {
    kind: 'succeeded',
    step: 'update',
    recordId: rec('1'),
    base: rec('0'),
    requestHash: hashOf(bigger),
    at: '2026-11-21T10:00:00.000Z',
    reason: null,
  };
  const resent = (parts: Partial<AssessInput> = {}, lastResult = result) =>
    assessed({ spec: bigger, entry: anEntry({ ownRecords: [rec('1')], lastResult }), ...parts });

  it('is not sent again for ever', () => {
    const { latch } = verdictOf(resent(), 'latched');
    expect(latch).toMatchObject({
      kind: 'stalled',
      reason: 'record rec-1 succeeded, and live state still differs: Size',
    });
  });

  it.each<[string, Partial<AssessInput>, LastResult]>([
    [
      'the document wants something else',
      { spec: aSpec({ parameters: { Size: value('huge') } }) },
      result,
    ],
    ['another record followed', {}, { ...result, recordId: rec('0') }],
    [
      'the stack was updated since',
      { live: aLive({ stack: read(aStack({ lastUpdated: '2026-11-21T10:00:01Z' })) }) },
      result,
    ],
    ['a person asks', { asked: true }, result],
    ['it failed', {}, { ...result, kind: 'failed' }],
  ])('is sent again where %s', (_when, parts, lastResult) => {
    verdictOf(resent(parts, lastResult), 'update');
  });

  it('holds for properties by their record alone', () => {
    const spec = aSpec({ owner: 'arn:o' });
    const lastResult: LastResult = { ...result, step: 'owner', requestHash: hashOf(spec, 'owner') };
    verdictOf(resent({ spec }, lastResult), 'latched');
    const live = aLive({ stack: read(aStack({ lastUpdated: '2026-11-21T10:00:01Z' })) });
    verdictOf(resent({ spec, live }, lastResult), 'latched');
  });

  it('holds where the stack was updated by that very record', () => {
    const live = aLive({ stack: read(aStack({ lastUpdated: result.at })) });
    verdictOf(resent({ live }), 'latched');
    verdictOf(resent({ live, succeededAt: '2026-11-21T09:59:59.000Z' }), 'update');
  });

  it('holds where there is no stack', () => {
    const parameters = { Size: value('s'), Password: value('p') };
    const spec = aSpec({ parameters, version: { kind: 'name', name: '2.0' } });
    const live = aLive({ type: 'TERRAFORM_OPEN_SOURCE', stack: notRead });
    const lastResult = { ...result, requestHash: hashOf(spec, 'update', live) };
    verdictOf(resent({ spec, live }, lastResult), 'latched');
  });

  it('names what of this request still differs, and nothing of another step', () => {
    const spec = aSpec({ ...bigger, owner: 'arn:o' });
    const { latch } = verdictOf(
      resent({ spec }, { ...result, requestHash: hashOf(spec) }),
      'latched',
    );
    expect(latch.reason).toMatch(/still differs: Size$/);
  });

  it('says nothing of another step, also where requests cannot be told apart without the key', () => {
    const spec = aSpec({ parameters: { Password: value('p'), Size: value('big') } });
    const parts = { spec, fingerprint: null, keyId: null };
    verdictOf(resent(parts), 'latched');
    verdictOf(resent(parts, { ...result, step: 'owner' }), 'update');
  });
});
