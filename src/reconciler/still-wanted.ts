import { likenessOf } from '../diff/digest.ts';
import { policiesDigest } from '../diff/policies-digest.ts';
import type { Intent } from '../domain/entry.ts';
import { nameInKey, type ProductKey } from '../domain/ids.ts';
import type { Live } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { claimantOf, hasRival, idsIn } from './claimants.ts';
import { type DesiredState, specDigestOf, type TargetContext } from './context.ts';
import { invalidDependants } from './dependants.ts';

/** Whether what an open request asked for is still asked for: only then may it be repeated. */
export function isStillWanted(context: TargetContext, key: ProductKey, intent: Intent): boolean {
  const spec = context.desired().specs.get(key);
  if (spec === undefined) return isStillGone(context, key, intent);
  return (
    saysTheSame(context, spec, intent) &&
    wantsStep(context, spec, intent) &&
    !isContested(context, key, intent)
  );
}

function isContested(context: TargetContext, key: ProductKey, { request }: Intent): boolean {
  const { provisionedProductId: id } = request;
  if (id === null) return false;
  const seen = context.observation()?.products ?? new Map<ProductKey, Live>();
  const live = seen.get(key);
  const called = context.known.get(key)?.called ?? nameInKey(key);
  const name = live?.kind === 'present' ? live.name : called;
  return hasRival(context.desired(), idsIn(seen), key, { id, name });
}

/** Whether its document still says what the request was computed from. */
export function saysTheSame(
  context: TargetContext,
  spec: Spec,
  { specDigest, policies }: Intent,
): boolean {
  const { suspend, mode } = spec.reconcile;
  return (
    !suspend &&
    mode === 'enforce' &&
    specDigestOf(context, spec) === specDigest &&
    (policies === undefined || likenessOf(policies, policiesDigest(spec)) !== 'other')
  );
}

/**
 * The removal was judged before the first send; nothing of what spoke for it may have changed. A
 * document that was not looked at yet may be for it, by its name. A recreation whose document went
 * since was never judged as a removal: it must be one by now, of what is ours and as it was left.
 */
function isStillGone(context: TargetContext, key: ProductKey, { request, base }: Intent): boolean {
  if (request.operation !== 'TerminateProvisionedProduct') return false;
  const desired = context.desired();
  // What a selection leaves out may be declared all the same; under one nothing is ended.
  if (desired.isSelection === true) return false;
  const known = context.known.get(key);
  const seen = context.observation()?.products;
  if (known === undefined || seen === undefined) return false;
  const { prune, deletionProtection, handsOff } = known.policies;
  const { ownRecords } = context.entries.get(key);
  const called =
    context.observation()?.others.get(request.provisionedProductId)?.name ??
    known.called ??
    nameInKey(key);
  // Nothing tells which name would stand for it: then what was not looked up may.
  if (called === null && !isAllSeen(desired, seen)) return false;
  const isAsLeft = base !== null && (base === known.lastRecordId || ownRecords.includes(base));
  return (
    isAsLeft &&
    context.entries.owned().has(request.provisionedProductId) &&
    prune !== 'never' &&
    !deletionProtection &&
    !handsOff &&
    request.retain === (prune === 'retain') &&
    context.known.isConfirmed(context, key) &&
    (known.gone?.renamedTo ?? null) === null &&
    [...desired.specs.keys()].every((one) => seen.has(one)) &&
    claimantOf(desired, idsIn(seen), known, called) === null &&
    invalidDependants(context.target, known, desired).length === 0 &&
    !desired.declared.has(key) &&
    !desired.unknownIdentity &&
    context.readAtMs() !== null &&
    desired.revision !== ''
  );
}

function isAllSeen(
  { specs, invalid }: Pick<DesiredState, 'specs' | 'invalid'>,
  seen: ReadonlyMap<ProductKey, Live>,
): boolean {
  return invalid.size === 0 && [...specs.keys()].every((key) => isRead(seen.get(key)));
}

const isRead = (live: Live | undefined) => live !== undefined && live.kind !== 'unreadable';

/** These steps rest on what the journal knows too, and what an older version sent tells no policies. */
function wantsStep(context: TargetContext, spec: Spec, { step, request, specDigest }: Intent) {
  const { onMissing, onError, adopt, deletionProtection } = spec.reconcile;
  const { recreated } = context.entries.get(spec.key);
  switch (step) {
    case 'terminate':
      return onError === 'recreate' && !deletionProtection && recreated === specDigest;
    case 'provision':
      return onMissing === 'provision' || (onError === 'recreate' && recreated !== null);
    case 'import':
      return 'physicalId' in request && adopt?.stackArn === request.physicalId;
    default:
      return true;
  }
}
