import type { SourceVersion } from '../domain/values.ts';
import type { Failure } from '../reconciler/ports/catalog.ts';
import type { Fetched, ParameterSource, SecretSource } from '../reconciler/ports/values.ts';

export interface Wanted<Source> {
  readonly source: Source;
  /** Exactly this version; null: the one that the document means. */
  readonly version: string | null;
}

export type WantedParameter = Wanted<ParameterSource>;
export type WantedSecret = Wanted<SecretSource>;

/** Codes that say for certain that it is not there, or not as the document says. */
const NOT_THERE: ReadonlySet<string> = new Set([
  'InvalidParameterException',
  'ParameterNotFound',
  'ParameterVersionNotFound',
  'ResourceNotFoundException',
  'ValidationException',
]);

export type Unavailable = Extract<SourceVersion & Fetched, { kind: 'missing' | 'unreadable' }>;

/** What the failed read of one thing means. Only a code that says so makes it missing. */
export function unavailable(failure: Pick<Failure, 'kind' | 'operation' | 'code'>): Unavailable {
  const { kind, operation, code } = failure;
  // The service's own text is left out: it could quote what it was asked about.
  const why = `${operation} failed: ${code}`;
  if (kind === 'denied')
    return { kind: 'unreadable', why: `${why}; allow ${operation} for this role` };
  return { kind: NOT_THERE.has(code) ? 'missing' : 'unreadable', why };
}

const OF_THE_REQUEST: ReadonlySet<Failure['kind']> = new Set(['denied', 'invalid', 'notFound']);

/** Whether one of the things asked for together may be to blame, and the others can be had without it. */
export function mayBeOneOfThem({ kind }: Failure): boolean {
  return OF_THE_REQUEST.has(kind);
}

/** The items in groups of at most `size`, in order. */
export function batchesOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
