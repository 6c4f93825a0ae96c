import { describe, expect, it } from 'vitest';
import { ContentCache } from '../../src/source/contents.ts';
import { Moved } from '../../src/source/failures.ts';
import { walk } from '../../src/source/walk.ts';
import { fill, scratch } from './scratch.ts';

const breathe = async () => {};
const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

/**
 * A listing, and a file that changed after it: whether the cache opens the file shows, because what
 * it finds does not fit the listing.
 */
async function staleListing() {
  const directory = fill(scratch(), { 'a.yaml': 'one' });
  const listing = await walk(directory, { maxFiles: 10, breathe });
  const cache = new ContentCache({ maxFileBytes: 100, maxTotalBytes: 1_000, breathe });
  return { listing, cache, change: () => fill(directory, { 'a.yaml': 'three' }) };
}

describe('bytes that were read before', () => {
  it('are trusted if the file was old when they were read', async () => {
    const { listing, cache, change } = await staleListing();
    await cache.read(listing, listing.newest + 2_001);
    change();
    const { files } = await cache.read(listing, listing.newest + 2_001);
    expect(textOf(files[0]?.bytes)).toBe('one');
  });

  it.each([
    ['young', 2_000],
    ['from the future', -5_000],
  ])('are read again if the file was %s', async (_, age) => {
    const { listing, cache, change } = await staleListing();
    await cache.read(listing, listing.newest + age);
    change();
    await expect(cache.read(listing, listing.newest + 60_000)).rejects.toThrow(Moved);
  });

  it('are read again after distrust', async () => {
    const { listing, cache, change } = await staleListing();
    await cache.read(listing, listing.newest + 60_000);
    cache.distrust();
    change();
    await expect(cache.read(listing, listing.newest + 60_000)).rejects.toThrow(Moved);
  });
});
