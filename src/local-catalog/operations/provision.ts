import { AwsError, invalidParameters } from '../aws-error.ts';
import { atMostOne, resolveLaunch, resolvePath } from '../catalog.ts';
import type { Job, ProvisionedProduct } from '../entities.ts';
import { freshId } from '../ids.ts';
import type { LaunchPath, Product, Version } from '../model.ts';
import { type Context, writes } from '../operation.ts';
import { resolveParameters } from '../parameters.ts';
import {
  acceptRecord,
  checkPreferences,
  checkTags,
  checkUsable,
  requestedParameters,
} from '../provisioning.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { productArn, showRecord } from '../show.ts';
import { putProduct } from '../state.ts';
import { systemTags, withPathTags } from '../tags.ts';
import { rememberToken, replayed } from '../tokens.ts';
import { before } from './update.ts';

const NAME = 'ProvisionProduct';

/** A new provisioned product. Its name is taken from now on, even if the creation fails. */
export const provisionProduct = writes(NAME, shapes.provisionProduct, (context, input) => {
  checkTags(input.Tags);
  const repeated = replayed(context, NAME, input.ProvisionToken, input);
  if (repeated !== null) return { RecordDetail: showRecord(repeated) };
  const { world, place, caller } = context;
  const { product, version } = resolveLaunch(world, place.account, input);
  const path = resolvePath(
    product,
    caller,
    atMostOne(input.PathId, input.PathName, 'PathId', 'PathName'),
  );
  checkUsable(version, true);
  checkPreferences(input.ProvisioningPreferences, path);
  refuseTakenName(context, input.ProvisionedProductName);
  const parameters = requestedParameters(input.ProvisioningParameters);
  if (world.behaviour.parameterErrors === 'atOnce') {
    const resolved = resolveParameters(version, parameters, null, 'default');
    if (resolved.kind === 'refused') throw invalidParameters(resolved.message);
  }
  const requestTags = input.Tags ?? [];
  const fresh = newProduct(context, {
    name: input.ProvisionedProductName,
    product,
    version,
    path,
    requestTags,
    token: input.ProvisionToken,
  });
  const record = launch(context, fresh, requestTags, {
    kind: 'provision',
    parameters,
    tags: fresh.tags,
    notificationArns: input.NotificationArns ?? [],
    stackSet:
      input.ProvisioningPreferences === undefined
        ? null
        : {
            operation: 'CREATE',
            accounts: input.ProvisioningPreferences.StackSetAccounts ?? null,
            regions: input.ProvisioningPreferences.StackSetRegions ?? null,
          },
    before: before(fresh),
  });
  rememberToken(context, NAME, input.ProvisionToken, input, record.id);
  return { RecordDetail: showRecord(record) };
});

/** AWS speaks of a stack, and of invalid parameters, where one would expect a duplicate. */
function refuseTakenName(context: Context, name: string): void {
  if (!context.place.idByName.has(name)) return;
  throw invalidParameters(`A stack named ${name} already exists.`);
}

export function duplicateName(context: Context, name: string): void {
  if (!context.place.idByName.has(name)) return;
  throw new AwsError('DuplicateResourceException', `A stack named ${name} already exists.`);
}

/** A provisioned product that does not stand for anything yet. */
export function newProduct(
  context: Context,
  of: {
    readonly name: string;
    readonly product: Product;
    readonly version: Version;
    readonly path: LaunchPath | null;
    readonly requestTags: ProvisionedProduct['tags'];
    readonly token: string;
  },
): ProvisionedProduct {
  const { place, caller, now, random } = context;
  const id = freshId('pp', random, (taken) => place.history.has(taken));
  const arn = `arn:aws:servicecatalog:${place.region}:${place.account}:stack/${of.name}/${id}`;
  const own = of.path === null ? of.requestTags : withPathTags(of.requestTags, of.path);
  const system = systemTags(place, {
    productArn: productArn(place, of.product),
    portfolioId: of.path?.portfolioId ?? null,
    provisionedProductArn: arn,
    principalArn: caller.sessionArn,
    artifactId: of.version.id,
  });
  return {
    id,
    name: of.name,
    arn,
    kind: of.product.kind,
    status: 'UNDER_CHANGE',
    statusMessage: null,
    createdAt: now,
    idempotencyToken: of.token,
    lastRecordId: null,
    lastProvisioningRecordId: null,
    lastSuccessfulProvisioningRecordId: null,
    productId: of.product.id,
    artifactId: of.version.id,
    pathId: of.path?.id ?? null,
    tags: [...own, ...system],
    physicalId: null,
    userArn: caller.arn,
    userArnSession: caller.sessionArn,
    launchRole: of.path?.launchRole ?? null,
    engineParameters: null,
  };
}

/** The first record of a provisioned product, and the product itself, under change. */
export function launch(
  context: Context,
  product: ProvisionedProduct,
  requestTags: ProvisionedProduct['tags'],
  job: Extract<Job, { kind: 'provision' | 'update' }>,
) {
  const { world, place, now } = context;
  const record = acceptRecord(context, {
    type: 'PROVISION_PRODUCT',
    product,
    productId: product.productId,
    artifactId: product.artifactId,
    pathId: product.pathId,
    tags: requestTags,
    job,
    startsIn: world.timing.accepted,
  });
  const launched: ProvisionedProduct = {
    ...product,
    status: 'UNDER_CHANGE',
    lastRecordId: record.id,
    lastProvisioningRecordId: record.id,
  };
  putProduct(world, place, launched, now);
  return record;
}
