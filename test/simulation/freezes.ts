import type { Freeze } from '../../src/domain/hold.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { MemoryJournal } from '../reconciler/memory-journal.ts';
import type { Name } from './estate.ts';
import type { Disk } from './journal.ts';
import { Rng } from './rng.ts';
import type { Scenario, Step } from './scenario.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A person freezes one product or all of them, and perhaps lifts that again, by chance of its own. */
export function withFreezes(scenario: Scenario): Scenario {
  const rng = new Rng(`freezes of ${scenario.seed}`);
  if (!rng.chance(0.2)) return scenario;
  const steps = [...scenario.steps];
  const at = rng.int(0, steps.length);
  const name = rng.chance(0.5) ? null : rng.pick(scenario.names);
  const frozen: Step = { action: { kind: 'freeze', name }, thenMs: rng.int(0, 2 * MINUTE) };
  steps.splice(at, 0, frozen);
  if (rng.chance(0.6)) {
    const lifted: Step = { action: { kind: 'liftFreezes' }, thenMs: rng.int(0, 30 * SECOND) };
    steps.splice(rng.int(at + 1, steps.length), 0, lifted);
  }
  return { ...scenario, steps };
}

/** As `trueup freeze` does it, which writes the journal whether a daemon runs or not; false: it failed. */
export async function freeze(disk: Disk, name: Name | null, now: number): Promise<boolean> {
  const { journal, state } = disk;
  const scope = { target: null, name, labels: {} };
  const at = new Date(now).toISOString();
  const word: Freeze = { scope, reason: 'INC-4711', user: 'anna', host: 'desk', at };
  if (state !== 'ok') return false;
  if (journal instanceof MemoryJournal) journal.freeze(word);
  else if (journal instanceof SqliteJournal) await journal.freeze([word]);
  else return false;
  return true;
}

export async function liftFreezes({ journal }: Disk): Promise<void> {
  if (journal instanceof MemoryJournal) journal.lift();
  else if (journal instanceof SqliteJournal) await journal.lift(await journal.freezes());
}
