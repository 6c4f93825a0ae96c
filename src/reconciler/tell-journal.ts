import type { Journal } from './ports/journal.ts';
import type { Log } from './ports/runtime.ts';

/**
 * Tells once that the journal cannot be written, which holds back every request, and once that it can;
 * `true` then: what was held back may go.
 */
export function journalTeller(journal: Journal, log: Log): () => boolean {
  let told: string | null = null;
  return () => {
    const why = journal.readOnly;
    if (why === told) return false;
    told = why;
    if (why === null) log.write('info', 'journal.writable', {});
    else log.write('error', 'journal.unwritable', { reason: why }, 'no new call is made');
    return why === null;
  };
}
