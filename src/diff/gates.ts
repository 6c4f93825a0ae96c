import type { ChangeVerdict } from '../domain/change.ts';
import { errorEntry } from '../domain/errors/registry.ts';
import { kindOf, mayLeaveError } from '../domain/kind.ts';
import type { PresentProduct, Reading, VersionDefinitions } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import { uncreatable } from './creation-wish.ts';
import { nextInError } from './error-advice.ts';
import { problem, quoted } from './problems.ts';

/** What ends an assessment before anything is compared: whether this may be touched at all. */
export function identityVerdict({ spec, live, entry }: AssessInput): ChangeVerdict | null {
  if (spec.reconcile.suspend) return { kind: 'suspended' };
  switch (live.kind) {
    case 'unreadable':
      return { kind: 'unreadable', why: live.why };
    case 'absent':
      return unseenVerdict(entry);
    case 'present':
      return expectationVerdict(spec, live);
    default:
      return live satisfies never;
  }
}

/** A request of ours that may be about to make it. */
function unseenVerdict({ intent }: AssessInput['entry']): ChangeVerdict | null {
  if (intent === null || intent.firstSentAt === null) return null;
  return { kind: 'busy', status: 'not visible yet', recordId: intent.recordId, ours: true };
}

export function absent(spec: Spec, similar: string | null): Problem {
  const { identity } = spec;
  const uncreated = uncreatable(spec);
  if (uncreated !== null) return uncreated;
  const who =
    identity.kind === 'name' ? `named ${quoted(identity.name)}` : `with id ${identity.id}`;
  const message = `there is no provisioned product ${who} in target ${spec.target}`;
  const { next } = errorEntry('plan/absent');
  const hint = similar === null ? next : `did you mean ${quoted(similar)}? If not: ${next}`;
  return problem({ code: 'plan/absent', at: spec.origin.at, field: '', message, next: hint });
}

function expectationVerdict(spec: Spec, live: PresentProduct): ChangeVerdict | null {
  const { provisionedProductId, physicalId } = spec.expect;
  if (provisionedProductId !== null && provisionedProductId !== live.id)
    return mismatch(spec, 'expect.provisionedProductId', provisionedProductId, live.id);
  if (physicalId !== null && live.physicalId === null)
    return { kind: 'unreadable', why: 'the listing does not tell its physical id' };
  if (physicalId !== null && live.physicalId !== null && physicalId !== live.physicalId)
    return mismatch(spec, 'expect.physicalId', physicalId, live.physicalId);
  return null;
}

function mismatch(spec: Spec, field: string, wanted: string, found: string): ChangeVerdict {
  const message = `the name must stand for ${quoted(wanted)}, and stands for ${quoted(found)}`;
  const at = positionOf(spec, field);
  return {
    kind: 'refused',
    problems: [problem({ code: 'plan/expect-mismatch', at, field, message })],
  };
}

/** What the document asks of a stack set, and this is none. */
export function kindVerdict({ spec }: AssessInput, live: PresentProduct): ChangeVerdict | null {
  if (kindOf(live) === 'stackSet') return null;
  const found = noStackSet(spec, `the provisioned product is of type ${live.type}`);
  return found === null ? null : { kind: 'refused', problems: [found] };
}

/** The same of what does not exist yet, and would not become a stack set. */
export function newKindProblem(
  spec: Spec,
  definitions: Reading<VersionDefinitions> | undefined,
): Problem | null {
  if (definitions?.kind !== 'read' || definitions.value.stackSet !== null) return null;
  return noStackSet(
    spec,
    'over this launch path, which has no STACKSET constraint, none comes into being',
  );
}

/** And of a stack that is to be adopted. */
export function importKindProblem(spec: Spec): Problem | null {
  return noStackSet(spec, 'what adopts a stack never is one');
}

function noStackSet(spec: Spec, why: string): Problem | null {
  const field =
    spec.stackInstances !== null
      ? 'stackInstances'
      : spec.preferences !== null
        ? 'provisioningPreferences'
        : null;
  if (field === null) return null;
  const message = `${field} is declared for a stack set, and ${why}`;
  return problem({ code: 'plan/not-a-stack-set', at: positionOf(spec, field), field, message });
}

/** A request of ours whose outcome is open: nothing is computed before it is settled. */
export function openVerdict({ entry }: AssessInput, live: PresentProduct): ChangeVerdict | null {
  const { intent } = entry;
  if (intent === null || intent.firstSentAt === null) return null;
  const recordId = intent.recordId ?? live.records.last;
  return { kind: 'busy', status: live.status, recordId, ours: true };
}

/** What the status alone decides. TAINTED is stable: it is compared like AVAILABLE. */
export function statusVerdict(input: AssessInput, live: PresentProduct): ChangeVerdict | null {
  switch (live.status) {
    case 'AVAILABLE':
    case 'TAINTED':
      return null;
    case 'ERROR':
      return mayLeaveError(live) ? null : { kind: 'refused', problems: [inError(input, live)] };
    default:
      return { kind: 'busy', status: live.status, recordId: live.records.last, ours: false };
  }
}

export function inError(input: AssessInput, live: PresentProduct): Problem {
  const { spec } = input;
  const reason = live.statusMessage === null ? '' : `: ${live.statusMessage}`;
  const message = mayLeaveError(live)
    ? `it is in status ERROR, and the one update that could end that was made or is not due${reason}`
    : `it is in status ERROR, from which AWS brings no ${live.type} back by an update${reason}`;
  const next = nextInError(input);
  return problem({
    code: 'plan/product-error',
    at: spec.origin.at,
    field: '',
    message,
    ...(next === null ? {} : { next }),
  });
}
