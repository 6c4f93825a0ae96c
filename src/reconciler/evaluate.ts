import { assess, needsFacts, type UpdateFacts } from '../diff/assess.ts';
import { type Comparison, compare } from '../diff/compare.ts';
import { needsFailureTime, RETRY_ANNOTATION } from '../diff/hold.ts';
import { resolveTarget } from '../diff/resolve.ts';
import type { Change } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { ProductId } from '../domain/ids.ts';
import { type Live, notRead, type PresentProduct, type Reading, read } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { CatalogFacts } from './catalog-facts.ts';
import { fingerprintOf, isoNow, specDigestOf, type TargetContext } from './context.ts';
import { Redactor } from './redact.ts';

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
  | 'asked'
>;

/** One provisioned product, judged, with what a request would be built from. */
export interface Evaluation {
  readonly spec: Spec;
  readonly live: Live;
  readonly change: Change;
  readonly comparison: Comparison | null;
  readonly facts: UpdateFacts | null;
}

export async function evaluate(
  context: EvaluateContext,
  spec: Spec,
  seen: Live,
): Promise<Evaluation> {
  const live = withoutSecrets(context.redactor, spec, seen);
  const entry = context.entries.get(spec.key);
  const fingerprint = fingerprintOf(context, spec.key);
  const keyId = context.fingerprinter?.keyId ?? null;
  const comparable =
    live.kind === 'present' && (live.status === 'AVAILABLE' || live.status === 'TAINTED');
  const comparison = comparable ? compare({ spec, live, entry, fingerprint, keyId }) : null;
  const facts =
    comparison !== null && live.kind === 'present' && needsFacts(comparison, live)
      ? await updateFacts(context, spec, live)
      : null;
  if (comparison !== null) learnSecrets(context.redactor, spec, secretKeys(comparison, facts));
  const change = assess({
    spec,
    live,
    entry,
    comparison,
    facts,
    observeOnly: context.observeOnly,
    now: isoNow(context.clock),
    fingerprint,
    keyId,
    specDigest: context.fingerprinter === null ? null : specDigestOf(context, spec),
    failedAt: live.kind === 'present' ? await failureTime(context, entry, live) : null,
    asked: context.asked(spec.key),
  });
  return { spec, live, change, comparison, facts };
}

/**
 * AWS quotes values in its messages. Where nothing is compared (status ERROR) nobody has learned yet
 * which are secret, so every declared value goes that the live stack does not show to anybody.
 */
function withoutSecrets(known: Redactor, spec: Spec, live: Live): Live {
  if (live.kind !== 'present' || live.statusMessage === null) return live;
  const shown = live.stack.kind === 'read' ? Object.values(live.stack.value.parameters) : [];
  const open = new Set(shown.flatMap((one) => (one.kind === 'shown' ? [one.value.trim()] : [])));
  const redactor = new Redactor();
  for (const wish of Object.values(spec.parameters))
    if (wish.kind === 'value' && !open.has(wish.value.trim())) redactor.learn(wish.value);
  return { ...live, statusMessage: known.redact(redactor.redact(live.statusMessage)) };
}

/** The value of the annotation by which a document asks for another attempt, if it has one. */
export function askedBy(spec: Spec): string | null {
  return Object.hasOwn(spec.annotations, RETRY_ANNOTATION)
    ? (spec.annotations[RETRY_ANNOTATION] ?? null)
    : null;
}

function secretKeys(comparison: Comparison, facts: UpdateFacts | null): readonly string[] {
  const defined = facts?.definitions.kind === 'read' ? facts.definitions.value.parameters : [];
  return [...comparison.noEcho, ...defined.filter((one) => one.noEcho).map((one) => one.key)];
}

/** Declared values of these parameters are never shown, wherever they turn up. */
export function learnSecrets(redactor: Redactor, spec: Spec, keys: Iterable<string>): void {
  for (const key of keys) {
    const wish = Object.hasOwn(spec.parameters, key) ? spec.parameters[key] : undefined;
    if (wish?.kind === 'value') redactor.learn(wish.value);
  }
}

async function updateFacts(
  context: EvaluateContext,
  spec: Spec,
  live: PresentProduct,
): Promise<UpdateFacts> {
  const facts = context.facts();
  const productId = await declaredProduct(facts, spec, live);
  const known = productId.kind === 'read' && productId.value !== null ? productId.value : null;
  const resolved = resolveTarget({
    spec,
    live,
    productId,
    artifacts:
      known === null || !needsVersions(spec, live) ? notRead : await facts.artifacts(known),
    paths: known === null ? notRead : await facts.paths(known),
    recordedPath: await recordedPath(context, spec, live, known),
  });
  const definitions =
    resolved.kind === 'resolved'
      ? await facts.definitions(resolved.productId, resolved.artifactId, resolved.pathId)
      : notRead;
  return { resolved, definitions };
}

/** The declared product, else the live one; null: no product of the declared name is visible. */
async function declaredProduct(
  facts: CatalogFacts,
  spec: Spec,
  live: PresentProduct,
): Promise<Reading<ProductId | null>> {
  if (spec.product?.kind === 'id') return read(spec.product.id);
  const current = live.product.kind === 'read' ? live.product.value : null;
  if (spec.product === null)
    return current === null ? (live.product as Reading<never>) : read(current.id);
  if (current !== null && current.name === spec.product.name) return read(current.id);
  return facts.productId(spec.product.name);
}

/** The version list is asked for only where the live version is not the declared one. */
function needsVersions(spec: Spec, live: PresentProduct): boolean {
  if (spec.version === null || live.version.kind !== 'read') return false;
  const { id, name } = live.version.value;
  return spec.version.kind === 'id' ? spec.version.id !== id : spec.version.name !== name;
}

/** The path of the last successful record, asked for only where several paths leave the choice open. */
async function recordedPath(
  context: EvaluateContext,
  spec: Spec,
  live: PresentProduct,
  productId: ProductId | null,
) {
  if (live.path.kind === 'read') return live.path.value;
  if (spec.path !== null || productId === null || live.records.lastSuccessful === null) return null;
  const paths = await context.facts().paths(productId);
  if (paths.kind !== 'read' || paths.value.length < 2) return null;
  const remembered = await context.memory.get(spec.key, live.records.last);
  if (remembered.success !== undefined) return remembered.success.pathId;
  const record = await context.catalog.record(live.records.lastSuccessful);
  if (record.kind === 'failed' || record.value === null) return null;
  await context.memory.add(spec.key, live.records.last, { success: record.value });
  return record.value.pathId;
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
