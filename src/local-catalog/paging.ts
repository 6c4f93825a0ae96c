import { invalidParameters } from './aws-error.ts';

/**
 * Page tokens are opaque to callers. Inside they carry where to go on and what was asked for, so
 * that a token of another query is refused.
 */
export function pageTokenFor(query: string, after: string): string {
  return Buffer.from(JSON.stringify([1, query, after])).toString('base64url');
}

/** Where to go on; null: at the start. */
export function afterToken(token: string | undefined, query: string): string | null {
  if (token === undefined || token === '') return null;
  const parts = decode(token);
  if (parts === null || parts[1] !== query) throw invalidParameters('Invalid page token.');
  return parts[2];
}

function decode(token: string): readonly [1, string, string] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (!Array.isArray(parts) || parts.length !== 3) return null;
    const [format, query, after]: readonly unknown[] = parts;
    return format === 1 && typeof query === 'string' && typeof after === 'string'
      ? [1, query, after]
      : null;
  } catch {
    return null;
  }
}

/** 0 and absent both mean the operation's own page size. */
export function pageSize(wanted: number | undefined, maximum: number): number {
  return wanted === undefined || wanted === 0 ? maximum : wanted;
}

/** One page of a short list, paged by position. */
export function pageOf<T>(
  items: readonly T[],
  input: { readonly PageSize?: number | undefined; readonly PageToken?: string | undefined },
  query: string,
  maximum = 20,
): { readonly page: readonly T[]; readonly next: string | undefined } {
  const from = Number(afterToken(input.PageToken, query) ?? '0');
  const to = from + pageSize(input.PageSize, maximum);
  return {
    page: items.slice(from, to),
    next: to < items.length ? pageTokenFor(query, String(to)) : undefined,
  };
}
