import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Dependency } from '../domain/spec.ts';
import type { ProductStatusView } from '../domain/status.ts';

/** Why something is not begun yet. */
export interface Wait {
  readonly why: string;
  readonly next: string | null;
  /** It does not pass by itself. */
  readonly isBlocked?: boolean;
  /** As the status shows it; left out: WaitsFor. */
  readonly reason?: string;
}

export interface Readiness {
  readonly target: TargetName;
  readonly revision: string;
  statusOf(target: TargetName, key: ProductKey): ProductStatusView | undefined;
  /** Whether this process has looked at it. */
  isSeen(target: TargetName, key: ProductKey): boolean;
  /** Whether this run looks at it at all; a selection may leave it out. */
  isInRun(dependency: Dependency): boolean;
  /** Whether its document asks for something else than when it was last looked at. */
  hasChanged(dependency: Dependency): boolean;
}

/**
 * What still has to be in its desired state first, by what was last seen of it: no call is made.
 * null: nothing.
 */
export function waitFor(readiness: Readiness, dependencies: readonly Dependency[]): Wait | null {
  for (const dependency of dependencies) {
    const wait = waitForOne(readiness, dependency);
    if (wait !== null) return wait;
  }
  return null;
}

function waitForOne(readiness: Readiness, dependency: Dependency): Wait | null {
  const { target, key, name } = dependency;
  const who = target === readiness.target ? name : `${target}/${name}`;
  const view = readiness.statusOf(target, key);
  if (dependency.leaves === true) return waitForEnd(who, view);
  const inRun = readiness.isInRun(dependency);
  if (!inRun) return waitForLeftOut(who, view, readiness.hasChanged(dependency));
  const isOfRevision = view !== undefined && view.revision === readiness.revision;
  const ready = isOfRevision && isReady(view);
  const seen = readiness.isSeen(target, key);
  if (ready && seen) return null;
  // A request that cannot be settled holds it up in any revision: no look shows it anew.
  if (view?.reason === 'Ambiguous') return waitForStalled(who, view);
  // It was ready when an earlier process last looked, and what has happened since nobody knows.
  if (!isOfRevision || ready)
    return { why: `waits for ${who}, which was not looked at yet`, next: null };
  if (view.reason === 'Suspended')
    return { why: `waits for ${who}, which is suspended`, next: `resume ${who}`, isBlocked: true };
  if (view.condition === 'Stalled') return waitForStalled(who, view);
  return { why: `waits for ${who}, which is not in its desired state yet`, next: null };
}

function waitForStalled(who: string, { message, next }: ProductStatusView): Wait {
  return { why: `waits for ${who}, which is stalled: ${message}`, next, isBlocked: true };
}

/** What was seen of it is all there is, and holds for the document of then. */
function waitForLeftOut(
  who: string,
  view: ProductStatusView | undefined,
  hasChanged: boolean,
): Wait | null {
  const wasReady = view !== undefined && isReady(view);
  if (wasReady && !hasChanged) return null;
  const why = wasReady ? 'whose document changed and which' : 'which';
  const next = `select ${who} too, or run without a selection`;
  return { why: `waits for ${who}, ${why} is not part of this run`, next, isBlocked: true };
}

/** What goes counts as gone only when its termination was seen to end. */
function waitForEnd(who: string, view: ProductStatusView | undefined): Wait | null {
  if (view?.reason === 'Terminated') return null;
  const why = `waits for the end of ${who}, which depends on it`;
  return view?.condition === 'Stalled'
    ? { why: `${why} and is stalled: ${view.message}`, next: view.next, isBlocked: true }
    : { why, next: null };
}

/** In its desired state, or there and different and only reported. What is left alone is not known. */
function isReady(view: ProductStatusView): boolean {
  return view.condition === 'Ready' && view.sync !== 'Unknown' && view.health !== 'Missing';
}
