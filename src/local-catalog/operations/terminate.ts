import { invalidParameters, invalidState, notFound } from '../aws-error.ts';
import { resolveProduct, resolveVersion, versionOf } from '../catalog.ts';
import type { ProvisionedProduct, Stack } from '../entities.ts';
import { type Context, writes } from '../operation.ts';
import { acceptRecord, checkUsable, refuseBusy, targetProduct } from '../provisioning.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { showRecord } from '../show.ts';
import { updateRefusal } from '../stacks.ts';
import { putProduct } from '../state.ts';
import { rememberToken, replayed } from '../tokens.ts';
import { duplicateName, newProduct } from './provision.ts';
import { before } from './update.ts';

const TERMINATE = 'TerminateProvisionedProduct';

/** The token counts only while the termination runs: afterwards there is nothing to terminate. */
export const terminateProvisionedProduct = writes(
  TERMINATE,
  shapes.terminateProvisionedProduct,
  (context, input) => {
    const { world, place, now } = context;
    const product = targetProduct(
      context,
      input.ProvisionedProductId,
      input.ProvisionedProductName,
    );
    const repeated = replayed(context, TERMINATE, input.TerminateToken, input);
    if (repeated?.pending != null) return { RecordDetail: showRecord(repeated) };
    refuseBusy(context, product);
    const record = acceptRecord(context, {
      type: 'TERMINATE_PROVISIONED_PRODUCT',
      product,
      productId: product.productId,
      artifactId: product.artifactId,
      pathId: product.pathId,
      tags: [],
      job: {
        kind: 'terminate',
        ignoreErrors: input.IgnoreErrors === true,
        retain: input.RetainPhysicalResources === true,
        before: before(product),
      },
      startsIn: world.timing.accepted,
    });
    rememberToken(context, TERMINATE, input.TerminateToken, input, record.id);
    const leaving: ProvisionedProduct = {
      ...product,
      status: 'UNDER_CHANGE',
      statusMessage: null,
      lastRecordId: record.id,
      lastProvisioningRecordId: record.id,
    };
    putProduct(world, place, leaving, now);
    return { RecordDetail: showRecord(record) };
  },
);

const IMPORT = 'ImportAsProvisionedProduct';

/** Takes a stack that exists under Service Catalog's care, one at a time. */
export const importAsProvisionedProduct = writes(
  IMPORT,
  shapes.importAsProvisionedProduct,
  (context, input) => {
    const repeated = replayed(context, IMPORT, input.IdempotencyToken, input);
    if (repeated !== null) return { RecordDetail: showRecord(repeated) };
    const { world, place, now } = context;
    const product = resolveProduct(world, place.account, { kind: 'id', value: input.ProductId });
    if (product.kind !== 'CFN_STACK')
      throw invalidParameters(`Product ${product.id} is not a CloudFormation product.`);
    const version = resolveVersion(product, { kind: 'id', value: input.ProvisioningArtifactId });
    checkUsable(version, true);
    duplicateName(context, input.ProvisionedProductName);
    refuseSecondImport(context);
    const stack = importableStack(context, input.PhysicalId);
    const template =
      stack.productId === null || stack.artifactId === null
        ? null
        : versionOf(world, stack.productId, stack.artifactId);
    if (template?.templateDigest !== version.templateDigest)
      throw invalidParameters(
        `The template of ${stack.id} does not match provisioning artifact ${version.id}.`,
      );
    const fresh: ProvisionedProduct = {
      ...newProduct(context, {
        name: input.ProvisionedProductName,
        product,
        version,
        path: null,
        requestTags: stack.tags.filter((tag) => !tag.Key.startsWith('aws:')),
        token: input.IdempotencyToken,
      }),
      physicalId: stack.id,
    };
    const record = acceptRecord(context, {
      type: 'IMPORT_AS_PROVISIONED_PRODUCT',
      product: fresh,
      productId: product.id,
      artifactId: version.id,
      pathId: null,
      tags: [],
      job: { kind: 'import', stackArn: stack.id, before: before(fresh) },
      startsIn: world.timing.accepted + world.timing.running,
    });
    rememberToken(context, IMPORT, input.IdempotencyToken, input, record.id);
    const imported: ProvisionedProduct = {
      ...fresh,
      lastRecordId: record.id,
      lastProvisioningRecordId: record.id,
    };
    putProduct(world, place, imported, now);
    return { RecordDetail: showRecord(record) };
  },
);

function refuseSecondImport({ place }: Context): void {
  for (const record of place.records.values())
    if (record.pending?.job.kind === 'import')
      throw invalidState(`Another import is in progress: record ${record.id}.`);
}

function importableStack(context: Context, arn: string): Stack {
  const { place } = context;
  const stack = place.stacks.get(arn);
  if (stack === undefined || stack.deletedAt !== null) throw notFound(`Stack ${arn} not found.`);
  const refusal = updateRefusal(stack);
  if (refusal !== null) throw invalidState(refusal);
  for (const tracked of place.products.values())
    if (tracked.now?.physicalId === arn)
      throw invalidState(`Stack ${arn} already belongs to ${tracked.now.id}.`);
  return stack;
}
