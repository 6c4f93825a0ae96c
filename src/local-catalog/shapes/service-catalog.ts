import { flag, list, map, oneOf, struct, text } from '../shape.ts';
import * as c from './common.ts';

/** Input shapes of Service Catalog's operations, API version 2015-12-10: facts, not code. */
const path = { PathId: c.id, PathName: c.pathName };
const product = { ProductId: c.id, ProductName: c.productName };
const artifact = { ProvisioningArtifactId: c.id, ProvisioningArtifactName: c.artifactName };
const page = { PageSize: c.pageSize20, PageToken: c.pageToken };

export const updateProvisionedProduct = struct(
  {
    AcceptLanguage: c.language,
    ProvisionedProductName: c.provisionedProductNameOrArn,
    ProvisionedProductId: c.id,
    ...product,
    ...artifact,
    ...path,
    ProvisioningParameters: c.updateParameters,
    ProvisioningPreferences: c.updatePreferences,
    Tags: c.tags,
    UpdateToken: c.token,
  },
  'UpdateToken',
);

export const updateProvisionedProductProperties = struct(
  {
    AcceptLanguage: c.language,
    ProvisionedProductId: c.id,
    ProvisionedProductProperties: map(oneOf('OWNER', 'LAUNCH_ROLE'), text({ min: 0, max: 1024 }), {
      min: 1,
      max: 100,
    }),
    IdempotencyToken: c.token,
  },
  'ProvisionedProductId',
  'ProvisionedProductProperties',
  'IdempotencyToken',
);

export const provisionProduct = struct(
  {
    AcceptLanguage: c.language,
    ...product,
    ...artifact,
    ...path,
    ProvisionedProductName: c.provisionedProductName,
    ProvisioningParameters: c.provisioningParameters,
    ProvisioningPreferences: c.provisioningPreferences,
    Tags: c.tags,
    NotificationArns: c.notificationArns,
    ProvisionToken: c.token,
  },
  'ProvisionedProductName',
  'ProvisionToken',
);

export const terminateProvisionedProduct = struct(
  {
    ProvisionedProductName: c.provisionedProductNameOrArn,
    ProvisionedProductId: c.id,
    TerminateToken: c.token,
    IgnoreErrors: flag,
    AcceptLanguage: c.language,
    RetainPhysicalResources: flag,
  },
  'TerminateToken',
);

export const importAsProvisionedProduct = struct(
  {
    AcceptLanguage: c.language,
    ProductId: c.id,
    ProvisioningArtifactId: c.id,
    ProvisionedProductName: c.provisionedProductName,
    PhysicalId: text(),
    IdempotencyToken: c.token,
  },
  'ProductId',
  'ProvisioningArtifactId',
  'ProvisionedProductName',
  'PhysicalId',
  'IdempotencyToken',
);

export const describeProvisionedProduct = struct({
  AcceptLanguage: c.language,
  Id: c.id,
  Name: c.provisionedProductName,
});

export const searchProvisionedProducts = struct({
  AcceptLanguage: c.language,
  AccessLevelFilter: c.accessLevelFilter,
  Filters: map(oneOf('SearchQuery'), list(text())),
  SortBy: text(),
  SortOrder: c.sortOrder,
  PageSize: c.pageSize100,
  PageToken: c.pageToken,
});

export const scanProvisionedProducts = struct({
  AcceptLanguage: c.language,
  AccessLevelFilter: c.accessLevelFilter,
  ...page,
});

export const describeRecord = struct({ AcceptLanguage: c.language, Id: c.id, ...page }, 'Id');

export const listRecordHistory = struct({
  AcceptLanguage: c.language,
  AccessLevelFilter: c.accessLevelFilter,
  SearchFilter: struct({ Key: text(), Value: text() }),
  ...page,
});

export const getProvisionedProductOutputs = struct({
  AcceptLanguage: c.language,
  ProvisionedProductId: c.id,
  ProvisionedProductName: c.provisionedProductName,
  OutputKeys: list(text(), { max: 60 }),
  ...page,
});

export const describeProvisioningParameters = struct({
  AcceptLanguage: c.language,
  ...product,
  ...artifact,
  ...path,
});

export const listLaunchPaths = struct(
  { AcceptLanguage: c.language, ProductId: c.id, ...page },
  'ProductId',
);

export const describeProduct = struct({
  AcceptLanguage: c.language,
  Id: c.id,
  Name: c.productName,
});

export const describeProductAsAdmin = struct({
  AcceptLanguage: c.language,
  Id: c.id,
  Name: c.productName,
  SourcePortfolioId: c.id,
});

export const searchProducts = struct({
  AcceptLanguage: c.language,
  Filters: c.productFilters,
  PageSize: c.pageSize100,
  SortBy: c.productSortBy,
  SortOrder: c.sortOrder,
  PageToken: c.pageToken,
});

export const searchProductsAsAdmin = struct({
  AcceptLanguage: c.language,
  PortfolioId: c.id,
  Filters: c.productFilters,
  SortBy: c.productSortBy,
  SortOrder: c.sortOrder,
  ...page,
  ProductSource: oneOf('ACCOUNT'),
});

export const listProvisioningArtifacts = struct(
  { AcceptLanguage: c.language, ProductId: c.id },
  'ProductId',
);

export const describeProvisioningArtifact = struct({
  AcceptLanguage: c.language,
  ...artifact,
  ...product,
  Verbose: flag,
  IncludeProvisioningArtifactParameters: flag,
});

export const listStackInstances = struct(
  { AcceptLanguage: c.language, ProvisionedProductId: c.id, ...page },
  'ProvisionedProductId',
);

export const createPlan = struct(
  {
    AcceptLanguage: c.language,
    PlanName: text(),
    PlanType: oneOf('CLOUDFORMATION'),
    NotificationArns: c.notificationArns,
    PathId: c.id,
    ProductId: c.id,
    ProvisionedProductName: c.provisionedProductName,
    ProvisioningArtifactId: c.id,
    ProvisioningParameters: c.updateParameters,
    IdempotencyToken: c.token,
    Tags: c.tags,
  },
  'PlanName',
  'PlanType',
  'ProductId',
  'ProvisionedProductName',
  'ProvisioningArtifactId',
  'IdempotencyToken',
);

export const describePlan = struct({ AcceptLanguage: c.language, PlanId: c.id, ...page }, 'PlanId');

export const listPlans = struct({
  AcceptLanguage: c.language,
  ProvisionProductId: c.id,
  ...page,
  AccessLevelFilter: c.accessLevelFilter,
});

export const executePlan = struct(
  { AcceptLanguage: c.language, PlanId: c.id, IdempotencyToken: c.token },
  'PlanId',
  'IdempotencyToken',
);

export const deletePlan = struct(
  { AcceptLanguage: c.language, PlanId: c.id, IgnoreErrors: flag },
  'PlanId',
);
