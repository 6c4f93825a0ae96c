import { describe, expect, it } from 'vitest';
import { asProvisionedProductId, type ProductKey } from '../../src/domain/ids.ts';
import type { KnownDocument } from '../../src/domain/known.ts';
import { holdSubject } from '../../src/reconciler/hold-subject.ts';
import type { Observation } from '../../src/reconciler/observe.ts';
import { aLive } from '../diff/build.ts';
import { doc, keyOf } from './life.ts';
import { desiredOf, TARGET } from './world.ts';

const BY_NAME = keyOf('net-a');
const BY_ID = 'id:pp-a' as ProductKey;
const id = asProvisionedProductId('pp-a');

const [spec] = desiredOf([{ ...doc('label'), labels: { team: 'a' } }]).specs.values();
const labels = { team: 'b' };
const known = {
  key: BY_ID,
  name: 'label',
  labels,
  provisionedProductId: id,
} as unknown as KnownDocument;
const older = { ...known, labels: null };

/** A look that shows the product as that of its document, or among the others. */
function looked(at: 'document' | 'others' | 'nowhere'): Observation {
  const live = aLive({ id, name: 'network-a' });
  return {
    products: new Map(at === 'document' ? [[BY_ID, live]] : []),
    others: new Map(at === 'others' ? [[id, { id, name: 'network-a' }]] : []),
  } as unknown as Observation;
}

describe('what a freeze or window is asked about', () => {
  it.each<[string, Partial<Parameters<typeof holdSubject>[0]>, object]>([
    ['a document', { spec }, { name: 'label', labels: { team: 'a' } }],
    ['a document that is gone', { known }, { name: 'label', labels }],
    ['one that went before labels were kept', { known: older }, { name: 'label', labels: null }],
    ['a document that was another one', { spec, known }, { name: 'label', labels: { team: 'a' } }],
    ['a name of which nothing is known', {}, { name: 'net-a', labels: null }],
  ])('of a name: %s', (_what, parts, expected) => {
    const subject = {
      spec: undefined,
      known: undefined,
      observation: looked('document'),
      ...parts,
    };
    expect(holdSubject({ target: TARGET, key: BY_NAME, ...subject })).toEqual({
      target: TARGET,
      ...expected,
    });
  });

  it.each<[string, Partial<Parameters<typeof holdSubject>[0]>, string | null, string | null]>([
    ['a document, looked at', { spec, observation: looked('document') }, 'label', 'network-a'],
    ['a document, before any look', { spec }, 'label', null],
    ['one that is gone, looked at', { known, observation: looked('others') }, 'label', 'network-a'],
    ['one that is gone, not seen', { known, observation: looked('nowhere') }, 'label', null],
    [
      'one that is gone and never was found',
      { known: { ...known, provisionedProductId: null }, observation: looked('others') },
      'label',
      null,
    ],
    ['one of which nothing is known', { observation: looked('others') }, null, null],
  ])('of an id: %s', (_what, parts, name, realName) => {
    const subject = { spec: undefined, known: undefined, observation: null, ...parts };
    expect(holdSubject({ target: TARGET, key: BY_ID, ...subject })).toMatchObject({
      name,
      realName,
    });
  });
});
