import type { SourceVersion } from '../domain/values.ts';
import type { Failure, Fetched, ParameterSource, SecretSource } from '../reconciler/ports.ts';

export interface Wanted<Source> {
  readonly source: Source;
  /** Exactly this version; null: the one that the document means. */
  readonly version: string | null;
}

export type WantedParameter = Wanted<ParameterSource>;
export type WantedSecret = Wanted<SecretSource>;

/** What a refused read means: what is not there needs a person, and so do missing rights. */
export function unavailable(
  failure: Failure,
): Extract<SourceVersion & Fetched, { kind: 'missing' | 'unreadable' }> {
  const { kind, operation, code } = failure;
  // The service's own text is left out: it could quote what it was asked about.
  const why = `${operation} failed: ${code}`;
  if (kind === 'denied')
    return { kind: 'unreadable', why: `${why}; allow ${operation} for this role` };
  return { kind: kind === 'notFound' || kind === 'invalid' ? 'missing' : 'unreadable', why };
}

/** The items in groups of at most `size`, in order. */
export function batchesOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
