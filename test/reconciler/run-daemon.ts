import { asAccountId } from '../../src/domain/ids.ts';
import { Daemon } from '../../src/reconciler/daemon.ts';
import type { Snapshot, SnapshotResult, Source } from '../../src/reconciler/ports/source.ts';
import type { Revision, TargetHandle } from '../../src/reconciler/revision.ts';
import { MINUTE } from './networks.ts';
import { ACCOUNT, desiredOf, REGION, TARGET, type Wish, type World } from './world.ts';

/** A directory that a test flips by hand. */
export class FakeSource implements Source {
  result: SnapshotResult;
  /** Whether a file of what is published next cannot be read. */
  unreadable = false;
  #hint: () => void = () => undefined;
  readonly #revisions = new Map<string, readonly Wish[]>();

  constructor(revision: string, wishes: readonly Wish[]) {
    this.result = this.publish(revision, wishes);
  }

  publish(revision: string, wishes: readonly Wish[]): SnapshotResult {
    this.#revisions.set(revision, wishes);
    const snapshot: Snapshot = { revision, digest: revision, files: [], unreadable: [] };
    this.result = { kind: 'ok', snapshot };
    this.#hint();
    return this.result;
  }

  lose(why: string): void {
    this.result = { kind: 'unavailable', why };
    this.#hint();
  }

  load({ revision, digest }: Snapshot): Revision {
    const wishes = this.#revisions.get(revision) ?? [];
    return {
      revision,
      digest,
      targets: new Map([
        [TARGET, { ...desiredOf(wishes, revision), unknownIdentity: this.unreadable }],
      ]),
      documents: wishes.length,
      invalid: 0,
      problems: [],
    };
  }

  async read(): Promise<SnapshotResult> {
    return this.result;
  }

  async watch(onHint: () => void) {
    this.#hint = onHint;
    return { close: async () => undefined };
  }
}

interface Running {
  readonly directory?: string;
  readonly intervalMs?: number;
  /** Whether the target cannot be opened. */
  readonly isClosed?: () => boolean;
}

/** The daemon on a source, and on the only target of the world. */
export async function runDaemon(
  world: World,
  source: Source,
  load: (snapshot: Snapshot) => Revision,
  { directory = '/desired', intervalMs = 5 * MINUTE, isClosed = () => false }: Running = {},
) {
  const stop = new AbortController();
  const held: { daemon: Daemon | null } = { daemon: null };
  const incarnation = await world.start({
    stop: stop.signal,
    heldBack: () => held.daemon?.sourceProblem ?? world.journal.readOnly,
    readAtMs: () => held.daemon?.readAtMs ?? null,
    isInRun: (dependency) => held.daemon?.isInRun(dependency) ?? true,
  });
  const handle: TargetHandle = {
    name: TARGET,
    accountId: asAccountId(ACCOUNT),
    region: REGION,
    open: async () =>
      isClosed()
        ? { kind: 'failed', why: 'denied', calls: { total: 0, byOperation: {} } }
        : { kind: 'ok', reconciler: incarnation.reconciler },
  };
  const daemon = new Daemon({
    shared: incarnation.shared,
    source,
    load,
    targets: [handle],
    options: { directory, intervalMs, pollIntervalMs: 5_000, host: 'test', pid: 1 },
  });
  held.daemon = daemon;
  return { daemon, incarnation, stop, ended: daemon.run() };
}

export const startDaemon = (world: World, source: FakeSource, running: Running = {}) =>
  runDaemon(world, source, (snapshot) => source.load(snapshot), running);
