import { assess, needsFacts, type UpdateFacts } from '../diff/assess.ts';
import { type Comparison, compare } from '../diff/compare.ts';
import { blankProduct } from '../diff/creation.ts';
import { creationOf } from '../diff/creation-wish.ts';
import { whyOpen } from '../diff/finding.ts';
import { needsFailureTime, RETRY_ANNOTATION } from '../diff/hold.ts';
import { definitionsOfStack } from '../diff/live-keys.ts';
import { isRepairable } from '../diff/normalize.ts';
import { type ResolvedTarget, resolveTarget } from '../diff/resolve.ts';
import type { Change } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import { asPathId, type PathId, type ProductId } from '../domain/ids.ts';
import {
  type LaunchPath,
  type Live,
  notRead,
  type PresentProduct,
  type Reading,
  read,
  unreadable,
  type VersionDefinitions,
} from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { type CatalogFacts, explainFailure } from './catalog-facts.ts';
import { fingerprintOf, isoNow, specDigestOf, type TargetContext } from './context.ts';
import { declaredProduct } from './declared-product.ts';
import { cleaned, learnSecrets } from './learn-secrets.ts';
import { prepareSpec } from './prepare-spec.ts';

/** The part of a target's context that reading and judging needs; none of it can write to AWS. */
export type EvaluateContext = Pick<
  TargetContext,
  | 'target'
  | 'accountId'
  | 'region'
  | 'catalog'
  | 'entries'
  | 'memory'
  | 'clock'
  | 'redactor'
  | 'fingerprinter'
  | 'observeOnly'
  | 'facts'
  | 'values'
  | 'asked'
>;

/** One provisioned product, judged, with what a request would be built from. */
export interface Evaluation {
  /** The document. */
  readonly spec: Spec;
  /** The document as this pass takes it: what is compared and what a request is built from. */
  readonly effective: Spec;
  readonly live: Live;
  readonly change: Change;
  readonly comparison: Comparison | null;
  readonly facts: UpdateFacts | null;
}

/** Parameters of the document that may be secret; 'all' where nothing is known about them. */
export function hiddenIn({ spec, effective, comparison }: Evaluation): ReadonlySet<string> | 'all' {
  if (comparison === null) return 'all';
  // What is ignored was not looked at.
  const unseen = Object.keys(spec.parameters).filter(
    (key) => !Object.hasOwn(effective.parameters, key),
  );
  return new Set([...comparison.hidden, ...unseen]);
}

export async function evaluate(
  context: EvaluateContext,
  document: Spec,
  seen: Live,
): Promise<Evaluation> {
  const live = seen.kind === 'present' ? cleaned(context, document, seen) : seen;
  const entry = context.entries.get(document.key);
  const prepared = await prepareSpec(context, document, live);
  const { spec } = prepared;
  const fingerprint = fingerprintOf(context, spec.key);
  const keyId = context.fingerprinter?.keyId ?? null;
  const comparable = live.kind === 'present' && (live.status === 'AVAILABLE' || isRepairable(live));
  const comparison = comparable ? compare({ spec, live, entry, fingerprint, keyId }) : null;
  const facts =
    comparison !== null && live.kind === 'present' && needsFacts(comparison, live)
      ? await updateFacts(context, spec, live)
      : null;
  if (comparison !== null) learnSecrets(context.redactor, document, secretKeys(comparison, facts));
  const specDigest = context.fingerprinter === null ? null : specDigestOf(context, document);
  const asked = context.asked(spec.key);
  const creation = await creationFacts(context, { spec, live, entry, specDigest, asked });
  if (creation?.definitions.kind === 'read')
    learnSecrets(context.redactor, document, noEchoOf(creation.definitions.value));
  const change = assess({
    spec,
    live,
    entry,
    comparison,
    facts,
    creation,
    prepared,
    observeOnly: context.observeOnly,
    now: isoNow(context.clock),
    fingerprint,
    keyId,
    specDigest,
    failedAt: live.kind === 'present' ? await failureTime(context, entry, live) : null,
    succeededAt: await successTime(context, entry, live, comparison),
    asked,
  });
  return { spec: document, effective: spec, live, change, comparison, facts: facts ?? creation };
}

/** What a new one would be made of; null where none is to be made, or the document does not say it. */
async function creationFacts(
  context: EvaluateContext,
  wish: Parameters<typeof creationOf>[0],
): Promise<UpdateFacts | null> {
  const { spec } = wish;
  const creation = creationOf(wish);
  if (creation === null || spec.product === null || spec.version === null) return null;
  const blank = blankProduct(spec);
  return creation === 'import'
    ? updateFacts(context, { ...spec, path: null }, blank, read([NO_PATH]))
    : updateFacts(context, spec, blank);
}

/** An import names no launch path, so it does not matter how many there are. */
const NO_PATH = { id: asPathId('none'), name: 'none' };

function noEchoOf(definitions: VersionDefinitions): readonly string[] {
  return definitions.parameters.filter((one) => one.noEcho).map((one) => one.key);
}

/** The value of the annotation by which a document asks for another attempt, if it has one. */
export function askedBy(spec: Spec): string | null {
  return Object.hasOwn(spec.annotations, RETRY_ANNOTATION)
    ? (spec.annotations[RETRY_ANNOTATION] ?? null)
    : null;
}

function secretKeys(comparison: Comparison, facts: UpdateFacts | null): readonly string[] {
  const defined = facts?.definitions.kind === 'read' ? noEchoOf(facts.definitions.value) : [];
  return [...comparison.noEcho, ...defined];
}

async function updateFacts(
  context: EvaluateContext,
  spec: Spec,
  live: PresentProduct,
  paths?: Reading<readonly LaunchPath[]>,
): Promise<UpdateFacts> {
  const facts = context.facts();
  const productId = await declaredProduct(facts, spec, live);
  const known = productId.kind === 'read' && productId.value !== null ? productId.value : null;
  const recorded = await recordedPath(context, spec, live, known);
  if (recorded.kind !== 'read')
    return {
      resolved: {
        kind: 'unreadable',
        why: `path: ${recorded.kind === 'unreadable' ? recorded.why : 'not read'}`,
      },
      definitions: notRead,
      current: notRead,
      unchecked: null,
    };
  const resolved = resolveTarget({
    spec,
    live,
    productId,
    artifacts: known === null ? notRead : await facts.artifacts(known),
    paths: paths ?? (known === null ? notRead : await facts.paths(known)),
    recordedPath: recorded.value,
  });
  if (resolved.kind !== 'resolved')
    return { resolved, definitions: notRead, current: notRead, unchecked: null };
  if (paths !== undefined)
    return { resolved, definitions: notRead, current: notRead, unchecked: null };
  const { productId: product, artifactId, pathId } = resolved;
  const definitions = await facts.definitions(product, artifactId, pathId);
  const current = live.stackDenied ? await liveDefinitions(facts, live, resolved) : notRead;
  if (definitions.kind === 'read') return { resolved, definitions, current, unchecked: null };
  const told = toldByStack(spec, live, resolved);
  return told === null
    ? { resolved, definitions, current, unchecked: null }
    : { resolved, definitions: read(told), current, unchecked: whyOpen(definitions) };
}

/** The keys of the live version, where CloudFormation denies its stack. */
async function liveDefinitions(
  facts: CatalogFacts,
  live: PresentProduct,
  resolved: ResolvedTarget,
): Promise<Reading<VersionDefinitions>> {
  if (live.product.kind !== 'read') return live.product;
  if (live.version.kind !== 'read') return live.version;
  // Over the path of the update: a path belongs to a product, and the live one's is the same product's.
  const path = live.product.value.id === resolved.productId ? resolved.pathId : null;
  return facts.definitions(live.product.value.id, live.version.value.id, path);
}

/** An update that keeps product and version can do with what its stack tells. */
function toldByStack(
  spec: Spec,
  live: PresentProduct,
  resolved: ResolvedTarget,
): VersionDefinitions | null {
  const same =
    live.product.kind === 'read' &&
    live.version.kind === 'read' &&
    live.product.value.id === resolved.productId &&
    live.version.value.id === resolved.artifactId;
  return same ? definitionsOfStack(spec, live) : null;
}

/** The path of the last successful record, asked for only where several paths leave the choice open. */
async function recordedPath(
  context: EvaluateContext,
  spec: Spec,
  live: PresentProduct,
  productId: ProductId | null,
): Promise<Reading<PathId | null>> {
  if (live.path.kind === 'read') return live.path;
  if (spec.path !== null || productId === null || live.records.lastSuccessful === null)
    return read(null);
  const paths = await context.facts().paths(productId);
  if (paths.kind !== 'read' || paths.value.length < 2) return read(null);
  const remembered = await context.memory.get(spec.key, live.records.last);
  if (remembered.success !== undefined) return read(remembered.success.pathId);
  const record = await context.catalog.record(live.records.lastSuccessful);
  if (record.kind === 'failed') return unreadable(explainFailure(record.failure));
  if (record.value === null) return read(null);
  await context.memory.add(spec.key, live.records.last, { success: record.value });
  return read(record.value.pathId);
}

/** When our own last update ended by AWS's clock: ours may be wrong, and may have looked hours later. */
async function successTime(
  context: EvaluateContext,
  { lastResult }: ProductEntry,
  live: Live,
  comparison: Comparison | null,
): Promise<string | null> {
  if (lastResult?.kind !== 'succeeded' || lastResult.step !== 'update') return null;
  if (live.kind !== 'present' || live.records.last !== lastResult.recordId) return null;
  if (comparison === null || !comparison.steps.includes('update')) return null;
  const record = await context.catalog.record(lastResult.recordId);
  return record.kind === 'ok' ? (record.value?.updatedAt ?? null) : null;
}

/** When the last provisioning ended, where it failed and the journal does not know it. */
async function failureTime(
  context: EvaluateContext,
  entry: ProductEntry,
  live: PresentProduct,
): Promise<string | null> {
  if (!needsFailureTime(live, entry) || live.records.lastProvisioning === null) return null;
  const record = await context.catalog.record(live.records.lastProvisioning);
  return record.kind === 'ok' ? (record.value?.updatedAt ?? null) : null;
}
