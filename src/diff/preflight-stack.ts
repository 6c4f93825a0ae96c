import { kindOf } from '../domain/kind.ts';
import type { PresentProduct } from '../domain/live.ts';
import type { Problem } from '../domain/problem.ts';
import type { Spec } from '../domain/spec.ts';
import { problem } from './problems.ts';

/** Stack statuses from which CloudFormation carries out an update. */
const UPDATABLE: ReadonlySet<string> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);

const UPDATABLE_SET: ReadonlySet<string> = new Set(['ACTIVE']);

/** Why the stack cannot be updated as it stands, with the remedy; null: it can, or it was not read. */
export function stackProblem(spec: Spec, live: PresentProduct): Problem | null {
  const { stack } = live;
  const updatable = kindOf(live) === 'stackSet' ? UPDATABLE_SET : UPDATABLE;
  if (stack.kind !== 'read' || updatable.has(stack.value.status)) return null;
  const { status, statusReason } = stack.value;
  const reason = statusReason === null ? '' : ` (${statusReason})`;
  return problem({
    code: 'plan/stack-status',
    at: spec.origin.at,
    field: '',
    message: `its stack is in ${status}, from which CloudFormation carries out no update${reason}`,
    next: stackRemedy(status),
  });
}

function stackRemedy(status: string): string {
  switch (status) {
    case 'UPDATE_ROLLBACK_FAILED':
      return 'only ContinueUpdateRollback in CloudFormation, outside Service Catalog, helps; then: trueup retry';
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
    case 'CREATE_FAILED':
      return 'its creation failed: terminate the provisioned product and provision it again';
    case 'DELETE_COMPLETE':
      return 'its stack was deleted: terminate the provisioned product and provision it again';
    default:
      return 'bring the stack into a status that permits updates, then: trueup retry';
  }
}
