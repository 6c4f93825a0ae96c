import type { OpenRequest } from '../cli/app.ts';
import type { TargetName } from '../domain/ids.ts';
import type { Journal } from '../reconciler/ports/journal.ts';

/** Requests that are in the journal without a record: what became of them is not known, and they may be sent. */
export async function unanswered(
  journal: Pick<Journal, 'list' | 'statuses'>,
  targets: readonly TargetName[],
): Promise<readonly OpenRequest[]> {
  const statuses = await journal.statuses();
  const found: OpenRequest[] = [];
  for (const target of targets)
    for (const [key, { value }] of await journal.list(target)) {
      if (value.intent === null || value.intent.recordId !== null) continue;
      const known = statuses.find((one) => one.target === target && one.key === key);
      found.push({ target, key, name: known?.name ?? key.replace(/^name:/, '') });
    }
  return found;
}
