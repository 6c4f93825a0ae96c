import { createHmac } from 'node:crypto';
import { createCatalog } from '../../src/aws/catalog.ts';
import type { WireHandler } from '../../src/aws/wire.ts';
import { loadDesired } from '../../src/desired/load.ts';
import { hmac } from '../../src/domain/canonical.ts';
import { asAccountId, asTargetName, type ProductKey } from '../../src/domain/ids.ts';
import {
  createLocalCatalog,
  type InProcessCatalog,
} from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { createRateGate } from '../../src/reconciler/limiter.ts';
import type { Catalog, Fingerprinter, Log } from '../../src/reconciler/ports.ts';
import { PRIORITY } from '../../src/reconciler/queue.ts';
import { Redactor } from '../../src/reconciler/redact.ts';
import type { Review } from '../../src/reconciler/review.ts';
import { StatusBoard } from '../../src/reconciler/status-board.ts';
import { type Shared, TargetReconciler } from '../../src/reconciler/target.ts';
import { MemoryJournal } from './memory-journal.ts';
import { VirtualClock } from './virtual-clock.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const TARGET = asTargetName('default');

/** A key that only this test run's journal knows. */
function testFingerprinter(secret = 'test key'): Fingerprinter {
  const key = createHmac('sha256', secret).update('fingerprint').digest();
  return { keyId: `key-${secret}`, digest: (scope, value) => hmac(key, scope, value) };
}

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A document of the default target, as its author would write it. */
export interface Wish {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function desiredOf(wishes: readonly Wish[], revision = 'r1'): DesiredState {
  const files = wishes.map(({ name, spec, annotations }, index) => ({
    path: `${index}-${name}.json`,
    bytes: new TextEncoder().encode(
      JSON.stringify({
        apiVersion: 'trueup/v1',
        kind: 'ProvisionedProduct',
        metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
        spec,
      }),
    ),
  }));
  const desired = loadDesired(files, { targets: [{ name: TARGET }], defaultTarget: TARGET });
  if (desired.problems.some((problem) => problem.severity === 'error')) {
    throw new Error(`the test's documents are invalid: ${JSON.stringify(desired.problems)}`);
  }
  return {
    revision,
    specs: new Map(desired.specs.map((spec) => [spec.key, spec])),
    invalid: new Map(),
    declared: new Set(desired.specs.map((spec) => spec.key)),
  };
}

/** One process of trueup: it can be killed, and another one started on the same journal. */
export interface Incarnation {
  readonly reconciler: TargetReconciler;
  readonly catalog: Catalog;
  readonly board: StatusBoard;
  readonly shared: Shared;
  /** Reviews, releases what was planned, and returns the review. */
  reconcile(): Promise<Review>;
  /** As `reconcile`, and waits until nothing is left to do. */
  converge(): Promise<Review>;
  /** As kill -9: nothing that it asked for is ever answered, and nothing of it runs on. */
  kill(): void;
}

export interface WorldOptions {
  readonly seed: SeedInput;
  readonly maxInFlight?: number;
  readonly maxChanges?: number;
  readonly writesPerSecond?: number;
  readonly observeOnly?: boolean;
}

/** trueup, a Service Catalog and time, all in memory and all simulated; the SDK client is the real one. */
export class World {
  readonly clock = new VirtualClock();
  readonly journal = new MemoryJournal();
  readonly lines: LogLine[] = [];
  readonly service: InProcessCatalog;
  /** AWS's wall clock; that of our machine may jump without it. */
  readonly #aws: { behindMs: number };
  readonly #options: WorldOptions;
  #desired: DesiredState;

  private constructor(
    service: InProcessCatalog,
    options: WorldOptions,
    desired: DesiredState,
    clock: VirtualClock,
    aws: { behindMs: number },
  ) {
    this.service = service;
    this.#aws = aws;
    this.#options = options;
    this.#desired = desired;
    this.clock = clock;
  }

  static async create(options: WorldOptions, wishes: readonly Wish[]): Promise<World> {
    // Loaded lazily by the program; loading takes real time, which must not pass in the middle of a test.
    await Promise.all([
      import('@aws-sdk/client-service-catalog'),
      import('@aws-sdk/client-cloudformation'),
      import('@aws-sdk/client-sts'),
    ]);
    const clock = new VirtualClock();
    const aws = { behindMs: 0 };
    let counter = 0;
    const service = await createLocalCatalog({
      seed: normaliseSeed({ account: ACCOUNT, region: REGION, ...options.seed }),
      clock: { now: () => clock.now() - aws.behindMs, sleep: (ms) => clock.sleep(ms) },
      random: () => {
        counter = (counter * 16_807 + 12_345) % 2_147_483_647;
        return counter / 2_147_483_647;
      },
    });
    return new World(service, options, desiredOf(wishes), clock, aws);
  }

  /** Moves the wall clock of our machine alone. */
  jump(ms: number): void {
    this.clock.jump(ms);
    this.#aws.behindMs += ms;
  }

  wish(wishes: readonly Wish[], revision = 'r2'): void {
    this.#desired = desiredOf(wishes, revision);
  }

  get desired(): DesiredState {
    return this.#desired;
  }

  async start(overrides: Partial<Shared> = {}): Promise<Incarnation> {
    const stop = new AbortController();
    const state = { dead: false };
    const catalog = this.#catalog(state);
    const shared = this.#shared(stop.signal, overrides, state);
    const parts = {
      name: TARGET,
      accountId: asAccountId(ACCOUNT),
      region: REGION,
      catalog,
      writes: createRateGate(
        { perSecond: this.#options.writesPerSecond ?? 1, burst: 1 },
        this.clock,
      ),
      maxInFlight: this.#options.maxInFlight ?? 5,
    };
    const reconciler = await TargetReconciler.open(parts, shared);
    const reconcile = async () => {
      reconciler.setDesired(this.#desired);
      reconciler.resume();
      const review = await reconciler.review();
      reconciler.release(review, null, PRIORITY.commit);
      return review;
    };
    return {
      reconciler,
      catalog,
      board: shared.board,
      shared,
      reconcile: () => this.clock.until(reconcile()),
      converge: () =>
        this.clock.until(
          (async () => {
            const review = await reconcile();
            await reconciler.quiet();
            return review;
          })(),
        ),
      kill: () => {
        state.dead = true;
        stop.abort();
        reconciler.close();
      },
    };
  }

  #catalog(state: { dead: boolean }): Catalog {
    const never = new Promise<never>(() => undefined);
    const requestHandler: WireHandler = {
      handle: async (request) => {
        if (state.dead) return never;
        const response = await this.service.handle(request);
        return state.dead ? never : response;
      },
    };
    const gate = () => createRateGate({ perSecond: 50, burst: 100 }, this.clock);
    return createCatalog({
      target: {
        name: 'default',
        region: REGION,
        roleArn: null,
        externalId: null,
        sessionName: 'trueup',
      },
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local' },
      reads: { serviceCatalog: gate(), cloudFormation: gate(), sts: gate() },
      clock: this.clock,
      random: () => 0.5,
      log: this.#log,
      requestHandler,
    });
  }

  #shared(stop: AbortSignal, overrides: Partial<Shared>, state: { dead: boolean }): Shared {
    const journal = livingJournal(this.journal, state);
    return {
      journal,
      board: new StatusBoard(journal, this.#log),
      clock: this.clock,
      random: () => 0.5,
      log: this.#log,
      redactor: new Redactor(),
      fingerprinter: testFingerprinter(),
      observeOnly: this.#options.observeOnly ?? false,
      recordTimeoutMs: 2 * 3_600_000,
      maxChanges: this.#options.maxChanges ?? 50,
      leaveOut: false,
      stop,
      heldBack: () => null,
      ...overrides,
    };
  }

  readonly #log: Log = {
    write: (level, event, fields) => {
      this.lines.push({ level, event, fields });
    },
  };

  /** Mutating calls that arrived, oldest first. */
  writes() {
    return this.service.admin
      .calls()
      .filter((call) => call.operation.startsWith('UpdateProvisionedProduct'));
  }

  events(event: string): readonly LogLine[] {
    return this.lines.filter((line) => line.event === event);
  }

  statusOf(incarnation: Incarnation, name: string) {
    return incarnation.board.get(TARGET, `name:${name}` as ProductKey);
  }
}

/** A dead process writes nothing more. */
function livingJournal(journal: MemoryJournal, state: { dead: boolean }): MemoryJournal {
  const never = new Promise<never>(() => undefined);
  return new Proxy(journal, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => (state.dead ? never : Reflect.apply(value, target, args));
    },
  });
}
