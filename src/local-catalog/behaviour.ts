/**
 * Where AWS's behaviour is not documented or was seen to vary, the catalog has a switch. Times are
 * milliseconds.
 */
export interface Behaviour {
  /** The error code of an update refused because the provisioned product is under change. */
  readonly underChangeCode:
    | 'InvalidParametersException'
    | 'ValidationException'
    | 'InvalidStateException'
    | 'ResourceInUseException';
  /** Where a wrong parameter shows: in the record that fails, or as an error of the call. */
  readonly parameterErrors: 'record' | 'atOnce';
  readonly recordErrors: 'listed' | 'empty';
  readonly propertiesMoveLastRecordId: boolean;
  /** UpdateProvisionedProductProperties is done when it answers, or some time later. */
  readonly properties: 'atOnce' | 'later';
  /** How long a token is remembered; 0: not at all; Infinity: for ever. */
  readonly tokenWindow: number;
  readonly tokenReuse: 'oldRecord' | 'error';
  readonly omittedParameters: 'default' | 'previous';
  /** How far DescribeProvisionedProduct and SearchProvisionedProducts lag behind the truth. */
  readonly describeLag: number;
  readonly searchLag: number;
  readonly statusAfterFailedUpdate: 'TAINTED' | 'ERROR' | 'AVAILABLE';
  /** An update of a provisioned product in ERROR (Terraform open source is always allowed). */
  readonly errorUpdatable: 'refused' | 'fails' | 'allowed';
  /** The version that a provisioned product shows after a failed update. */
  readonly versionAfterFailedUpdate: 'attempted' | 'previous';
  readonly tagsAfterFailedUpdate: 'attempted' | 'previous';
  readonly tagsNotAllowed: 'ignored' | 'refused';
  readonly firstRecordStatus: 'CREATED' | 'IN_PROGRESS';
  /** Whether an update replaces the IdempotencyToken that a provisioned product shows. */
  readonly updateReplacesToken: boolean;
  /** What a plan does to the status of a provisioned product that already exists. */
  readonly planOnExisting: 'keepsStatus' | 'PLAN_IN_PROGRESS';
  /** How a Control Tower account refuses UsePreviousValue. */
  readonly controlTowerPreviousValue: 'atOnce' | 'record';
  readonly terraformFailedCreate: 'TAINTED' | 'ERROR';
  /** An update that names no version keeps the one that runs, or is refused. */
  readonly omittedVersion: 'keeps' | 'refused';
  /** Several entries of a search query: all must match, or any. */
  readonly searchEntries: 'all' | 'any';
  /** RecordType of a change of owner or launch role. */
  readonly propertiesRecordType: string;
  /** The Code of a listed record error. */
  readonly recordErrorCode: string;
  /** Whether allowing tag updates reaches what was provisioned before (`tagUpdateSince`). */
  readonly tagUpdateReach: 'everything' | 'provisionedSince';
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  underChangeCode: 'InvalidParametersException',
  parameterErrors: 'record',
  recordErrors: 'listed',
  propertiesMoveLastRecordId: true,
  properties: 'later',
  tokenWindow: Number.POSITIVE_INFINITY,
  tokenReuse: 'oldRecord',
  omittedParameters: 'default',
  describeLag: 0,
  searchLag: 0,
  statusAfterFailedUpdate: 'TAINTED',
  errorUpdatable: 'fails',
  versionAfterFailedUpdate: 'previous',
  tagsAfterFailedUpdate: 'attempted',
  tagsNotAllowed: 'ignored',
  firstRecordStatus: 'CREATED',
  updateReplacesToken: false,
  planOnExisting: 'keepsStatus',
  controlTowerPreviousValue: 'atOnce',
  terraformFailedCreate: 'ERROR',
  omittedVersion: 'keeps',
  searchEntries: 'all',
  propertiesRecordType: 'UPDATE_PROVISIONED_PRODUCT_PROPERTIES',
  recordErrorCode: '400',
  tagUpdateReach: 'everything',
};

/** How long the phases of an operation last, in milliseconds. */
export interface Timing {
  /** From the call to the start of work (record CREATED). */
  readonly accepted: number;
  /** Work that goes well, or until it goes wrong (record IN_PROGRESS). */
  readonly running: number;
  /** Rolling back (record IN_PROGRESS_IN_ERROR). */
  readonly remediation: number;
  /** UpdateProvisionedProductProperties, where it does not end at once. */
  readonly properties: number;
  /** Creation and deletion of a change set by a plan. */
  readonly planning: number;
}

export const DEFAULT_TIMING: Timing = {
  accepted: 500,
  running: 2_000,
  remediation: 1_000,
  properties: 500,
  planning: 1_000,
};

/** A token bucket. `perSecond` calls sustained, `burst` at once. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** `default` applies to each operation that has no limit of its own, each with its own bucket. */
export interface RateLimits {
  readonly default: RateLimit | null;
  readonly operations: ReadonlyMap<string, RateLimit>;
}
