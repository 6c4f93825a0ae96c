import { parseDuration } from './duration.ts';
import { accountIdFor } from './engine-external.ts';
import type { Argument, ProvisionedProduct, Stack } from './entities.ts';
import { derivedId, derivedUuid } from './ids.ts';
import type { LaunchPath, Product, Version } from './model.ts';
import { computeOutputs } from './outputs.ts';
import { resolveParameters } from './parameters.ts';
import { findSeedProduct, findSeedVersion, type Seed, SeedError } from './seed.ts';
import type { LooseStackInput, ProvisionedInput } from './seed-input.ts';
import { stackArn, stackName } from './stacks.ts';
import { type Place, placeOf, putStack, type World } from './state.ts';

const DAY = 86_400_000;

/** One provisioned product of a seed and everything it refers to. */
export interface One {
  readonly world: World;
  readonly place: Place;
  readonly input: ProvisionedInput;
  readonly index: number;
  readonly product: Product;
  readonly version: Version;
  readonly path: LaunchPath | null;
  readonly now: number;
}

export function ago(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : (parseDuration(text) ?? fallback);
}

/** The stack of a CFN_STACK product, with what happened to it since it was created. */
export function seedStack(
  one: One,
  base: ProvisionedProduct,
  parameters: readonly Argument[],
  createdAt: number,
): Stack {
  const { place, input, version, now } = one;
  const name = stackName(place, base.id);
  const edited = input.editedStack;
  const changed = edited === undefined ? parameters : overlay(parameters, edited.parameters);
  const failed = input.failedUpdate;
  const touched = edited?.ago ?? failed?.ago;
  const stack: Stack = {
    id: stackArn(place, name, 'seed'),
    name,
    status: input.stackStatus ?? defaultStatus(input),
    statusReason: failed?.message ?? null,
    createdAt,
    updatedAt: edited === undefined && failed === undefined ? null : now - ago(touched, 7 * DAY),
    deletedAt: null,
    productId: one.product.id,
    artifactId: version.id,
    parameters: changed,
    tags: base.tags,
    outputs: [],
    notificationArns: [],
    roleArn: base.launchRole,
  };
  const complete = { ...stack, outputs: computeOutputs(version, changed, stack, place) };
  putStack(place, complete);
  return complete;
}

function defaultStatus(input: ProvisionedInput): string {
  if (input.status === 'ERROR') return 'ROLLBACK_COMPLETE';
  if (input.failedUpdate !== undefined) return 'UPDATE_ROLLBACK_COMPLETE';
  return input.editedStack === undefined ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
}

function overlay(
  parameters: readonly Argument[],
  changes: Readonly<Record<string, string>>,
): readonly Argument[] {
  return parameters.map((item) => ({
    key: item.key,
    value: Object.hasOwn(changes, item.key) ? (changes[item.key] ?? item.value) : item.value,
  }));
}

/** What a kind without a stack stands for; a stack set is made here. */
export function physicalIdOf(
  one: One,
  base: ProvisionedProduct,
  parameters: readonly Argument[],
): string {
  const { place, product } = one;
  if (product.kind === 'CONTROL_TOWER_ACCOUNT') return accountIdFor(place.key, base.id);
  if (product.kind !== 'CFN_STACKSET') return derivedId('engine', place.key, base.id);
  return seedStackSet(one, base, parameters);
}

function seedStackSet(one: One, base: ProvisionedProduct, parameters: readonly Argument[]): string {
  const { place, product, version, path } = one;
  const name = stackName(place, base.id);
  const id = `${name}:${derivedUuid(place.key, name)}`;
  const arn = `arn:aws:cloudformation:${place.region}:${place.account}:stackset/${id}`;
  const accounts = path?.stackSet?.accounts ?? [place.account];
  const regions = path?.stackSet?.regions ?? [place.region];
  place.stackSets.set(arn, {
    id,
    name,
    arn,
    status: 'ACTIVE',
    productId: product.id,
    artifactId: version.id,
    parameters,
    tags: base.tags.filter((tag) => !tag.Key.startsWith('aws:')),
    instances: accounts.flatMap((account) =>
      regions.map((region) => ({ account, region, status: 'CURRENT' as const })),
    ),
  });
  return arn;
}

/** A stack that no provisioned product stands for: something to import. */
export function seedLooseStack(
  world: World,
  seed: Seed,
  input: LooseStackInput,
  now: number,
): void {
  const place = placeOf(world, input.account ?? seed.account, input.region ?? seed.region);
  const product = findSeedProduct(seed, input.product);
  const version = product === undefined ? undefined : findSeedVersion(product, input.version);
  if (product === undefined || version === undefined) return;
  const requested = Object.entries(input.parameters ?? {}).map(([key, value]) => ({
    key,
    value,
    usePrevious: false,
  }));
  const resolved = resolveParameters(version, requested, null, 'default');
  if (resolved.kind === 'refused')
    throw new SeedError([{ path: ['stacks'], message: `${input.name}: ${resolved.message}` }]);
  const stack: Stack = {
    id: stackArn(place, input.name, 'seed'),
    name: input.name,
    status: input.status ?? 'CREATE_COMPLETE',
    statusReason: null,
    createdAt: now - 30 * DAY,
    updatedAt: null,
    deletedAt: null,
    productId: product.id,
    artifactId: version.id,
    parameters: resolved.parameters,
    tags: Object.entries(input.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    outputs: [],
    notificationArns: [],
    roleArn: null,
  };
  const outputs = computeOutputs(version, resolved.parameters, stack, place);
  putStack(place, { ...stack, outputs });
}
