import { assess, type UpdateFacts } from '../../src/diff/assess.ts';
import { compare } from '../../src/diff/compare.ts';
import { specDigest } from '../../src/diff/digest.ts';
import { pendingOf } from '../../src/diff/pending.ts';
import { openIntent, recordSucceeded } from '../../src/diff/record.ts';
import { buildRequest } from '../../src/diff/request.ts';
import { requestHash, storeRequest } from '../../src/diff/stored-request.ts';
import { makeToken } from '../../src/diff/token.ts';
import { hmac } from '../../src/domain/canonical.ts';
import type { Change } from '../../src/domain/change.ts';
import type { Intent, ProductEntry } from '../../src/domain/entry.ts';
import { asAccountId } from '../../src/domain/ids.ts';
import {
  type Live,
  type PresentProduct,
  read,
  type StackParameter,
  type VersionDefinitions,
} from '../../src/domain/live.ts';
import type { ProductRequest } from '../../src/domain/request.ts';
import type { Spec } from '../../src/domain/spec.ts';
import { fingerprint, KEY, KEY_ID, NOW, rec } from './build.ts';

/**
 * The smallest Service Catalog that applies a request as AWS does: pure, at once, and always with
 * success. It knows nothing of how requests are made.
 */
export interface Modelled {
  readonly spec: Spec;
  readonly live: Live;
  readonly entry: ProductEntry;
  /** What AWS would tell of the product, asked anew for each live state. */
  readonly facts: (live: PresentProduct) => UpdateFacts;
  readonly observeOnly: boolean;
  readonly failedAt: string | null;
}

export function digestOf(spec: Spec) {
  return specDigest(spec, 'key', (text) => hmac(KEY, ['spec'], text));
}

export function judge({ spec, live, entry, facts, observeOnly, failedAt }: Modelled): Change {
  return assess({
    spec,
    live,
    accountId: asAccountId('111122223333'),
    entry,
    comparison: null,
    facts: live.kind === 'present' ? facts(live) : null,
    observeOnly,
    now: NOW,
    fingerprint,
    keyId: KEY_ID,
    specDigest: digestOf(spec),
    failedAt,
    asked: false,
  });
}

/** Carries out all steps of an update, one after the other, as the reconciler does. */
export function applyAll(start: Modelled): { readonly end: Modelled; readonly tokens: string[] } {
  const tokens: string[] = [];
  let current = start;
  for (let round = 1; round <= 5; round++) {
    const change = judge(current);
    if (change.verdict.kind !== 'update' || current.live.kind !== 'present')
      return { end: current, tokens };
    const { intent, request } = intentOf(current, current.live, change);
    tokens.push(intent.token);
    const recordId = rec(`applied-${round}`);
    const stackUpdated = `2026-11-21T13:0${round}:00.000Z`;
    const opened = openIntent(current.entry, intent, {
      live: current.live,
      keyId: KEY_ID,
      cause: change.verdict.cause,
      retry: null,
    });
    const chainDone = change.verdict.steps.length === 1;
    current = {
      ...current,
      live: applied(
        current.live,
        request,
        definitionsOf(current, current.live),
        recordId,
        stackUpdated,
      ),
      entry: recordSucceeded(opened, intent, {
        recordId,
        stackUpdated,
        at: stackUpdated,
        chainDone,
      }),
    };
  }
  throw new Error('five steps did not settle it');
}

function definitionsOf({ facts }: Modelled, live: PresentProduct): VersionDefinitions {
  const { definitions } = facts(live);
  return definitions.kind === 'read'
    ? definitions.value
    : { parameters: [], tagUpdate: 'notAllowed', tagOptions: {}, stackSet: null };
}

function intentOf(current: Modelled, live: PresentProduct, change: Change) {
  const { spec, entry, facts } = current;
  if (change.verdict.kind !== 'update') throw new Error('nothing to send');
  const [step] = change.verdict.steps;
  if (step === undefined) throw new Error('no step');
  const { resolved, definitions } = facts(live);
  const request = buildRequest({
    step,
    spec,
    live,
    entry,
    fingerprint,
    resolved: resolved.kind === 'resolved' ? resolved : null,
    definitions: definitions.kind === 'read' ? definitions.value : null,
    comparison: compare({ spec, live, entry, fingerprint, keyId: KEY_ID }),
  });
  const hash = requestHash(request);
  const token = makeToken({
    operation: request.operation,
    accountId: '111122223333',
    region: 'eu-west-1',
    provisionedProductId: live.id,
    requestHash: hash,
    base: live.records.last,
    generation: 0,
  });
  const intent: Intent = {
    step,
    productType: live.type,
    request: storeRequest(request),
    requestHash: hash,
    token,
    base: live.records.last,
    generation: 0,
    firstSentAt: NOW,
    lastSentAt: NOW,
    recordId: null,
    specDigest: digestOf(spec),
    revision: 'r1',
    at: spec.origin.at,
    pending: pendingOf({ step, spec, live, entry, request, fingerprint, keyId: KEY_ID }),
  };
  return { intent, request };
}

function applied(
  live: PresentProduct,
  request: ProductRequest,
  definitions: VersionDefinitions,
  recordId: ReturnType<typeof rec>,
  at: string,
): PresentProduct {
  if (request.operation === 'UpdateProvisionedProductProperties') {
    const records = { ...live.records, last: recordId };
    return request.property === 'OWNER'
      ? { ...live, records, owner: read({ arn: request.value, sessionArn: null }) }
      : { ...live, records, launchRole: read(request.value) };
  }
  if (request.operation !== 'UpdateProvisionedProduct') throw new Error('an update is modelled');
  if (live.stack.kind !== 'read' || live.tags.kind !== 'read') throw new Error('not readable');
  const before = live.stack.value;
  const tags = tagsAfter(live.tags.value, request.tags);
  const parameters = definitions.parameters.map((definition): [string, StackParameter] => {
    const { key, noEcho, defaultValue } = definition;
    const argument = request.parameters.find((one) => one.key === key);
    if (argument?.kind === 'previous') {
      const kept = Object.hasOwn(before.parameters, key) ? before.parameters[key] : undefined;
      if (kept === undefined) throw new Error(`no previous value of ${key}`);
      return [key, kept];
    }
    const text = argument?.value ?? defaultValue;
    if (text === null) throw new Error(`Parameters: [${key}] must have values`);
    return [key, noEcho ? { kind: 'noEcho' } : { kind: 'shown', value: text.trim() }];
  });
  const unknown = request.parameters.find((one) => !parameters.some(([key]) => key === one.key));
  if (unknown !== undefined) throw new Error(`Parameters: [${unknown.key}] do not exist`);
  return {
    ...live,
    status: 'AVAILABLE',
    records: { last: recordId, lastProvisioning: recordId, lastSuccessful: recordId },
    product: read({
      id: request.productId,
      name: live.product.kind === 'read' ? live.product.value.name : null,
    }),
    // As after a failed update: AWS tells ids only, so the name has to be resolved again.
    version: read({ id: request.artifactId, name: null }),
    path: read(request.pathId),
    tags: read(tags),
    stack: read({ ...before, parameters: Object.fromEntries(parameters), lastUpdated: at, tags }),
  };
}

/** A request that only removes tags removes nothing; one that adds or changes any replaces all. */
function tagsAfter(
  before: Readonly<Record<string, string>>,
  sent: readonly { readonly key: string; readonly value: string }[] | null,
): Readonly<Record<string, string>> {
  if (sent === null || !sent.some(({ key, value }) => before[key] !== value)) return before;
  const system = Object.entries(before).filter(([key]) => key.startsWith('aws:'));
  return Object.fromEntries([...system, ...sent.map(({ key, value }) => [key, value] as const)]);
}
