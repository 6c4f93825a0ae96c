import { describe, expect, it } from 'vitest';
import type { UpdateFacts } from '../../src/diff/assess.ts';
import { blankProduct, isBlank } from '../../src/diff/creation.ts';
import { creationOf } from '../../src/diff/creation-wish.ts';
import { asDigest, asProductId, asProvisionedProductId, asRecordId } from '../../src/domain/ids.ts';
import { read } from '../../src/domain/live.ts';
import { DEFAULT_LIFE, type Spec } from '../../src/domain/spec.ts';
import {
  aDefinition,
  aLive,
  anEntry,
  aSpec,
  assessed,
  definitionsOf,
  factsFor,
  refusalCodes,
  verdictOf,
} from './build.ts';

const ABSENT = { kind: 'absent' } as const;
const PRESENT = asDigest('hmac:present');

function life(parts: Partial<Spec['reconcile']>, more: Partial<Spec> = {}): Spec {
  const base = aSpec();
  return aSpec({ ...more, reconcile: { ...base.reconcile, ...DEFAULT_LIFE, ...parts } });
}

const stack = { stackArn: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/loose/x' };
const gone = { kind: 'succeeded', step: 'terminate', recordId: asRecordId('rec-9') } as const;
const ended = { base: null, requestHash: PRESENT, at: 'now', reason: null } as const;
const halfDone = anEntry({ recreated: PRESENT, lastResult: { ...gone, ...ended } });
const inError = aLive({ status: 'ERROR' });
const byId = { kind: 'id', id: asProvisionedProductId('pp-x') } as const;

describe('creationOf', () => {
  it.each([
    ['nothing by default', life({}), {}, null],
    ['a provisioning', life({ onMissing: 'provision' }), {}, 'provision'],
    ['an import', life({ adopt: stack }), {}, 'import'],
    [
      'an import before a provisioning',
      life({ adopt: stack, onMissing: 'provision' }),
      {},
      'import',
    ],
    ['nothing on suspend', life({ onMissing: 'provision', suspend: true }), {}, null],
    ['nothing for an id', life({ onMissing: 'provision' }, { identity: byId }), {}, null],
    [
      'nothing while unreadable',
      life({ onMissing: 'provision' }),
      { live: { kind: 'unreadable', why: 'x' } },
      null,
    ],
    ['a recreation', life({ onError: 'recreate' }), { live: inError }, 'recreate'],
    [
      'nothing where another one is expected',
      life(
        { onMissing: 'provision' },
        { expect: { provisionedProductId: byId.id, physicalId: null } },
      ),
      {},
      null,
    ],
    [
      'no recreation of what is expected by its id',
      life(
        { onError: 'recreate' },
        { expect: { provisionedProductId: byId.id, physicalId: null } },
      ),
      { live: inError },
      null,
    ],
    [
      'no recreation of what is expected by its physical id',
      life(
        { onError: 'recreate' },
        { expect: { provisionedProductId: null, physicalId: 'arn:x' } },
      ),
      { live: inError },
      null,
    ],
    [
      'the second half too where the record of the end was never known',
      life({ onError: 'recreate' }),
      { entry: { ...halfDone, lastResult: null } },
      'provision',
    ],
    [
      'no second half where the end was never known and something is there for all we know',
      life({ onError: 'recreate' }),
      { entry: { ...halfDone, lastResult: null, provisionedProductId: byId.id } },
      null,
    ],
    [
      'no second half where the end failed',
      life({ onError: 'recreate' }),
      { entry: { ...halfDone, lastResult: { ...gone, ...ended, kind: 'failed' } } },
      null,
    ],
    [
      'no second half after something else that was done',
      life({ onError: 'recreate' }),
      { entry: { ...halfDone, lastResult: { ...gone, ...ended, step: 'update' } } },
      null,
    ],
    [
      'no recreation of what is TAINTED',
      life({ onError: 'recreate' }),
      { live: aLive({ status: 'TAINTED' }) },
      null,
    ],
    [
      'no recreation of what is protected',
      life({ onError: 'recreate', deletionProtection: true }),
      { live: inError },
      null,
    ],
    [
      'one recreation for each content',
      life({ onError: 'recreate' }),
      { live: inError, entry: halfDone },
      null,
    ],
    [
      'one more when a person asks',
      life({ onError: 'recreate' }),
      { live: inError, entry: halfDone, asked: true },
      'recreate',
    ],
    [
      'no recreation without a key',
      life({ onError: 'recreate' }),
      { live: inError, specDigest: null },
      null,
    ],
    [
      'the second half of a recreation',
      life({ onError: 'recreate' }),
      { entry: halfDone },
      'provision',
    ],
    [
      'the second half too where the content has changed since: nothing is left but that',
      life({ onError: 'recreate' }),
      { entry: halfDone, specDigest: asDigest('hmac:other') },
      'provision',
    ],
    [
      'no second half where recreation is not asked for any more',
      life({ onError: 'report' }),
      { entry: halfDone },
      null,
    ],
    [
      'no second half of what was pruned',
      life({ onError: 'recreate' }),
      { entry: { ...halfDone, recreated: null } },
      null,
    ],
    [
      'no recreation of what the document means by its id',
      life({ onError: 'recreate' }, { identity: byId }),
      { live: inError },
      null,
    ],
    [
      'no recreation of what was to be adopted',
      life({ onError: 'recreate', adopt: stack }),
      { live: inError },
      null,
    ],
  ] as const)('asks for %s', (_what, spec, parts, wanted) => {
    const input = {
      spec,
      live: ABSENT,
      entry: anEntry(),
      specDigest: PRESENT,
      asked: false,
      ...parts,
    };
    expect(creationOf(input)).toBe(wanted);
  });
});

describe('a provisioning', () => {
  const spec = life({ onMissing: 'provision' }, { tags: { team: 'a' } });
  const creation = (definitions = definitionsOf([], 'notAllowed')): UpdateFacts =>
    factsFor(spec, blankProduct(spec), definitions);

  it('is judged like an update of everything, against nothing', () => {
    const change = assessed({ spec, live: ABSENT, creation: creation() });
    expect(verdictOf(change, 'provision').steps).toEqual(['provision']);
    expect(change).toMatchObject({ provisionedProductId: null, base: null, type: null });
    const shown = change.differences.map(({ label, live, step }) => [label, live, step]);
    const nothing = { kind: 'none', note: 'not there' };
    expect(shown).toEqual(
      ['product', 'version', 'tag team'].map((label) => [label, nothing, 'provision']),
    );
  });

  it('is refused with the preflight of the version', () => {
    const definitions = definitionsOf([aDefinition('Size')], 'allowed');
    const change = assessed({ spec, live: ABSENT, creation: creation(definitions) });
    expect(refusalCodes(change)).toEqual(['plan/missing-parameter']);
  });

  it('has the same digest for the same wish, and another one for another', () => {
    const digest = (of: Spec) =>
      verdictOf(assessed({ spec: of, live: ABSENT, creation: creation() }), 'provision').digest;
    expect(digest(spec)).toBe(digest(spec));
    expect(digest({ ...spec, tags: { team: 'b' } })).not.toBe(digest(spec));
  });

  it('is only reported where the document or the run observes', () => {
    const observing = life({ onMissing: 'provision', mode: 'observe' });
    const change = assessed({ spec: observing, live: ABSENT, creation: creation() });
    expect(verdictOf(change, 'reported').reason).toBe('mode: observe');
    const run = assessed({ spec, live: ABSENT, creation: creation(), observeOnly: true });
    expect(verdictOf(run, 'reported').reason).toBe('run --observe');
  });

  it('waits for a request of ours whose end is not known', () => {
    const intent = { firstSentAt: '2026-11-21T11:00:00.000Z', recordId: null } as never;
    const change = assessed({
      spec,
      live: ABSENT,
      creation: creation(),
      entry: anEntry({ intent }),
    });
    expect(verdictOf(change, 'busy').ours).toBe(true);
  });
});

it('a blank product stands for nothing, and nothing else does', () => {
  expect(isBlank(blankProduct(aSpec()))).toBe(true);
  expect(isBlank(aLive())).toBe(false);
  const product = blankProduct(aSpec()).product;
  expect(product).toEqual(read({ id: asProductId(''), name: '' }));
});
