import type { ArtifactId, PathId, ProductId, ProvisionedProductId } from '../../domain/ids.ts';
import type { StackSetRequest, StoredArgument, StoredRequest } from '../../domain/request.ts';
import type { CountOrPercentage } from '../../domain/spec.ts';
import {
  boolean,
  list,
  number,
  object,
  oneOf,
  optional,
  orNull,
  type Shape,
  ShapeError,
  text,
  variant,
} from '../shape.ts';
import { digest } from './common.ts';

const storedArgument = variant<StoredArgument>('kind', {
  value: object<Extract<StoredArgument, { kind: 'value' }>>({
    kind: oneOf('value'),
    key: text(),
    value: text(),
  }),
  secret: object<Extract<StoredArgument, { kind: 'secret' }>>({
    kind: oneOf('secret'),
    key: text(),
    digest,
  }),
  reference: object<Extract<StoredArgument, { kind: 'reference' }>>({
    kind: oneOf('reference'),
    key: text(),
    reference: text(),
    version: text(),
  }),
  previous: object<Extract<StoredArgument, { kind: 'previous' }>>({
    kind: oneOf('previous'),
    key: text(),
  }),
});

const countOrPercentage = variant<CountOrPercentage>('kind', {
  count: object<Extract<CountOrPercentage, { kind: 'count' }>>({
    kind: oneOf('count'),
    value: number,
  }),
  percentage: object<Extract<CountOrPercentage, { kind: 'percentage' }>>({
    kind: oneOf('percentage'),
    value: number,
  }),
});

const stackSetRequest = object<StackSetRequest>({
  operation: oneOf('UPDATE', 'CREATE', 'DELETE'),
  accounts: orNull(list(text())),
  regions: orNull(list(text())),
  failureTolerance: orNull(countOrPercentage),
  maxConcurrency: orNull(countOrPercentage),
});

type StoredUpdate = Extract<StoredRequest, { operation: 'UpdateProvisionedProduct' }>;
type StoredProvision = Extract<StoredRequest, { operation: 'ProvisionProduct' }>;
type StoredTerminate = Extract<StoredRequest, { operation: 'TerminateProvisionedProduct' }>;
type StoredImport = Extract<StoredRequest, { operation: 'ImportAsProvisionedProduct' }>;
type StoredProperties = Extract<StoredRequest, { operation: 'UpdateProvisionedProductProperties' }>;

const storedTag = object<{ readonly key: string; readonly value: string }>({
  key: text(),
  value: text(),
});

const nothing: Shape<null> = (value, at) => {
  if (value !== null) throw new ShapeError(at, 'null');
  return null;
};

export const storedRequest = variant<StoredRequest>('operation', {
  UpdateProvisionedProduct: object<StoredUpdate>({
    operation: oneOf('UpdateProvisionedProduct'),
    provisionedProductId: text<ProvisionedProductId>(),
    productId: text<ProductId>(),
    artifactId: text<ArtifactId>(),
    pathId: orNull(text<PathId>()),
    parameters: list(storedArgument),
    tags: orNull(list(storedTag)),
    acceptLanguage: orNull(text()),
    preferences: optional(stackSetRequest),
  }),
  ProvisionProduct: object<StoredProvision>({
    operation: oneOf('ProvisionProduct'),
    provisionedProductId: nothing,
    name: text(),
    productId: text<ProductId>(),
    artifactId: text<ArtifactId>(),
    pathId: text<PathId>(),
    parameters: list(storedArgument),
    tags: list(storedTag),
    notificationArns: list(text()),
    acceptLanguage: orNull(text()),
    preferences: optional(stackSetRequest),
  }),
  TerminateProvisionedProduct: object<StoredTerminate>({
    operation: oneOf('TerminateProvisionedProduct'),
    provisionedProductId: text<ProvisionedProductId>(),
    retain: boolean,
    acceptLanguage: orNull(text()),
  }),
  ImportAsProvisionedProduct: object<StoredImport>({
    operation: oneOf('ImportAsProvisionedProduct'),
    provisionedProductId: nothing,
    name: text(),
    productId: text<ProductId>(),
    artifactId: text<ArtifactId>(),
    physicalId: text(),
    acceptLanguage: orNull(text()),
  }),
  UpdateProvisionedProductProperties: object<StoredProperties>({
    operation: oneOf('UpdateProvisionedProductProperties'),
    provisionedProductId: text<ProvisionedProductId>(),
    property: oneOf('OWNER', 'LAUNCH_ROLE'),
    value: text(),
    acceptLanguage: orNull(text()),
  }),
});
