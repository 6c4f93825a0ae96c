import type { Failure, Result } from '../reconciler/ports/catalog.ts';
import { failure } from './errors.ts';

export interface Page {
  /** Where the next page begins; absent or empty on the last. */
  readonly next: string | undefined;
}

/**
 * Asks for page after page until the last, or until `take` says that it has enough. `null`: all
 * went well. Pages that do not come to an end are a failure, not a short list.
 */
export async function eachPage<P extends Page>(
  operation: string,
  maxPages: number,
  ask: (token: string | undefined) => Promise<Result<P>>,
  take: (page: P) => 'more' | 'enough',
): Promise<Failure | null> {
  const seen = new Set<string>();
  let token: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await ask(token);
    if (page.kind === 'failed') return page.failure;
    if (take(page.value) === 'enough') return null;
    token = page.value.next;
    if (token === undefined || token === '') return null;
    if (seen.has(token)) {
      return failure('malformed', operation, 'RepeatedPageToken', 'a page token came back twice');
    }
    seen.add(token);
  }
  return failure('malformed', operation, 'EndlessPages', `more than ${maxPages} pages`);
}
