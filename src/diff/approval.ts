import { type Json, sha256 } from '../domain/canonical.ts';
import type { Change, Shown } from '../domain/change.ts';
import type { Approval, ApprovalView, ApprovedChange, HeldPlan } from '../domain/guard.ts';
import type { Digest, ProductKey, RecordId, TargetName } from '../domain/ids.ts';
import type { Step } from '../domain/request.ts';
import { byText } from './normalize.ts';

type Judged = Pick<Change, 'key' | 'name' | 'base' | 'verdict' | 'differences'>;

/** The changes that would act, as an approval holds them; sorted, so that their order does not show. */
export function approvable(changes: readonly Judged[]): readonly ApprovedChange[] {
  return changes
    .flatMap((change): readonly ApprovedChange[] => {
      const { key, name, base, verdict } = change;
      if (!('steps' in verdict)) return [];
      const { digest, steps } = verdict;
      return [
        { key, name, digest, base, steps, parts: mayTakeSeveral(steps) ? partsOf(change) : [] },
      ];
    })
    .toSorted((a, b) => byText(a.key, b.key));
}

/** Stack instances that form no rectangle take several requests of one step. */
function mayTakeSeveral(steps: readonly Step[]): boolean {
  return steps.length > 1 || steps.includes('createInstances') || steps.includes('deleteInstances');
}

/** Without the live side and the base: what is left of a change after its first step has the same. */
function partsOf({ differences }: Judged): readonly Digest[] {
  return differences.map(({ field, label, desired, step }) =>
    sha256({
      version: 'trueup-part-1',
      field,
      ...(step === 'deleteInstances' ? { label } : {}),
      desired: shownJson(desired),
      step,
    }),
  );
}

export function shownJson(value: Shown): Json {
  return value.kind === 'text'
    ? { kind: 'text', text: value.text.toWellFormed() }
    : value.kind === 'none'
      ? { kind: 'none', note: value.note.toWellFormed() }
      : { kind: value.kind };
}

/** Digest of what would act in one target; null: nothing would. */
export function setDigest(target: TargetName, changes: readonly ApprovedChange[]): Digest | null {
  if (changes.length === 0) return null;
  return sha256({ version: 'trueup-set-1', target, changes: changes.map(({ digest }) => digest) });
}

/** The shortest beginning of a digest that approves: nobody finds another plan with the same one. */
const SHORT_DIGITS = 32;
const WISH = /^(?:sha256:)?[0-9a-f]{32,64}$/;

export function isDigestWish(text: string): boolean {
  return WISH.test(text);
}

/** As the commands that people copy give it. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, SHORT_DIGITS);
}

export function isMeant(wish: string, digest: Digest | null): boolean {
  if (digest === null || !isDigestWish(wish)) return false;
  return digest.replace(/^sha256:/, '').startsWith(wish.replace(/^sha256:/, ''));
}

export function isHeldAs(wish: string, { set, plans }: HeldPlan): boolean {
  return isMeant(wish, set) || plans.some((plan) => isMeant(wish, plan));
}

/** What the journal says of one provisioned product, as far as an approval has to know it. */
export interface Lineage {
  /** Changes of this set of which a first request was sent. */
  readonly begun: ReadonlySet<Digest>;
  readonly ownRecord: RecordId | null;
}

export interface Standing {
  readonly view: ApprovalView;
  /** Each change that may run now, with the approved one that it is or is the rest of. */
  readonly runs: ReadonlyMap<ProductKey, Digest>;
  /** Nothing of it can run any more. */
  readonly isOver: boolean;
}

/** Which changes of an approved set stand as they were approved. */
export function standingOf(
  approval: Approval,
  changes: ReadonlyMap<ProductKey, Judged>,
  lineageOf: (key: ProductKey) => Lineage,
  /** Whether this look would show it; a selection leaves some out. */
  isShown: (key: ProductKey) => boolean = () => true,
): Standing {
  const of = { standing: [], waiting: [], sent: [], moved: [] } as Record<State, string[]>;
  const runs = new Map<ProductKey, Digest>();
  for (const approved of approval.changes) {
    const { key } = approved;
    const state = isShown(key) ? stateOf(approved, changes.get(key), lineageOf(key)) : 'waiting';
    of[state].push(approved.name);
    if (state === 'standing') runs.set(approved.key, approved.digest);
  }
  const isBegun = approval.changes.some(({ key, digest }) => lineageOf(key).begun.has(digest));
  const isVoid = approval.strict && of.moved.length > 0 && !isBegun;
  if (isVoid) runs.clear();
  const { set, asked, strict } = approval;
  return {
    view: { set, asked, strict, isVoid, ...of, standing: isVoid ? [] : of.standing },
    runs,
    isOver: isVoid || of.standing.length + of.waiting.length === 0,
  };
}

type State = 'standing' | 'waiting' | 'sent' | 'moved';

function stateOf(approved: ApprovedChange, change: Judged | undefined, lineage: Lineage): State {
  const begun = lineage.begun.has(approved.digest);
  if (change === undefined) return begun ? 'sent' : 'moved';
  const { verdict } = change;
  switch (verdict.kind) {
    case 'update':
    case 'provision':
    case 'import':
    case 'terminate':
      if (verdict.digest === approved.digest) return 'standing';
      if (!begun) return 'moved';
      return isRest(approved, change, lineage) ? 'standing' : 'sent';
    case 'waits':
    case 'busy':
    case 'unreadable':
      // A change of several steps is not over with the first of them.
      return begun && !mayTakeSeveral(approved.steps) ? 'sent' : 'waiting';
    case 'latched':
      return begun ? 'sent' : 'waiting';
    case 'inSync':
    case 'reported':
    case 'suspended':
    case 'refused':
      return begun ? 'sent' : 'moved';
    default:
      return verdict satisfies never;
  }
}

/** What is left of an approved change after steps of ours, and nothing that was not in it. */
export function isRest(
  approved: ApprovedChange,
  change: Judged,
  { begun, ownRecord }: Lineage,
): boolean {
  const { verdict, base } = change;
  if (!('steps' in verdict) || !begun.has(approved.digest)) return false;
  const isTerminated = base === null && approved.steps.includes('terminate');
  if (base !== approved.base && base !== ownRecord && !isTerminated) return false;
  const parts = partsOf(change);
  const isLess =
    verdict.steps.length < approved.steps.length || parts.length < approved.parts.length;
  return (
    isLess &&
    verdict.steps.every((step) => approved.steps.includes(step)) &&
    parts.every((part) => approved.parts.includes(part))
  );
}
