import { describe, expect, it } from 'vitest';
import { type ValueSource, versionShown } from '../../src/domain/values.ts';

describe('a version as people see it', () => {
  const secret: ValueSource = {
    kind: 'secretsManager',
    secretId: 'prod/db',
    key: null,
    version: null,
  };

  it.each([
    ['a UUID by its beginning', '7f3a90d2-2222-3333-4444-555555555555', 'secret 7f3a90d2'],
    // Its beginning is that of all its brothers.
    [
      'any other id whole',
      'terraform-20260101120000000000000002',
      'secret terraform-20260101120000000000000002',
    ],
  ])('%s', (_, version, shown) => {
    expect(versionShown(secret, version)).toBe(shown);
  });

  it('nothing of a digest of a value', () => {
    expect(versionShown({ kind: 'env', name: 'APP_TOKEN' }, 'k1:abc')).toBeNull();
  });
});
