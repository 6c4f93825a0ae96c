import type { TargetName } from '../domain/ids.ts';
import type { DesiredState } from './context.ts';
import type { Shared } from './shared.ts';

type Held = Pick<Shared, 'journal' | 'board'>;

/** A document is for the target, or was: what it left behind, an open request too, is looked at once more. */
export async function isWanted(
  { journal, board }: Held,
  name: TargetName,
  { specs, invalid }: DesiredState,
): Promise<boolean> {
  if (specs.size + invalid.size > 0) return true;
  if (board.all().some(({ target }) => target === name)) return true;
  const known = await journal.documents(name);
  return known.some(({ policies }) => policies.prune !== 'never');
}

/** What a daemon that has ended could not read was read since: its problem is over. */
export async function endProblems(
  { journal }: Pick<Shared, 'journal'>,
  read: readonly TargetName[],
): Promise<void> {
  const daemon = journal.readOnly === null ? await journal.daemon() : null;
  const isOver = ({ name, problem }: { name: TargetName; problem: string | null }) =>
    problem !== null && read.includes(name);
  if (daemon === null || !daemon.targets.some(isOver)) return;
  const targets = daemon.targets.map((one) => (isOver(one) ? { ...one, problem: null } : one));
  await journal.putDaemon({ ...daemon, targets });
}
