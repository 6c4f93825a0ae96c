import type { CatalogRecord, OutputValue, ProvisionedProduct } from './entities.ts';
import type { LaunchPath, Product, Version } from './model.ts';
import { productViewType } from './model.ts';
import type { Place, World } from './state.ts';
import type { JsonObject } from './validate.ts';

/** Service Catalog's JSON writes times as seconds, with milliseconds behind the point. */
export const seconds = (ms: number) => ms / 1000;

const maybe = <T>(value: T | null): T | undefined => value ?? undefined;

export function showRecord(record: CatalogRecord): JsonObject {
  return {
    RecordId: record.id,
    ProvisionedProductName: record.provisionedProductName,
    Status: record.status,
    CreatedTime: seconds(record.createdAt),
    UpdatedTime: seconds(record.updatedAt),
    ProvisionedProductType: record.kind,
    RecordType: record.type,
    ProvisionedProductId: record.provisionedProductId,
    ProductId: record.productId,
    ProvisioningArtifactId: record.artifactId,
    PathId: maybe(record.pathId),
    RecordErrors: record.errors.map((error) => ({
      Code: error.code,
      Description: error.description,
    })),
    RecordTags: record.tags.map((tag) => ({ ...tag })),
    LaunchRoleArn: maybe(record.launchRole),
  };
}

/** The part that Describe, Scan and Search have in common. */
function productBasics(product: ProvisionedProduct): JsonObject {
  return {
    Name: product.name,
    Arn: product.arn,
    Type: product.kind,
    Id: product.id,
    Status: product.status,
    StatusMessage: maybe(product.statusMessage),
    CreatedTime: seconds(product.createdAt),
    IdempotencyToken: maybe(product.idempotencyToken),
    LastRecordId: maybe(product.lastRecordId),
    LastProvisioningRecordId: maybe(product.lastProvisioningRecordId),
    LastSuccessfulProvisioningRecordId: maybe(product.lastSuccessfulProvisioningRecordId),
    ProductId: product.productId,
    ProvisioningArtifactId: product.artifactId,
  };
}

export function showDetail(product: ProvisionedProduct): JsonObject {
  return { ...productBasics(product), LaunchRoleArn: maybe(product.launchRole) };
}

export function showSearchRow(world: World, product: ProvisionedProduct): JsonObject {
  const catalogProduct = world.catalog.get(product.productId);
  const version = catalogProduct?.versions.find((item) => item.id === product.artifactId);
  return {
    ...productBasics(product),
    Tags: product.tags.map((tag) => ({ ...tag })),
    PhysicalId: maybe(product.physicalId),
    ProductName: catalogProduct?.name,
    ProvisioningArtifactName: version?.name,
    UserArn: product.userArn,
    UserArnSession: product.userArnSession,
  };
}

export function showOutput(output: OutputValue): JsonObject {
  return {
    OutputKey: output.key,
    OutputValue: output.value,
    Description: maybe(output.description),
  };
}

export function productArn(place: Place, product: { readonly id: string }): string {
  return `arn:aws:catalog:${place.region}:${place.account}:product/${product.id}`;
}

export function showProductView(product: Product, paths: readonly LaunchPath[]): JsonObject {
  return {
    Id: product.id.replace(/^prod/, 'prodview'),
    ProductId: product.id,
    Name: product.name,
    Owner: product.owner,
    ShortDescription: maybe(product.description),
    Type: productViewType(product.kind),
    Distributor: '',
    HasDefaultPath: paths.length === 1,
  };
}

export function showArtifact(version: Version): JsonObject {
  return {
    Id: version.id,
    Name: version.name,
    Description: maybe(version.description),
    CreatedTime: seconds(version.createdAt),
    Guidance: version.guidance,
  };
}

export function showArtifactDetail(product: Product, version: Version): JsonObject {
  return {
    ...showArtifact(version),
    Type: productViewType(product.kind),
    Active: version.active,
  };
}

export function showParameters(version: Version): readonly JsonObject[] {
  return version.parameters.map((def) => ({
    ParameterKey: def.key,
    DefaultValue: maybe(def.defaultValue),
    ParameterType: def.type,
    IsNoEcho: def.noEcho,
    Description: maybe(def.description),
    ParameterConstraints: {
      AllowedValues: def.allowedValues ?? [],
      AllowedPattern: maybe(def.allowedPattern),
      ConstraintDescription: maybe(def.constraintDescription),
      MinLength: numberText(def.minLength),
      MaxLength: numberText(def.maxLength),
      MinValue: numberText(def.minValue),
      MaxValue: numberText(def.maxValue),
    },
  }));
}

const numberText = (value: number | null) => (value === null ? undefined : String(value));

export function showConstraints(path: LaunchPath): readonly JsonObject[] {
  const launch =
    path.launchRole === null
      ? []
      : [{ Type: 'LAUNCH', Description: `Launch as ${path.launchRole}` }];
  const stackSet =
    path.stackSet === null
      ? []
      : [
          {
            Type: 'STACKSET',
            Description: `Deploy to ${path.stackSet.accounts.length} accounts in ${path.stackSet.regions.length} regions`,
          },
        ];
  const update = path.tagUpdate
    ? [{ Type: 'RESOURCE_UPDATE', Description: 'Tag updates on provisioned products are allowed' }]
    : [];
  return [...launch, ...stackSet, ...update];
}

/** How this path treats a launch: among other things whether tags may be changed later. */
export function showUsage(path: LaunchPath, version: Version): readonly JsonObject[] {
  const usage: JsonObject[] = [
    { Type: 'tagUpdateOnProvisionedProduct', Value: path.tagUpdate ? 'ALLOWED' : 'NOT_ALLOWED' },
  ];
  if (path.launchRole !== null) usage.push({ Type: 'launchAsRole', Value: path.launchRole });
  usage.push({ Type: 'version', Value: version.name });
  return usage;
}
