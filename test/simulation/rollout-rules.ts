import type { ProductKey } from '../../src/domain/ids.ts';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { InProcessCatalog } from '../../src/local-catalog/local-catalog.ts';
import type { TrueProduct } from '../../src/local-catalog/truth.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import type { SimClock } from './clock.ts';

/** A call that brings another version, by truth. */
export interface Move {
  readonly name: string;
  readonly artifactId: string;
  readonly token: string;
}

interface Failure {
  readonly artifactId: string;
  readonly recordId: string;
  /** When the journal had it first; null: not yet. */
  readonly knownMs: number | null;
}

/** What a bad version may do before it is stopped (docs/rollouts.md), by true state. */
export class RolloutRules {
  readonly #service: InProcessCatalog;
  readonly #clock: SimClock;
  readonly #rule: RolloutRule;
  /** By name: the last move of ours to fail, as long as nobody has done or asked for anything since. */
  readonly #failures = new Map<string, Failure>();
  /** By name and version: it failed there once, so that asking again is for exactly this one. */
  readonly #tried = new Set<string>();
  /** By the record of a move that has not ended. */
  readonly #moves = new Map<string, Move & { readonly beganMs: number }>();
  /** By the record of an operation of ours that has not ended: whose it is, whatever the journal lost. */
  readonly #open = new Map<string, string>();
  /** By name: when an operation of ours last ended there. */
  readonly #endedMs = new Map<string, number>();
  /** When anything but a move of ours happened to it, its document too. */
  readonly #stirredMs = new Map<string, number>();

  readonly #artifactOf: (truth: TrueProduct | null) => string | null;

  constructor(
    service: InProcessCatalog,
    clock: SimClock,
    rule: RolloutRule,
    artifactOf: (truth: TrueProduct | null) => string | null,
  ) {
    this.#artifactOf = artifactOf;
    this.#service = service;
    this.#clock = clock;
    this.#rule = rule;
  }

  /** Somebody did something to it, or asked for something, or its document says something else. */
  stirred(name: string): void {
    this.#failures.delete(name);
    this.#stirredMs.set(name, this.#clock.elapsed());
  }

  /** Somebody else's operation, and ours before it may be seen to end only after it. */
  visited(name: string): void {
    this.stirred(name);
    this.#visited.add(name);
  }

  readonly #visited = new Set<string>();

  /** Somebody else's operation runs on it: until that ends, AWS does not tell what runs. */
  occupied(name: string): void {
    this.#occupied.add(name);
  }

  vacated(name: string): void {
    if (this.#occupied.delete(name)) this.stirred(name);
  }

  readonly #occupied = new Set<string>();

  journalLost(): void {
    this.#failures.clear();
    this.#tried.clear();
    this.#moves.clear();
  }

  /** A new record of ours; `move`: null where it keeps the version. */
  began(recordId: string, name: string, move: Move | null): void {
    this.#failures.delete(name);
    this.#visited.delete(name);
    this.#open.set(recordId, name);
    if (move !== null) this.#moves.set(recordId, { ...move, beganMs: this.#clock.elapsed() });
  }

  /** Our record has ended. */
  ended(recordId: string, end: 'succeeded' | 'failed' | 'failed in passing'): void {
    const move = this.#moves.get(recordId);
    this.#moves.delete(recordId);
    const whose = this.#open.get(recordId);
    if (whose !== undefined) this.#endedMs.set(whose, this.#clock.elapsed());
    this.#open.delete(recordId);
    if (move === undefined || end === 'succeeded') return;
    const { name, artifactId, beganMs } = move;
    // Where the record does not show its errors, what passes by itself is not known as such.
    this.#tried.add(`${name} ${artifactId}`);
    if (end !== 'failed') return;
    // What its document says since may be for another version.
    if ((this.#stirredMs.get(name) ?? Number.NEGATIVE_INFINITY) >= beganMs) return;
    this.#failures.set(name, { artifactId, recordId, knownMs: null });
  }

  /** The journal says what was the last result of this one. */
  stored(name: string, recordId: string | undefined): void {
    const failure = this.#failures.get(name);
    if (failure === undefined || failure.knownMs !== null || failure.recordId !== recordId) return;
    this.#failures.set(name, { ...failure, knownMs: this.#clock.elapsed() });
  }

  /** Why this move may not begin; null: it may. `intendedMs`: when its intent was written. */
  whyNotYet(
    move: Move,
    intendedMs: number,
    states: readonly DesiredState[],
    calmMs: number,
  ): string | null {
    const { name, artifactId } = move;
    if (this.#tried.has(`${name} ${artifactId}`)) return null;
    return this.#whyPaused(move, intendedMs) ?? this.#whyNoCanary(move, states, calmMs);
  }

  #whyPaused({ name, artifactId }: Move, intendedMs: number): string | null {
    const { pauseOnFailure, maxFailures } = this.#rule;
    const failed = [...this.#failures].filter(
      ([other, failure]) =>
        other !== name &&
        failure.artifactId === artifactId &&
        failure.knownMs !== null &&
        failure.knownMs < intendedMs,
    );
    return pauseOnFailure && failed.length >= maxFailures
      ? `${failed.map(([other]) => other).join(', ')} failed to move there, which pauses it`
      : null;
  }

  /** Somebody's doing, or a new document, may have come after the look that this rests on. */
  #whyNoCanary(
    { name, artifactId }: Move,
    states: readonly DesiredState[],
    calmMs: number,
  ): string | null {
    const { canary, pauseOnFailure } = this.#rule;
    const [state] = states;
    if (canary.kind !== 'count' || state === undefined || states.length !== 1) return null;
    const version = wantedBy(state, name);
    const members = [...state.specs.values()].filter(
      (spec) => wantedBy(state, spec.name) === version,
    );
    const now = this.#clock.elapsed();
    if (members.some((one) => now - (this.#stirredMs.get(one.name) ?? -calmMs) < calmMs))
      return null;
    if (members.some((one) => one.dependsOn.length > 0)) return null;
    if (members.some(({ name: one }) => this.#visited.has(one) || this.#occupied.has(one)))
      return null;
    const runs = (one: string) => {
      // Then a failure holds nobody back, that of a canary neither.
      if (!pauseOnFailure && this.#tried.has(`${one} ${artifactId}`)) return true;
      const truth = this.#service.admin.product(one);
      const isGood = truth?.product.lastSuccessfulProvisioningRecordId !== null;
      return this.#artifactOf(truth) === artifactId && isGood;
    };
    const documents = [...members, ...state.invalid.values()];
    const whyNot = (isThere: (one: string) => boolean) => {
      const running = documents.filter((one) => isThere(one.name)).length;
      const before = members.filter((one) => !isThere(one.name) && one.name < name).length;
      return running + before < canary.count || running >= canary.count
        ? null
        : `${running} of ${canary.count} canaries run it, and ${before} go before`;
    };
    // The canaries were chosen before a move ended that left another one at this version.
    const longer = (one: string) => now - (this.#endedMs.get(one) ?? -calmMs) >= calmMs;
    const why = whyNot(runs);
    return whyNot((one) => runs(one) && longer(one)) === null ? null : why;
  }
}

function wantedBy(state: DesiredState, name: string): string | null {
  const version = state.specs.get(`name:${name}` as ProductKey)?.version;
  return version === undefined || version === null ? null : JSON.stringify(version);
}
