import { isBlank } from '../diff/creation.ts';
import { pendingOf } from '../diff/pending.ts';
import { policiesDigest } from '../diff/policies-digest.ts';
import { recordDropped } from '../diff/recreation.ts';
import { requestHash, storeRequest } from '../diff/stored-request.ts';
import { makeToken } from '../diff/token.ts';
import type { Intent, Latch, ProductEntry } from '../domain/entry.ts';
import type { ProductKey, ProvisionedProductId, RecordId } from '../domain/ids.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { ProductRequest, Step } from '../domain/request.ts';
import { fingerprintOf, isoNow, specDigestOf, type TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import { productNameOf } from './rollout-members.ts';
import { runs } from './rollout-state.ts';

/** The intent of one request: everything but the moment of its first send, which is stamped last. */
export function newIntent(
  context: TargetContext,
  evaluation: Evaluation,
  live: PresentProduct,
  step: Step,
  request: ProductRequest,
): Intent {
  const { spec, effective, change } = evaluation;
  const { retryHandled, healed } = context.entries.about(spec.key, live);
  const { recreated, recreatedBefore } = context.entries.get(spec.key);
  return makeIntent(context, {
    unspent: {
      ...{ retryHandled, healed },
      ...(step === 'terminate' ? { recreated, recreatedBefore } : {}),
    },
    step,
    productType: typeFor(context, live, request),
    request,
    ...requestedVersion(evaluation, request),
    base: change.base,
    specDigest: specDigestOf(context, spec),
    policies: policiesDigest(spec),
    at: spec.origin.at,
    pending: pendingOf({
      step,
      spec: effective,
      live,
      entry: context.entries.about(spec.key, live),
      request,
      fingerprint: fingerprintOf(context, spec.key),
      keyId: context.fingerprinter?.keyId ?? null,
    }),
  });
}

/** What is to be new has no type yet; it will be of the type of another one of its product, if one is there. */
function typeFor(
  context: TargetContext,
  live: PresentProduct,
  request: ProductRequest,
): Intent['productType'] {
  if (!isBlank(live)) return live.type;
  if (!('productId' in request)) return null;
  return context.types.of(request.productId);
}

function requestedVersion(
  { spec, live, facts }: Evaluation,
  request: ProductRequest,
): Pick<Intent, 'version'> {
  if (!('artifactId' in request) || request.operation === 'ImportAsProvisionedProduct') return {};
  const { productId, artifactId } = request;
  const isMove = live.kind !== 'present' || !runs(live, request);
  const artifactName = facts?.resolved.kind === 'resolved' ? facts.resolved.artifactName : null;
  const productName = productNameOf(spec, live, productId);
  return { version: { productId, productName, artifactId, artifactName, isMove } };
}

/** What an intent is made of besides what follows from it and from the revision. */
export interface IntentParts
  extends Pick<
    Intent,
    | 'step'
    | 'productType'
    | 'version'
    | 'base'
    | 'specDigest'
    | 'policies'
    | 'at'
    | 'unspent'
    | 'pending'
  > {
  readonly request: ProductRequest;
}

export function makeIntent(context: TargetContext, { request, ...parts }: IntentParts): Intent {
  const hash = requestHash(request);
  return {
    ...parts,
    request: storeRequest(request),
    requestHash: hash,
    token: tokenFor(context, request, hash, parts.base, 0),
    generation: 0,
    firstSentAt: null,
    lastSentAt: null,
    recordId: null,
    revision: context.desired().revision,
  };
}

/** The same request once more, after proof that the answer to the last token was an echo. */
export function nextGeneration(context: TargetContext, intent: Intent): Intent {
  const generation = intent.generation + 1;
  return {
    ...intent,
    generation,
    token: tokenFor(context, intent.request, intent.requestHash, intent.base, generation),
    firstSentAt: null,
    lastSentAt: null,
    recordId: null,
  };
}

function tokenFor(
  context: TargetContext,
  request: {
    readonly operation: ProductRequest['operation'];
    readonly provisionedProductId: ProductRequest['provisionedProductId'];
    readonly name?: string;
  },
  hash: Intent['requestHash'],
  base: RecordId | null,
  generation: number,
) {
  return makeToken({
    operation: request.operation,
    accountId: context.accountId,
    region: context.region,
    provisionedProductId: request.provisionedProductId,
    ...(request.name === undefined ? {} : { name: request.name }),
    requestHash: hash,
    base,
    generation,
  });
}

/**
 * Writes the intent as it is about to be sent. Only after this may the call be made. `open` is what
 * else changes in the entry with the first send.
 */
export async function stampSend(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  open: (entry: ProductEntry, intent: Intent) => ProductEntry = (entry) => ({ ...entry, intent }),
): Promise<Intent> {
  const now = isoNow(context.clock);
  if (intent.firstSentAt === null) context.sentAtMs.set(intent.token, context.clock.monotonic());
  const stamped: Intent = { ...intent, firstSentAt: intent.firstSentAt ?? now, lastSentAt: now };
  await context.entries.update(key, (entry) => {
    const opened = { ...open(entry, stamped), intent: stamped };
    return context.guard.admission.charged(opened, stamped);
  });
  return stamped;
}

/** What answers an intent; what the answer does not tell is null. */
export interface Answering {
  readonly recordId: RecordId;
  readonly subject: ProvisionedProductId | null;
  readonly productType: string | null;
}

/** The record that answers the intent is known from now on, also after a restart. */
export async function stampRecord(
  context: TargetContext,
  key: ProductKey,
  intent: Intent,
  { recordId, subject: provisionedProductId, ...answer }: Answering,
): Promise<Intent> {
  const productType = answer.productType ?? intent.productType;
  const stamped: Intent = { ...intent, recordId, productType };
  await context.entries.update(key, (entry) => ({
    ...entry,
    intent: stamped,
    latch: withoutAmbiguity(entry.latch),
    provisionedProductId:
      intent.request.provisionedProductId ?? provisionedProductId ?? entry.provisionedProductId,
    ownedId: intent.request.provisionedProductId ?? provisionedProductId ?? entry.ownedId,
    ownRecords: [recordId, ...entry.ownRecords.filter((one) => one !== recordId)].slice(0, 20),
  }));
  context.types.learnFrom(stamped);
  return stamped;
}

/** The intent is over and left nothing behind: the change is computed afresh. */
export async function dropIntent(context: TargetContext, key: ProductKey): Promise<void> {
  await context.entries.update(key, (entry) => ({
    ...recordDropped(entry),
    latch: withoutAmbiguity(entry.latch),
  }));
}

/** A latch without a request says that an open request could not be told: it ends with that request. */
function withoutAmbiguity(latch: Latch | null): Latch | null {
  return latch?.requestHash === null ? null : latch;
}
