import type { ChangeVerdict } from '../domain/change.ts';
import type { PresentProduct } from '../domain/live.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import type { AssessInput } from './assess.ts';
import { STACK_TYPE } from './normalize.ts';
import { problem, quoted } from './problems.ts';

/** What ends an assessment before anything is compared: whether this may be touched at all. */
export function identityVerdict({ spec, live }: AssessInput): ChangeVerdict | null {
  if (spec.reconcile.suspend) return { kind: 'suspended' };
  switch (live.kind) {
    case 'unreadable':
      return { kind: 'unreadable', why: live.why };
    case 'absent':
      return { kind: 'refused', problems: [absent(spec)] };
    case 'present':
      return expectationVerdict(spec, live);
    default:
      return live satisfies never;
  }
}

function absent(spec: Spec) {
  const { identity } = spec;
  const who =
    identity.kind === 'name' ? `named ${quoted(identity.name)}` : `with id ${identity.id}`;
  const message = `there is no provisioned product ${who} in target ${spec.target}`;
  return problem({ code: 'plan/absent', at: spec.origin.at, field: '', message });
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

/** A request of ours whose outcome is open: nothing is computed before it is settled. */
export function openVerdict({ entry }: AssessInput, live: PresentProduct): ChangeVerdict | null {
  const { intent } = entry;
  if (intent === null || intent.firstSentAt === null) return null;
  const recordId = intent.recordId ?? live.records.last;
  return { kind: 'busy', status: live.status, recordId, ours: true };
}

/** What the status alone decides. TAINTED is stable: it is compared like AVAILABLE. */
export function statusVerdict(spec: Spec, live: PresentProduct): ChangeVerdict | null {
  switch (live.status) {
    case 'AVAILABLE':
    case 'TAINTED':
      return null;
    case 'ERROR':
      return live.type === STACK_TYPE
        ? { kind: 'refused', problems: [inError(spec, live)] }
        : unsupported(spec, live);
    default:
      return { kind: 'busy', status: live.status, recordId: live.records.last, ours: false };
  }
}

function inError(spec: Spec, live: PresentProduct) {
  const reason = live.statusMessage === null ? '' : `: ${live.statusMessage}`;
  const message = `it is in status ERROR, from which AWS brings no stack product back by an update${reason}`;
  return problem({ code: 'plan/product-error', at: spec.origin.at, field: '', message });
}

/** A type whose live parameter values no stack tells. */
export function unsupported(spec: Spec, live: PresentProduct): ChangeVerdict {
  const message = `updates of type ${quoted(live.type)} are not yet supported`;
  const at = spec.origin.at;
  return {
    kind: 'refused',
    problems: [problem({ code: 'plan/unsupported-type', at, field: '', message })],
  };
}
