import { accountOutputs } from './engine-external.ts';
import { recordOutputs } from './engine-stack.ts';
import type { Argument, CatalogRecord, OutputValue, ProvisionedProduct } from './entities.ts';
import { derivedId, derivedUuid } from './ids.ts';
import type { LaunchPath, Product, Version } from './model.ts';
import { computeOutputs } from './outputs.ts';
import { resolveParameters } from './parameters.ts';
import { findSeedProduct, findSeedVersion, type Seed, SeedError } from './seed.ts';
import type { ProvisionedInput } from './seed-input.ts';
import { ago, type One, physicalIdOf, seedLooseStack, seedStack } from './seeding-stack.ts';
import { productArn } from './show.ts';
import { placeOf, putProduct, putRecord, type World } from './state.ts';
import { storeParameter, storeSecret } from './stores.ts';
import { systemTags, withPathTags } from './tags.ts';

const DAY = 86_400_000;

/** Puts what a seed says was provisioned into an empty world, with the records it came from. */
export function seedWorld(world: World, seed: Seed, now: number): void {
  for (const [index, input] of seed.provisioned.entries()) {
    const place = placeOf(world, input.account ?? seed.account, input.region ?? seed.region);
    const product = findSeedProduct(seed, input.product);
    const version = product === undefined ? undefined : findSeedVersion(product, input.version);
    if (product === undefined || version === undefined) continue;
    seedOne({ world, place, input, index, product, version, path: pathOf(product, input), now });
  }
  for (const input of seed.stacks) seedLooseStack(world, seed, input, now);
  for (const input of seed.parameterStore) {
    const place = placeOf(world, input.account ?? seed.account, input.region ?? seed.region);
    storeParameter(place, input.name, input.value, now, input.type);
  }
  for (const input of seed.secrets) {
    const place = placeOf(world, input.account ?? seed.account, input.region ?? seed.region);
    const { name, value, versionId, previous, previousVersionId } = input;
    if (previous !== undefined) storeSecret(place, name, previous, now, previousVersionId);
    storeSecret(place, name, value, now, versionId);
  }
}

function pathOf(product: Product, input: ProvisionedInput): LaunchPath | null {
  return product.paths.find((path) => input.path === undefined || path.name === input.path) ?? null;
}

function seedOne(one: One): void {
  const { world, place, input, product, version, path } = one;
  const createdAt = one.now - ago(input.createdAgo, 30 * DAY);
  const parameters = parametersOf(one);
  const base = skeleton(one, createdAt);
  const stack = product.kind === 'CFN_STACK' ? seedStack(one, base, parameters, createdAt) : null;
  const physicalId = stack?.id ?? physicalIdOf(one, base, parameters);
  const outputs =
    stack === null ? engineOutputs(one, base, physicalId, parameters) : recordOutputs(stack);
  const first = seedRecord(one, base, {
    type: 'PROVISION_PRODUCT',
    version,
    at: createdAt,
    outputs,
    error: input.status === 'ERROR' ? (input.statusMessage ?? 'Creation failed.') : null,
  });
  const last = input.failedUpdate === undefined ? first : seedFailedUpdate(one, base);
  const failedCreate = input.status === 'ERROR';
  putProduct(
    world,
    place,
    {
      ...base,
      status: input.status ?? (input.failedUpdate === undefined ? 'AVAILABLE' : 'TAINTED'),
      statusMessage: input.statusMessage ?? input.failedUpdate?.message ?? null,
      physicalId: failedCreate && stack === null ? null : physicalId,
      lastRecordId: last.id,
      lastProvisioningRecordId: last.id,
      lastSuccessfulProvisioningRecordId: failedCreate ? null : first.id,
      pathId: path?.id ?? null,
      engineParameters: stack === null ? parameters : null,
    },
    createdAt,
  );
}

/** A seed's values are held to the version's own rules, so that no impossible estate starts. */
function parametersOf(one: One): readonly Argument[] {
  const requested = Object.entries(one.input.parameters ?? {}).map(([key, value]) => ({
    key,
    value,
    usePrevious: false,
  }));
  const resolved = resolveParameters(one.version, requested, null, 'default');
  if (resolved.kind === 'ok') return resolved.parameters;
  throw new SeedError([
    { path: ['provisionedProducts', one.index, 'parameters'], message: resolved.message },
  ]);
}

function skeleton(one: One, createdAt: number): ProvisionedProduct {
  const { world, place, input, product, version, path } = one;
  const id = input.id ?? derivedId('pp', place.key, input.name);
  const arn = `arn:aws:servicecatalog:${place.region}:${place.account}:stack/${input.name}/${id}`;
  const fallback = world.defaultCaller;
  const owner = input.owner ?? `arn:aws:iam::${place.account}:role/LocalAdmin`;
  const session = input.owner ?? fallback.sessionArn.replace(world.defaultAccount, place.account);
  const requested = Object.entries(input.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  const own = path === null ? requested : withPathTags(requested, path);
  const system = systemTags(place, {
    productArn: productArn(place, product),
    portfolioId: path?.portfolioId ?? null,
    provisionedProductArn: arn,
    principalArn: session,
    artifactId: version.id,
  });
  return {
    id,
    name: input.name,
    arn,
    kind: product.kind,
    status: 'AVAILABLE',
    statusMessage: null,
    createdAt,
    idempotencyToken: derivedUuid('token', place.key, input.name),
    lastRecordId: null,
    lastProvisioningRecordId: null,
    lastSuccessfulProvisioningRecordId: null,
    productId: product.id,
    artifactId: version.id,
    pathId: path?.id ?? null,
    tags: [...own, ...system],
    physicalId: null,
    userArn: owner,
    userArnSession: session,
    launchRole: input.launchRole ?? path?.launchRole ?? null,
    engineParameters: null,
  };
}

function engineOutputs(
  one: One,
  base: ProvisionedProduct,
  physicalId: string,
  parameters: readonly Argument[],
): readonly OutputValue[] {
  if (one.product.kind === 'CFN_STACKSET') return [];
  if (one.product.kind === 'CONTROL_TOWER_ACCOUNT') return accountOutputs(physicalId, parameters);
  const stack = { id: physicalId, name: base.name };
  return computeOutputs(one.version, parameters, stack, one.place);
}

function seedRecord(
  one: One,
  base: ProvisionedProduct,
  of: {
    readonly type: string;
    readonly version: Version;
    readonly at: number;
    readonly outputs: readonly OutputValue[];
    readonly error: string | null;
  },
): CatalogRecord {
  const { world, place, path } = one;
  const record: CatalogRecord = {
    id: derivedId('rec', place.key, base.id, of.type),
    type: of.type,
    status: of.error === null ? 'SUCCEEDED' : 'FAILED',
    createdAt: of.at,
    updatedAt: of.at + 60_000,
    provisionedProductId: base.id,
    provisionedProductName: base.name,
    kind: base.kind,
    productId: base.productId,
    artifactId: of.version.id,
    pathId: path?.id ?? null,
    launchRole: base.launchRole,
    tags: [],
    errors: of.error === null ? [] : [{ code: '400', description: of.error }],
    outputs: of.error === null ? of.outputs : [],
    callerArn: base.userArnSession,
    ownerArn: base.userArn,
    ownerSession: base.userArnSession,
    pending: null,
  };
  putRecord(world, place, record);
  return record;
}

function seedFailedUpdate(one: One, base: ProvisionedProduct): CatalogRecord {
  const { input, product, version, now } = one;
  const failed = input.failedUpdate;
  const wanted = failed?.version;
  return seedRecord(one, base, {
    type: 'UPDATE_PROVISIONED_PRODUCT',
    version: wanted === undefined ? version : (findSeedVersion(product, wanted) ?? version),
    at: now - ago(failed?.ago, 7 * DAY),
    outputs: [],
    error: failed?.message ?? 'Update failed.',
  });
}
