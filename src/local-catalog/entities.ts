import type { ProductKind, Tag } from './model.ts';
import type { JsonObject } from './validate.ts';

/** Every time below is milliseconds since the epoch. Entities are replaced, never changed in place. */
export type ProductStatus = 'AVAILABLE' | 'UNDER_CHANGE' | 'TAINTED' | 'ERROR' | 'PLAN_IN_PROGRESS';

export interface ProvisionedProduct {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly kind: ProductKind;
  readonly status: ProductStatus;
  readonly statusMessage: string | null;
  readonly createdAt: number;
  readonly idempotencyToken: string | null;
  readonly lastRecordId: string | null;
  readonly lastProvisioningRecordId: string | null;
  readonly lastSuccessfulProvisioningRecordId: string | null;
  readonly productId: string;
  readonly artifactId: string;
  readonly pathId: string | null;
  readonly tags: readonly Tag[];
  readonly physicalId: string | null;
  readonly userArn: string;
  readonly userArnSession: string;
  /** Set by LAUNCH_ROLE, or by the path's launch constraint. */
  readonly launchRole: string | null;
  /**
   * The parameter values in force, for kinds that have no stack to keep them (the API never shows
   * them; the engine knows).
   */
  readonly engineParameters: readonly Argument[] | null;
}

/** A parameter and its value in force. */
export interface Argument {
  readonly key: string;
  readonly value: string;
}

/** A parameter as a request carries it. */
export interface RequestedParameter {
  readonly key: string;
  readonly value: string | null;
  readonly usePrevious: boolean;
}

export type RecordStatus =
  | 'CREATED'
  | 'IN_PROGRESS'
  | 'IN_PROGRESS_IN_ERROR'
  | 'SUCCEEDED'
  | 'FAILED';

export interface OutputValue {
  readonly key: string;
  readonly value: string;
  readonly description: string | null;
  readonly exportName: string | null;
}

export interface CatalogRecord {
  readonly id: string;
  readonly type: string;
  readonly status: RecordStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly provisionedProductId: string;
  readonly provisionedProductName: string;
  readonly kind: ProductKind;
  readonly productId: string;
  readonly artifactId: string;
  readonly pathId: string | null;
  readonly launchRole: string | null;
  readonly tags: readonly Tag[];
  readonly errors: readonly { readonly code: string; readonly description: string }[];
  readonly outputs: readonly OutputValue[];
  /** Who asked for it, and who owned the provisioned product then. */
  readonly callerArn: string;
  readonly ownerArn: string;
  readonly ownerSession: string;
  /** What is still to happen; null once the record has ended. */
  readonly pending: Pending | null;
}

/** How an injected fault makes a record end. */
export interface RecordFault {
  readonly message: string;
  readonly listErrors: boolean | null;
  /** How the rollback ends; `none`: the record goes straight to FAILED. */
  readonly rollback: 'complete' | 'failed' | 'none';
}

export interface StackSetPreferences {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly accounts: readonly string[] | null;
  readonly regions: readonly string[] | null;
}

export type Job =
  | {
      readonly kind: 'provision' | 'update';
      readonly parameters: readonly RequestedParameter[];
      /** The tags that the stack gets, system tags included; null: as they are. */
      readonly tags: readonly Tag[] | null;
      readonly notificationArns: readonly string[];
      readonly stackSet: StackSetPreferences | null;
      readonly before: Before;
    }
  | {
      readonly kind: 'terminate';
      readonly ignoreErrors: boolean;
      readonly retain: boolean;
      readonly before: Before;
    }
  | {
      readonly kind: 'properties';
      readonly owner: { readonly arn: string; readonly session: string } | null;
      readonly launchRole: string | null;
      readonly before: Before;
    }
  | { readonly kind: 'import'; readonly stackArn: string; readonly before: Before };

/** What the provisioned product was before the operation, to go back to. */
export interface Before {
  readonly status: ProductStatus;
  readonly statusMessage: string | null;
  readonly productId: string;
  readonly artifactId: string;
  readonly tags: readonly Tag[];
}

export interface Failure {
  readonly message: string;
  /** Whether anything was changed before it failed, so that there is something to roll back. */
  readonly touched: boolean;
}

export interface Pending {
  readonly job: Job;
  readonly at: number;
  readonly next: 'begin' | 'turn' | 'end';
  /** Set as soon as it is known that the operation fails. */
  readonly failure: Failure | null;
  readonly fault: RecordFault | null;
  /** The stack as it was before work began, for the rollback. */
  readonly undo: Stack | null;
  readonly straggle: number;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly createdAt: number;
  readonly updatedAt: number | null;
  readonly deletedAt: number | null;
  readonly productId: string | null;
  readonly artifactId: string | null;
  readonly parameters: readonly Argument[];
  readonly tags: readonly Tag[];
  readonly outputs: readonly OutputValue[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | null;
}

export interface StackInstance {
  readonly account: string;
  readonly region: string;
  readonly status: 'CURRENT' | 'OUTDATED' | 'INOPERABLE';
}

export interface StackSet {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly status: 'ACTIVE' | 'DELETED';
  readonly productId: string;
  readonly artifactId: string;
  readonly parameters: readonly Argument[];
  readonly tags: readonly Tag[];
  readonly instances: readonly StackInstance[];
}

export interface TokenUse {
  readonly requestDigest: string;
  readonly recordId: string;
  readonly usedAt: number;
}

/** A plan: a change set that waits to be executed. Its status follows from clock and record. */
export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly provisionedProductId: string;
  readonly provisionedProductName: string;
  readonly productId: string;
  readonly artifactId: string;
  readonly pathId: string;
  readonly parameters: readonly RequestedParameter[];
  readonly tags: readonly Tag[];
  readonly notificationArns: readonly string[];
  readonly createdAt: number;
  readonly readyAt: number;
  readonly failure: string | null;
  readonly changes: readonly JsonObject[];
  /** The record of its execution; null: not executed. */
  readonly recordId: string | null;
  /** What an existing provisioned product's status was; null: the plan is for a new one. */
  readonly statusBefore: ProductStatus | null;
}

/** A parameter in Systems Manager's store. */
export interface StoredParameter {
  readonly name: string;
  readonly value: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly version: number;
  readonly modifiedAt: number;
}

export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly stages: readonly string[];
  readonly createdAt: number;
}

/** A secret, its newest version first. */
export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly versions: readonly SecretVersion[];
}
