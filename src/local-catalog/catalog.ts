import { invalidParameters, notFound } from './aws-error.ts';
import type { Caller, LaunchPath, Product, Version } from './model.ts';
import type { World } from './state.ts';

/** Products that exist in an account. */
export function productsIn(world: World, account: string): readonly Product[] {
  return [...world.catalog.values()].filter((product) => existsIn(product, account));
}

const existsIn = (product: Product, account: string) =>
  product.accounts === null || product.accounts.includes(account);

export function findProduct(world: World, account: string, id: string): Product | null {
  const product = world.catalog.get(id);
  return product !== undefined && existsIn(product, account) ? product : null;
}

/** Exactly one of an id and a name must be given; anything else is InvalidParametersException. */
export function exactlyOne(
  id: string | undefined,
  name: string | undefined,
  idField: string,
  nameField: string,
): { readonly kind: 'id' | 'name'; readonly value: string } {
  const one = atMostOne(id, name, idField, nameField);
  if (one === null) throw invalidParameters(`Either ${idField} or ${nameField} must be specified.`);
  return one;
}

export function atMostOne(
  id: string | undefined,
  name: string | undefined,
  idField: string,
  nameField: string,
): { readonly kind: 'id' | 'name'; readonly value: string } | null {
  if (id !== undefined && name !== undefined)
    throw invalidParameters(`Only one of ${idField} and ${nameField} can be specified.`);
  if (id !== undefined) return { kind: 'id', value: id };
  return name === undefined ? null : { kind: 'name', value: name };
}

type Wanted = { readonly kind: 'id' | 'name'; readonly value: string };

export function resolveProduct(world: World, account: string, wanted: Wanted): Product {
  if (wanted.kind === 'id') {
    const product = findProduct(world, account, wanted.value);
    if (product === null) throw notFound(`Product ${wanted.value} not found.`);
    return product;
  }
  const named = (world.catalogByName.get(wanted.value) ?? []).filter((product) =>
    existsIn(product, account),
  );
  const [only] = named;
  if (only === undefined) throw notFound(`Product with name ${wanted.value} not found`);
  if (named.length > 1)
    throw invalidParameters(`Multiple Product with name ${wanted.value} found.`);
  return only;
}

export function resolveVersion(product: Product, wanted: Wanted): Version {
  const found = product.versions.filter((version) =>
    wanted.kind === 'id' ? version.id === wanted.value : version.name === wanted.value,
  );
  const [only] = found;
  if (only === undefined)
    throw notFound(
      wanted.kind === 'id'
        ? `Provisioning artifact ${wanted.value} not found.`
        : `Provisioning Artifact with name ${wanted.value} not found`,
    );
  if (found.length > 1)
    throw invalidParameters(`Multiple Provisioning Artifact with name ${wanted.value} found.`);
  return only;
}

/** The product and the version of a request that must name each once, by id or by name. */
export function resolveLaunch(
  world: World,
  account: string,
  input: {
    readonly ProductId?: string | undefined;
    readonly ProductName?: string | undefined;
    readonly ProvisioningArtifactId?: string | undefined;
    readonly ProvisioningArtifactName?: string | undefined;
  },
): { readonly product: Product; readonly version: Version } {
  const product = resolveProduct(
    world,
    account,
    exactlyOne(input.ProductId, input.ProductName, 'ProductId', 'ProductName'),
  );
  const version = resolveVersion(
    product,
    exactlyOne(
      input.ProvisioningArtifactId,
      input.ProvisioningArtifactName,
      'ProvisioningArtifactId',
      'ProvisioningArtifactName',
    ),
  );
  return { product, version };
}

export function versionOf(world: World, productId: string, artifactId: string): Version | null {
  const product = world.catalog.get(productId);
  return product?.versions.find((version) => version.id === artifactId) ?? null;
}

/** The launch paths of a product that a caller has: they hang on who asks. */
export function pathsFor(product: Product, caller: Caller): readonly LaunchPath[] {
  return product.paths.filter((path) =>
    path.callers.some((name) => name === '*' || name === caller.name || name === caller.arn),
  );
}

/** The path that a request means, with AWS's three refusals: none, several, stale. */
export function resolvePath(product: Product, caller: Caller, wanted: Wanted | null): LaunchPath {
  const paths = pathsFor(product, caller);
  const [first] = paths;
  if (first === undefined) throw notFound(`No launch paths found for resource: ${product.id}`);
  if (wanted === null) {
    if (paths.length > 1)
      throw invalidParameters(
        'More than one launch path ids exist. Please specify the launch path id',
      );
    return first;
  }
  const found = paths.filter((path) =>
    wanted.kind === 'id' ? path.id === wanted.value : path.name === wanted.value,
  );
  const [only] = found;
  if (only === undefined)
    throw invalidParameters(
      wanted.kind === 'id'
        ? `Invalid PathId: ${wanted.value}`
        : `Invalid PathName: ${wanted.value}`,
    );
  if (found.length > 1)
    throw invalidParameters(
      'More than one launch path ids exist. Please specify the launch path id',
    );
  return only;
}
