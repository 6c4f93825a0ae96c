import type { LaunchPath, Tag } from './model.ts';
import type { Place } from './state.ts';

const SYSTEM = 'aws:';

export const isSystemTag = (tag: Tag) => tag.Key.startsWith(SYSTEM);

/** The tags that Service Catalog puts on by itself. They do not count and cannot be set. */
export function systemTags(
  place: Place,
  of: {
    readonly productArn: string;
    readonly portfolioId: string | null;
    readonly provisionedProductArn: string;
    readonly principalArn: string;
    readonly artifactId: string;
  },
): readonly Tag[] {
  const portfolio =
    of.portfolioId === null
      ? []
      : [
          {
            Key: 'aws:servicecatalog:portfolioArn',
            Value: `arn:aws:catalog:${place.region}:${place.account}:portfolio/${of.portfolioId}`,
          },
        ];
  return [
    ...portfolio,
    { Key: 'aws:servicecatalog:productArn', Value: of.productArn },
    { Key: 'aws:servicecatalog:provisionedProductArn', Value: of.provisionedProductArn },
    { Key: 'aws:servicecatalog:provisioningArtifactIdentifier', Value: of.artifactId },
    { Key: 'aws:servicecatalog:provisioningPrincipalArn', Value: of.principalArn },
  ];
}

/**
 * The tags after an update that carries a list: as soon as one tag is new or changed, the list
 * replaces what was there; a list that only leaves tags out changes nothing.
 */
export function tagsAfterUpdate(
  live: readonly Tag[],
  requested: readonly Tag[],
  path: LaunchPath,
): readonly Tag[] {
  const own = live.filter((tag) => !isSystemTag(tag));
  const known = new Map(own.map((tag) => [tag.Key, tag.Value]));
  const wanted = withPathTags(requested, path);
  const addsOrChanges = wanted.some((tag) => known.get(tag.Key) !== tag.Value);
  return addsOrChanges ? wanted : own;
}

/** Portfolio and product tags come along; the request's own win. */
export function withPathTags(requested: readonly Tag[], path: LaunchPath): readonly Tag[] {
  const keys = new Set(requested.map((tag) => tag.Key));
  return [...requested, ...path.tags.filter((tag) => !keys.has(tag.Key))];
}
