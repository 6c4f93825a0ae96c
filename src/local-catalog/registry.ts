import type { Operation } from './operation.ts';
import { describeStackSet, describeStacks, listStacks } from './operations/cloudformation.ts';
import * as describe from './operations/describe.ts';
import { createProvisionedProductPlan } from './operations/plan-create.ts';
import * as plans from './operations/plans.ts';
import { searchProducts, searchProductsAsAdmin } from './operations/product-search.ts';
import * as products from './operations/products.ts';
import { updateProvisionedProductProperties } from './operations/properties.ts';
import { provisionProduct } from './operations/provision.ts';
import { searchProvisionedProducts } from './operations/search.ts';
import * as secrets from './operations/secrets.ts';
import { listStackInstancesForProvisionedProduct } from './operations/stack-instances.ts';
import { assumeRole, getCallerIdentity } from './operations/sts.ts';
import { getTemplateSummary } from './operations/template-summary.ts';
import { importAsProvisionedProduct, terminateProvisionedProduct } from './operations/terminate.ts';
import { updateProvisionedProduct } from './operations/update.ts';

/** How a service speaks on the wire. */
export type Protocol =
  | { readonly kind: 'json'; readonly targetPrefix: string }
  | { readonly kind: 'query'; readonly version: string; readonly namespace: string };

export interface Service {
  /** As in IAM actions and in the credential scope of a signature. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly validationCode: 'ValidationException' | 'ValidationError';
  readonly throttlingCode: string;
  readonly operations: ReadonlyMap<string, Operation>;
}

const byName = (operations: readonly Operation[]) =>
  new Map(operations.map((operation) => [operation.name, operation]));

const serviceCatalog: Service = {
  name: 'servicecatalog',
  protocol: { kind: 'json', targetPrefix: 'AWS242ServiceCatalogService' },
  validationCode: 'ValidationException',
  throttlingCode: 'ThrottlingException',
  operations: byName([
    updateProvisionedProduct,
    updateProvisionedProductProperties,
    searchProvisionedProducts,
    ...Object.values(describe),
    searchProducts,
    searchProductsAsAdmin,
    ...Object.values(products),
    provisionProduct,
    terminateProvisionedProduct,
    importAsProvisionedProduct,
    listStackInstancesForProvisionedProduct,
    createProvisionedProductPlan,
    ...Object.values(plans),
  ]),
};

const cloudFormation: Service = {
  name: 'cloudformation',
  protocol: {
    kind: 'query',
    version: '2010-05-15',
    namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  },
  validationCode: 'ValidationError',
  throttlingCode: 'Throttling',
  operations: byName([describeStacks, listStacks, describeStackSet, getTemplateSummary]),
};

const sts: Service = {
  name: 'sts',
  protocol: {
    kind: 'query',
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  },
  validationCode: 'ValidationError',
  throttlingCode: 'Throttling',
  operations: byName([getCallerIdentity, assumeRole]),
};

const ssm: Service = {
  name: 'ssm',
  protocol: { kind: 'json', targetPrefix: 'AmazonSSM' },
  validationCode: 'ValidationException',
  throttlingCode: 'ThrottlingException',
  operations: byName([secrets.getParameters]),
};

const secretsManager: Service = {
  name: 'secretsmanager',
  protocol: { kind: 'json', targetPrefix: 'secretsmanager' },
  validationCode: 'ValidationException',
  throttlingCode: 'ThrottlingException',
  operations: byName([secrets.getSecretValue, secrets.batchGetSecretValue, secrets.describeSecret]),
};

export const SERVICES: readonly Service[] = [
  serviceCatalog,
  cloudFormation,
  sts,
  ssm,
  secretsManager,
];
