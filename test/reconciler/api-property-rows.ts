/** The rows of docs/api-coverage.md about properties. */
import {
  acceptLanguage,
  nothing,
  PROPERTIES,
  type Refused,
  type Row,
  refused,
  role,
  sends,
  TOKEN,
} from './api-row.ts';

const owner = (name: string) => ({ properties: { owner: role(name) } });

function property(field: string, key: string, invalid: Refused, words: Row['words']): Row {
  const to = (name: string) =>
    sends(
      { properties: { [key]: role(name) } },
      { ProvisionedProductProperties: { [field]: role(name) } },
    );
  return {
    operation: PROPERTIES,
    field: `ProvisionedProductProperties.${field}`,
    document: `spec.properties.${key}`,
    set: to('a'),
    changed: to('b'),
    removed: nothing({}),
    invalid,
    words,
  };
}

export const PROPERTY: readonly Row[] = [
  acceptLanguage(PROPERTIES, owner),
  {
    operation: PROPERTIES,
    field: 'ProvisionedProductId',
    document: 'metadata.name or spec.provisionedProductId',
    set: sends(owner('a'), { ProvisionedProductId: 'pp-net' }),
    changed: sends(owner('a'), { ProvisionedProductId: 'pp-net-b' }, { name: 'net-b' }),
    removed: refused({}, 'document/missing-key', ''),
    invalid: refused({ provisionedProductId: 'a/b' }, 'document/bad-value'),
    words: ['sent', 'another provisioned product', 'refused', 'refused'],
  },
  property(
    'OWNER',
    'owner',
    refused({ properties: { owner: role('a', '999900001111') } }, 'plan/foreign-principal'),
    [
      'sent, as the last step',
      'sent',
      'the live one stays',
      'no principal: refused; of another account: refused in the plan',
    ],
  ),
  property(
    'LAUNCH_ROLE',
    'launchRole',
    refused(
      { properties: { launchRole: 'arn:aws:iam::111122223333:user/u' } },
      'document/bad-value',
    ),
    [
      'sent, before an update',
      'sent',
      'the live one stays',
      'no role: refused; of another account: refused in the plan',
    ],
  ),
  {
    operation: PROPERTIES,
    field: 'IdempotencyToken',
    document: 'made from the request and the record it is based on',
    set: sends(owner('a'), { IdempotencyToken: TOKEN }),
    changed: sends(owner('b'), { IdempotencyToken: TOKEN }),
    removed: nothing(owner('b')),
    invalid: refused({ properties: { token: 'x' } }, 'document/unknown-key'),
    words: [
      'one for a request on a base record',
      'another one',
      'nothing is sent twice',
      'no document can give one',
    ],
  },
];
