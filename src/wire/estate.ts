import type { Estate } from '../cli/app.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Dependency } from '../domain/spec.ts';
import { OneShot } from '../reconciler/one-shot.ts';
import type { Log } from '../reconciler/ports/runtime.ts';
import type { Shared } from '../reconciler/shared.ts';
import type { LoadedRevision } from './revision.ts';
import { shutDownOn } from './signals.ts';
import { targetHandles } from './targets.ts';
import { unanswered } from './unanswered.ts';
import { heldByJournal, openWorld, type WorldParts } from './world.ts';

export async function openEstate(
  world: WorldParts,
  held: { readonly revision: LoadedRevision | null; readonly directory: string },
  version: string,
  purpose: 'plan' | 'apply',
): Promise<Estate> {
  const { revision, directory } = held;
  if (revision === null)
    throw new TrueupError('cli/internal', 'an estate was opened before its documents were read');
  const shutDown = shutDownOn(['SIGINT', 'SIGTERM']);
  const opened = await openWorld(world, purpose === 'plan' ? 'read' : 'write', shutDown);
  const why = purpose === 'apply' ? heldByJournal(opened.shared.journal) : null;
  if (why !== null) {
    await opened.close();
    throw new TrueupError('journal/unwritable', why);
  }
  const selected = (dependency: Dependency) => isSelected(revision, dependency);
  const log = purpose === 'plan' ? withoutShown(opened.shared.log) : opened.shared.log;
  const shared: Shared = { ...opened.shared, log, isInRun: selected, oneShot: true };
  const handles = targetHandles(world.config, shared, opened.local, {
    env: process.env,
    purpose: purpose === 'plan' ? 'plan' : 'act',
  });
  const oneShot = new OneShot({
    shared,
    revision,
    programVersion: version,
    directory,
  });
  const close = async () => {
    // What is still followed when the time is over is left to the journal.
    shutDown.now();
    await oneShot.close();
    await opened.close();
  };
  try {
    await oneShot.open(handles);
    if (purpose === 'apply') await oneShot.honourRequests();
  } catch (error) {
    // The server of an embedded catalog would keep the process alive for ever.
    await close();
    throw error;
  }
  return {
    plan: () => oneShot.plan(),
    accounts: () => oneShot.accounts(),
    // A digest of trueup.yaml stays there when it is used up; one that was typed is about this plan.
    unmatched: (plan) => {
      const unknown = new Set(oneShot.unmatched(plan));
      return world.invocation.approve.filter((digest) => unknown.has(digest));
    },
    unanswered: () => unanswered(shared.journal, [...revision.targets.keys()]),
    stop: shutDown.signal,
    interrupted: () => shutDown.exitCode(),
    apply: async (timeoutMs) => ({
      ...(await oneShot.apply(timeoutMs)),
      interrupted: shutDown.exitCode(),
    }),
    close,
  };
}

/** What a plan shows anyway, with its place and its next step. */
const SHOWN_BY_PLAN: ReadonlySet<string> = new Set([
  'product.stalled',
  'product.unmanaged',
  'drift.reported',
]);

function withoutShown(log: Log): Log {
  return {
    write: (level, event, ...rest) => {
      if (!SHOWN_BY_PLAN.has(event)) log.write(level, event, ...rest);
    },
  };
}

function isSelected(revision: LoadedRevision, { target, key }: Dependency): boolean {
  const desired = revision.targets.get(target);
  return desired !== undefined && (desired.specs.has(key) || desired.invalid.has(key));
}
