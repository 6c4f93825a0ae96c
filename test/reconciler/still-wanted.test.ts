import { describe, expect, it } from 'vitest';
import { EMPTY_ENTRY, type Intent, type ProductEntry } from '../../src/domain/entry.ts';
import { asDigest, asProvisionedProductId, productKey } from '../../src/domain/ids.ts';
import type { KnownDocument } from '../../src/domain/known.ts';
import type { Live } from '../../src/domain/live.ts';
import type { StoredRequest } from '../../src/domain/request.ts';
import {
  type DesiredState,
  specDigestOf,
  type TargetContext,
} from '../../src/reconciler/context.ts';
import { isStillWanted } from '../../src/reconciler/still-wanted.ts';
import { aLive, anIntent, rec } from '../diff/build.ts';
import { doc, keyOf } from './life.ts';
import { invalidDocument } from './networks.ts';
import { desiredOf, TARGET, type Wish } from './world.ts';

/** Whether an open request may be repeated: one thing after the other is as it must not be. */

const KEY = keyOf('net-a');
const ID = asProvisionedProductId('pp-a');
const fingerprinter = { keyId: 'k', digest: (_scope: unknown, text: string) => asDigest(text) };

const termination: StoredRequest = {
  operation: 'TerminateProvisionedProduct',
  provisionedProductId: ID,
  retain: false,
  acceptLanguage: null,
};

interface World {
  readonly desired: DesiredState;
  readonly known: KnownDocument | undefined;
  readonly isConfirmed: boolean;
  readonly owned: readonly string[];
  readonly entry: Partial<ProductEntry>;
  readonly seen: ReadonlyMap<string, Live> | null;
  readonly readAtMs: number | null;
  readonly intent: Partial<Intent>;
}

function isWanted(world: World): boolean {
  const context = {
    target: TARGET,
    fingerprinter,
    desired: () => world.desired,
    known: { get: () => world.known, isConfirmed: () => world.isConfirmed },
    entries: {
      get: () => ({ ...EMPTY_ENTRY, ...world.entry }),
      owned: () => new Set(world.owned),
    },
    observation: () => (world.seen === null ? null : { products: world.seen, others: new Map() }),
    readAtMs: () => world.readAtMs,
  } as unknown as TargetContext;
  return isStillWanted(context, KEY, anIntent(world.intent));
}

describe('the repeat of a removal', () => {
  const known: KnownDocument = {
    ...{
      key: KEY,
      name: 'net-a',
      file: 'net-a.yaml',
      digest: 'd',
      content: 'c',
      labels: {},
      dependsOn: [],
    },
    policies: { prune: 'terminate', deletionProtection: false, handsOff: false },
    ...{ provisionedProductId: ID, lastRecordId: rec('1'), called: 'net-a' },
    gone: { since: '2026-11-21T11:00:00Z', revision: 'r2', renamedTo: null },
    mayBe: null,
  };
  const gone: World = {
    desired: desiredOf([doc('net-b')]),
    ...{ known, isConfirmed: true, owned: [ID], entry: {}, readAtMs: 0 },
    seen: new Map([[keyOf('net-b'), aLive({ id: asProvisionedProductId('pp-b') })]]),
    intent: { step: 'terminate', request: termination, base: rec('1') },
  };
  const policies = (parts: Partial<KnownDocument['policies']>) => ({
    known: { ...known, policies: { ...known.policies, ...parts } },
  });
  const moved = { ...known, lastRecordId: rec('0') };

  it.each<[string, Partial<World>]>([
    ['nothing has changed', {}],
    [
      'its last record is ours, whatever was seen with its document',
      { known: moved, entry: { ownRecords: [rec('1')] } },
    ],
    [
      'its document asked to retain, as the request does',
      {
        ...policies({ prune: 'retain' }),
        intent: { ...gone.intent, request: { ...termination, retain: true } },
      },
    ],
  ])('is made where %s', (_when, parts) => {
    expect(isWanted({ ...gone, ...parts })).toBe(true);
  });

  it.each<[string, Partial<World>]>([
    ['it was not left as it is', { known: moved, entry: { ownRecords: [rec('0')] } }],
    [
      'it is not known as what it was left',
      { known: { ...known, lastRecordId: null }, intent: { ...gone.intent, base: null } },
    ],
    ['it is not ours', { owned: ['pp-b'] }],
    ['its document asked for no end', policies({ prune: 'never' })],
    ['it is protected', policies({ deletionProtection: true })],
    ['its document kept hands off', policies({ handsOff: true })],
    ['its document asked to retain since', policies({ prune: 'retain' })],
    [
      'its document asked to terminate, and the request retains',
      { intent: { ...gone.intent, request: { ...termination, retain: true } } },
    ],
    ['it was not missing for long enough', { isConfirmed: false }],
    ['a document was not looked at yet', { seen: new Map() }],
    [
      'one of two documents was not looked at yet',
      { desired: desiredOf([doc('net-b'), doc('net-c')]) },
    ],
    ['nothing was looked at yet', { seen: null }],
    ['its document is not known', { known: undefined }],
    [
      'another document is for it by its id',
      { desired: desiredOf([doc('net-b', {}, { expect: { provisionedProductId: ID } })]) },
    ],
    [
      'another document is for it by its name',
      { seen: new Map([[keyOf('net-b'), aLive({ id: ID })]]) },
    ],
    [
      'an invalid document needs it',
      {
        desired: {
          ...gone.desired,
          invalid: new Map([
            [keyOf('net-x'), { ...invalidDocument('net-x'), needs: [`${TARGET}/net-a`] }],
          ]),
        },
      },
    ],
    ['its document is there', { desired: { ...gone.desired, declared: new Set([KEY]) } }],
    [
      'a file of unknown identity is there',
      { desired: { ...gone.desired, unknownIdentity: true } },
    ],
    ['the directory cannot be read', { readAtMs: null }],
    ['no revision was read yet', { desired: { ...gone.desired, revision: '' } }],
    ['it is no termination', { intent: { base: rec('1') } }],
  ])('is not made where %s', (_when, parts) => {
    expect(isWanted({ ...gone, ...parts })).toBe(false);
  });
});

describe('the repeat of a request whose document is there', () => {
  /** The request is for the content of this document, and the recreation of it is noted. */
  function repeated(
    wish: Wish,
    intent: Partial<Intent> = {},
    recreated: 'this' | 'other' | 'none' = 'none',
    rest: Partial<DesiredState> = {},
  ) {
    const desired = { ...desiredOf([wish]), ...rest };
    const spec = desired.specs.get(KEY);
    if (spec === undefined) throw new Error('no document');
    const specDigest = specDigestOf({ fingerprinter }, spec);
    const noted = { this: specDigest, other: asDigest('other'), none: null }[recreated];
    return isWanted({
      ...{ desired, known: undefined, isConfirmed: false, owned: [], seen: null, readAtMs: null },
      entry: { recreated: noted },
      intent: { specDigest, ...intent },
    });
  }
  const terminate = { step: 'terminate', request: termination } as const;
  const adopted = (stackArn: string): Partial<Intent> => ({
    step: 'import',
    request: { ...anIntent().request, physicalId: stackArn } as unknown as StoredRequest,
  });
  const arn = (name: string) => `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/x`;
  const recreate = { onError: 'recreate' };
  const anUpdate = {
    request: { ...anIntent().request, provisionedProductId: ID } as StoredRequest,
  };
  const rivals = <T>(one: T) => new Map([[productKey({ kind: 'id', id: ID }), one]]);
  const [aSpec] = [...desiredOf([doc('x', {}, { provisionedProductId: ID })]).specs.values()];
  if (aSpec === undefined) throw new Error('no document');

  it.each<[string, () => boolean, boolean]>([
    ['an update', () => repeated(doc('net-a')), true],
    [
      'an update of what an invalid document means by its id',
      () => repeated(doc('net-a'), anUpdate, 'none', { invalid: rivals(invalidDocument('x')) }),
      false,
    ],
    [
      'an update of what a document that is left out means by its id',
      () => repeated(doc('net-a'), anUpdate, 'none', { leftOut: rivals(aSpec) }),
      false,
    ],
    ['an update, suspended', () => repeated(doc('net-a', { suspend: true })), false],
    ['an update, observed', () => repeated(doc('net-a', { mode: 'observe' })), false],
    [
      'an update to something else',
      () => repeated(doc('net-a'), { specDigest: asDigest('x') }),
      false,
    ],
    ['the end of a recreation', () => repeated(doc('net-a', recreate), terminate, 'this'), true],
    [
      'the end of a recreation, protected since',
      () => repeated(doc('net-a', { ...recreate, deletionProtection: true }), terminate, 'this'),
      false,
    ],
    [
      'the end of a recreation, no longer asked for',
      () => repeated(doc('net-a'), terminate, 'this'),
      false,
    ],
    [
      'the end of a recreation for another content',
      () => repeated(doc('net-a', recreate), terminate, 'other'),
      false,
    ],
    [
      'a provisioning',
      () => repeated(doc('net-a', { onMissing: 'provision' }), { step: 'provision' }),
      true,
    ],
    [
      'a provisioning, no longer asked for',
      () => repeated(doc('net-a'), { step: 'provision' }),
      false,
    ],
    [
      'the second half of a recreation',
      () => repeated(doc('net-a', recreate), { step: 'provision' }, 'other'),
      true,
    ],
    [
      'the second half of a recreation, no longer asked for',
      () => repeated(doc('net-a'), { step: 'provision' }, 'other'),
      false,
    ],
    [
      'a provisioning where nothing was recreated',
      () => repeated(doc('net-a', recreate), { step: 'provision' }),
      false,
    ],
    [
      'an import',
      () => repeated(doc('net-a', { adopt: { stackArn: arn('a') } }), adopted(arn('a'))),
      true,
    ],
    [
      'an import of another stack than is asked for now',
      () => repeated(doc('net-a', { adopt: { stackArn: arn('b') } }), adopted(arn('a'))),
      false,
    ],
    ['an import, no longer asked for', () => repeated(doc('net-a'), adopted(arn('a'))), false],
  ])('%s: %s', (_what, wanted, expected) => {
    expect(wanted()).toBe(expected);
  });
});
