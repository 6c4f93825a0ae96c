import { describe, expect, it } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import { bytesOf, ONE_TARGET } from './support.ts';

const documentOf = (name: string, reconcile = '') =>
  `apiVersion: trueup/v1\nkind: ProvisionedProduct\nmetadata: {name: ${name}}\nspec: {productName: p${reconcile}}\n`;

const waitsFor = (name: string) => `, reconcile: {dependsOn: [${name}]}`;

/** Files of 1,000 documents each, as many as one of them may hold. */
function filesOf(count: number, document: (index: number) => string) {
  return Array.from({ length: Math.ceil(count / 1_000) }, (_, file) => {
    const size = Math.min(1_000, count - file * 1_000);
    const texts = Array.from({ length: size }, (_, index) => document(file * 1_000 + index));
    return { path: `${file}.yaml`, bytes: bytesOf(texts.join('---\n')) };
  });
}

/**
 * What a document costs may not grow with the number of others that are wrong in the same way: before
 * this held, each of these took minutes, and a pull request could stop the daemon with it.
 */
describe('many documents that are wrong together', () => {
  it('all for the same provisioned product', () => {
    const desired = loadDesired(
      filesOf(8_000, () => documentOf('same')),
      ONE_TARGET,
    );
    expect(desired.problems).toHaveLength(8_000);
    expect(desired.problems[0]?.message).toContain(' and 7996 more');
  }, 15_000);

  it('all waiting for each other in one circle', () => {
    const desired = loadDesired(
      filesOf(8_000, (n) => documentOf(`n${n}`, waitsFor(`n${(n + 1) % 8_000}`))),
      ONE_TARGET,
    );
    expect(desired.problems).toHaveLength(8_000);
    const told = desired.problems.find(({ at }) => at?.file === '0.yaml')?.message;
    expect(told).toBe('it waits for itself: n0 -> n1 -> n2 -> n3 -> n4 -> … -> n0');
  }, 15_000);

  it('all waiting for names that nearly exist', () => {
    const long = 'n'.repeat(60);
    const desired = loadDesired(
      filesOf(2_000, (n) =>
        documentOf(`${long}${long}${n}`, waitsFor(`${'m'.repeat(60)}${long}${n}`)),
      ),
      ONE_TARGET,
    );
    expect(desired.problems).toHaveLength(2_000);
    expect(desired.problems.every(({ code }) => code === 'document/unknown-dependency')).toBe(true);
  }, 15_000);
});
