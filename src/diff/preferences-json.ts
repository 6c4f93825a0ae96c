import type { Json } from '../domain/canonical.ts';
import type { StackSetRequest } from '../domain/request.ts';
import type { StackSetPreferences } from '../domain/spec.ts';

/** Of a document or of a request, as it is digested and stored. */
export function preferencesJson({
  failureTolerance,
  maxConcurrency,
  ...rest
}: StackSetPreferences | StackSetRequest): Json {
  return {
    ...rest,
    failureTolerance: failureTolerance === null ? null : { ...failureTolerance },
    maxConcurrency: maxConcurrency === null ? null : { ...maxConcurrency },
  };
}
