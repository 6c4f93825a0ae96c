import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { EMPTY_ENTRY, type Intent, type ProductEntry } from '../../src/domain/entry.ts';
import type { TrueupError } from '../../src/domain/errors/registry.ts';
import type { Approval, ApprovedChange, HeldPlan } from '../../src/domain/guard.ts';
import {
  asArtifactId,
  asDigest,
  asPathId,
  asProductId,
  asProductKey,
  asProvisionedProductId,
  asRecordId,
  asTargetName,
  asToken,
  type TargetName,
} from '../../src/domain/ids.ts';
import type { KnownDocument } from '../../src/domain/known.ts';
import type { RequestedVersion } from '../../src/domain/rollout.ts';
import type { DaemonView, ProductStatusView } from '../../src/domain/status.ts';
import { type JournalOptions, openJournal } from '../../src/journal/journal.ts';
import type { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const PROD = asTargetName('prod-eu');
export const TEST = asTargetName('test-eu');
export const NETWORK = asProductKey('name:team-a-network');
export const LEDGER = asProductKey('name:ledger-db');

const DIGEST = asDigest(`sha256:${'ab'.repeat(32)}`);
const KEYED = asDigest(`hmac:${'cd'.repeat(32)}`);

const VERSION: RequestedVersion = {
  productId: asProductId('prod-1'),
  productName: 'network-baseline',
  artifactId: asArtifactId('pa-2'),
  artifactName: null,
  isMove: true,
};

export const INTENT: Intent = {
  step: 'update',
  productType: 'CFN_STACK',
  request: {
    operation: 'UpdateProvisionedProduct',
    provisionedProductId: asProvisionedProductId('pp-1'),
    productId: asProductId('prod-1'),
    artifactId: asArtifactId('pa-2'),
    pathId: asPathId('lpv2-1'),
    parameters: [
      { kind: 'value', key: 'VpcCidr', value: '10.20.0.0/16' },
      { kind: 'secret', key: 'Password', digest: KEYED },
      { kind: 'previous', key: 'Legacy' },
    ],
    tags: [{ key: 'cost-center', value: '4711' }],
    acceptLanguage: 'en',
  },
  version: VERSION,
  requestHash: DIGEST,
  token: asToken('tu1-8c1e52f0'),
  base: asRecordId('rec-1'),
  generation: 0,
  firstSentAt: '2026-11-21T14:02:11.000Z',
  lastSentAt: null,
  recordId: null,
  specDigest: DIGEST,
  revision: '8c1f04e',
  at: { file: 'network/a.yaml', line: 3, column: 5 },
  pending: {
    fingerprints: JSON.parse(`{"Password":"${KEYED}","__proto__":"${KEYED}"}`),
    references: { Token: { reference: 'secretsManager:prod/a', version: 'v1' } },
    appliedVersion: { rule: 'latest', artifactId: asArtifactId('pa-1') },
    complete: true,
    instancesRun: DIGEST,
    keyId: '0123456789ab',
    ownTags: ['cost-center'],
    declaredPath: 'name:platform',
  },
};

/** Every member in use. */
export const FULL_ENTRY: ProductEntry = {
  provisionedProductId: asProvisionedProductId('pp-1'),
  ownedId: asProvisionedProductId('pp-1'),
  inEffect: { specDigest: DIGEST, revision: '5b7e9d2', at: '2026-11-20T10:00:00.000Z' },
  declaredPath: 'name:platform',
  ownTags: ['cost-center', 'ünïcode 🌐', ''],
  triedTags: ['team'],
  fingerprints: {
    recordId: asRecordId('rec-1'),
    stackUpdated: '2026-11-20T10:00:00.000Z',
    complete: true,
    references: { Token: { reference: 'secretsManager:prod/a', version: 'v1' } },
    keyId: '0123456789ab',
    values: JSON.parse(`{"Password":"${KEYED}","constructor":"${KEYED}"}`),
  },
  lastReferences: {
    keyId: '0123456789ab',
    references: { Token: { reference: 'secretsManager:prod/a', version: 'v1' } },
  },
  intent: INTENT,
  latch: {
    kind: 'backoff',
    requestHash: DIGEST,
    recordId: asRecordId('rec-0'),
    reason: 'another operation runs',
    at: '2026-11-20T10:00:00.000Z',
    attempts: 2,
    until: '2026-11-20T10:04:00.000Z',
    specDigest: DIGEST,
  },
  ownRecords: [asRecordId('rec-1'), asRecordId('rec-0')],
  lastResult: {
    kind: 'failed',
    step: 'owner',
    recordId: asRecordId('rec-0'),
    base: null,
    requestHash: DIGEST,
    at: '2026-11-20T10:00:00.000Z',
    reason: 'it did not work',
    version: VERSION,
    waived: true,
  },
  failedUpdate: asRecordId('rec-0'),
  retryHandled: 'yes',
  healed: DIGEST,
  appliedVersion: { rule: 'latest', artifactId: asArtifactId('pa-1') },
  recreated: DIGEST,
  recreatedBefore: [DIGEST],
  instancesRun: DIGEST,
  charges: [
    {
      token: INTENT.token,
      at: '2026-11-20T10:00:00.000Z',
      revision: '5b7e9d2',
      weights: { updates: 1, provisions: 0, terminations: 2 },
      approved: { set: DIGEST, change: DIGEST },
      rest: { specDigest: DIGEST, steps: ['update', 'owner'] },
    },
  ],
};

/** The other member of each union. */
export const OTHER_ENTRY: ProductEntry = {
  ...EMPTY_ENTRY,
  intent: {
    ...INTENT,
    step: 'owner',
    request: {
      operation: 'UpdateProvisionedProductProperties',
      provisionedProductId: asProvisionedProductId('pp-1'),
      property: 'OWNER',
      value: 'arn:aws:iam::111122223333:role/data-core',
      acceptLanguage: null,
    },
  },
  latch: {
    kind: 'stalled',
    requestHash: null,
    recordId: null,
    reason: 'refused',
    next: 'mend the document',
    at: '2026-11-20T10:00:00.000Z',
  },
};

export function statusOf(name: string, more: Partial<ProductStatusView> = {}): ProductStatusView {
  return {
    target: PROD,
    key: asProductKey(`name:${name}`),
    name,
    provisionedProductId: asProvisionedProductId('pp-1'),
    condition: 'Ready',
    sync: 'Synced',
    health: 'Healthy',
    reason: 'InSync',
    message: 'in its desired state',
    next: null,
    recordId: asRecordId('rec-1'),
    recordStatus: 'SUCCEEDED',
    wanted: null,
    live: null,
    unverified: 0,
    drift: false,
    revision: '8c1f04e',
    at: { file: 'a.yaml', line: 1, column: 1 },
    updatedAt: '2026-11-21T14:02:11.000Z',
    ...more,
  };
}

export const DAEMON: DaemonView = {
  host: 'trueup-0',
  pid: 7,
  startedAt: '2026-11-21T14:02:11.000Z',
  heartbeatAt: '2026-11-21T14:02:41.000Z',
  stoppedAt: null,
  lastPass: { at: '2026-11-21T14:02:30.000Z', tookMs: 1200 },
  observeOnly: false,
  source: {
    directory: '/estate',
    revision: '8c1f04e',
    since: '2026-11-21T14:02:11.000Z',
    documents: 2,
    invalid: 0,
    problem: null,
  },
  journalProblem: null,
  targets: [{ name: PROD, accountId: '111122223333', region: 'eu-central-1', problem: null }],
};

export function documentOf(name: string, digest = 'sha256:1'): KnownDocument {
  return {
    key: asProductKey(`name:${name}`),
    name,
    file: `${name}.yaml`,
    digest,
    content: 'hmac:1',
    labels: { team: 'a' },
    policies: { prune: 'retain', deletionProtection: false, handsOff: true },
    provisionedProductId: asProvisionedProductId('pp-1'),
    lastRecordId: asRecordId('rec-1'),
    called: name,
    dependsOn: [{ target: PROD, key: NETWORK }],
    gone: {
      since: '2026-11-20T10:00:00.000Z',
      revision: '8c1f04e',
      renamedTo: { key: LEDGER, name: 'ledger-db' },
    },
    mayBe: { key: LEDGER, name: 'ledger-db' },
  };
}

const APPROVED: readonly ApprovedChange[] = [
  {
    key: NETWORK,
    name: 'network',
    digest: DIGEST,
    base: asRecordId('rec-1'),
    steps: ['launchRole', 'update'],
    parts: [DIGEST],
  },
];

export function approvalOf(target: TargetName, set: string, minute: number): Approval {
  const at = `2026-11-21T14:0${minute}:00.000Z`;
  const digest = asDigest(set);
  return { target, revision: 'r', set: digest, asked: set, strict: false, at, changes: APPROVED };
}

export function heldOf(target: TargetName, set: string): HeldPlan {
  const at = '2026-11-21T14:00:00.000Z';
  const why = '5 updates planned, 3 allowed, 2 too many';
  const held = { target, revision: 'r', at, why, changes: APPROVED };
  return { ...held, set: asDigest(set), plans: [DIGEST] };
}

/** A directory of its own for one test, and a path in it where no journal is yet. */
export function scratch(): { readonly directory: string; readonly path: string } {
  const directory = mkdtempSync(join(tmpdir(), 'trueup-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { directory, path: join(directory, 'state', 'journal.db') };
}

/** Opens a journal that the test closes, or that is closed for it. */
export async function opened(
  path: string,
  mode: JournalOptions['mode'] = 'write',
  more: Partial<JournalOptions> = {},
): Promise<SqliteJournal> {
  const journal = await openJournal({
    path,
    clock: new VirtualClock(),
    host: 'trueup-0',
    pid: 7,
    mode,
    ...more,
  });
  let open = true;
  const close = journal.close.bind(journal);
  journal.close = async () => {
    if (open) await close();
    open = false;
  };
  onTestFinished(() => journal.close());
  return journal;
}

/** What a promise was rejected with. */
export async function failureOf(work: Promise<unknown>): Promise<TrueupError> {
  try {
    await work;
  } catch (error) {
    return error as TrueupError;
  }
  throw new Error('it did not fail');
}
