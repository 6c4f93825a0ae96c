import { invalidParameters, invalidState } from '../aws-error.ts';
import { CONTROL_TOWER_NO_PREVIOUS } from '../engine-external.ts';
import type {
  Before,
  CatalogRecord,
  Job,
  ProvisionedProduct,
  RequestedParameter,
  StackSetPreferences,
} from '../entities.ts';
import { type Context, writes } from '../operation.ts';
import { resolveParameters } from '../parameters.ts';
import {
  acceptRecord,
  type Chosen,
  checkPreferences,
  checkTags,
  refuseBusy,
  requestedParameters,
  targetProduct,
} from '../provisioning.ts';
import type { Infer } from '../shape.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { productArn, showRecord } from '../show.ts';
import { putProduct } from '../state.ts';
import { isSystemTag, systemTags, tagsAfterUpdate } from '../tags.ts';
import { rememberToken, replayed } from '../tokens.ts';
import { choose } from './choose.ts';

type Input = Infer<typeof shapes.updateProvisionedProduct>;
const NAME = 'UpdateProvisionedProduct';

export const updateProvisionedProduct = writes(
  NAME,
  shapes.updateProvisionedProduct,
  (context, input) => {
    checkTags(input.Tags);
    const product = targetProduct(
      context,
      input.ProvisionedProductId,
      input.ProvisionedProductName,
    );
    const repeated = replayed(context, NAME, input.UpdateToken, input);
    if (repeated !== null) return { RecordDetail: showRecord(repeated) };
    refuseBusy(context, product);
    refuseError(context, product);
    const chosen = choose(context, input, product);
    const parameters = requestedParameters(input.ProvisioningParameters);
    refuseAtOnce(context, product, chosen, parameters);
    checkPreferences(input.ProvisioningPreferences, chosen.path);
    const record = accept(context, product, chosen, {
      parameters,
      tags: acceptedTags(context, product, chosen, input.Tags),
      stackSet: stackSetPreferences(input.ProvisioningPreferences),
      requestTags: input.Tags ?? [],
      token: input.UpdateToken,
    });
    rememberToken(context, NAME, input.UpdateToken, input, record.id);
    return { RecordDetail: showRecord(record) };
  },
);

/** A broken provisioned product; Terraform's open source engine can repair one by an update. */
function refuseError(context: Context, product: ProvisionedProduct): void {
  if (product.status !== 'ERROR' || product.kind === 'TERRAFORM_OPEN_SOURCE') return;
  if (context.world.behaviour.errorUpdatable === 'refused')
    throw invalidState(`The provisioned product ${product.id} is in status ERROR.`);
}

/** Parameter rules that are not left to the record. */
function refuseAtOnce(
  context: Context,
  current: ProvisionedProduct,
  chosen: Chosen,
  parameters: readonly RequestedParameter[],
): void {
  const { behaviour } = context.world;
  if (
    current.kind === 'CONTROL_TOWER_ACCOUNT' &&
    behaviour.controlTowerPreviousValue === 'atOnce' &&
    parameters.some((item) => item.usePrevious)
  )
    throw invalidParameters(CONTROL_TOWER_NO_PREVIOUS);
  if (behaviour.parameterErrors !== 'atOnce' || current.kind !== 'CFN_STACK') return;
  const live =
    current.physicalId === null ? undefined : context.place.stacks.get(current.physicalId);
  const resolved = resolveParameters(
    chosen.version,
    parameters,
    live?.parameters ?? null,
    behaviour.omittedParameters,
  );
  if (resolved.kind === 'refused') throw invalidParameters(resolved.message);
}

/** One report says that tag updates allowed later reach only what is provisioned afterwards. */
function mayChangeTags(context: Context, product: ProvisionedProduct, { path }: Chosen): boolean {
  const { tagUpdateReach } = context.world.behaviour;
  const before = path.tagUpdateSince !== null && product.createdAt < path.tagUpdateSince;
  return path.tagUpdate && !(before && tagUpdateReach === 'provisionedSince');
}

/** The provisioned product's tags after the request; null: they stay as they are. */
function acceptedTags(
  context: Context,
  product: ProvisionedProduct,
  chosen: Chosen,
  requested: Input['Tags'],
): ProvisionedProduct['tags'] | null {
  if (requested === undefined) return null;
  if (!mayChangeTags(context, product, chosen)) {
    if (context.world.behaviour.tagsNotAllowed === 'ignored') return null;
    throw invalidParameters('Tag updates are not allowed on this provisioned product.');
  }
  return tagsAfterUpdate(product.tags, requested, chosen.path);
}

function stackSetPreferences(
  preferences: Input['ProvisioningPreferences'],
): StackSetPreferences | null {
  if (preferences === undefined) return null;
  return {
    operation: preferences.StackSetOperationType ?? 'UPDATE',
    accounts: preferences.StackSetAccounts ?? null,
    regions: preferences.StackSetRegions ?? null,
  };
}

export interface Accepted {
  readonly parameters: readonly RequestedParameter[];
  readonly tags: ProvisionedProduct['tags'] | null;
  readonly stackSet: StackSetPreferences | null;
  readonly requestTags: CatalogRecord['tags'];
  readonly token: string;
}

export function before(product: ProvisionedProduct): Before {
  return {
    status: product.status,
    statusMessage: product.statusMessage,
    productId: product.productId,
    artifactId: product.artifactId,
    tags: product.tags,
  };
}

/** The request is taken: the provisioned product is under change from this moment. */
export function accept(
  context: Context,
  product: ProvisionedProduct,
  chosen: Chosen,
  accepted: Accepted,
): CatalogRecord {
  const { world, place, now } = context;
  const own = accepted.tags ?? product.tags.filter((tag) => !isSystemTag(tag));
  const tags = [...own, ...renewedSystemTags(context, product, chosen)];
  const job: Job = {
    kind: 'update',
    parameters: accepted.parameters,
    tags,
    notificationArns: [],
    stackSet: accepted.stackSet,
    before: before(product),
  };
  const startsFailed =
    product.status === 'ERROR' &&
    product.kind !== 'TERRAFORM_OPEN_SOURCE' &&
    world.behaviour.errorUpdatable === 'fails' &&
    context.fault === null;
  const record = acceptRecord(startsFailed ? { ...context, fault: BROKEN } : context, {
    type: 'UPDATE_PROVISIONED_PRODUCT',
    product,
    productId: chosen.product.id,
    artifactId: chosen.version.id,
    pathId: chosen.path.id,
    tags: accepted.requestTags,
    job,
    startsIn: world.timing.accepted,
  });
  putProduct(
    world,
    place,
    {
      ...product,
      status: 'UNDER_CHANGE',
      statusMessage: null,
      tags,
      lastRecordId: record.id,
      lastProvisioningRecordId: record.id,
      idempotencyToken: world.behaviour.updateReplacesToken
        ? accepted.token
        : product.idempotencyToken,
    },
    now,
  );
  return record;
}

const BROKEN = {
  message: 'The provisioned product is in an error state and cannot be updated.',
  listErrors: null,
  rollback: 'none',
} as const;

/** System tags follow the product and the version; who provisioned it once stays written. */
function renewedSystemTags(context: Context, product: ProvisionedProduct, chosen: Chosen) {
  const principal = product.tags.find(
    (tag) => tag.Key === 'aws:servicecatalog:provisioningPrincipalArn',
  );
  return systemTags(context.place, {
    productArn: productArn(context.place, chosen.product),
    portfolioId: chosen.path.portfolioId,
    provisionedProductArn: product.arn,
    principalArn: principal?.Value ?? product.userArnSession,
    artifactId: chosen.version.id,
  });
}
