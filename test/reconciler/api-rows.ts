/**
 * Every request field of UpdateProvisionedProduct and UpdateProvisionedProductProperties: where it
 * stands in a document, and what is sent when it is set, changed, removed and invalid. The tests
 * play each row; docs/api-coverage.md is written from it.
 */

import { PROPERTY } from './api-property-rows.ts';
import {
  acceptLanguage,
  nothing,
  nudge,
  PREVIOUS,
  parameters,
  type Row,
  refused,
  sends,
  sentParameters,
  sentTags,
  TOKEN,
  UPDATE,
} from './api-row.ts';
import { STACK_SET } from './api-stack-set-rows.ts';

const PLAIN: readonly Row[] = [
  acceptLanguage(UPDATE, nudge),
  {
    operation: UPDATE,
    field: 'ProvisionedProductName',
    document: 'metadata.name',
    set: sends(
      nudge('1'),
      { ProvisionedProductId: 'pp-net' },
      { without: ['ProvisionedProductName'] },
    ),
    changed: sends(
      nudge('1'),
      { ProvisionedProductId: 'pp-net-b' },
      { name: 'net-b', without: ['ProvisionedProductName'] },
    ),
    removed: refused(nudge('1'), 'document/missing-key', ''),
    invalid: refused({}, 'document/bad-value', 'a/b'),
    words: ['looked up and sent as its id', 'another provisioned product', 'refused', 'refused'],
  },
  {
    operation: UPDATE,
    field: 'ProvisionedProductId',
    document: 'spec.provisionedProductId',
    set: sends(
      nudge('1', { provisionedProductId: 'pp-net' }),
      { ProvisionedProductId: 'pp-net' },
      { name: 'label' },
    ),
    changed: sends(
      nudge('1', { provisionedProductId: 'pp-net-b' }),
      { ProvisionedProductId: 'pp-net-b' },
      { name: 'label' },
    ),
    removed: sends(nudge('2'), { ProvisionedProductId: 'pp-net' }),
    invalid: refused({ provisionedProductId: 'a/b' }, 'document/bad-value'),
    words: ['sent', 'another provisioned product', 'metadata.name says which', 'refused'],
  },
  {
    operation: UPDATE,
    field: 'ProductId',
    document: 'spec.productId',
    set: sends(nudge('1', { productId: 'prod-net' }), { ProductId: 'prod-net' }),
    changed: sends(nudge('1', { productId: 'prod-other', provisioningArtifactId: 'pa-other' }), {
      ProductId: 'prod-other',
      ProvisioningArtifactId: 'pa-other',
    }),
    removed: sends(nudge('3'), { ProductId: 'prod-other' }),
    invalid: refused({ productId: 'prod-net', productName: 'network' }, 'document/conflict'),
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
    set: sends(
      nudge('1', { productName: 'network' }),
      { ProductId: 'prod-net' },
      { without: ['ProductName'] },
    ),
    changed: sends(
      nudge('1', { productName: 'other', provisioningArtifactName: 'v1' }),
      { ProductId: 'prod-other' },
      { without: ['ProductName'] },
    ),
    removed: sends(nudge('3'), { ProductId: 'prod-other' }),
    invalid: refused(
      { productName: 'nobody', provisioningArtifactName: 'v1' },
      'plan/unknown-product',
    ),
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
    set: sends(nudge('1', { provisioningArtifactId: 'pa-1' }), { ProvisioningArtifactId: 'pa-1' }),
    changed: sends(nudge('1', { provisioningArtifactId: 'pa-2' }), {
      ProvisioningArtifactId: 'pa-2',
    }),
    removed: sends(nudge('3'), { ProvisioningArtifactId: 'pa-2' }),
    invalid: refused({ provisioningArtifactId: 'pa-none' }, 'plan/unknown-version'),
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
    set: sends(
      nudge('1', { provisioningArtifactName: 'v1' }),
      { ProvisioningArtifactId: 'pa-1' },
      { without: ['ProvisioningArtifactName'] },
    ),
    changed: sends(
      nudge('1', { provisioningArtifactName: 'v2' }),
      { ProvisioningArtifactId: 'pa-2' },
      { without: ['ProvisioningArtifactName'] },
    ),
    removed: sends(nudge('3'), { ProvisioningArtifactId: 'pa-2' }),
    invalid: refused({ provisioningArtifactName: 'twice' }, 'plan/ambiguous-version'),
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
    set: sends(nudge('1', { pathId: 'lpv3-b' }), { PathId: 'lpv3-b' }),
    changed: sends(nudge('1', { pathId: 'lpv3-a' }), { PathId: 'lpv3-a' }),
    removed: sends(nudge('3'), { PathId: 'lpv3-a' }),
    invalid: refused(nudge('4', { pathId: 'lpv3-none' }), 'plan/unknown-path'),
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
    set: sends(nudge('1', { pathName: 'shared' }), { PathId: 'lpv3-b' }, { without: ['PathName'] }),
    changed: sends(
      nudge('1', { pathName: 'platform' }),
      { PathId: 'lpv3-a' },
      { without: ['PathName'] },
    ),
    removed: sends(nudge('3'), { PathId: 'lpv3-a' }),
    invalid: refused(nudge('4', { pathName: 'nowhere' }), 'plan/unknown-path'),
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
    set: sends(parameters('1', { Size: 'm' }), sentParameters({ Nudge: '1', Size: 'm' })),
    changed: sends(
      parameters('2', { Extra: 'm' }),
      sentParameters({ Extra: 'm', Nudge: '2', Size: PREVIOUS }),
    ),
    removed: sends(nudge('3'), sentParameters({ Extra: PREVIOUS, Nudge: '3', Size: PREVIOUS })),
    invalid: refused(parameters('4', { Nothing: 'x' }), 'plan/unknown-parameter'),
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
    set: sends(parameters('1', { Size: '' }), sentParameters({ Nudge: '1', Size: '' })),
    changed: sends(
      parameters('1', { Size: { useDefault: true } }),
      sentParameters({ Nudge: '1', Size: 's' }),
    ),
    removed: sends(nudge('3'), sentParameters({ Nudge: '3', Size: PREVIOUS })),
    invalid: refused(parameters('4', { Size: 'far too long' }), 'plan/value-length'),
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
    set: sends(
      parameters('1', { Size: { usePreviousValue: true } }),
      sentParameters({ Nudge: '1', Size: PREVIOUS }),
    ),
    changed: sends(
      parameters('1', { Size: { value: 'l' } }),
      sentParameters({ Nudge: '1', Size: 'l' }),
    ),
    removed: sends(nudge('3'), sentParameters({ Nudge: '3', Size: PREVIOUS })),
    invalid: refused(
      {
        provisioningArtifactName: 'v2',
        provisioningParameters: { New: { usePreviousValue: true } },
      },
      'plan/no-previous-value',
    ),
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
    set: sends({ tags: { team: 'a' } }, sentTags({ foreign: 'f', team: 'a' })),
    changed: sends({ tags: { squad: 'a' } }, sentTags({ foreign: 'f', squad: 'a' })),
    removed: nothing({ tags: {} }),
    invalid: refused({ tags: { 'aws:x': 'a' } }, 'document/bad-value'),
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
    set: sends({ tags: { foreign: 'a' } }, sentTags({ foreign: 'a' })),
    changed: sends({ tags: { foreign: 'b' } }, sentTags({ foreign: 'b' })),
    removed: sends(nudge('3'), sentTags({ foreign: 'b' })),
    invalid: refused({ tags: { team: '' } }, 'document/bad-value'),
    words: ['sent', 'sent', 'without spec.tags the live tags are sent along', 'refused'],
  },
  {
    operation: UPDATE,
    field: 'UpdateToken',
    document: 'made from the request and the record it is based on',
    set: sends(nudge('1'), { UpdateToken: TOKEN }),
    changed: sends(nudge('2'), { UpdateToken: TOKEN }),
    removed: nothing(nudge('2')),
    invalid: refused({ updateToken: 'x' }, 'document/unknown-key'),
    words: [
      'one for a request on a base record',
      'another one',
      'nothing is sent twice',
      'no document can give one',
    ],
  },
];

export const ROWS: readonly Row[] = [...PLAIN, ...STACK_SET, ...PROPERTY];
