import type { Succeeded } from './engine.ts';
import { recordOutputs } from './engine-stack.ts';
import { engineOf } from './engines.ts';
import type { CatalogRecord, Job, Pending, ProductStatus, ProvisionedProduct } from './entities.ts';
import type { ProductKind } from './model.ts';
import { type Place, putProduct, putRecord, removeProduct, type World } from './state.ts';

/** One step of a record under way. */
export interface Step {
  readonly world: World;
  readonly place: Place;
  readonly record: CatalogRecord;
  readonly pending: Pending;
  readonly now: number;
}

export function succeed(at: Step, product: ProvisionedProduct, result: Succeeded): void {
  const { world, place, record, now } = at;
  putRecord(world, place, {
    ...record,
    status: 'SUCCEEDED',
    outputs: result.outputs,
    updatedAt: now,
    pending: null,
  });
  const available: ProvisionedProduct = {
    ...product,
    status: 'AVAILABLE',
    statusMessage: null,
    productId: record.productId,
    artifactId: record.artifactId,
    pathId: record.pathId,
    physicalId: result.physicalId,
    engineParameters: result.engineParameters ?? product.engineParameters,
    lastSuccessfulProvisioningRecordId: record.id,
  };
  putProduct(world, place, available, now);
}

/** A record ends FAILED; what the provisioned product then shows is partly a switch. */
export function fail(at: Step, product: ProvisionedProduct, message: string): void {
  const { world, place, record, pending, now } = at;
  const { behaviour } = world;
  const listed = pending.fault?.listErrors ?? behaviour.recordErrors === 'listed';
  putRecord(world, place, {
    ...record,
    status: 'FAILED',
    errors: listed ? [{ code: behaviour.recordErrorCode, description: message }] : [],
    updatedAt: now,
    pending: null,
  });
  const { before } = pending.job;
  const previousVersion = behaviour.versionAfterFailedUpdate === 'previous';
  const previousTags = behaviour.tagsAfterFailedUpdate === 'previous';
  const failed: ProvisionedProduct = {
    ...product,
    status: statusAfterFailure(world, product.kind, pending.job),
    statusMessage: message,
    productId: previousVersion ? before.productId : record.productId,
    artifactId: previousVersion ? before.artifactId : record.artifactId,
    tags: previousTags ? before.tags : product.tags,
  };
  putProduct(world, place, failed, now);
}

function statusAfterFailure(world: World, kind: ProductKind, job: Job): ProductStatus {
  switch (job.kind) {
    case 'provision':
      return kind === 'TERRAFORM_OPEN_SOURCE' ? world.behaviour.terraformFailedCreate : 'ERROR';
    case 'update':
      return world.behaviour.statusAfterFailedUpdate;
    case 'terminate':
      return 'TAINTED';
    case 'import':
      return 'ERROR';
    case 'properties':
      return job.before.status;
    default:
      return job satisfies never;
  }
}

/** The end of a termination: gone, unless something could not be deleted. The record stays. */
export function removeEnded(
  at: Step,
  product: ProvisionedProduct,
  job: Extract<Job, { kind: 'terminate' }>,
): void {
  const { world, place, record, pending, now } = at;
  const stack = product.physicalId === null ? undefined : place.stacks.get(product.physicalId);
  if (pending.fault !== null && stack !== undefined && !job.retain)
    place.stacks.set(stack.id, { ...stack, status: 'DELETE_FAILED' });
  if (pending.fault !== null && !job.ignoreErrors) {
    fail(at, product, pending.fault.message);
    return;
  }
  if (pending.fault === null) engineOf(product.kind).removed(place, product, job.retain, now);
  putRecord(world, place, { ...record, status: 'SUCCEEDED', updatedAt: now, pending: null });
  removeProduct(world, place, product, now);
}

/** Owner and launch role take effect at the end. */
export function finishProperties(
  at: Step,
  product: ProvisionedProduct,
  job: Extract<Job, { kind: 'properties' }>,
): void {
  const { world, place, record, pending, now } = at;
  if (pending.fault !== null) {
    fail(at, product, pending.fault.message);
    return;
  }
  putRecord(world, place, { ...record, status: 'SUCCEEDED', updatedAt: now, pending: null });
  const owner =
    job.owner === null ? {} : { userArn: job.owner.arn, userArnSession: job.owner.session };
  const changed: ProvisionedProduct = {
    ...product,
    ...owner,
    status: job.before.status,
    launchRole: job.launchRole ?? product.launchRole,
  };
  putProduct(world, place, changed, now);
}

export function finishImport(
  at: Step,
  product: ProvisionedProduct,
  job: Extract<Job, { kind: 'import' }>,
): void {
  if (at.pending.fault !== null) {
    fail(at, product, at.pending.fault.message);
    return;
  }
  const stack = at.place.stacks.get(job.stackArn);
  succeed(at, product, {
    physicalId: job.stackArn,
    outputs: stack === undefined ? [] : recordOutputs(stack),
    engineParameters: null,
  });
}
