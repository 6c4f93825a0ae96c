import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeToken, type TokenInput } from '../../src/diff/token.ts';
import { asDigest, asProvisionedProductId } from '../../src/domain/ids.ts';
import { rec } from './build.ts';

const input: TokenInput = {
  operation: 'UpdateProvisionedProduct',
  accountId: '111122223333',
  region: 'eu-west-1',
  provisionedProductId: asProvisionedProductId('pp-a'),
  requestHash: asDigest('sha256:a'),
  base: rec('1'),
  generation: 0,
};

const inputs: fc.Arbitrary<TokenInput> = fc.record({
  operation: fc.constantFrom('UpdateProvisionedProduct', 'UpdateProvisionedProductProperties'),
  accountId: fc.constantFrom('111122223333', '444455556666'),
  region: fc.constantFrom('eu-west-1', 'eu-west-2'),
  provisionedProductId: fc.constantFrom('pp-a', 'pp-b').map(asProvisionedProductId),
  requestHash: fc.constantFrom('sha256:a', 'sha256:b').map(asDigest),
  base: fc.constantFrom(null, rec('1'), rec('2'), rec('absent')),
  generation: fc.integer({ min: 0, max: 2 }),
});

describe('makeToken', () => {
  it('is a token that AWS takes', () => {
    expect(makeToken(input)).toMatch(/^tu1-[0-9a-f]{64}$/);
  });

  it('is the same if and only if everything it covers is the same', () => {
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(makeToken(a) === makeToken(b)).toBe(same);
      }),
    );
  });

  it('differs for the same content on another base: A, B, A are three tokens', () => {
    const [a, b] = [asDigest('sha256:a'), asDigest('sha256:b')];
    const tokens = [
      makeToken({ ...input, requestHash: a, base: rec('0') }),
      makeToken({ ...input, requestHash: b, base: rec('1') }),
      makeToken({ ...input, requestHash: a, base: rec('2') }),
    ];
    expect(new Set(tokens).size).toBe(3);
  });

  it('never changes for an input, in any release: open intents rest on it', () => {
    expect(makeToken(input)).toBe(
      'tu1-7a3537adaf4439282a25578f42d9d0d1d5241ad8ac2366d71537ab31566cece1',
    );
  });
});
