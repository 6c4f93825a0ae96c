import { describe, expect, it } from 'vitest';
import {
  isPrunable,
  judgeRemoval,
  type Leaving,
  type RemovalInput,
} from '../../src/diff/removal.ts';
import { terminateRequest } from '../../src/diff/request.ts';
import { requestHash } from '../../src/diff/stored-request.ts';
import {
  asDigest,
  asProductKey,
  asProvisionedProductId,
  asTargetName,
} from '../../src/domain/ids.ts';
import type { KnownDocument } from '../../src/domain/known.ts';
import { anEntry, anIntent, NOW, rec, verdictOf } from './build.ts';

const ID = asProvisionedProductId('pp-a');
const inEffect = { specDigest: asDigest('hmac:a'), revision: 'r1', at: NOW };
const owned = anEntry({ inEffect });

const known: KnownDocument = {
  key: asProductKey('name:net-a'),
  name: 'net-a',
  file: 'net.yaml',
  digest: 'hmac:a',
  content: 'hmac:c',
  labels: {},
  policies: { prune: 'terminate', deletionProtection: false, handsOff: false },
  provisionedProductId: ID,
  lastRecordId: rec('1'),
  called: 'net-a',
  dependsOn: [],
  gone: { since: '2026-11-21T11:00:00.000Z', revision: 'r2', renamedTo: null },
  mayBe: null,
};

const live: Leaving = {
  kind: 'present',
  id: ID,
  name: 'net-a',
  type: 'CFN_STACK',
  status: 'AVAILABLE',
  lastRecordId: rec('1'),
};

function judged(parts: Partial<RemovalInput> = {}) {
  return judgeRemoval({
    target: asTargetName('prod'),
    known,
    entry: owned,
    isOurs: true,
    live,
    claimedBy: null,
    isConfirmed: true,
    unsure: null,
    neededBy: [],
    after: [],
    observeOnly: false,
    asked: false,
    now: NOW,
    ...parts,
  });
}

const policy = (parts: Partial<KnownDocument['policies']>): KnownDocument => ({
  ...known,
  policies: { ...known.policies, ...parts },
});
const stalled = {
  kind: 'stalled',
  // It could not be told: that holds a termination too, unlike a failed update.
  requestHash: null,
  recordId: null,
  reason: 'r',
  next: 'n',
  at: NOW,
} as const;

it.each([
  ['a failed update does not hold a termination', asDigest('sha256:update'), 'terminate'],
  [
    'a failed termination holds the same one',
    requestHash(terminateRequest(ID, false, null)),
    'latched',
  ],
  ['what could not be told holds everything', null, 'latched'],
] as const)('%s', (_rule, held, expected) => {
  const latch = { ...stalled, requestHash: held, recordId: rec('1') };
  const failed = { ...live, status: 'TAINTED' as const };
  expect(judged({ entry: { ...owned, latch }, live: failed }).verdict.kind).toBe(expected);
});

describe('a removal', () => {
  it('ends what nothing speaks for any more', () => {
    expect(verdictOf(judged(), 'terminate')).toMatchObject({ steps: ['terminate'], retain: false });
    expect(verdictOf(judged({ known: policy({ prune: 'retain' }) }), 'terminate').retain).toBe(
      true,
    );
    expect(judged({ after: ['net-b'] })).toMatchObject({ base: rec('1'), after: ['net-b'] });
  });

  it.each([
    ['a document that is there for it', { claimedBy: 'other' }, 'plan/renamed'],
    ['protection', { known: policy({ deletionProtection: true }) }, 'plan/deletion-protected'],
    ['somebody else', { live: { ...live, lastRecordId: rec('theirs') } }, 'plan/changed-since'],
    [
      'a new name',
      {
        known: {
          ...known,
          gone: { since: NOW, revision: 'r', renamedTo: { key: known.key, name: 'new' } },
        },
      },
      'plan/renamed',
    ],
  ] as const)('is refused for %s', (_what, parts, code) => {
    const [problem] = verdictOf(judged(parts), 'refused').problems;
    expect(problem).toMatchObject({ code, at: { file: 'net.yaml' } });
  });

  it('is not refused for a record of our own', () => {
    const entry = anEntry({ inEffect, ownRecords: [rec('ours')] });
    expect(judged({ entry, live: { ...live, lastRecordId: rec('ours') } }).verdict.kind).toBe(
      'terminate',
    );
  });

  it.each([
    ['two reads', { isConfirmed: false }, 'missing for 10 minutes'],
    ['certainty', { unsure: 'a file could not be read' }, 'a file could not be read'],
    ['its dependants', { neededBy: ['net-b'] }, 'net-b'],
  ] as const)('waits for %s', (_what, parts, why) => {
    expect(verdictOf(judged(parts), 'waits').why).toContain(why);
  });

  it.each([
    ['busy', { live: { ...live, status: 'UNDER_CHANGE' } }],
    ['busy', { entry: anEntry({ inEffect, intent: anIntent() }) }],
    ['unreadable', { live: { kind: 'unreadable', why: 'denied' } }],
    ['latched', { entry: anEntry({ inEffect, latch: stalled }) }],
    ['reported', { observeOnly: true }],
    ['inSync', { live: { kind: 'absent' } }],
    ['terminate', { entry: anEntry({ inEffect, latch: stalled }), asked: true }],
  ] as const)('is %s', (kind, parts) => {
    expect(judged(parts).verdict.kind).toBe(kind);
  });

  it('has no time in it, so that two plans of one state are equal', () => {
    const at = (now: string) => JSON.stringify(judged({ now, isConfirmed: false }));
    expect(at(NOW)).toBe(at('2027-01-01T00:00:00.000Z'));
  });
});

it.each([
  ['ours and asked for', known, owned, [ID], true],
  ['as declared, and not ours', known, owned, [], false],
  ['of the name of ours', known, owned, [asProvisionedProductId('pp-b')], false],
  ['not asked for', policy({ prune: 'never' }), owned, [ID], false],
  ['left alone while it was there', policy({ handsOff: true }), owned, [ID], false],
  ['never seen', { ...known, provisionedProductId: null }, owned, [ID], false],
  [
    'on its way',
    { ...known, provisionedProductId: null },
    anEntry({ intent: anIntent() }),
    [],
    true,
  ],
] as const)('what is %s: prunable %#', (_what, document, entry, ids, expected) => {
  expect(isPrunable(document, entry, new Set(ids))).toBe(expected);
});
