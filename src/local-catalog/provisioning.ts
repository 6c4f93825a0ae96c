import { mayTouch } from './access.ts';
import { AwsError, invalidParameters, notFound } from './aws-error.ts';
import { exactlyOne } from './catalog.ts';
import type { CatalogRecord, Job, ProvisionedProduct, RequestedParameter } from './entities.ts';
import { freshId } from './ids.ts';
import type { LaunchPath, Product, Version } from './model.ts';
import type { Context } from './operation.ts';
import { currentProduct, putRecord } from './state.ts';

/** What update, provision and terminate have in common. */

/** The provisioned product that a write means: the truth, without any reader's lag. */
export function targetProduct(
  context: Context,
  id: string | undefined,
  name: string | undefined,
  fields: readonly [string, string] = ['ProvisionedProductId', 'ProvisionedProductName'],
): ProvisionedProduct {
  const wanted = exactlyOne(id, name, ...fields);
  const { place } = context;
  const foundId =
    wanted.kind === 'id'
      ? wanted.value
      : (place.idByName.get(wanted.value) ?? idInArn(wanted.value));
  const product = foundId === null ? null : currentProduct(place, foundId);
  if (product === null || !mayTouch(context.caller, product))
    throw notFound(`Provisioned product ${wanted.value} not found.`);
  return product;
}

/** `arn:aws:servicecatalog:REGION:ACCOUNT:stack/NAME/ID` */
export function idInArn(text: string): string | null {
  return /^arn:[^:]*:servicecatalog:[^:]*:[^:]*:stack\/[^/]+\/([^/]+)$/.exec(text)?.[1] ?? null;
}

/** Refuses an operation on a provisioned product that is busy, with the configured code. */
export function refuseBusy(context: Context, product: ProvisionedProduct): void {
  if (product.status !== 'UNDER_CHANGE' && product.status !== 'PLAN_IN_PROGRESS') return;
  throw new AwsError(
    context.world.behaviour.underChangeCode,
    `The provisioned product ${product.id} is in status ${product.status} and cannot be changed now.`,
  );
}

/** Plain parameters of a request. Twice the same key: the last one counts. */
export function requestedParameters(
  list:
    | readonly {
        readonly Key?: string | undefined;
        readonly Value?: string | undefined;
        readonly UsePreviousValue?: boolean | undefined;
      }[]
    | undefined,
): readonly RequestedParameter[] {
  const byKey = new Map<string, RequestedParameter>();
  for (const item of list ?? []) {
    if (item.Key === undefined) throw invalidParameters('A provisioning parameter needs a Key.');
    byKey.set(item.Key, {
      key: item.Key,
      value: item.Value ?? null,
      usePrevious: item.UsePreviousValue === true,
    });
  }
  return [...byKey.values()];
}

export interface Chosen {
  readonly product: Product;
  readonly version: Version;
  readonly path: LaunchPath;
}

/** Tags: no key twice, none of AWS's own. */
export function checkTags(tags: readonly { readonly Key: string }[] | undefined): void {
  const seen = new Set<string>();
  for (const { Key } of tags ?? []) {
    if (Key.toLowerCase().startsWith('aws:'))
      throw invalidParameters(`Tag key ${Key} is reserved: keys must not start with aws:.`);
    if (seen.has(Key)) throw invalidParameters(`Tag key ${Key} is given more than once.`);
    seen.add(Key);
  }
}

/** An inactive version cannot be used; a deprecated one only by what already runs. */
export function checkUsable(version: Version, launching: boolean): void {
  if (!version.active)
    throw invalidParameters(`Provisioning artifact ${version.id} is not active.`);
  if (launching && version.guidance === 'DEPRECATED')
    throw invalidParameters(`Provisioning artifact ${version.id} is deprecated.`);
}

/** The record of a request that was accepted, with the work that follows from it. */
export function acceptRecord(
  context: Context,
  of: {
    readonly type: string;
    readonly product: ProvisionedProduct;
    readonly productId: string;
    readonly artifactId: string;
    readonly pathId: string | null;
    readonly tags: CatalogRecord['tags'];
    readonly job: Job;
    readonly startsIn: number;
  },
): CatalogRecord {
  const { world, place, caller, now, random } = context;
  const record: CatalogRecord = {
    id: freshId('rec', random, (id) => place.records.has(id)),
    type: of.type,
    status: world.behaviour.firstRecordStatus,
    createdAt: now,
    updatedAt: now,
    provisionedProductId: of.product.id,
    provisionedProductName: of.product.name,
    kind: of.product.kind,
    productId: of.productId,
    artifactId: of.artifactId,
    pathId: of.pathId,
    launchRole: of.product.launchRole,
    tags: of.tags,
    errors: [],
    outputs: [],
    callerArn: caller.sessionArn,
    ownerArn: of.product.userArn,
    ownerSession: of.product.userArnSession,
    pending: {
      job: of.job,
      at: now + of.startsIn,
      next: 'begin',
      failure: null,
      fault: context.fault,
      undo: null,
      straggle: context.straggle,
    },
  };
  putRecord(world, place, record);
  return record;
}

/** Checks the either/or rules of stack-set preferences and their bounds by the constraint. */
export function checkPreferences(
  preferences:
    | {
        readonly StackSetAccounts?: readonly string[] | undefined;
        readonly StackSetRegions?: readonly string[] | undefined;
        readonly StackSetFailureToleranceCount?: number | undefined;
        readonly StackSetFailureTolerancePercentage?: number | undefined;
        readonly StackSetMaxConcurrencyCount?: number | undefined;
        readonly StackSetMaxConcurrencyPercentage?: number | undefined;
      }
    | undefined,
  path: LaunchPath,
): void {
  if (preferences === undefined) return;
  const both = (one: unknown, other: unknown) => one !== undefined && other !== undefined;
  if (
    both(preferences.StackSetFailureToleranceCount, preferences.StackSetFailureTolerancePercentage)
  )
    throw invalidParameters(
      'Only one of StackSetFailureToleranceCount and StackSetFailureTolerancePercentage can be specified.',
    );
  if (both(preferences.StackSetMaxConcurrencyCount, preferences.StackSetMaxConcurrencyPercentage))
    throw invalidParameters(
      'Only one of StackSetMaxConcurrencyCount and StackSetMaxConcurrencyPercentage can be specified.',
    );
  const { stackSet } = path;
  if (stackSet === null) return;
  for (const account of preferences.StackSetAccounts ?? [])
    if (!stackSet.accounts.includes(account))
      throw invalidParameters(`Account ${account} is not in the STACKSET constraint.`);
  for (const region of preferences.StackSetRegions ?? [])
    if (!stackSet.regions.includes(region))
      throw invalidParameters(`Region ${region} is not in the STACKSET constraint.`);
}
