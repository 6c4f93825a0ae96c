import { expect, it } from 'vitest';
import { productEntry } from '../../src/journal/shapes.ts';
import { anEntry, anIntent, prints } from '../diff/build.ts';

const entry = anEntry({ intent: anIntent(), fingerprints: prints({ Password: 'p' }) });
const row = () => JSON.parse(JSON.stringify(entry));

it('a row is read as it was written', () => {
  expect(productEntry(row(), '')).toEqual(entry);
});

it('a row that was written before a member existed is read with its meaning then', () => {
  const old = row();
  for (const member of ['productType']) delete old.intent[member];
  for (const member of ['complete', 'instancesRun']) delete old.intent.pending[member];
  delete old.fingerprints.complete;
  delete old.instancesRun;
  expect(productEntry(old, '')).toMatchObject({
    instancesRun: null,
    fingerprints: { complete: false },
    intent: { productType: null, pending: { complete: false, instancesRun: null } },
  });
});

it('the preferences of a stored request stay as they are', () => {
  const stored = row();
  stored.intent.request.preferences = {
    operation: 'CREATE',
    accounts: ['111122223333'],
    regions: null,
    failureTolerance: { kind: 'count', value: 1 },
    maxConcurrency: { kind: 'percentage', value: 50 },
  };
  expect(productEntry(stored, '')).toEqual(stored);
  stored.intent.request.preferences.operation = 'RESET';
  expect(() => productEntry(stored, '')).toThrow(/operation/);
});

it('a member that is missing for another reason, or unknown, is refused', () => {
  const { latch: _latch, ...missing } = row();
  expect(() => productEntry(missing, '')).toThrow(/latch/);
  expect(() => productEntry({ ...row(), later: 1 }, '')).toThrow(/later/);
});
