import type { Begun, Engine, Succeeded, Work } from './engine.ts';
import type { Argument, ProvisionedProduct, StackInstance, StackSet } from './entities.ts';
import { derivedUuid } from './ids.ts';
import { cloudFormationRefusal, resolveParameters, resourceFailure } from './parameters.ts';
import type { Place } from './state.ts';

function begin(work: Work): Begun {
  const live = stackSetOf(work.place, work.product);
  const refuse = (message: string): Begun => ({
    kind: 'refused',
    message: cloudFormationRefusal(message, derivedUuid(work.record.id)),
  });
  if (work.job.kind === 'update' && live === null)
    return refuse(`StackSet ${work.product.physicalId ?? ''} not found`);
  const resolved = resolve(work, live);
  if (resolved.kind === 'refused') return refuse(resolved.message);
  return {
    kind: 'started',
    physicalId: live?.arn ?? stackSetArn(work),
    undo: null,
    failure: resourceFailure(work.version, resolved.parameters),
  };
}

function resolve(work: Work, live: StackSet | null) {
  return resolveParameters(
    work.version,
    work.job.parameters,
    live?.parameters ?? null,
    work.world.behaviour.omittedParameters,
  );
}

/** Nothing was put in force yet, so there is nothing to undo. */
function rollingBack(): void {}

function succeeded(work: Work): Succeeded {
  const live = stackSetOf(work.place, work.product);
  const resolved = resolve(work, live);
  const parameters: readonly Argument[] = resolved.kind === 'ok' ? resolved.parameters : [];
  const next = live === null ? created(work, parameters) : updated(work, live, parameters);
  work.place.stackSets.set(next.arn, next);
  return { physicalId: next.arn, outputs: [], engineParameters: null };
}

function created(work: Work, parameters: readonly Argument[]): StackSet {
  const name = stackSetName(work);
  return {
    id: `${name}:${derivedUuid(work.place.key, name)}`,
    name,
    arn: stackSetArn(work),
    status: 'ACTIVE',
    productId: work.record.productId,
    artifactId: work.version.id,
    parameters,
    tags: (work.job.tags ?? []).filter((tag) => !tag.Key.startsWith('aws:')),
    instances: wantedInstances(work).map((where) => ({ ...where, status: 'CURRENT' })),
  };
}

/**
 * CREATE and DELETE only add and remove instances; the version stays. UPDATE puts version and
 * parameters in force and leaves the instances that it does not name behind as OUTDATED.
 */
function updated(work: Work, live: StackSet, parameters: readonly Argument[]): StackSet {
  const wanted = wantedInstances(work);
  const named = new Set(wanted.map(instanceKey));
  switch (work.job.stackSet?.operation ?? 'UPDATE') {
    case 'CREATE': {
      const known = new Set(live.instances.map(instanceKey));
      const added = wanted.filter((where) => !known.has(instanceKey(where)));
      return {
        ...live,
        instances: [
          ...live.instances,
          ...added.map((where): StackInstance => ({ ...where, status: 'CURRENT' })),
        ],
      };
    }
    case 'DELETE':
      return {
        ...live,
        instances: live.instances.filter((instance) => !named.has(instanceKey(instance))),
      };
    case 'UPDATE':
      return {
        ...live,
        productId: work.record.productId,
        artifactId: work.version.id,
        parameters,
        instances: live.instances.map((instance) => ({
          ...instance,
          status: named.has(instanceKey(instance)) ? 'CURRENT' : 'OUTDATED',
        })),
      };
  }
}

type Where = { readonly account: string; readonly region: string };

const instanceKey = (where: Where) => `${where.account}/${where.region}`;

/** The accounts and regions of the request, else those of the path's constraint. */
function wantedInstances(work: Work): readonly Where[] {
  const constraint = work.world.catalog
    .get(work.record.productId)
    ?.paths.find((path) => path.id === work.record.pathId)?.stackSet;
  const accounts = work.job.stackSet?.accounts ?? constraint?.accounts ?? [work.place.account];
  const regions = work.job.stackSet?.regions ?? constraint?.regions ?? [work.place.region];
  return accounts.flatMap((account) => regions.map((region) => ({ account, region })));
}

const stackSetName = (work: Work) => `SC-${work.place.account}-${work.product.id}`;

function stackSetArn(work: Work): string {
  const name = stackSetName(work);
  const uuid = derivedUuid(work.place.key, name);
  return `arn:aws:cloudformation:${work.place.region}:${work.place.account}:stackset/${name}:${uuid}`;
}

export function stackSetOf(place: Place, product: ProvisionedProduct): StackSet | null {
  const stackSet =
    product.physicalId === null ? undefined : place.stackSets.get(product.physicalId);
  return stackSet === undefined || stackSet.status === 'DELETED' ? null : stackSet;
}

function removed(place: Place, product: ProvisionedProduct, retain: boolean): void {
  const stackSet = stackSetOf(place, product);
  if (stackSet === null || retain) return;
  place.stackSets.set(stackSet.arn, { ...stackSet, status: 'DELETED', instances: [] });
}

export const stackSetEngine: Engine = {
  begin,
  rollingBack,
  rolledBack: rollingBack,
  succeeded,
  removing: rollingBack,
  removed,
};
