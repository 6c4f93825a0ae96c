import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Dependency } from '../domain/spec.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { statusOfTrouble } from './conditions.ts';
import { isoNow } from './context.ts';
import { type Wait, waitFor } from './dependencies.ts';
import type { Clock } from './ports/runtime.ts';
import type { Rollouts } from './rollouts.ts';
import type { StatusBoard } from './status-board.ts';

interface ParkingParts {
  readonly target: TargetName;
  readonly board: StatusBoard;
  readonly clock: Clock;
  /** Whether this run looks at it at all; a selection may leave it out. */
  readonly isInRun: (dependency: Dependency) => boolean;
  /** Whether the document of one that is left out changed since it was last looked at. */
  readonly hasChanged: (dependency: Dependency) => boolean;
  readonly revision: () => string;
  readonly dependenciesOf: (key: ProductKey) => readonly Dependency[];
  readonly rollouts: Rollouts;
  /** Its turn has come: nothing that it waits for is left. */
  readonly onFree: (key: ProductKey) => void;
}

/** Names whose turn waits for others to reach their desired state; they cost no call while they wait. */
export class Parking {
  readonly #parts: ParkingParts;
  readonly #parked = new Set<ProductKey>();

  constructor(parts: ParkingParts) {
    this.#parts = parts;
    parts.board.subscribe((view) => this.#unpark(view));
  }

  waitsFor(key: ProductKey): Wait | null {
    return this.dependencyWait(key) ?? this.#parts.rollouts.hold(key);
  }

  dependencyWait(key: ProductKey): Wait | null {
    return this.waitsOn(this.#parts.dependenciesOf(key));
  }

  waitsOn(dependencies: readonly Dependency[]): Wait | null {
    const { target, board, isInRun, hasChanged, revision } = this.#parts;
    const statusOf = (of: TargetName, key: ProductKey) => board.get(of, key);
    const isSeen = (of: TargetName, key: ProductKey) => board.isSeen(of, key);
    const readiness = { target, revision: revision(), statusOf, isSeen, isInRun, hasChanged };
    return waitFor(readiness, dependencies);
  }

  park(key: ProductKey): void {
    this.#parked.add(key);
    this.#show(key);
  }

  /** It is queued for another reason. */
  leave(key: ProductKey): void {
    this.#parked.delete(key);
  }

  #show(key: ProductKey): void {
    const { board, clock, target } = this.#parts;
    const wait = this.waitsFor(key);
    const before = board.get(target, key);
    if (wait === null || before === undefined) return;
    const { why: message, next, reason = 'WaitsFor' } = wait;
    const what = { stalled: false, reason, message, next };
    board.set(statusOfTrouble(before, what, isoNow(clock)));
  }

  #unpark(view: ProductStatusView): void {
    if (this.#parked.size === 0) return;
    const { rollouts, target } = this.#parts;
    const led = view.target === target ? rollouts.ledBy(view.key) : null;
    for (const key of [...this.#parked]) {
      const dependencies = this.#parts.dependenciesOf(key);
      const concerns =
        dependencies.some((one) => one.target === view.target && one.key === view.key) ||
        led?.byKey.has(key) === true;
      if (!concerns) continue;
      if (this.waitsFor(key) !== null) {
        this.#show(key);
        continue;
      }
      this.#parked.delete(key);
      this.#parts.onFree(key);
    }
  }
}
