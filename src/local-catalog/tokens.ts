import { invalidParameters } from './aws-error.ts';
import type { CatalogRecord } from './entities.ts';
import { digestOf } from './ids.ts';
import type { Context } from './operation.ts';

/**
 * The record that this token already led to, if it is still remembered. The same token with
 * another request gives the old record or an error, as the catalog's switch says.
 */
export function replayed(
  context: Context,
  operation: string,
  token: string,
  input: object,
): CatalogRecord | null {
  const { place, world, now } = context;
  const key = tokenKey(operation, token);
  const use = place.tokens.get(key);
  if (use === undefined) return null;
  if (now - use.usedAt >= world.behaviour.tokenWindow) {
    place.tokens.delete(key);
    return null;
  }
  if (use.requestDigest !== requestDigest(input) && world.behaviour.tokenReuse === 'error')
    throw invalidParameters(
      'The idempotency token was already used with different request parameters.',
    );
  return place.records.get(use.recordId) ?? null;
}

export function rememberToken(
  context: Context,
  operation: string,
  token: string,
  input: object,
  recordId: string,
): void {
  context.place.tokens.set(tokenKey(operation, token), {
    requestDigest: requestDigest(input),
    recordId,
    usedAt: context.now,
  });
}

const tokenKey = (operation: string, token: string) => `${operation}/${token}`;

/** Members in one order, so that only the content counts; Maps as lists of pairs. */
function requestDigest(input: object): string {
  return digestOf(
    JSON.stringify(input, (_key, value: unknown) => {
      if (value instanceof Map) return [...value].sort();
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }),
  );
}
