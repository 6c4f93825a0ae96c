import type { Begun, Engine, Succeeded, Work } from './engine.ts';
import type { OutputValue, ProvisionedProduct, Stack } from './entities.ts';
import { derivedUuid } from './ids.ts';
import { cloudFormationRefusal, resolveParameters, resourceFailure } from './parameters.ts';
import {
  changesNothing,
  completeStack,
  createStack,
  type StackWork,
  startStackUpdate,
  updateRefusal,
} from './stacks.ts';
import { type Place, putStack } from './state.ts';

function begin(work: Work): Begun {
  const { world, place, product, version, job, record } = work;
  const live = stackOf(place, product);
  const refuse = (message: string): Begun => ({
    kind: 'refused',
    message: cloudFormationRefusal(message, derivedUuid(record.id)),
  });
  if (job.kind === 'update') {
    if (live === null || live.deletedAt !== null)
      return refuse(`Stack [${product.physicalId ?? product.name}] does not exist`);
    const refusal = updateRefusal(live);
    if (refusal !== null) return refuse(refusal);
  }
  const resolved = resolveParameters(
    version,
    job.parameters,
    live?.parameters ?? null,
    world.behaviour.omittedParameters,
  );
  if (resolved.kind === 'refused') return refuse(resolved.message);
  const stackWork: StackWork = {
    version,
    productId: record.productId,
    parameters: resolved.parameters,
    tags: job.tags ?? live?.tags ?? [],
    now: work.now,
  };
  const failure = resourceFailure(version, resolved.parameters);
  if (job.kind === 'provision' || live === null) {
    const stack = createStack(place, product, stackWork, job.notificationArns, record.id);
    return { kind: 'started', physicalId: stack.id, undo: null, failure };
  }
  if (failure === null && changesNothing(world, live, stackWork)) return { kind: 'unchanged' };
  startStackUpdate(place, live, stackWork);
  return { kind: 'started', physicalId: live.id, undo: live, failure };
}

function stackOf(place: Place, product: ProvisionedProduct): Stack | null {
  return product.physicalId === null ? null : (place.stacks.get(product.physicalId) ?? null);
}

/** The old parameters are live again as soon as the rollback starts. */
function rollingBack(work: Work, message: string): void {
  const stack = stackOf(work.place, work.product);
  if (stack === null) return;
  putStack(
    work.place,
    work.undo === null
      ? { ...stack, status: 'ROLLBACK_IN_PROGRESS', statusReason: message }
      : restored(stack, work.undo, 'UPDATE_ROLLBACK_IN_PROGRESS', message),
  );
}

function rolledBack(work: Work, message: string, ends: 'complete' | 'failed' | 'none'): void {
  const stack = stackOf(work.place, work.product);
  if (stack === null) return;
  const end = ends === 'failed' ? 'FAILED' : 'COMPLETE';
  putStack(
    work.place,
    work.undo === null
      ? { ...stack, status: `ROLLBACK_${end}`, statusReason: message }
      : restored(stack, work.undo, `UPDATE_ROLLBACK_${end}`, message),
  );
}

/** What was before, but for the time of the update: CloudFormation does not turn that back. */
function restored(stack: Stack, undo: Stack, status: string, reason: string): Stack {
  return { ...undo, status, statusReason: reason, updatedAt: stack.updatedAt };
}

function succeeded(work: Work): Succeeded {
  const stack = stackOf(work.place, work.product);
  if (stack === null)
    return { physicalId: work.product.physicalId, outputs: [], engineParameters: null };
  const done = stack.status.endsWith('_IN_PROGRESS')
    ? completeStack(work.world, work.place, stack)
    : stack;
  return { physicalId: done.id, outputs: recordOutputs(done), engineParameters: null };
}

/** A stack's outputs as records carry them: one more, which names the stack. */
export function recordOutputs(stack: Stack): readonly OutputValue[] {
  return [
    {
      key: 'CloudformationStackARN',
      value: stack.id,
      description: 'The ARN of the launched Cloudformation Stack',
      exportName: null,
    },
    ...stack.outputs,
  ];
}

function removing(place: Place, product: ProvisionedProduct, retain: boolean): void {
  const stack = stackOf(place, product);
  if (stack !== null && !retain) putStack(place, { ...stack, status: 'DELETE_IN_PROGRESS' });
}

function removed(place: Place, product: ProvisionedProduct, retain: boolean, now: number): void {
  const stack = stackOf(place, product);
  if (stack === null || retain) return;
  putStack(place, { ...stack, status: 'DELETE_COMPLETE', deletedAt: now });
}

export const stackEngine: Engine = {
  begin,
  rollingBack,
  rolledBack,
  succeeded,
  removing,
  removed,
};
