/** What a row of docs/api-coverage.md is made of. */
export type Fields = Readonly<Record<string, unknown>>;

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
export const [A, B, C] = ACCOUNTS;
export const [EU, US] = REGIONS;

/** A parameter that nobody cares about makes an update due. */
export const nudge = (value: string, more: Fields = {}): Fields => ({
  provisioningParameters: { Nudge: value },
  ...more,
});

export const parameters = (value: string, more: Fields): Fields => ({
  provisioningParameters: { Nudge: value, ...more },
});

export const UPDATE = 'UpdateProvisionedProduct';
export const PROPERTIES = 'UpdateProvisionedProductProperties';
export const role = (name: string, account: string = A) => `arn:aws:iam::${account}:role/${name}`;

/** Told apart from a text by the test, which compares it as a pattern. */
export const TOKEN = /^tu1-[0-9a-f]{64}$/;

export const PREVIOUS = { UsePreviousValue: true } as const;
const keyed = (values: Readonly<Record<string, string | typeof PREVIOUS>>) =>
  Object.entries(values).map(([Key, value]) =>
    typeof value === 'string' ? { Key, Value: value } : { Key, ...value },
  );

export const sentParameters = (values: Parameters<typeof keyed>[0]) => ({
  ProvisioningParameters: keyed(values),
});
export const sentTags = (values: Readonly<Record<string, string>>) => ({ Tags: keyed(values) });

export const sends = (
  spec: Fields,
  sent: Fields,
  more: Pick<Case, 'name' | 'without'> = {},
): Case => ({ spec, sent, ...more });

/** The language of AWS's messages, with a change that makes a request due in each case. */
export const acceptLanguage = (operation: Operation, due: (change: string) => Fields): Row => ({
  operation,
  field: 'AcceptLanguage',
  document: 'spec.acceptLanguage',
  set: sends({ acceptLanguage: 'jp', ...due('a') }, { AcceptLanguage: 'jp' }),
  changed: sends({ acceptLanguage: 'zh', ...due('b') }, { AcceptLanguage: 'zh' }),
  removed: sends(due('c'), {}, { without: ['AcceptLanguage'] }),
  invalid: refused({ acceptLanguage: '' }, 'document/bad-value'),
  words: [
    'sent with each request',
    'sent with the next request; causes none',
    'not sent',
    'refused',
  ],
});

export const nothing = (spec: Fields, name = 'net'): Case => ({ name, spec, nothing: true });

export const refused = (spec: Fields, code: string, name = 'net'): Refused => ({
  name,
  spec,
  code,
});
