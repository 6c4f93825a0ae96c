import type {
  AppliedReference,
  AppliedReferences,
  AppliedVersion,
  DeclaredPath,
  FailedMove,
  Fingerprints,
  InEffect,
  Intent,
  LastResult,
  Latch,
  ProductEntry,
  Unspent,
} from '../../domain/entry.ts';
import type { ArtifactId, ProductId, ProvisionedProductId, Token } from '../../domain/ids.ts';
import type { RequestedVersion } from '../../domain/rollout.ts';
import {
  boolean,
  list,
  number,
  object,
  oneOf,
  optional,
  orNull,
  record,
  type Shape,
  since,
  text,
  variant,
} from '../shape.ts';
import { digest, position, recordId, step } from './common.ts';
import { charge } from './guard.ts';
import { storedRequest } from './request.ts';

const references = record(object<AppliedReference>({ reference: text(), version: text() }));

const appliedVersion = object<AppliedVersion>({ rule: text(), artifactId: text<ArtifactId>() });

const requestedVersion = object<RequestedVersion>({
  productId: text<ProductId>(),
  productName: orNull(text()),
  artifactId: text<ArtifactId>(),
  artifactName: orNull(text()),
  isMove: boolean,
});

const intent = object<Intent>({
  step,
  productType: since(orNull(text()), null),
  request: storedRequest,
  version: optional(requestedVersion),
  requestHash: digest,
  token: text<Token>(),
  base: orNull(recordId),
  generation: number,
  firstSentAt: orNull(text()),
  lastSentAt: orNull(text()),
  recordId: orNull(recordId),
  isFound: optional(boolean),
  specDigest: digest,
  policies: optional(digest),
  revision: text(),
  at: position,
  unspent: optional(
    object<Unspent>({
      retryHandled: orNull(text()),
      healed: orNull(digest),
      recreated: optional(orNull(digest)),
      recreatedBefore: optional(list(digest)),
    }),
  ),
  pending: object<Intent['pending']>({
    fingerprints: record(digest),
    references: since(references, {}),
    appliedVersion: since(orNull(appliedVersion), null),
    keyId: text(),
    complete: since(boolean, false),
    instancesRun: since(orNull(digest), null),
    ownTags: list(text()),
    declaredPath: orNull(text<DeclaredPath>()),
  }),
});

const likeness = { openHash: optional(digest), isCarried: optional(boolean) };

const latch = variant<Latch>('kind', {
  stalled: object<Extract<Latch, { kind: 'stalled' }>>({
    kind: oneOf('stalled'),
    requestHash: orNull(digest),
    recordId: orNull(recordId),
    reason: text(),
    next: text(),
    at: text(),
    hasSucceeded: optional(boolean),
    specDigest: optional(digest),
    ...likeness,
  }),
  backoff: object<Extract<Latch, { kind: 'backoff' }>>({
    kind: oneOf('backoff'),
    requestHash: orNull(digest),
    recordId: orNull(recordId),
    reason: text(),
    at: text(),
    attempts: number,
    until: text(),
    specDigest: optional(digest),
    ...likeness,
  }),
});

export const productEntry: Shape<ProductEntry> = object<ProductEntry>({
  provisionedProductId: orNull(text<ProvisionedProductId>()),
  ownedId: since(orNull(text<ProvisionedProductId>()), null),
  inEffect: orNull(
    object<InEffect>({
      specDigest: digest,
      revision: text(),
      at: text(),
      inSpiteOf: optional(recordId),
    }),
  ),
  declaredPath: orNull(text<DeclaredPath>()),
  ownTags: list(text()),
  triedTags: since(list(text()), []),
  fingerprints: orNull(
    object<Fingerprints>({
      recordId: orNull(recordId),
      stackUpdated: orNull(text()),
      afterRecord: optional(recordId),
      keyId: text(),
      complete: since(boolean, false),
      values: record(digest),
      references: since(references, {}),
    }),
  ),
  lastReferences: since(orNull(object<AppliedReferences>({ keyId: text(), references })), null),
  appliedVersion: since(orNull(appliedVersion), null),
  intent: orNull(intent),
  latch: orNull(latch),
  ownRecords: list(recordId),
  lastResult: orNull(
    object<LastResult>({
      kind: oneOf('succeeded', 'failed'),
      step,
      recordId,
      base: orNull(recordId),
      requestHash: digest,
      at: text(),
      reason: orNull(text()),
      passes: optional(boolean),
      version: optional(requestedVersion),
      isSeen: optional(boolean),
      waived: optional(boolean),
      failedMove: optional(
        object<FailedMove>({
          version: requestedVersion,
          recordId,
          reason: text(),
          isWaived: boolean,
        }),
      ),
      isFound: optional(boolean),
      afterFailedImport: optional(boolean),
      halfEnded: optional(recordId),
      ...likeness,
    }),
  ),
  failedUpdate: since(orNull(recordId), null),
  retryHandled: orNull(text()),
  healed: orNull(digest),
  recreated: since(orNull(digest), null),
  recreatedBefore: since(list(digest), []),
  instancesRun: since(orNull(digest), null),
  charges: since(list(charge), []),
});
