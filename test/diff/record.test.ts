import { describe, expect, it } from 'vitest';
import { failureReason, isRetryableFailure } from '../../src/diff/failure-text.ts';
import { restsOnStack, withoutKept } from '../../src/diff/fingerprints-after.ts';
import type { RecordFailure } from '../../src/diff/latch-after.ts';
import {
  openIntent,
  recordFailed,
  recordInEffect,
  recordRetry,
  recordSucceeded,
} from '../../src/diff/record.ts';
import { openHash } from '../../src/diff/stored-request.ts';
import type { Intent, ProductEntry } from '../../src/domain/entry.ts';
import { asArtifactId, asDigest, asPathId, asProductId } from '../../src/domain/ids.ts';
import { read } from '../../src/domain/live.ts';
import type { Step, StoredRequest } from '../../src/domain/request.ts';
import {
  aLive,
  anEntry,
  anIntent,
  aRecord,
  aStack,
  fingerprint,
  KEY_ID,
  NOW,
  prints,
  rec,
} from './build.ts';

const T0 = '2026-11-01T00:00:00.000Z';
const T1 = '2026-11-21T11:04:00.000Z';
const updating = anIntent({ recordId: rec('2') });
const owning = anIntent({ step: 'owner', recordId: rec('2') });
const print = asDigest('hmac:p');
/** It keeps one hidden value and sends another. */
const keeping = anIntent({
  request: {
    ...{ operation: 'UpdateProvisionedProduct', provisionedProductId: aLive().id },
    ...{ productId: asProductId('prod-net'), artifactId: asArtifactId('pa-1') },
    ...{ pathId: asPathId('lpv2-1'), tags: null, acceptLanguage: null },
    parameters: [
      { kind: 'previous', key: 'Kept' },
      { kind: 'secret', key: 'Password', digest: print },
    ],
  },
  pending: { ...anIntent().pending, fingerprints: { Kept: print, Password: print } },
});

describe('openIntent', () => {
  const opened = {
    live: aLive(),
    keyId: KEY_ID,
    cause: { kind: 'document' },
    retry: null,
  } as const;
  const known = anEntry({ fingerprints: prints({ Password: 'p' }) });

  it('keeps fingerprints that hold, and drops those that do not', () => {
    expect(openIntent(known, updating, opened).fingerprints).toEqual(known.fingerprints);
    const moved = aLive({ stack: read(aStack({ lastUpdated: T1 })) });
    expect(openIntent(known, updating, { ...opened, live: moved }).fingerprints).toBeNull();
  });

  it('remembers that the one healing send of this content is made', () => {
    expect(openIntent(known, updating, opened).healed).toBeNull();
    expect(openIntent(known, updating, { ...opened, cause: { kind: 'heal' } }).healed).toBe(
      updating.specDigest,
    );
  });

  it('honours the annotation once', () => {
    expect(openIntent(known, updating, { ...opened, retry: '2' }).retryHandled).toBe('2');
    expect(openIntent(anEntry({ retryHandled: '1' }), updating, opened).retryHandled).toBe('1');
  });
});

describe('recordSucceeded', () => {
  const success = { recordId: rec('2'), stackUpdated: T1, at: NOW, chainDone: true };
  const before = anEntry({
    intent: updating,
    latch: { kind: 'stalled', requestHash: null, recordId: null, reason: '', next: '', at: T0 },
    ownRecords: [rec('1')],
    ownTags: ['old'],
    declaredPath: 'name:old',
    fingerprints: prints({ Password: 'old' }),
  });

  it('makes true what was pending', () => {
    const digest = fingerprint('Password', 'new');
    const intent = anIntent({
      pending: { ...anIntent().pending, fingerprints: { Password: digest } },
    });
    expect(recordSucceeded(before, intent, success)).toMatchObject({
      provisionedProductId: 'pp-a',
      inEffect: { specDigest: intent.specDigest, revision: 'abc', at: NOW },
      declaredPath: 'name:platform',
      ownTags: ['team'],
      fingerprints: {
        recordId: 'rec-2',
        stackUpdated: T1,
        keyId: KEY_ID,
        values: { Password: digest },
      },
      intent: null,
      latch: null,
      ownRecords: ['rec-2', 'rec-1'],
      lastResult: {
        kind: 'succeeded',
        step: 'update',
        recordId: 'rec-2',
        requestHash: intent.requestHash,
      },
    });
  });

  it.each([
    ['of what tells its values, those of the secrets sent', false, false, ['Password']],
    ['of what tells nothing, those of all values', true, true, ['Cidr', 'Password']],
  ])('keeps of a provisioning %s', (_of, isBlind, complete, keys) => {
    const prints = { Cidr: asDigest('hmac:c'), Password: asDigest('hmac:p') };
    const request: StoredRequest = {
      ...{ operation: 'ProvisionProduct', provisionedProductId: null, name: 'net-a' },
      ...{ productId: asProductId('prod-net'), artifactId: asArtifactId('pa-1') },
      ...{ pathId: asPathId('lpv2-1'), tags: [], notificationArns: [], acceptLanguage: null },
      parameters: [
        { kind: 'value', key: 'Cidr', value: 'A' },
        { kind: 'secret', key: 'Password', digest: prints.Password },
        { kind: 'secret', key: 'Unprinted', digest: prints.Password },
      ],
    };
    const pending = { ...anIntent().pending, fingerprints: prints, complete: true };
    const intent = anIntent({ step: 'provision', request, pending });
    const { fingerprints } = recordSucceeded(before, intent, { ...success, isBlind });
    expect(fingerprints).toMatchObject({
      ...{ recordId: 'rec-2', keyId: KEY_ID, complete },
      stackUpdated: complete ? null : T1,
    });
    expect(Object.keys(fingerprints?.values ?? {})).toEqual(keys);
  });

  it.each([
    ['and of those kept', {}, ['Kept', 'Password']],
    [
      'where it was only found: the stack may have been edited before',
      { isFound: true },
      ['Password'],
    ],
    [
      'and of those kept where it was only found and no stack tells any value',
      { isFound: true, pending: { ...keeping.pending, complete: true } },
      ['Kept', 'Password'],
    ],
  ])('keeps the fingerprints of values sent, %s', (_when, found, keys) => {
    const { fingerprints } = recordSucceeded(before, { ...keeping, ...found }, success);
    expect(Object.keys(fingerprints?.values ?? {})).toEqual(keys);
  });

  it('remembers what was applied last of values that stand elsewhere, also of those it kept', () => {
    const applied = (version: string) => ({ reference: 'env:APP_A', version });
    const intentOf = (keyId: string) =>
      anIntent({
        request: {
          ...anIntent().request,
          parameters: [
            { kind: 'reference', key: 'New', ...applied('2') },
            { kind: 'previous', key: 'Kept' },
            { kind: 'previous', key: 'Plain' },
            { kind: 'value', key: 'Literal', value: 'x' },
          ],
        } as Intent['request'],
        pending: { ...anIntent().pending, keyId, references: { New: applied('2') } },
      });
    const lastReferences = {
      keyId: KEY_ID,
      references: {
        New: applied('1'),
        Kept: applied('1'),
        Literal: applied('1'),
        Gone: applied('1'),
      },
    };
    const lastAfter = (keyId: string) => {
      const { lastReferences: last } = recordSucceeded(
        { ...before, lastReferences },
        intentOf(keyId),
        success,
      );
      return { keyId: last?.keyId, references: { ...last?.references } };
    };
    expect(lastAfter(KEY_ID)).toEqual({
      keyId: KEY_ID,
      references: { New: applied('2'), Kept: applied('1') },
    });
    // What was noted under another key says nothing.
    expect(lastAfter('key-2')).toEqual({ keyId: 'key-2', references: { New: applied('2') } });
  });

  it('ends what failed updates were to tag', () => {
    const tried = { ...before, triedTags: ['team', 'cost'] };
    expect(recordSucceeded(tried, updating, success).triedTags).toEqual([]);
    expect(recordSucceeded(tried, owning, success).triedTags).toEqual(['team', 'cost']);
  });

  it('of a failed import forgets it with what made it anew, and with nothing else', () => {
    const failed = { kind: 'failed', step: 'import', recordId: rec('1'), base: null } as const;
    const lastResult = { ...failed, requestHash: updating.requestHash, at: T0, reason: 'no' };
    const resultOf = (step: Step) =>
      recordSucceeded({ ...before, lastResult }, anIntent({ step }), success).lastResult;
    for (const step of ['import', 'update'] as const)
      expect(resultOf(step)).not.toHaveProperty('afterFailedImport');
    expect(resultOf('owner')).toMatchObject({ afterFailedImport: true });
  });

  it('of a property leaves tags, path and fingerprints as they were', () => {
    const after = recordSucceeded(before, owning, success);
    expect(after).toMatchObject({
      ownTags: ['old'],
      declaredPath: 'name:old',
      fingerprints: before.fingerprints,
    });
  });

  it('is not yet the document in effect while a step follows', () => {
    expect(recordSucceeded(before, updating, { ...success, chainDone: false }).inEffect).toBeNull();
  });

  it('keeps the newest 20 records, each once', () => {
    const ownRecords = [rec('2'), ...Array.from({ length: 25 }, (_, i) => rec(`old${i}`))];
    const after = recordSucceeded({ ...before, ownRecords }, updating, success);
    expect(after.ownRecords).toHaveLength(20);
    expect(after.ownRecords.slice(0, 2)).toEqual(['rec-2', 'rec-old0']);
  });
});

describe('what rests on the stack as it is right before a request', () => {
  const known = prints({ Password: 'p' });
  const reference = { Password: { reference: 'secret', version: '1' } };
  it.each([
    ['known hidden values', updating, known, true],
    [
      'known versions of what stands elsewhere',
      updating,
      { ...prints({}), references: reference },
      true,
    ],
    ['nothing that is known', updating, prints({}), false],
    ['what no stack tells', updating, { ...known, stackUpdated: null }, false],
    ['a request that leaves the values alone', owning, known, false],
    ['no fingerprints at all', updating, null, false],
  ])('%s', (_what, intent, fingerprints, expected) => {
    expect(restsOnStack(intent, fingerprints)).toBe(expected);
  });

  it('is of a request for other values only what it keeps', () => {
    expect(withoutKept(keeping).pending.fingerprints).toEqual({ Password: print });
  });
});

describe('recordFailed', () => {
  const failure: RecordFailure = {
    recordId: rec('2'),
    reason: 'limit reached',
    retryable: false,
    at: NOW,
    stackRolledBack: true,
    stackUpdated: T1,
  };
  const failed = (
    entry: Partial<ProductEntry>,
    parts: Partial<RecordFailure> = {},
    intent = updating,
  ) => recordFailed(anEntry({ intent, ...entry }), intent, { ...failure, ...parts });

  it('stalls at once what does not pass by itself', () => {
    const after = failed({});
    expect(after.latch).toMatchObject({
      kind: 'stalled',
      requestHash: updating.requestHash,
      recordId: 'rec-2',
      reason: 'limit reached',
    });
    expect(after).toMatchObject({
      intent: null,
      ownRecords: ['rec-2'],
      inEffect: null,
      lastResult: { kind: 'failed' },
    });
  });

  it('says what would help: another one for what comes back after every wait', () => {
    const standing = { kind: 'backoff', requestHash: updating.requestHash, attempts: 5 } as const;
    const facts = { recordId: null, reason: '', at: T0, until: T0 };
    const latch = { ...standing, ...facts };
    expect(failed({}).latch).toMatchObject({ next: expect.stringContaining('fix the cause') });
    expect(failed({ latch }, { retryable: true }).latch).toMatchObject({
      kind: 'stalled',
      next: expect.stringContaining('after every wait'),
    });
  });

  it('of a provisioning stalls at once, also where it passes by itself: the name stays taken', () => {
    const provisioning = anIntent({ step: 'provision', recordId: rec('2') });
    for (const retryable of [false, true])
      expect(failed({}, { retryable }, provisioning).latch).toEqual({
        ...{ kind: 'stalled', requestHash: updating.requestHash, recordId: 'rec-2', at: NOW },
        ...{ reason: 'limit reached', specDigest: updating.specDigest },
        openHash: openHash(provisioning.request),
        next: expect.stringContaining('onError to recreate'),
      });
  });

  it('waits longer each time for what does, from a minute to an hour, then stalls', () => {
    let entry = anEntry();
    const waits: (number | string)[] = [];
    for (let attempt = 1; attempt <= 6; attempt++) {
      entry = recordFailed(entry, updating, { ...failure, retryable: true });
      const { latch } = entry;
      waits.push(
        latch?.kind === 'backoff'
          ? (Date.parse(latch.until) - Date.parse(NOW)) / 60_000
          : 'stalled',
      );
    }
    expect(waits).toEqual([1, 3, 8, 22, 60, 'stalled']);
  });

  it('starts anew for another request', () => {
    const first = recordFailed(anEntry(), updating, { ...failure, retryable: true });
    const other = anIntent({ requestHash: asDigest('sha256:other') });
    const { latch } = recordFailed(first, other, { ...failure, retryable: true });
    expect(latch).toMatchObject({ kind: 'backoff', attempts: 1 });
  });

  const fingerprints = prints({ Password: 'p' });
  it.each<[string, Partial<RecordFailure>, object | null]>([
    ['where the stack rolled back, at its new time', {}, { ...fingerprints, stackUpdated: T1 }],
    [
      'where the stack was never touched',
      { stackRolledBack: false, stackUpdated: T0 },
      fingerprints,
    ],
    ['not where it ended otherwise', { stackRolledBack: false }, null],
    ['not where its time could not be read', { stackUpdated: null }, null],
  ])('keeps fingerprints %s', (_when, parts, expected) => {
    expect(failed({ fingerprints }, parts).fingerprints).toEqual(expected);
  });

  it('keeps none where the record was only found, because the stack may have been edited before', () => {
    const found = { ...updating, isFound: true };
    expect(failed({ fingerprints }, {}, found).fingerprints).toBeNull();
    const untouched = { stackRolledBack: false, stackUpdated: T0 };
    expect(failed({ fingerprints }, untouched, found).fingerprints).toEqual(fingerprints);
  });

  it('of a property says nothing about fingerprints', () => {
    expect(failed({ fingerprints }, { stackRolledBack: false }, owning).fingerprints).toEqual(
      fingerprints,
    );
  });
});

describe('recordInEffect and recordRetry', () => {
  const seen = { specDigest: asDigest('hmac:a'), revision: 'r2', at: NOW };

  it('keeps since when the same content is in effect', () => {
    const first = recordInEffect(anEntry(), { ...seen, revision: 'r1', at: T0 });
    expect(recordInEffect(first, seen).inEffect).toMatchObject({ revision: 'r1', at: T0 });
    expect(
      recordInEffect(first, { ...seen, specDigest: asDigest('hmac:b') }).inEffect?.revision,
    ).toBe('r2');
  });

  it('let a latch fall', () => {
    const entry = anEntry({
      latch: { kind: 'stalled', requestHash: null, recordId: null, reason: '', next: '', at: T0 },
      healed: asDigest('hmac:a'),
    });
    expect(recordInEffect(entry, seen)).toMatchObject({ latch: null, healed: 'hmac:a' });
    expect(recordRetry(entry, '3')).toMatchObject({ latch: null, healed: null, retryHandled: '3' });
  });
});

describe('isRetryableFailure', () => {
  it.each([
    'Account Factory cannot complete an operation on this account, because another AWS Control Tower operation is in progress. Try again later.',
    'Rate exceeded (Service: AmazonCloudFormation; Status Code: 400; Error Code: Throttling; Request ID: 1)',
    'ThrottlingException: slow down',
    'Resource handler returned message: "Internal Failure"',
    'InternalServerError',
  ])('%s', (text) => {
    expect(isRetryableFailure(text)).toBe(true);
  });

  it.each([
    'Parameters: [X] do not exist in the template',
    'NatEip: The maximum number of addresses has been reached.',
    'The internal load balancer was refused',
    'ThrottlingBurst must be a number',
    '',
  ])('not: %s', (text) => {
    expect(isRetryableFailure(text)).toBe(false);
  });
});

describe('failureReason', () => {
  const message =
    'AmazonCloudFormationException  Parameters: [KeyName] must have values (Service: AmazonCloudFormation; Status Code: 400; Error Code: ValidationError; Request ID: 1a2b3c4d; Proxy: null)';
  const withErrors = (...descriptions: string[]) =>
    aRecord('2', {
      status: 'FAILED',
      errors: descriptions.map((description) => ({ code: '1', description })),
    });

  it.each<[string, ReturnType<typeof aRecord>, string | null, string]>([
    ['of the record', withErrors(message), 'other', 'Parameters: [KeyName] must have values'],
    [
      'of the status where the record has none',
      withErrors(),
      message,
      'Parameters: [KeyName] must have values',
    ],
    [
      'of several errors, each once',
      withErrors('First.', 'Second.', 'First.'),
      null,
      'First. Second.',
    ],
    [
      'as it stands',
      withErrors('NatEip: The maximum number (5) has been reached.'),
      null,
      'NatEip: The maximum number (5) has been reached.',
    ],
    ['on one line', withErrors(' a\n  b '), null, 'a b'],
    ['none at all', withErrors(), null, 'the record ended FAILED, and AWS gave no reason'],
    ['none but blanks', withErrors(' '), '  ', 'the record ended FAILED, and AWS gave no reason'],
  ])('%s', (_what, record, status, expected) => {
    expect(failureReason(record, status)).toBe(expected);
  });

  it('keeps no request id and is not endless', () => {
    expect(failureReason(withErrors(message), null)).not.toContain('1a2b3c4d');
    expect(failureReason(withErrors('x'.repeat(5_000)), null).length).toBeLessThan(1_100);
  });
});
