import { expect, it } from 'vitest';
import { entryFor } from '../../src/diff/ownership.ts';
import { asProvisionedProductId } from '../../src/domain/ids.ts';
import { aLive, anEntry } from './build.ts';

it.each([
  ['set', { ownTags: ['team'] }],
  ['were to set', { triedTags: ['team'] }],
])(
  'the tags that we %s on another one of the same name are not ours on this one',
  (_what, tags) => {
    const entry = anEntry({ provisionedProductId: asProvisionedProductId('pp-before'), ...tags });
    expect(entryFor(entry, aLive())).toMatchObject({ ownTags: [], triedTags: [] });
    const same = anEntry({ provisionedProductId: aLive().id, ...tags });
    expect(entryFor(same, aLive())).toBe(same);
  },
);
