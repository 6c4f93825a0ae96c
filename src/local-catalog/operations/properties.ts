import { invalidParameters, invalidState } from '../aws-error.ts';
import type { CatalogRecord, ProvisionedProduct } from '../entities.ts';
import { advance } from '../lifecycle.ts';
import { type Context, writes } from '../operation.ts';
import { acceptRecord, targetProduct } from '../provisioning.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { putProduct } from '../state.ts';
import { rememberToken, replayed } from '../tokens.ts';
import type { JsonObject } from '../validate.ts';
import { before } from './update.ts';

const NAME = 'UpdateProvisionedProductProperties';

/** Owner and launch role. Writes a record, but not a provisioning record. */
export const updateProvisionedProductProperties = writes(
  NAME,
  shapes.updateProvisionedProductProperties,
  (context, input) => {
    const product = targetProduct(context, input.ProvisionedProductId, undefined);
    const properties = input.ProvisionedProductProperties;
    const repeated = replayed(context, NAME, input.IdempotencyToken, input);
    if (repeated !== null) return answer(product.id, properties, repeated);
    if (product.status === 'UNDER_CHANGE' || product.status === 'PLAN_IN_PROGRESS')
      throw invalidState(`The provisioned product ${product.id} is in status ${product.status}.`);
    const owner = properties.get('OWNER');
    const launchRole = properties.get('LAUNCH_ROLE');
    const record = accept(context, product, {
      owner: owner === undefined ? null : ownerOf(context, owner),
      launchRole: launchRole === undefined ? null : roleOf(context, launchRole),
    });
    rememberToken(context, NAME, input.IdempotencyToken, input, record.id);
    const atOnce = context.world.behaviour.properties === 'atOnce';
    if (atOnce) advance(context.world, context.now);
    return answer(product.id, properties, context.place.records.get(record.id) ?? record);
  },
);

function answer(
  productId: string,
  properties: ReadonlyMap<string, string>,
  record: CatalogRecord,
): JsonObject {
  return {
    ProvisionedProductId: productId,
    ProvisionedProductProperties: Object.fromEntries(properties),
    RecordId: record.id,
    Status: record.status,
  };
}

function accept(
  context: Context,
  product: ProvisionedProduct,
  change: {
    readonly owner: { readonly arn: string; readonly session: string } | null;
    readonly launchRole: string | null;
  },
): CatalogRecord {
  const { world, place, now } = context;
  const { behaviour, timing } = world;
  const record = acceptRecord(context, {
    type: behaviour.propertiesRecordType,
    product,
    productId: product.productId,
    artifactId: product.artifactId,
    pathId: product.pathId,
    tags: [],
    job: { kind: 'properties', ...change, before: before(product) },
    startsIn: behaviour.properties === 'atOnce' ? 0 : timing.properties,
  });
  putProduct(
    world,
    place,
    {
      ...product,
      status: 'UNDER_CHANGE',
      lastRecordId: behaviour.propertiesMoveLastRecordId ? record.id : product.lastRecordId,
    },
    now,
  );
  return record;
}

const ARN = /^arn:aws[a-z-]*:(iam|sts)::(\d{12}):(role|user|assumed-role)\/(.+)$/;

/** A user, a role, or the session of a role, of the same account. */
function ownerOf(context: Context, value: string): { arn: string; session: string } {
  const [, service, account, kind, name = ''] = ARN.exec(value) ?? [];
  const session = service === 'sts' && kind === 'assumed-role';
  if (account === undefined || (service === 'sts') !== session || kind === undefined)
    throw invalidParameters(`OWNER ${value} is not a user, role or assumed-role ARN.`);
  sameAccount(context, account, value);
  if (!session) return { arn: value, session: value };
  const role = name.split('/').slice(0, -1).join('/');
  return { arn: `arn:aws:iam::${account}:role/${role}`, session: value };
}

function roleOf(context: Context, value: string): string {
  const [, service, account, kind] = ARN.exec(value) ?? [];
  if (account === undefined || service !== 'iam' || kind !== 'role')
    throw invalidParameters(`LAUNCH_ROLE ${value} is not a role ARN.`);
  sameAccount(context, account, value);
  return value;
}

function sameAccount(context: Context, account: string, value: string): void {
  if (account !== context.place.account)
    throw invalidParameters(`${value} is not in account ${context.place.account}.`);
}
