/** Every member of the answers and every declared error: what a person sees of it, and what tests it. */
export interface Answer {
  readonly of: 'RecordDetail' | 'properties' | 'error';
  readonly field: string;
  readonly seen: string;
  readonly test: string;
}

const SETTLE = 'test/diff/settle.test.ts';
const STATUSES = 'shows every status of a record';
const LAUNCH_ROLE = 'ProvisionedProductProperties.LAUNCH_ROLE';
const OWNER = 'ProvisionedProductProperties.OWNER';

const TABLE: Readonly<Record<Answer['of'], readonly (readonly [string, string, string])[]>> = {
  RecordDetail: [
    ['RecordId', 'status, log, error messages; the record is followed by it', STATUSES],
    ['ProvisionedProductName', 'not used: the id says which', 'test/reconciler/tokens.test.ts'],
    [
      'Status',
      'recordStatus in status; IN_PROGRESS_IN_ERROR also as record.failing in the log',
      STATUSES,
    ],
    ['CreatedTime', 'proof that an answer is no echo of an older record', SETTLE],
    ['UpdatedTime', 'when a failure happened, for the day of grace', 'test/diff/hold.test.ts'],
    [
      'ProvisionedProductType',
      'not used: the listing has it; the plan shows it',
      'test/reconciler/kinds.test.ts',
    ],
    ['RecordType', 'tells our record from others after a lost reply', SETTLE],
    ['ProvisionedProductId', 'as RecordType', SETTLE],
    ['ProductId', 'as RecordType; what runs after a failed update', SETTLE],
    ['ProvisioningArtifactId', 'as ProductId', SETTLE],
    ['PathId', 'the recorded path, kept where none is declared', 'PathId'],
    [
      'RecordErrors',
      'the Descriptions as the reason in status, plan and log; else the status message',
      STATUSES,
    ],
    ['RecordTags', 'not used: the listing has the tags', 'Tags.Key'],
    ['LaunchRoleArn', 'not used: DescribeProvisionedProduct has it', LAUNCH_ROLE],
  ],
  properties: [
    ['ProvisionedProductId', 'not used: the request said it', 'ProvisionedProductId'],
    ['ProvisionedProductProperties', 'not used: the properties are read back', OWNER],
    ['RecordId', 'as above', OWNER],
    ['Status', 'as above', OWNER],
  ],
  error: [
    [
      'InvalidParametersException',
      "Stalled, RequestRefused, with AWS's own words; Busy where another operation runs",
      'InvalidParametersException',
    ],
    [
      'ResourceNotFoundException',
      "Stalled, RequestRefused, with AWS's own words",
      'ResourceNotFoundException',
    ],
    [
      'InvalidStateException',
      "Reconciling, Retrying, with AWS's own words: a state conflict passes by itself",
      'InvalidStateException',
    ],
  ],
};

export const ANSWERS: readonly Answer[] = (
  ['RecordDetail', 'properties', 'error'] as const
).flatMap((of) => TABLE[of].map(([field, seen, test]) => ({ of, field, seen, test })));
