import { expect, it } from 'vitest';
import { judgeRemoval } from '../../src/diff/removal.ts';
import { terminateRequest } from '../../src/diff/request.ts';
import { requestHash } from '../../src/diff/stored-request.ts';
import { EMPTY_ENTRY, type Latch } from '../../src/domain/entry.ts';
import {
  asDigest,
  asProvisionedProductId,
  asRecordId,
  asTargetName,
  type Digest,
  type ProductKey,
} from '../../src/domain/ids.ts';

const id = asProvisionedProductId('pp-1');
const lastRecordId = asRecordId('rec-1');
const termination = requestHash(terminateRequest(id, false, null));

function verdict(held: Digest | null) {
  const latch: Latch = {
    kind: 'stalled',
    requestHash: held,
    recordId: lastRecordId,
    reason: 'it failed',
    next: 'retry',
    at: '2026-11-21T11:00:00.000Z',
  };
  return judgeRemoval({
    target: asTargetName('default'),
    known: {
      key: 'name:net' as ProductKey,
      name: 'net',
      file: 'net.yaml',
      digest: 'sha256:1',
      content: '',
      provisionedProductId: id,
      lastRecordId,
      dependsOn: [],
      policies: { prune: 'terminate', deletionProtection: false, handsOff: false },
      gone: null,
    },
    entry: { ...EMPTY_ENTRY, latch },
    isOurs: true,
    live: { kind: 'present', id, type: 'CFN_STACK', status: 'TAINTED', lastRecordId },
    claimedBy: null,
    isConfirmed: true,
    unsure: null,
    neededBy: [],
    after: [],
    observeOnly: false,
    asked: false,
    now: '2026-11-21T12:00:00.000Z',
  }).verdict.kind;
}

it.each([
  ['a failed update does not hold a termination', asDigest('sha256:update'), 'terminate'],
  ['a failed termination holds the same one', termination, 'latched'],
  ['what could not be told holds everything', null, 'latched'],
] as const)('%s', (_rule, held, expected) => {
  expect(verdict(held)).toBe(expected);
});
