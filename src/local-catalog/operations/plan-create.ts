import { invalidParameters, invalidState } from '../aws-error.ts';
import { resolvePath, resolveProduct, resolveVersion, versionOf } from '../catalog.ts';
import type { Plan, ProvisionedProduct } from '../entities.ts';
import { freshId } from '../ids.ts';
import type { LaunchPath, Product, Version } from '../model.ts';
import { type Context, writes } from '../operation.ts';
import { changeSet } from '../plan-changes.ts';
import { checkTags, checkUsable, requestedParameters } from '../provisioning.ts';
import type { Infer } from '../shape.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { currentProduct, putProduct } from '../state.ts';
import { isSystemTag, withPathTags } from '../tags.ts';
import type { JsonObject } from '../validate.ts';
import { newProduct } from './provision.ts';

type CreateInput = Infer<typeof shapes.createPlan>;

export const createProvisionedProductPlan = writes(
  'CreateProvisionedProductPlan',
  shapes.createPlan,
  (context, input) => {
    checkTags(input.Tags);
    const { world, place, caller } = context;
    const again = [...place.plans.values()].find((plan) => plan.token === input.IdempotencyToken);
    if (again !== undefined) return answer(again);
    const product = resolveProduct(world, place.account, { kind: 'id', value: input.ProductId });
    if (product.kind !== 'CFN_STACK')
      throw invalidParameters(`Plans are not supported for products of type ${product.kind}.`);
    const version = resolveVersion(product, { kind: 'id', value: input.ProvisioningArtifactId });
    const path = resolvePath(
      product,
      caller,
      input.PathId === undefined ? null : { kind: 'id', value: input.PathId },
    );
    const id = place.idByName.get(input.ProvisionedProductName);
    const existing = id === undefined ? null : currentProduct(place, id);
    checkUsable(version, existing === null);
    if (existing !== null) refuseUnplannable(context, existing);
    const plan = makePlan(context, input, { product, version, path, existing });
    place.plans.set(plan.id, plan);
    return answer(plan);
  },
);

function answer(plan: Plan): JsonObject {
  return {
    PlanName: plan.name,
    PlanId: plan.id,
    ProvisionProductId: plan.provisionedProductId,
    ProvisionedProductName: plan.provisionedProductName,
    ProvisioningArtifactId: plan.artifactId,
  };
}

function refuseUnplannable(context: Context, product: ProvisionedProduct): void {
  const open = openPlanOf(context, product.id);
  if (open !== null) throw invalidState(`Plan ${open.id} exists for ${product.id} already.`);
  if (product.status !== 'AVAILABLE' && product.status !== 'TAINTED')
    throw invalidState(`The provisioned product ${product.id} is in status ${product.status}.`);
}

function openPlanOf(context: Context, productId: string): Plan | null {
  for (const plan of context.place.plans.values())
    if (plan.provisionedProductId === productId && plan.recordId === null) return plan;
  return null;
}

function makePlan(
  context: Context,
  input: CreateInput,
  of: {
    readonly product: Product;
    readonly version: Version;
    readonly path: LaunchPath;
    readonly existing: ProvisionedProduct | null;
  },
): Plan {
  const { world, place, now, random } = context;
  const parameters = requestedParameters(input.ProvisioningParameters);
  const tags = input.Tags ?? [];
  const target = of.existing ?? plannedProduct(context, input, of);
  const stack = target.physicalId === null ? undefined : place.stacks.get(target.physicalId);
  const live =
    stack === undefined
      ? null
      : {
          stack,
          version:
            stack.productId === null || stack.artifactId === null
              ? null
              : versionOf(world, stack.productId, stack.artifactId),
        };
  const wantedTags = tagsOf(target, tags, of.path);
  const changes = changeSet(
    of.version,
    parameters,
    wantedTags,
    live,
    world.behaviour.omittedParameters,
  );
  if (of.existing !== null && world.behaviour.planOnExisting === 'PLAN_IN_PROGRESS')
    putProduct(world, place, { ...of.existing, status: 'PLAN_IN_PROGRESS' }, now);
  return {
    id: freshId('plan', random, (id) => place.plans.has(id)),
    name: input.PlanName,
    token: input.IdempotencyToken,
    provisionedProductId: target.id,
    provisionedProductName: target.name,
    productId: of.product.id,
    artifactId: of.version.id,
    pathId: of.path.id,
    parameters,
    tags,
    notificationArns: input.NotificationArns ?? [],
    createdAt: now,
    readyAt: now + world.timing.planning,
    failure: changes.kind === 'failed' ? changes.message : null,
    changes: changes.kind === 'failed' ? [] : changes.changes,
    recordId: null,
    statusBefore: of.existing?.status ?? null,
  };
}

/** A plan for something new takes its name at once. */
function plannedProduct(
  context: Context,
  input: CreateInput,
  of: { readonly product: Product; readonly version: Version; readonly path: LaunchPath },
): ProvisionedProduct {
  const fresh: ProvisionedProduct = {
    ...newProduct(context, {
      name: input.ProvisionedProductName,
      product: of.product,
      version: of.version,
      path: of.path,
      requestTags: input.Tags ?? [],
      token: input.IdempotencyToken,
    }),
    status: 'PLAN_IN_PROGRESS',
  };
  putProduct(context.world, context.place, fresh, context.now);
  return fresh;
}

/** A plan's tags over those of the product, where tag update is allowed. */
export function tagsOf(product: ProvisionedProduct, tags: Plan['tags'], path: LaunchPath) {
  if (tags.length === 0 || !path.tagUpdate) return product.tags;
  return [...withPathTags(tags, path), ...product.tags.filter(isSystemTag)];
}
