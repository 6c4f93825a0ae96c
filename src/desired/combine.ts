import { fault, quote } from '../document/fault.ts';
import { asTargetName, type TargetName } from '../domain/ids.ts';
import type { Position, Problem } from '../domain/problem.ts';
import { nearest } from '../domain/suggest.ts';
import { NO_VALUES_ALLOWED, type ValueAllowances } from '../domain/values.ts';
import { type Claim, findConflicts, slotOf } from './conflicts.ts';
import { linkDependencies, needsOf, type Unlinked } from './dependencies.ts';
import type { Clue, Desired, Draft, FileReading, InvalidDocument } from './model.ts';
import { valueProblems } from './values.ts';

export interface DesiredOptions {
  readonly targets: readonly { readonly name: TargetName }[];
  /** Where a document names no target; null: it must name one. */
  readonly defaultTarget: TargetName | null;
  /** What `valueFrom` may read; nothing where it is left out. */
  readonly values?: ValueAllowances;
}

export interface CombineInput {
  readonly readings: readonly FileReading[];
  /** Problems of files that were not read at all. */
  readonly unread: readonly Problem[];
  readonly files: number;
  readonly options: DesiredOptions;
}

/** An invalid document whose name is known and whose target is not: it may be for any of them. */
type LooseClaim = Omit<InvalidDocument, 'target' | 'needs'> & Pick<Clue, 'dependsOn'>;

interface Addressed {
  readonly claims: readonly Claim[];
  readonly loose: readonly LooseClaim[];
  readonly problems: readonly Problem[];
}

/** Files read one by one → what they declare together. */
export function combine({ readings, unread, files, options }: CombineInput): Desired {
  const clues = readings.flatMap((reading) => reading.clues);
  const drafts = readings.flatMap((reading) => reading.drafts);
  const { claims, loose, problems } = address(drafts, clues, options);
  const conflicts = findConflicts(claims);
  const sound: Unlinked[] = [];
  const unusable: InvalidDocument[] = [];
  for (const claim of claims) {
    const problem = conflicts.get(claim);
    if (problem !== undefined) unusable.push({ ...claim, problem });
    else if ('spec' in claim.use) sound.push(claim.use);
    else unusable.push({ ...claim, problem: claim.use.problem });
  }
  const anywhere = loose.flatMap((claim) =>
    options.targets.map(({ name: target }) => ({
      ...claim,
      ...{ target, needs: needsOf(target, claim.dependsOn), isAnywhere: true as const },
    })),
  );
  const linked = linkDependencies(sound, [...anywhere, ...claims]);
  for (const { spec, problem, needs } of linked.refused)
    unusable.push({ ...spec, at: spec.origin.at, problem, needs });
  const specs = [...linked.specs];
  const inUse = new Set(specs.map(slotOf));
  const found = [
    ...unread,
    ...readings.flatMap((one) => one.problems),
    ...problems,
    ...linked.refused.map((one) => one.problem),
  ];
  return {
    specs: specs.sort(bySlot),
    problems: [...found, ...conflicts.values()].sort(byPlace),
    invalid: distinct([...unusable, ...anywhere.filter((claim) => !inUse.has(slotOf(claim)))]),
    // A copy of a document that was saved over another one leaves no other trace of that.
    unknownIdentity:
      unread.length > 0 ||
      conflicts.size > 0 ||
      clues.some(isInDoubt) ||
      readings.some((reading) => reading.isBlank),
    counts: {
      files,
      documents: drafts.length + clues.length,
      invalid: drafts.length + clues.length - specs.length,
      skipped: readings.reduce((sum, reading) => sum + reading.skipped, 0),
      empty: readings.reduce((sum, reading) => sum + reading.empty, 0),
    },
  };
}

/** Gives every document its target, as far as it can be told. */
function address(
  drafts: readonly Draft[],
  clues: readonly Clue[],
  options: DesiredOptions,
): Addressed {
  const claims: Claim[] = [];
  const loose: LooseClaim[] = [];
  const problems: Problem[] = [];
  for (const draft of drafts) {
    const { key, name, origin } = draft.spec;
    const target = targetNamed(draft.target, options);
    const refused = valueProblems(draft.spec, options.values ?? NO_VALUES_ALLOWED);
    const [refusal] = refused;
    problems.push(...refused);
    const { dependsOn } = draft;
    if (target !== null) {
      const sound = { spec: { ...draft.spec, target }, dependsOn };
      const use = refusal === undefined ? sound : { problem: refusal };
      claims.push({ target, key, name, at: origin.at, needs: needsOf(target, dependsOn), use });
    } else {
      const problem = targetProblem(draft, options);
      loose.push({ key, name, at: origin.at, problem, dependsOn });
      problems.push(problem);
    }
  }
  for (const { identity, at, target: written, targetCertain, dependsOn, problem } of clues) {
    if (identity === null) continue;
    const target = targetCertain ? targetNamed(written, options) : null;
    if (target === null) loose.push({ ...identity, at, problem, dependsOn });
    else
      claims.push({ ...identity, at, target, needs: needsOf(target, dependsOn), use: { problem } });
  }
  return { claims, loose, problems };
}

function targetNamed(written: string | null, options: DesiredOptions): TargetName | null {
  if (written === null) return options.defaultTarget;
  return options.targets.some(({ name }) => name === written) ? asTargetName(written) : null;
}

function targetProblem(draft: Draft, options: DesiredOptions): Problem {
  const names = options.targets.map(({ name }) => name);
  const listed = names.join(', ');
  const field = 'target';
  if (draft.target === null) {
    const message = `the document names no target, and the configuration has several and no default (${listed})`;
    return fault('document/no-target', draft.spec.origin.at, message, { field });
  }
  const at = draft.spec.origin.fields[field] ?? draft.spec.origin.at;
  const message = `the target ${quote(draft.target)} is not in the configuration (it has ${listed})`;
  const meant = nearest(draft.target, names);
  const next = meant === null ? {} : { next: `did you mean ${quote(meant)}?` };
  return fault('document/unknown-target', at, message, { field, ...next });
}

/**
 * One entry for each provisioned product, the first by place; one that is certainly for this target goes
 * before those that may be.
 */
function distinct(claims: readonly InvalidDocument[]): InvalidDocument[] {
  const first = new Map<string, InvalidDocument>();
  const ordered = [...claims].sort((a, b) => doubt(a) - doubt(b) || byPlace(a, b));
  for (const { target, key, name, at, problem, needs = [], isAnywhere } of ordered) {
    const slot = slotOf({ target, key });
    const anywhere = isAnywhere === true ? { isAnywhere } : {};
    if (!first.has(slot)) first.set(slot, { target, key, name, at, problem, needs, ...anywhere });
  }
  return [...first.values()].sort(bySlot);
}

/** Whether more provisioned products than can be told may be meant. */
const isInDoubt = ({ identity, mayHoldMore }: Clue) => identity === null || mayHoldMore;

const doubt = ({ isAnywhere }: InvalidDocument) => Number(isAnywhere === true);

/** By code units, so that the order is the same on every machine. */
function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

type Addressee = Pick<InvalidDocument, 'target' | 'key' | 'name'>;

function bySlot(left: Addressee, right: Addressee): number {
  return (
    compare(left.target, right.target) ||
    compare(left.name, right.name) ||
    compare(left.key, right.key)
  );
}

function byPlace(left: { at: Position | null }, right: { at: Position | null }): number {
  const [a, b] = [left.at, right.at];
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column;
}
