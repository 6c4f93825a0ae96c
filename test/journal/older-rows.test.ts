import { describe, expect, it } from 'vitest';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { knownDocument } from '../../src/journal/shapes/document.ts';
import { productEntry } from '../../src/journal/shapes/entry.ts';

describe('rows of earlier versions', () => {
  it('a document without a word about its end asks for none', () => {
    const row = { key: 'name:a', name: 'a', file: 'a.yaml', digest: 'hmac:1' };
    expect(knownDocument(row, '')).toEqual({
      ...row,
      content: '',
      labels: null,
      policies: { prune: 'never', deletionProtection: false, handsOff: false },
      provisionedProductId: null,
      lastRecordId: null,
      called: null,
      dependsOn: [],
      gone: null,
      mayBe: null,
    });
  });

  it('an entry without a recreation had none, and one without an owner has none', () => {
    const { recreated: _none, recreatedBefore: _never, ownedId: _nobody, ...row } = EMPTY_ENTRY;
    expect(productEntry(row, '')).toEqual(EMPTY_ENTRY);
  });

  it('an entry without a failed update knows of none', () => {
    const { failedUpdate: _none, ...row } = EMPTY_ENTRY;
    expect(productEntry(row, '')).toEqual(EMPTY_ENTRY);
  });

  it('an entry without charges had none', () => {
    const { charges: _none, ...row } = EMPTY_ENTRY;
    expect(productEntry(row, '')).toEqual(EMPTY_ENTRY);
  });

  it('a charge without a rest has none', () => {
    const weights = { updates: 1, provisions: 0, terminations: 0 };
    const charge = { token: 'tu1-a', at: '2026-11-20T10:00:00.000Z', revision: 'r1', weights };
    const row = { ...EMPTY_ENTRY, charges: [{ ...charge, approved: null }] };
    expect(productEntry(row, '')).toEqual(row);
  });

  it('what is there is read as it is, and what is unknown is refused', () => {
    const row = {
      key: 'name:a',
      name: 'a',
      file: 'a.yaml',
      digest: 'hmac:1',
      content: 'hmac:2',
      labels: { team: 'a' },
      policies: { prune: 'retain', deletionProtection: true, handsOff: false },
      provisionedProductId: 'pp-1',
      lastRecordId: 'rec-1',
      called: 'a',
      dependsOn: [{ target: 'default', key: 'name:b' }],
      gone: {
        since: '2026-11-21T12:00:00.000Z',
        revision: 'r',
        renamedTo: { key: 'name:c', name: 'c' },
      },
      mayBe: { key: 'name:d', name: 'd' },
    };
    expect(knownDocument(row, '')).toEqual(row);
    expect(() =>
      knownDocument({ ...row, policies: { ...row.policies, prune: 'all' } }, ''),
    ).toThrow('prune');
  });
});
