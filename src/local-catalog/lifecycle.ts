import { versionOf } from './catalog.ts';
import type { Begun, Engine, Work } from './engine.ts';
import { externalEngine } from './engine-external.ts';
import { recordOutputs, stackEngine } from './engine-stack.ts';
import { stackSetEngine } from './engine-stack-set.ts';
import type { ProductKind } from './model.ts';
import {
  type CatalogRecord,
  currentProduct,
  type Job,
  type Pending,
  type Place,
  type ProductStatus,
  type ProvisionedProduct,
  putProduct,
  putRecord,
  removeProduct,
  type World,
} from './state.ts';

export function engineOf(kind: ProductKind): Engine {
  switch (kind) {
    case 'CFN_STACK':
      return stackEngine;
    case 'CFN_STACKSET':
      return stackSetEngine;
    case 'CONTROL_TOWER_ACCOUNT':
    case 'TERRAFORM_OPEN_SOURCE':
    case 'TERRAFORM_CLOUD':
    case 'EXTERNAL':
      return externalEngine;
    default:
      return kind satisfies never;
  }
}

/**
 * Carries out everything that was due by `now`, each thing at its own time: however seldom anybody
 * looks, the story is the same.
 */
export function advance(world: World, now: number): void {
  for (let due = world.due.pop(now); due !== null; due = world.due.pop(now)) {
    const place = world.places.get(due.place);
    const record = place?.records.get(due.id);
    if (place === undefined || record?.pending?.at !== due.at) continue;
    step({ world, place, record, pending: record.pending, now: due.at });
  }
}

interface Step {
  readonly world: World;
  readonly place: Place;
  readonly record: CatalogRecord;
  readonly pending: Pending;
  readonly now: number;
}

function step(at: Step): void {
  const product = currentProduct(at.place, at.record.provisionedProductId);
  if (product === null) {
    putRecord(at.world, at.place, { ...at.record, status: 'FAILED', pending: null });
    return;
  }
  const { job } = at.pending;
  switch (job.kind) {
    case 'provision':
    case 'update':
      return stepProvisioning(at, product, job);
    case 'terminate':
      return stepTermination(at, product, job);
    case 'properties':
      return finishProperties(at, product, job);
    case 'import':
      return finishImport(at, product, job);
    default:
      return job satisfies never;
  }
}

function stepProvisioning(at: Step, product: ProvisionedProduct, job: Work['job']): void {
  const version = versionOf(at.world, at.record.productId, at.record.artifactId);
  if (version === null)
    return fail(at, product, 'The provisioning artifact does not exist any more.');
  const { world, place, record, pending, now } = at;
  const work: Work = { world, place, record, product, version, job, undo: pending.undo, now };
  const engine = engineOf(product.kind);
  switch (pending.next) {
    case 'begin':
      return begun(at, product, engine.begin(work));
    case 'turn':
      if (pending.failure?.touched === true) engine.rollingBack(work, pending.failure.message);
      return schedule(at, {
        status: 'IN_PROGRESS_IN_ERROR',
        pending: { ...pending, next: 'end', at: now + world.timing.remediation },
      });
    case 'end': {
      if (pending.failure === null) return succeed(at, product, engine.succeeded(work));
      if (pending.failure.touched)
        engine.rolledBack(work, pending.failure.message, pending.fault?.rollback ?? 'complete');
      return fail(at, product, pending.failure.message);
    }
  }
}

function begun(at: Step, product: ProvisionedProduct, outcome: Begun): void {
  const { world, place, pending, now } = at;
  const fault = pending.fault?.message ?? null;
  const soon = now + Math.min(world.timing.running, world.timing.accepted);
  switch (outcome.kind) {
    case 'refused':
      return working(at, { failure: { message: outcome.message, touched: false } }, 'end', soon);
    case 'unchanged':
      if (fault === null) return working(at, {}, 'end', soon);
      return working(at, { failure: { message: fault, touched: false } }, turnOrEnd(pending), soon);
    case 'started': {
      if (outcome.physicalId !== product.physicalId)
        putProduct(world, place, { ...product, physicalId: outcome.physicalId }, now);
      const message = fault ?? outcome.failure;
      const failure = message === null ? null : { message, touched: true };
      const next = failure === null ? 'end' : turnOrEnd(pending);
      const when = now + world.timing.running + pending.straggle;
      return working(at, { failure, undo: outcome.undo }, next, when);
    }
    default:
      return outcome satisfies never;
  }
}

const turnOrEnd = (pending: Pending) => (pending.fault?.rollback === 'none' ? 'end' : 'turn');

function working(
  at: Step,
  change: Partial<Pick<Pending, 'failure' | 'undo'>>,
  next: Pending['next'],
  when: number,
): void {
  const pending = { ...at.pending, ...change, next, at: when };
  schedule(at, { status: 'IN_PROGRESS', pending });
}

function schedule(at: Step, change: Pick<CatalogRecord, 'status' | 'pending'>): void {
  putRecord(at.world, at.place, { ...at.record, ...change, updatedAt: at.now });
}

function succeed(
  at: Step,
  product: ProvisionedProduct,
  result: ReturnType<Engine['succeeded']>,
): void {
  const { world, place, record, now } = at;
  putRecord(world, place, {
    ...record,
    status: 'SUCCEEDED',
    outputs: result.outputs,
    updatedAt: now,
    pending: null,
  });
  putProduct(
    world,
    place,
    {
      ...product,
      status: 'AVAILABLE',
      statusMessage: null,
      productId: record.productId,
      artifactId: record.artifactId,
      pathId: record.pathId,
      physicalId: result.physicalId,
      engineParameters: result.engineParameters ?? product.engineParameters,
      lastSuccessfulProvisioningRecordId: record.id,
    },
    now,
  );
}

function fail(at: Step, product: ProvisionedProduct, message: string): void {
  const { world, place, record, pending, now } = at;
  const { behaviour } = world;
  const listed = pending.fault?.listErrors ?? behaviour.recordErrors === 'listed';
  putRecord(world, place, {
    ...record,
    status: 'FAILED',
    errors: listed ? [{ code: '400', description: message }] : [],
    updatedAt: now,
    pending: null,
  });
  const { before } = pending.job;
  const previousVersion = behaviour.versionAfterFailedUpdate === 'previous';
  const previousTags = behaviour.tagsAfterFailedUpdate === 'previous';
  putProduct(
    world,
    place,
    {
      ...product,
      status: statusAfterFailure(world, pending.job),
      statusMessage: message,
      productId: previousVersion ? before.productId : record.productId,
      artifactId: previousVersion ? before.artifactId : record.artifactId,
      tags: previousTags ? before.tags : product.tags,
    },
    now,
  );
}

function statusAfterFailure(world: World, job: Job): ProductStatus {
  switch (job.kind) {
    case 'provision':
      return 'ERROR';
    case 'update':
      return world.behaviour.statusAfterFailedUpdate;
    case 'terminate':
      return 'TAINTED';
    case 'properties':
    case 'import':
      return job.before.status;
    default:
      return job satisfies never;
  }
}

function stepTermination(
  at: Step,
  product: ProvisionedProduct,
  job: Extract<Job, { kind: 'terminate' }>,
): void {
  const { world, place, record, pending, now } = at;
  const engine = engineOf(product.kind);
  if (pending.next === 'begin') {
    engine.removing(place, product, job.retain);
    return schedule(at, {
      status: 'IN_PROGRESS',
      pending: { ...pending, next: 'end', at: now + world.timing.running + pending.straggle },
    });
  }
  if (pending.fault !== null && !job.ignoreErrors) {
    const stack = product.physicalId === null ? undefined : place.stacks.get(product.physicalId);
    if (stack !== undefined) place.stacks.set(stack.id, { ...stack, status: 'DELETE_FAILED' });
    return fail(at, product, pending.fault.message);
  }
  engine.removed(place, product, job.retain, now);
  putRecord(world, place, { ...record, status: 'SUCCEEDED', updatedAt: now, pending: null });
  removeProduct(world, place, product, now);
}

function finishProperties(
  at: Step,
  product: ProvisionedProduct,
  job: Extract<Job, { kind: 'properties' }>,
): void {
  const { world, place, record, pending, now } = at;
  if (pending.fault !== null) return fail(at, product, pending.fault.message);
  putRecord(world, place, { ...record, status: 'SUCCEEDED', updatedAt: now, pending: null });
  putProduct(
    world,
    place,
    {
      ...product,
      status: job.before.status,
      ...(job.owner === null ? {} : { userArn: job.owner.arn, userArnSession: job.owner.session }),
      launchRole: job.launchRole ?? product.launchRole,
    },
    now,
  );
}

function finishImport(
  at: Step,
  product: ProvisionedProduct,
  job: Extract<Job, { kind: 'import' }>,
): void {
  const stack = at.place.stacks.get(job.stackArn);
  if (at.pending.fault !== null) return fail(at, product, at.pending.fault.message);
  succeed(at, product, {
    physicalId: job.stackArn,
    outputs: stack === undefined ? [] : recordOutputs(stack),
    engineParameters: null,
  });
}
