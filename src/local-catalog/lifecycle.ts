import { versionOf } from './catalog.ts';
import type { Begun, Work } from './engine.ts';
import { engineOf } from './engines.ts';
import type { CatalogRecord, Job, Pending, ProvisionedProduct } from './entities.ts';
import {
  fail,
  finishImport,
  finishProperties,
  removeEnded,
  type Step,
  succeed,
} from './lifecycle-end.ts';
import { currentProduct, putProduct, putRecord, type World } from './state.ts';

/**
 * Carries out everything that was due by `now`, each thing at its own time: however seldom anybody
 * looks, the story is the same.
 */
export function advance(world: World, now: number): void {
  for (let due = world.due.pop(now); due !== null; due = world.due.pop(now)) {
    const place = world.places.get(due.place);
    const record = place?.records.get(due.id);
    if (place === undefined || record?.pending?.at !== due.at) continue;
    takeStep({ world, place, record, pending: record.pending, now: due.at });
  }
}

function takeStep(at: Step): void {
  const product = currentProduct(at.place, at.record.provisionedProductId);
  if (product === null) {
    putRecord(at.world, at.place, { ...at.record, status: 'FAILED', pending: null });
    return;
  }
  const { job } = at.pending;
  switch (job.kind) {
    case 'provision':
    case 'update':
      stepProvisioning(at, product, job);
      break;
    case 'terminate':
      stepTermination(at, product, job);
      break;
    case 'properties':
      finishProperties(at, product, job);
      break;
    case 'import':
      finishImport(at, product, job);
      break;
    default:
      job satisfies never;
  }
}

function stepProvisioning(at: Step, product: ProvisionedProduct, job: Work['job']): void {
  const { world, place, record, pending, now } = at;
  const version = versionOf(world, record.productId, record.artifactId);
  if (version === null) {
    fail(at, product, 'The provisioning artifact does not exist any more.');
    return;
  }
  const work: Work = { world, place, record, product, version, job, undo: pending.undo, now };
  const engine = engineOf(product.kind);
  const { failure } = pending;
  switch (pending.next) {
    case 'begin':
      begun(at, product, engine.begin(work));
      break;
    case 'turn':
      if (failure?.touched === true) engine.rollingBack(work, failure.message);
      schedule(at, {
        status: 'IN_PROGRESS_IN_ERROR',
        pending: { ...pending, next: 'end', at: now + world.timing.remediation },
      });
      break;
    case 'end':
      if (failure === null) {
        succeed(at, product, engine.succeeded(work));
        break;
      }
      if (failure.touched)
        engine.rolledBack(work, failure.message, pending.fault?.rollback ?? 'complete');
      fail(at, product, failure.message);
      break;
    default:
      pending.next satisfies never;
  }
}

function begun(at: Step, product: ProvisionedProduct, outcome: Begun): void {
  const { world, place, pending, now } = at;
  const fault = pending.fault?.message ?? null;
  const soon = now + Math.min(world.timing.running, world.timing.accepted);
  switch (outcome.kind) {
    case 'refused':
      working(at, { failure: { message: outcome.message, touched: false } }, 'end', soon);
      break;
    case 'unchanged': {
      const failure = fault === null ? null : { message: fault, touched: false };
      working(at, { failure }, failure === null ? 'end' : turnOrEnd(pending), soon);
      break;
    }
    case 'started': {
      if (outcome.physicalId !== product.physicalId)
        putProduct(world, place, { ...product, physicalId: outcome.physicalId }, now);
      const message = fault ?? outcome.failure;
      const failure = message === null ? null : { message, touched: true };
      const next = failure === null ? 'end' : turnOrEnd(pending);
      const when = now + world.timing.running + pending.straggle;
      working(at, { failure, undo: outcome.undo }, next, when);
      break;
    }
    default:
      outcome satisfies never;
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

function stepTermination(
  at: Step,
  product: ProvisionedProduct,
  job: Extract<Job, { kind: 'terminate' }>,
): void {
  const { world, place, pending, now } = at;
  if (pending.next !== 'begin') {
    removeEnded(at, product, job);
    return;
  }
  engineOf(product.kind).removing(place, product, job.retain);
  working(at, {}, 'end', now + world.timing.running + pending.straggle);
}
