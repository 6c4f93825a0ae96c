import type { ProvisionedProduct } from './entities.ts';
import type { World } from './state.ts';

/** Which provisioned products a list of `field:value` texts means. */
export interface SearchQuery {
  matches(product: ProvisionedProduct): boolean;
  /** The one id or name that the query can only mean, so that an index finds it; null: a scan. */
  readonly exact: { readonly field: 'id' | 'name'; readonly value: string } | null;
  readonly text: string;
}

type Reader = (product: ProvisionedProduct, world: World) => readonly (string | null)[];

const FIELDS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['arn', (product) => [product.arn]],
  ['createdtime', (product) => [new Date(product.createdAt).toISOString()]],
  ['id', (product) => [product.id]],
  ['lastrecordid', (product) => [product.lastRecordId]],
  ['idempotencytoken', (product) => [product.idempotencyToken]],
  ['name', (product) => [product.name]],
  ['physicalid', (product) => [product.physicalId]],
  ['productid', (product) => [product.productId]],
  ['provisioningartifactid', (product) => [product.artifactId]],
  ['type', (product) => [product.kind]],
  ['status', (product) => [product.status]],
  [
    'tags',
    (product) => product.tags.flatMap((tag) => [tag.Key, tag.Value, `${tag.Key}=${tag.Value}`]),
  ],
  ['userarn', (product) => [product.userArn]],
  ['userarnsession', (product) => [product.userArnSession]],
  ['lastprovisioningrecordid', (product) => [product.lastProvisioningRecordId]],
  ['lastsuccessfulprovisioningrecordid', (product) => [product.lastSuccessfulProvisioningRecordId]],
  ['productname', (product, world) => [world.catalog.get(product.productId)?.name ?? null]],
  [
    'provisioningartifactname',
    (product, world) => [
      world.catalog
        .get(product.productId)
        ?.versions.find((version) => version.id === product.artifactId)?.name ?? null,
    ],
  ],
]);

/**
 * `field:value` with the value to the end; anything else is looked for in every field. Values are
 * compared whole and without regard to case; the real grammar beyond this is not documented.
 */
export function parseQuery(world: World, entries: readonly string[]): SearchQuery {
  const tests = entries.map((entry) => {
    const colon = entry.indexOf(':');
    const field = colon < 0 ? '' : entry.slice(0, colon).trim().toLowerCase();
    const reader = FIELDS.get(field);
    const value = (reader === undefined ? entry : entry.slice(colon + 1)).trim().toLowerCase();
    const readers = reader === undefined ? [...FIELDS.values()] : [reader];
    const matches = (product: ProvisionedProduct) =>
      readers.some((read) => read(product, world).some((text) => text?.toLowerCase() === value));
    return { field, raw: entry.slice(colon + 1).trim(), matches };
  });
  const all = world.behaviour.searchEntries === 'all';
  const [only] = tests;
  const exact =
    tests.length === 1 && only !== undefined && (only.field === 'id' || only.field === 'name')
      ? { field: only.field, value: only.raw }
      : null;
  return {
    matches: (product) =>
      all || tests.length === 0
        ? tests.every((test) => test.matches(product))
        : tests.some((test) => test.matches(product)),
    exact: exact as SearchQuery['exact'],
    text: entries.join('\n'),
  };
}
