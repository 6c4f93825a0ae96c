/**
 * Every request field of UpdateProvisionedProduct and UpdateProvisionedProductProperties: where it
 * stands in a document, and what is sent when it is set, changed, removed and invalid. The tests
 * play each row; docs/api-coverage.md is written from it.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A document, and the request that it leads to. */
export interface Case {
  /** Default `net`; `set` is the stack set. */
  readonly name?: string;
  readonly spec: Fields;
  /** Members of the request, as far as they matter. */
  readonly sent?: Fields;
  /** Members that the request must not have. */
  readonly without?: readonly string[];
  /** No request at all. */
  readonly nothing?: true;
}

export interface Refused {
  readonly name?: string;
  readonly spec: Fields;
  /** The error code of the document, or of the plan. */
  readonly code: string;
}

export type Operation = 'UpdateProvisionedProduct' | 'UpdateProvisionedProductProperties';

export interface Row {
  readonly operation: Operation;
  /** As in the API, nested members after a dot. */
  readonly field: string;
  /** Where it stands in the document. */
  readonly document: string;
  readonly set: Case;
  readonly changed: Case;
  readonly removed: Case | Refused;
  readonly invalid: Refused;
  /** What happens, in words: set, changed, removed, invalid. */
  readonly words: readonly [set: string, changed: string, removed: string, invalid: string];
}

export const ACCOUNTS = ['111122223333', '444455556666', '777788889999'] as const;
export const REGIONS = ['eu-west-1', 'us-east-1'] as const;
const [A, B, C] = ACCOUNTS;
const [EU, US] = REGIONS;

/** A parameter that nobody cares about makes an update due. */
const nudge = (value: string, more: Fields = {}): Fields => ({
  provisioningParameters: { Nudge: value },
  ...more,
});

const parameters = (value: string, more: Fields): Fields => ({
  provisioningParameters: { Nudge: value, ...more },
});

const UPDATE = 'UpdateProvisionedProduct';
const PROPERTIES = 'UpdateProvisionedProductProperties';
const role = (name: string, account: string = A) => `arn:aws:iam::${account}:role/${name}`;

const PLAIN: readonly Row[] = [
  {
    operation: UPDATE,
    field: 'AcceptLanguage',
    document: 'spec.acceptLanguage',
    set: { spec: nudge('1', { acceptLanguage: 'jp' }), sent: { AcceptLanguage: 'jp' } },
    changed: { spec: nudge('2', { acceptLanguage: 'zh' }), sent: { AcceptLanguage: 'zh' } },
    removed: { spec: nudge('3'), without: ['AcceptLanguage'] },
    invalid: { spec: { acceptLanguage: '' }, code: 'document/bad-value' },
    words: [
      'sent with each request',
      'sent with the next request; causes none',
      'not sent',
      'refused',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProvisionedProductName',
    document: 'metadata.name',
    set: {
      spec: nudge('1'),
      sent: { ProvisionedProductId: 'pp-net' },
      without: ['ProvisionedProductName'],
    },
    changed: {
      name: 'net-b',
      spec: nudge('1'),
      sent: { ProvisionedProductId: 'pp-net-b' },
      without: ['ProvisionedProductName'],
    },
    removed: { name: '', spec: nudge('1'), code: 'document/missing-key' },
    invalid: { name: 'a/b', spec: {}, code: 'document/bad-value' },
    words: ['looked up and sent as its id', 'another provisioned product', 'refused', 'refused'],
  },
  {
    operation: UPDATE,
    field: 'ProvisionedProductId',
    document: 'spec.provisionedProductId',
    set: {
      name: 'label',
      spec: nudge('1', { provisionedProductId: 'pp-net' }),
      sent: { ProvisionedProductId: 'pp-net' },
    },
    changed: {
      name: 'label',
      spec: nudge('1', { provisionedProductId: 'pp-net-b' }),
      sent: { ProvisionedProductId: 'pp-net-b' },
    },
    removed: { spec: nudge('2'), sent: { ProvisionedProductId: 'pp-net' } },
    invalid: { spec: { provisionedProductId: 'a/b' }, code: 'document/bad-value' },
    words: ['sent', 'another provisioned product', 'metadata.name says which', 'refused'],
  },
  {
    operation: UPDATE,
    field: 'ProductId',
    document: 'spec.productId',
    set: { spec: nudge('1', { productId: 'prod-net' }), sent: { ProductId: 'prod-net' } },
    changed: {
      spec: nudge('1', { productId: 'prod-other', provisioningArtifactId: 'pa-other' }),
      sent: { ProductId: 'prod-other', ProvisioningArtifactId: 'pa-other' },
    },
    removed: { spec: nudge('3'), sent: { ProductId: 'prod-other' } },
    invalid: {
      spec: { productId: 'prod-net', productName: 'network' },
      code: 'document/conflict',
    },
    words: [
      'sent',
      'sent: the product changes',
      'the live one is sent',
      'both or a bad id: refused',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProductName',
    document: 'spec.productName',
    set: {
      spec: nudge('1', { productName: 'network' }),
      sent: { ProductId: 'prod-net' },
      without: ['ProductName'],
    },
    changed: {
      spec: nudge('1', { productName: 'other', provisioningArtifactName: 'v1' }),
      sent: { ProductId: 'prod-other' },
      without: ['ProductName'],
    },
    removed: { spec: nudge('3'), sent: { ProductId: 'prod-other' } },
    invalid: {
      spec: { productName: 'nobody', provisioningArtifactName: 'v1' },
      code: 'plan/unknown-product',
    },
    words: [
      'looked up and sent as its id',
      'the product changes',
      'the live one is sent',
      'unknown: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProvisioningArtifactId',
    document: 'spec.provisioningArtifactId',
    set: {
      spec: nudge('1', { provisioningArtifactId: 'pa-1' }),
      sent: { ProvisioningArtifactId: 'pa-1' },
    },
    changed: {
      spec: nudge('1', { provisioningArtifactId: 'pa-2' }),
      sent: { ProvisioningArtifactId: 'pa-2' },
    },
    removed: { spec: nudge('3'), sent: { ProvisioningArtifactId: 'pa-2' } },
    invalid: { spec: { provisioningArtifactId: 'pa-none' }, code: 'plan/unknown-version' },
    words: [
      'sent',
      'sent: the version changes',
      'the live one is sent',
      'unknown or inactive: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProvisioningArtifactName',
    document: 'spec.provisioningArtifactName',
    set: {
      spec: nudge('1', { provisioningArtifactName: 'v1' }),
      sent: { ProvisioningArtifactId: 'pa-1' },
      without: ['ProvisioningArtifactName'],
    },
    changed: {
      spec: nudge('1', { provisioningArtifactName: 'v2' }),
      sent: { ProvisioningArtifactId: 'pa-2' },
      without: ['ProvisioningArtifactName'],
    },
    removed: { spec: nudge('3'), sent: { ProvisioningArtifactId: 'pa-2' } },
    invalid: { spec: { provisioningArtifactName: 'twice' }, code: 'plan/ambiguous-version' },
    words: [
      'looked up and sent as its id',
      'the version changes',
      'the live one is sent',
      'unknown, inactive or of several versions: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'PathId',
    document: 'spec.pathId',
    set: { spec: nudge('1', { pathId: 'lpv3-b' }), sent: { PathId: 'lpv3-b' } },
    changed: { spec: nudge('1', { pathId: 'lpv3-a' }), sent: { PathId: 'lpv3-a' } },
    removed: { spec: nudge('3'), sent: { PathId: 'lpv3-a' } },
    invalid: { spec: nudge('4', { pathId: 'lpv3-none' }), code: 'plan/unknown-path' },
    words: [
      'sent',
      'sent: the declared path changed',
      'the recorded one is sent while it is visible',
      'not visible: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'PathName',
    document: 'spec.pathName',
    set: {
      spec: nudge('1', { pathName: 'shared' }),
      sent: { PathId: 'lpv3-b' },
      without: ['PathName'],
    },
    changed: {
      spec: nudge('1', { pathName: 'platform' }),
      sent: { PathId: 'lpv3-a' },
      without: ['PathName'],
    },
    removed: { spec: nudge('3'), sent: { PathId: 'lpv3-a' } },
    invalid: { spec: nudge('4', { pathName: 'nowhere' }), code: 'plan/unknown-path' },
    words: [
      'looked up and sent as its id',
      'the declared path changed',
      'the recorded one is sent while it is visible',
      'not visible or of several paths: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProvisioningParameters.Key',
    document: 'the keys of spec.provisioningParameters',
    set: {
      spec: parameters('1', { Size: 'm' }),
      sent: {
        ProvisioningParameters: [
          { Key: 'Nudge', Value: '1' },
          { Key: 'Size', Value: 'm' },
        ],
      },
    },
    changed: {
      spec: parameters('2', { Extra: 'm' }),
      sent: {
        ProvisioningParameters: [
          { Key: 'Extra', Value: 'm' },
          { Key: 'Nudge', Value: '2' },
          { Key: 'Size', UsePreviousValue: true },
        ],
      },
    },
    removed: {
      spec: nudge('3'),
      sent: {
        ProvisioningParameters: [
          { Key: 'Extra', UsePreviousValue: true },
          { Key: 'Nudge', Value: '3' },
          { Key: 'Size', UsePreviousValue: true },
        ],
      },
    },
    invalid: { spec: parameters('4', { Nothing: 'x' }), code: 'plan/unknown-parameter' },
    words: [
      'every key of the target version is sent',
      'the same',
      'kept, by UsePreviousValue',
      'not in the version: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProvisioningParameters.Value',
    document: 'a text, {value: …} or {useDefault: true}',
    set: {
      spec: parameters('1', { Size: '' }),
      sent: {
        ProvisioningParameters: [
          { Key: 'Nudge', Value: '1' },
          { Key: 'Size', Value: '' },
        ],
      },
    },
    changed: {
      spec: parameters('1', { Size: { useDefault: true } }),
      sent: {
        ProvisioningParameters: [
          { Key: 'Nudge', Value: '1' },
          { Key: 'Size', Value: 's' },
        ],
      },
    },
    removed: {
      spec: nudge('3'),
      sent: {
        ProvisioningParameters: [
          { Key: 'Nudge', Value: '3' },
          { Key: 'Size', UsePreviousValue: true },
        ],
      },
    },
    invalid: { spec: parameters('4', { Size: 'far too long' }), code: 'plan/value-length' },
    words: [
      'sent as written, the empty text too',
      'sent',
      'kept, by UsePreviousValue',
      'what the version forbids: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProvisioningParameters.UsePreviousValue',
    document: '{usePreviousValue: true}',
    set: {
      spec: parameters('1', { Size: { usePreviousValue: true } }),
      sent: {
        ProvisioningParameters: [
          { Key: 'Nudge', Value: '1' },
          { Key: 'Size', UsePreviousValue: true },
        ],
      },
    },
    changed: {
      spec: parameters('1', { Size: { value: 'l' } }),
      sent: {
        ProvisioningParameters: [
          { Key: 'Nudge', Value: '1' },
          { Key: 'Size', Value: 'l' },
        ],
      },
    },
    removed: {
      spec: nudge('3'),
      sent: {
        ProvisioningParameters: [
          { Key: 'Nudge', Value: '3' },
          { Key: 'Size', UsePreviousValue: true },
        ],
      },
    },
    invalid: {
      spec: {
        provisioningArtifactName: 'v2',
        provisioningParameters: { New: { usePreviousValue: true } },
      },
      code: 'plan/no-previous-value',
    },
    words: [
      'sent without a Value',
      'the value is sent',
      'kept all the same',
      'no previous value, or a type without: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'Tags.Key',
    document: 'the keys of spec.tags',
    set: {
      spec: { tags: { team: 'a' } },
      sent: {
        Tags: [
          { Key: 'foreign', Value: 'f' },
          { Key: 'team', Value: 'a' },
        ],
      },
    },
    changed: {
      spec: { tags: { squad: 'a' } },
      sent: {
        Tags: [
          { Key: 'foreign', Value: 'f' },
          { Key: 'squad', Value: 'a' },
        ],
      },
    },
    removed: { spec: { tags: {} }, nothing: true },
    invalid: { spec: { tags: { 'aws:x': 'a' } }, code: 'document/bad-value' },
    words: [
      'the live tags and the declared ones are sent',
      'ours that is no longer declared is dropped',
      'AWS removes no tag by itself: a warning, no call',
      'refused',
    ],
  },
  {
    operation: UPDATE,
    field: 'Tags.Value',
    document: 'the values of spec.tags',
    set: { spec: { tags: { foreign: 'a' } }, sent: { Tags: [{ Key: 'foreign', Value: 'a' }] } },
    changed: { spec: { tags: { foreign: 'b' } }, sent: { Tags: [{ Key: 'foreign', Value: 'b' }] } },
    removed: { spec: nudge('3'), sent: { Tags: [{ Key: 'foreign', Value: 'b' }] } },
    invalid: { spec: { tags: { team: '' } }, code: 'document/bad-value' },
    words: ['sent', 'sent', 'without spec.tags the live tags are sent along', 'refused'],
  },
  {
    operation: UPDATE,
    field: 'UpdateToken',
    document: 'made from the request and the record it is based on',
    set: { spec: nudge('1'), sent: { UpdateToken: expectToken() } },
    changed: { spec: nudge('2'), sent: { UpdateToken: expectToken() } },
    removed: { spec: nudge('2'), nothing: true },
    invalid: { spec: { updateToken: 'x' }, code: 'document/unknown-key' },
    words: [
      'one for a request on a base record',
      'another one',
      'nothing is sent twice',
      'no document can give one',
    ],
  },
];

const onSet = (preferences: Fields, more: Fields = {}): Fields => ({
  provisioningPreferences: preferences,
  ...more,
});
const preferred = (preferences: Fields) => ({ ProvisioningPreferences: preferences });
const UPDATE_TYPE = { StackSetOperationType: 'UPDATE' };

/** A preference that causes nothing by itself and goes with the next update. */
function tolerance(field: string, key: string, other: string, invalid: number): Row {
  return {
    operation: UPDATE,
    field: `ProvisioningPreferences.${field}`,
    document: `spec.provisioningPreferences.${key}`,
    set: {
      name: 'set',
      spec: onSet({ [key]: 2 }, nudge('1')),
      sent: preferred({ ...UPDATE_TYPE, [field]: 2 }),
    },
    changed: { name: 'set', spec: onSet({ [key]: 3 }, nudge('1')), nothing: true },
    removed: {
      name: 'set',
      spec: onSet({}, nudge('2')),
      sent: preferred(UPDATE_TYPE),
    },
    invalid: {
      name: 'set',
      spec: onSet({ [key]: 2, [other]: invalid }),
      code: 'document/conflict',
    },
    words: [
      'sent with each update',
      'causes no update',
      'not sent',
      'count and percentage together, or out of range: refused',
    ],
  };
}

const STACK_SET: readonly Row[] = [
  {
    operation: UPDATE,
    field: 'ProvisioningPreferences.StackSetAccounts',
    document: 'spec.provisioningPreferences.stackSetAccounts',
    set: {
      name: 'set',
      spec: onSet({ stackSetAccounts: [B, A] }, nudge('1')),
      sent: preferred({ ...UPDATE_TYPE, StackSetAccounts: [A, B] }),
    },
    changed: {
      name: 'set',
      spec: onSet({ stackSetAccounts: [C] }, nudge('1')),
      sent: preferred({ ...UPDATE_TYPE, StackSetAccounts: [C] }),
    },
    removed: { name: 'set', spec: onSet({}, nudge('2')), sent: preferred(UPDATE_TYPE) },
    invalid: {
      name: 'set',
      spec: onSet({ stackSetAccounts: ['999900001111'] }, nudge('3')),
      code: 'plan/outside-stack-set',
    },
    words: [
      'sent',
      'instances behind the stack set are updated',
      'not sent: AWS takes all of the constraint',
      'outside the constraint: refused in the plan',
    ],
  },
  {
    operation: UPDATE,
    field: 'ProvisioningPreferences.StackSetRegions',
    document: 'spec.provisioningPreferences.stackSetRegions',
    set: {
      name: 'set',
      spec: onSet({ stackSetRegions: [EU] }, nudge('1')),
      sent: preferred({ ...UPDATE_TYPE, StackSetRegions: [EU] }),
    },
    changed: {
      name: 'set',
      spec: onSet({ stackSetRegions: [US] }, nudge('1')),
      sent: preferred({ ...UPDATE_TYPE, StackSetRegions: [US] }),
    },
    removed: { name: 'set', spec: onSet({}, nudge('2')), sent: preferred(UPDATE_TYPE) },
    invalid: {
      name: 'set',
      spec: onSet({ stackSetRegions: ['ap-south-1'] }, nudge('3')),
      code: 'plan/outside-stack-set',
    },
    words: [
      'sent',
      'instances behind the stack set are updated',
      'not sent: AWS takes all of the constraint',
      'outside the constraint: refused in the plan',
    ],
  },
  tolerance(
    'StackSetFailureToleranceCount',
    'stackSetFailureToleranceCount',
    'stackSetFailureTolerancePercentage',
    1,
  ),
  tolerance(
    'StackSetFailureTolerancePercentage',
    'stackSetFailureTolerancePercentage',
    'stackSetFailureToleranceCount',
    1,
  ),
  tolerance(
    'StackSetMaxConcurrencyCount',
    'stackSetMaxConcurrencyCount',
    'stackSetMaxConcurrencyPercentage',
    1,
  ),
  tolerance(
    'StackSetMaxConcurrencyPercentage',
    'stackSetMaxConcurrencyPercentage',
    'stackSetMaxConcurrencyCount',
    1,
  ),
  {
    operation: UPDATE,
    field: 'ProvisioningPreferences.StackSetOperationType',
    document: 'spec.provisioningPreferences.stackSetOperationType, or spec.stackInstances',
    set: {
      name: 'set',
      spec: onSet(
        { stackSetOperationType: 'DELETE', stackSetAccounts: [C], stackSetRegions: [US] },
        { reconcile: { removeInstances: true } },
      ),
      sent: preferred({
        StackSetOperationType: 'DELETE',
        StackSetAccounts: [C],
        StackSetRegions: [US],
      }),
    },
    changed: {
      name: 'set',
      spec: onSet({
        stackSetOperationType: 'CREATE',
        stackSetAccounts: [C],
        stackSetRegions: [US],
      }),
      sent: preferred({
        StackSetOperationType: 'CREATE',
        StackSetAccounts: [C],
        StackSetRegions: [US],
      }),
    },
    removed: { name: 'set', spec: onSet({}, nudge('3')), sent: preferred(UPDATE_TYPE) },
    invalid: {
      name: 'set',
      spec: onSet({ stackSetOperationType: 'DELETE', stackSetAccounts: [C] }),
      code: 'document/conflict',
    },
    words: [
      'CREATE and DELETE are sent once for their content',
      'sent',
      'UPDATE',
      'CREATE or DELETE without accounts and regions: refused',
    ],
  },
];

const PROPERTY: readonly Row[] = [
  {
    operation: PROPERTIES,
    field: 'AcceptLanguage',
    document: 'spec.acceptLanguage',
    set: {
      spec: { acceptLanguage: 'jp', properties: { owner: role('a') } },
      sent: { AcceptLanguage: 'jp' },
    },
    changed: {
      spec: { acceptLanguage: 'zh', properties: { owner: role('b') } },
      sent: { AcceptLanguage: 'zh' },
    },
    removed: { spec: { properties: { owner: role('c') } }, without: ['AcceptLanguage'] },
    invalid: { spec: { acceptLanguage: '' }, code: 'document/bad-value' },
    words: [
      'sent with each request',
      'sent with the next request; causes none',
      'not sent',
      'refused',
    ],
  },
  {
    operation: PROPERTIES,
    field: 'ProvisionedProductId',
    document: 'metadata.name or spec.provisionedProductId',
    set: {
      spec: { properties: { owner: role('a') } },
      sent: { ProvisionedProductId: 'pp-net' },
    },
    changed: {
      name: 'net-b',
      spec: { properties: { owner: role('a') } },
      sent: { ProvisionedProductId: 'pp-net-b' },
    },
    removed: { name: '', spec: {}, code: 'document/missing-key' },
    invalid: { spec: { provisionedProductId: 'a/b' }, code: 'document/bad-value' },
    words: ['sent', 'another provisioned product', 'refused', 'refused'],
  },
  {
    operation: PROPERTIES,
    field: 'ProvisionedProductProperties.OWNER',
    document: 'spec.properties.owner',
    set: {
      spec: { properties: { owner: role('a') } },
      sent: { ProvisionedProductProperties: { OWNER: role('a') } },
    },
    changed: {
      spec: { properties: { owner: role('b') } },
      sent: { ProvisionedProductProperties: { OWNER: role('b') } },
    },
    removed: { spec: {}, nothing: true },
    invalid: {
      spec: { properties: { owner: role('a', '999900001111') } },
      code: 'plan/foreign-principal',
    },
    words: [
      'sent, as the last step',
      'sent',
      'the live one stays',
      'no principal: refused; of another account: refused in the plan',
    ],
  },
  {
    operation: PROPERTIES,
    field: 'ProvisionedProductProperties.LAUNCH_ROLE',
    document: 'spec.properties.launchRole',
    set: {
      spec: { properties: { launchRole: role('a') } },
      sent: { ProvisionedProductProperties: { LAUNCH_ROLE: role('a') } },
    },
    changed: {
      spec: { properties: { launchRole: role('b') } },
      sent: { ProvisionedProductProperties: { LAUNCH_ROLE: role('b') } },
    },
    removed: { spec: {}, nothing: true },
    invalid: {
      spec: { properties: { launchRole: 'arn:aws:iam::111122223333:user/u' } },
      code: 'document/bad-value',
    },
    words: [
      'sent, before an update',
      'sent',
      'the live one stays',
      'no role: refused; of another account: refused in the plan',
    ],
  },
  {
    operation: PROPERTIES,
    field: 'IdempotencyToken',
    document: 'made from the request and the record it is based on',
    set: {
      spec: { properties: { owner: role('a') } },
      sent: { IdempotencyToken: expectToken() },
    },
    changed: {
      spec: { properties: { owner: role('b') } },
      sent: { IdempotencyToken: expectToken() },
    },
    removed: { spec: { properties: { owner: role('b') } }, nothing: true },
    invalid: { spec: { properties: { token: 'x' } }, code: 'document/unknown-key' },
    words: [
      'one for a request on a base record',
      'another one',
      'nothing is sent twice',
      'no document can give one',
    ],
  },
];

/** Told apart from a text by the test, which compares it as a pattern. */
function expectToken(): RegExp {
  return /^tu1-[0-9a-f]{64}$/;
}

export const ROWS: readonly Row[] = [...PLAIN, ...STACK_SET, ...PROPERTY];

/** Every member of the answers and every declared error: what a person sees of it. */
export const ANSWERS: readonly {
  readonly of: 'RecordDetail' | 'properties' | 'error';
  readonly field: string;
  readonly seen: string;
  readonly test: string;
}[] = [
  {
    of: 'RecordDetail',
    field: 'RecordId',
    seen: 'status, log, error messages; the record is followed by it',
    test: 'shows every status of a record',
  },
  {
    of: 'RecordDetail',
    field: 'ProvisionedProductName',
    seen: 'not used: the id says which',
    test: 'test/reconciler/tokens.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'Status',
    seen: 'recordStatus in status; IN_PROGRESS_IN_ERROR also as record.failing in the log',
    test: 'shows every status of a record',
  },
  {
    of: 'RecordDetail',
    field: 'CreatedTime',
    seen: 'proof that an answer is no echo of an older record',
    test: 'test/diff/settle.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'UpdatedTime',
    seen: 'when a failure happened, for the day of grace',
    test: 'test/diff/hold.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'ProvisionedProductType',
    seen: 'not used: the listing has it; the plan shows it',
    test: 'test/reconciler/kinds.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'RecordType',
    seen: 'tells our record from others after a lost reply',
    test: 'test/diff/settle.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'ProvisionedProductId',
    seen: 'as RecordType',
    test: 'test/diff/settle.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'ProductId',
    seen: 'as RecordType; what runs after a failed update',
    test: 'test/diff/settle.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'ProvisioningArtifactId',
    seen: 'as ProductId',
    test: 'test/diff/settle.test.ts',
  },
  {
    of: 'RecordDetail',
    field: 'PathId',
    seen: 'the recorded path, kept where none is declared',
    test: 'PathId',
  },
  {
    of: 'RecordDetail',
    field: 'RecordErrors',
    seen: 'the Descriptions as the reason in status, plan and log; else the status message',
    test: 'shows every status of a record',
  },
  {
    of: 'RecordDetail',
    field: 'RecordTags',
    seen: 'not used: the listing has the tags',
    test: 'Tags.Key',
  },
  {
    of: 'RecordDetail',
    field: 'LaunchRoleArn',
    seen: 'not used: DescribeProvisionedProduct has it',
    test: 'ProvisionedProductProperties.LAUNCH_ROLE',
  },
  {
    of: 'properties',
    field: 'ProvisionedProductId',
    seen: 'not used: the request said it',
    test: 'ProvisionedProductId',
  },
  {
    of: 'properties',
    field: 'ProvisionedProductProperties',
    seen: 'not used: the properties are read back',
    test: 'ProvisionedProductProperties.OWNER',
  },
  {
    of: 'properties',
    field: 'RecordId',
    seen: 'as above',
    test: 'ProvisionedProductProperties.OWNER',
  },
  {
    of: 'properties',
    field: 'Status',
    seen: 'as above',
    test: 'ProvisionedProductProperties.OWNER',
  },
  {
    of: 'error',
    field: 'InvalidParametersException',
    seen: "Stalled, RequestRefused, with AWS's own words; Busy where another operation runs",
    test: 'InvalidParametersException',
  },
  {
    of: 'error',
    field: 'ResourceNotFoundException',
    seen: "Stalled, RequestRefused, with AWS's own words",
    test: 'ResourceNotFoundException',
  },
  {
    of: 'error',
    field: 'InvalidStateException',
    seen: "Reconciling, Retrying, with AWS's own words: a state conflict passes by itself",
    test: 'InvalidStateException',
  },
];
