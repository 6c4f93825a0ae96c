import type { UpdateFacts } from '../diff/assess.ts';
import { blankProduct } from '../diff/creation.ts';
import { creationOf } from '../diff/creation-wish.ts';
import { whyOpen } from '../diff/finding.ts';
import { definitionsOfStack } from '../diff/live-keys.ts';
import { type ResolvedTarget, resolveTarget } from '../diff/resolve.ts';
import { asPathId, type PathId, type ProductId } from '../domain/ids.ts';
import {
  type LaunchPath,
  notRead,
  type PresentProduct,
  type Reading,
  read,
  unreadable,
  type VersionDefinitions,
} from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { type CatalogFacts, explainFailure } from './catalog-facts.ts';
import { declaredProduct } from './declared-product.ts';
import type { EvaluateContext } from './evaluate.ts';

/** What a new one would be made of; null where none is to be made, or the document does not say it. */
export async function creationFacts(
  context: EvaluateContext,
  wish: Parameters<typeof creationOf>[0],
): Promise<UpdateFacts | null> {
  const { spec } = wish;
  const creation = creationOf(wish);
  if (creation === null || spec.product === null || spec.version === null) return null;
  const blank = blankProduct(spec);
  if (creation !== 'import') return updateFacts(context, spec, blank);
  const facts = await updateFacts(context, { ...spec, path: null }, blank, read([NO_PATH]));
  const unadoptable = await whyUnadoptable(context, spec.reconcile.adopt?.stackArn ?? '');
  return unadoptable === null ? facts : { ...facts, unadoptable };
}

/** Only what is certain: of what cannot be read AWS has the last word. */
async function whyUnadoptable(
  { catalog, accountId, region }: EvaluateContext,
  stackArn: string,
): Promise<string | null> {
  const [, , , regionOfStack, accountOfStack] = stackArn.split(':');
  if (regionOfStack !== region || accountOfStack !== accountId)
    return `it is in account ${accountOfStack}, ${regionOfStack}, and the target is account ${accountId}, ${region}`;
  const { found, missing } = await catalog.stacks(new Set([stackArn]));
  if (missing.has(stackArn)) return 'CloudFormation has no stack of this ARN';
  return found.get(stackArn)?.status === 'DELETE_COMPLETE' ? 'it is deleted' : null;
}

/** An import names no launch path, so it does not matter how many there are. */
const NO_PATH = { id: asPathId('none'), name: 'none' };

export async function updateFacts(
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
