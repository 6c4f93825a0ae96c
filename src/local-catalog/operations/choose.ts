import { invalidParameters } from '../aws-error.ts';
import { atMostOne, resolvePath, resolveProduct, resolveVersion } from '../catalog.ts';
import type { ProvisionedProduct } from '../entities.ts';
import type { Context } from '../operation.ts';
import { type Chosen, checkUsable } from '../provisioning.ts';
import type { Infer } from '../shape.ts';
import type * as shapes from '../shapes/service-catalog.ts';

type Input = Infer<typeof shapes.updateProvisionedProduct>;

/** Left out, product and version stay what they are; the path must be found again each time. */
export function choose(
  context: Context,
  input: Pick<
    Input,
    | 'ProductId'
    | 'ProductName'
    | 'ProvisioningArtifactId'
    | 'ProvisioningArtifactName'
    | 'PathId'
    | 'PathName'
    | 'ProvisioningPreferences'
  >,
  current: ProvisionedProduct,
): Chosen {
  const { world, place, caller } = context;
  const wantedProduct = atMostOne(input.ProductId, input.ProductName, 'ProductId', 'ProductName');
  const wantedVersion = atMostOne(
    input.ProvisioningArtifactId,
    input.ProvisioningArtifactName,
    'ProvisioningArtifactId',
    'ProvisioningArtifactName',
  );
  const wantedPath = atMostOne(input.PathId, input.PathName, 'PathId', 'PathName');
  const instancesOnly =
    current.kind === 'CFN_STACKSET' &&
    (input.ProvisioningPreferences?.StackSetOperationType ?? 'UPDATE') !== 'UPDATE';
  if (wantedVersion === null && world.behaviour.omittedVersion === 'refused')
    throw invalidParameters(
      'Either ProvisioningArtifactId or ProvisioningArtifactName must be specified.',
    );
  const product = resolveProduct(
    world,
    place.account,
    instancesOnly || wantedProduct === null
      ? { kind: 'id', value: current.productId }
      : wantedProduct,
  );
  if (product.kind !== current.kind)
    throw invalidParameters(
      `Product ${product.id} is of type ${product.kind}; the provisioned product is of type ${current.kind}.`,
    );
  const version = resolveVersion(
    product,
    instancesOnly || wantedVersion === null
      ? { kind: 'id', value: current.artifactId }
      : wantedVersion,
  );
  checkUsable(version, false);
  return { product, version, path: resolvePath(product, caller, wantedPath) };
}
