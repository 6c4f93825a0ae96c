import { blankProduct } from '../diff/creation.ts';
import { comparable, isBlind, own, validFingerprints } from '../diff/normalize.ts';
import { missing, type Prepared, prepare } from '../diff/prepare.ts';
import {
  type ArtifactView,
  type Live,
  notRead,
  type PresentProduct,
  type Reading,
  unreadable,
} from '../domain/live.ts';
import type { FromWish, ParameterWish, Spec } from '../domain/spec.ts';
import { referenceOf, type SourceVersion, type ValueSource } from '../domain/values.ts';
import { declaredProduct } from './declared-product.ts';
import type { EvaluateContext } from './evaluate.ts';

/** The sources of all values of a document that stand elsewhere. */
export function sourcesOf(spec: Spec): readonly ValueSource[] {
  return Object.values(spec.parameters).flatMap((wish) =>
    wish.kind === 'from' ? [wish.source] : [],
  );
}

/**
 * The document as this pass takes it. It costs the versions of its values, and one listing of the
 * product's versions where a rule names the version, both shared by the whole pass.
 */
export async function prepareSpec(
  context: EvaluateContext,
  spec: Spec,
  live: Live,
): Promise<Prepared> {
  const sources = sourcesOf(spec);
  const { ignore, suspend } = spec.reconcile;
  const isPlain = sources.length === 0 && spec.versionRule === null && ignore.length === 0;
  if (isPlain || suspend || live.kind === 'unreadable') return { spec, held: [], block: null };
  const versions = await context.values().versions(sources);
  const prepared = prepare({
    spec,
    live,
    entry: context.entries.about(spec.key, live),
    keyId: context.fingerprinter?.keyId ?? null,
    artifacts: await ruleArtifacts(context, spec, live),
    versions,
  });
  return live.kind === 'present'
    ? withValues(context, prepared, live, declaredFrom(spec, versions))
    : prepared;
}

async function ruleArtifacts(
  context: EvaluateContext,
  spec: Spec,
  live: Exclude<Live, { kind: 'unreadable' }>,
): Promise<Reading<readonly ArtifactView[]>> {
  if (spec.versionRule === null) return notRead;
  const facts = context.facts();
  const present = live.kind === 'present' ? live : blankProduct(spec);
  if (live.kind === 'absent' && spec.product === null)
    return unreadable('the document names no product');
  const product = await declaredProduct(facts, spec, present);
  if (product.kind !== 'read') return product;
  return product.value === null
    ? unreadable('no product of the declared name is visible to this caller')
    : facts.artifacts(product.value);
}

/** What the document says of values that stand elsewhere, with their versions of this pass. */
function declaredFrom(
  { parameters }: Spec,
  versions: ReadonlyMap<string, SourceVersion>,
): readonly (readonly [string, FromWish])[] {
  return Object.entries(parameters).flatMap(([key, wish]) => {
    const version = wish.kind === 'from' ? versions.get(referenceOf(wish.source)) : undefined;
    return wish.kind === 'from' && version?.kind === 'known' ? [[key, { ...wish, version }]] : [];
  });
}

/**
 * A live value that AWS shows tells the difference where the journal does not know what was applied:
 * then, and only then, a value is fetched to be compared. A plan fetches none. What runs already is
 * no rotation that has to be reported.
 */
async function withValues(
  context: EvaluateContext,
  prepared: Prepared,
  live: PresentProduct,
  declared: readonly (readonly [string, FromWish])[],
): Promise<Prepared> {
  if (prepared.block !== null || isBlind(live) || live.stack.kind !== 'read') return prepared;
  const { spec } = prepared;
  const shown = live.stack.value.parameters;
  const prints = validFingerprints(
    context.entries.get(spec.key),
    live,
    context.fingerprinter?.keyId ?? null,
  );
  const unknown = declared.flatMap(([key, wish]) => {
    const isKnown =
      prints !== null &&
      (own(prints.references, key) !== undefined || own(prints.values, key) !== undefined);
    const parameter = own(shown, key);
    const isCompared = own(spec.parameters, key) !== undefined && !isKnown;
    return isCompared && parameter?.kind === 'shown' ? [{ key, wish, live: parameter.value }] : [];
  });
  if (unknown.length === 0) return prepared;
  const wanted = unknown.map(({ wish: { source } }) => ({ source, version: null }));
  const answers = await context.values().fetch(wanted);
  const parameters: Record<string, ParameterWish> = Object.assign(
    Object.create(null),
    spec.parameters,
  );
  for (const [index, { key, wish, live: runs }] of unknown.entries()) {
    const answer = answers[index];
    if (answer?.kind === 'missing') {
      const problem = missing(spec, key, wish, answer.why);
      return { ...prepared, block: { kind: 'refused', problems: [problem] } };
    }
    const isHeld = own(spec.parameters, key)?.kind !== 'from';
    if (answer?.kind === 'read' && (!isHeld || comparable(answer.value) === comparable(runs)))
      parameters[key] = { ...wish, value: answer.value };
  }
  const held = prepared.held.filter(
    ({ cause, difference: { label } }) =>
      cause.kind !== 'rotated' || own(parameters, label)?.kind !== 'from',
  );
  return { ...prepared, spec: { ...spec, parameters }, held };
}
