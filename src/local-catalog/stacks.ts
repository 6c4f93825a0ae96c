import { versionOf } from './catalog.ts';
import type { Argument, ProvisionedProduct, Stack } from './entities.ts';
import { derivedUuid } from './ids.ts';
import type { Tag, Version } from './model.ts';
import { computeOutputs } from './outputs.ts';
import { type Place, putStack, type World } from './state.ts';

const UPDATABLE = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);

/** CloudFormation's refusal to update a stack in this status; null: it may be updated. */
export function updateRefusal(stack: Stack): string | null {
  if (UPDATABLE.has(stack.status)) return null;
  return `Stack:${stack.id} is in ${stack.status} state and can not be updated.`;
}

export function stackName(place: Place, productId: string): string {
  return `SC-${place.account}-${productId}`;
}

export function stackArn(place: Place, name: string, unique: string): string {
  const uuid = derivedUuid(place.key, name, unique);
  return `arn:aws:cloudformation:${place.region}:${place.account}:stack/${name}/${uuid}`;
}

export interface StackWork {
  readonly version: Version;
  readonly productId: string;
  readonly parameters: readonly Argument[];
  readonly tags: readonly Tag[];
  readonly now: number;
}

/** The stack while it is being created. Its name follows from the provisioned product's id. */
export function createStack(
  place: Place,
  product: ProvisionedProduct,
  work: StackWork,
  notificationArns: readonly string[],
  unique: string,
): Stack {
  const name = stackName(place, product.id);
  const stack: Stack = {
    id: stackArn(place, name, unique),
    name,
    status: 'CREATE_IN_PROGRESS',
    statusReason: null,
    createdAt: work.now,
    updatedAt: null,
    deletedAt: null,
    productId: work.productId,
    artifactId: work.version.id,
    parameters: work.parameters,
    tags: work.tags,
    outputs: [],
    notificationArns,
    roleArn: product.launchRole,
  };
  putStack(place, stack);
  return stack;
}

/** CloudFormation does nothing, and says so, where nothing would change. */
export function changesNothing(world: World, stack: Stack, work: StackWork): boolean {
  const live =
    stack.productId === null || stack.artifactId === null
      ? null
      : versionOf(world, stack.productId, stack.artifactId);
  return (
    live !== null &&
    live.templateDigest === work.version.templateDigest &&
    sameArguments(stack.parameters, work.parameters) &&
    sameTags(stack.tags, work.tags)
  );
}

export function startStackUpdate(place: Place, stack: Stack, work: StackWork): void {
  putStack(place, {
    ...stack,
    status: 'UPDATE_IN_PROGRESS',
    statusReason: null,
    updatedAt: work.now,
    productId: work.productId,
    artifactId: work.version.id,
    parameters: work.parameters,
    tags: work.tags,
  });
}

/** The stack at the end of work that went well, with the outputs of its version. */
export function completeStack(world: World, place: Place, stack: Stack): Stack {
  const version =
    stack.productId === null || stack.artifactId === null
      ? null
      : versionOf(world, stack.productId, stack.artifactId);
  const done: Stack = {
    ...stack,
    status: stack.status.replace('_IN_PROGRESS', '_COMPLETE'),
    outputs:
      version === null ? stack.outputs : computeOutputs(version, stack.parameters, stack, place),
  };
  putStack(place, done);
  return done;
}

function sameArguments(one: readonly Argument[], other: readonly Argument[]): boolean {
  const values = new Map(one.map((item) => [item.key, item.value]));
  return one.length === other.length && other.every((item) => values.get(item.key) === item.value);
}

function sameTags(one: readonly Tag[], other: readonly Tag[]): boolean {
  const values = new Map(one.map((tag) => [tag.Key, tag.Value]));
  return one.length === other.length && other.every((tag) => values.get(tag.Key) === tag.Value);
}
