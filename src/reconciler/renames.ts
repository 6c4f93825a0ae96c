import { likenessOf } from '../diff/digest.ts';
import { renamedProblem } from '../diff/removal.ts';
import { asDigest, type Digest, type ProductKey } from '../domain/ids.ts';
import type { Gone, KnownDocument } from '../domain/known.ts';
import type { Spec } from '../domain/spec.ts';
import type { DesiredState, TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import { contentOf } from './known-document.ts';

type Held = ReadonlyMap<ProductKey, KnownDocument>;

/** What it was for is there, or may be: a request of ours about it is open, and what it made has no id yet. */
export function mayStand(
  { entries }: Pick<TargetContext, 'entries'>,
  { key, provisionedProductId: id }: KnownDocument,
): boolean {
  return id !== null || entries.get(key).intent !== null;
}

/** Its new name is still declared, and stands for nothing yet. */
export function isRenamed(
  context: Pick<TargetContext, 'entries'>,
  known: KnownDocument,
  desired: DesiredState,
  held: Held,
): boolean {
  const other = known.gone?.renamedTo ?? null;
  if (other === null || !mayStand(context, known) || !desired.declared.has(other.key)) return false;
  return (held.get(other.key)?.provisionedProductId ?? null) === null;
}

/** What it was renamed to is not declared any more. */
export function isNewNameGone({ renamedTo }: Gone, desired: DesiredState): boolean {
  return renamedTo !== null && !desired.declared.has(renamedTo.key);
}

/** Whether a document asks for what a known one asked for; null, or an empty one: nothing is known of it. */
function likeness(stored: string, present: Digest | null): 'same' | 'other' | 'unknown' {
  return stored === '' || present === null ? 'other' : likenessOf(asDigest(stored), present);
}

/**
 * Why it cannot be told of this one document that it is gone; null: it can. What is invalid and was
 * never seen valid may be its new name, and so may what asks for something that cannot be compared.
 */
export function newNameDoubt(
  context: Pick<TargetContext, 'fingerprinter' | 'entries'>,
  desired: DesiredState,
  held: Held,
  { key: own, name, gone, content, provisionedProductId: id }: KnownDocument,
): string | null {
  if (gone !== null) return null;
  for (const spec of desired.specs.values())
    if (spec.name === name && spec.key !== own && !standsAlone(context, desired, spec))
      return `the document ${name} names another provisioned product now, and that is not in order`;
  for (const spec of desired.specs.values())
    if (
      !held.has(spec.key) &&
      !standsForAnother(context, spec, id) &&
      likeness(content, contentOf(context, spec)) === 'unknown'
    )
      return `the document ${spec.name} is new, and it may be the new name of ${name}: the journal was written with another key`;
  for (const [key, newcomer] of desired.invalid)
    if (!held.has(key))
      return `the document ${newcomer.name} is invalid, and it may be the new name of ${name}`;
  return null;
}

/** A newcomer that may be what one of these was renamed to, which the key of today does not tell. */
export function mayBeNewName(
  context: Pick<TargetContext, 'fingerprinter' | 'entries'>,
  standing: readonly KnownDocument[],
  spec: Spec,
): boolean {
  const content = contentOf(context, spec);
  return standing.some(
    (one) =>
      one.gone === null &&
      !standsForAnother(context, spec, one.provisionedProductId) &&
      likeness(one.content, content) === 'unknown',
  );
}

/** Remembers for what these newcomers were taken, of which a read that was not certain tells nothing more. */
export function noteNewNames(
  context: Pick<TargetContext, 'fingerprinter'>,
  standing: readonly KnownDocument[],
  newcomers: readonly Spec[],
  next: Map<ProductKey, KnownDocument>,
): void {
  let left = standing;
  for (const spec of newcomers) {
    if (left.length === 0) return;
    const content = contentOf(context, spec);
    const former = left.find((one) => likeness(one.content, content) === 'same');
    if (former === undefined) continue;
    left = left.filter((one) => one !== former);
    const noted = next.get(former.key);
    const mayBe = { key: spec.key, name: spec.name };
    if (noted?.gone === null) next.set(noted.key, { ...noted, mayBe });
  }
}

/** It is for something that is there, and that is another one: then it is nobody's new name. */
function standsForAnother(
  { entries }: Pick<TargetContext, 'entries'>,
  { key }: Spec,
  id: KnownDocument['provisionedProductId'],
): boolean {
  const own = entries.get(key).provisionedProductId;
  return own !== null && own !== id;
}

/** It was found to be for something that no other document is for. */
function standsAlone(
  { entries }: Pick<TargetContext, 'entries'>,
  { specs }: Pick<DesiredState, 'specs'>,
  { key }: Spec,
): boolean {
  const idOf = (one: ProductKey) => entries.get(one).provisionedProductId;
  const id = idOf(key);
  return id !== null && ![...specs.keys()].some((one) => one !== key && idOf(one) === id);
}

/** Whether one that went seems to have come back as this one, which asks for this; null: it is no newcomer. */
export function mayBeFormer(one: KnownDocument, key: ProductKey, content: Digest | null): boolean {
  if (one.gone !== null && one.gone.renamedTo === null) return false;
  return newNameOf(one)?.key === key || likeness(one.content, content) !== 'other';
}

/** What had the same content and came in its place, as far as that was seen. */
function newNameOf({ gone, mayBe }: KnownDocument): Gone['renamedTo'] {
  return gone === null ? mayBe : gone.renamedTo;
}

/** The document that came with the same content when this one went; null: there is none. */
export function renamedToOf(
  { content, mayBe }: KnownDocument,
  before: Held,
  now: Held,
): Gone['renamedTo'] {
  if (mayBe !== null && now.has(mayBe.key) && !before.has(mayBe.key)) return mayBe;
  if (content === '') return null;
  for (const [key, one] of now)
    if (one.content === content && one.gone === null && !before.has(key))
      return { key, name: one.name };
  return null;
}

/** What seems to be another one's new name is not created while that one still stands. */
export function refuseRenamed(
  context: Pick<TargetContext, 'known' | 'entries' | 'fingerprinter'>,
  desired: DesiredState,
  evaluations: Map<ProductKey, Evaluation>,
): void {
  const standing = context.known.standing(context, desired);
  if (standing.length === 0) return;
  for (const [key, evaluation] of evaluations) {
    const { spec, change } = evaluation;
    if (change.verdict.kind !== 'provision' && change.verdict.kind !== 'import') continue;
    if (change.provisionedProductId !== null) continue;
    const former = context.known.formerOf(context, standing, spec);
    if (former === null) continue;
    const isSame = likeness(former.content, contentOf(context, spec)) === 'same';
    const how = isSame ? 'same' : newNameOf(former)?.key === key ? 'sameBefore' : 'unknown';
    const problems = [renamedProblem(change.at, former, how)] as const;
    evaluations.set(key, {
      ...evaluation,
      change: { ...change, verdict: { kind: 'refused', problems } },
    });
  }
}
