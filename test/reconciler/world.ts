import { createHmac } from 'node:crypto';
import { type AwsCatalog, createCatalog } from '../../src/aws/catalog.ts';
import type { WireHandler, WireRequest, WireResponse } from '../../src/aws/wire.ts';
import { loadDesired } from '../../src/desired/load.ts';
import { hmac } from '../../src/domain/canonical.ts';
import { asAccountId, asTargetName, type ProductKey } from '../../src/domain/ids.ts';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import {
  createLocalCatalog,
  type InProcessCatalog,
} from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { createRateGate } from '../../src/reconciler/limiter.ts';
import type { Catalog } from '../../src/reconciler/ports/catalog.ts';
import type { Fingerprinter, Log } from '../../src/reconciler/ports/runtime.ts';
import { PRIORITY } from '../../src/reconciler/queue.ts';
import { Redactor } from '../../src/reconciler/redact.ts';
import type { Review } from '../../src/reconciler/review.ts';
import type { Shared } from '../../src/reconciler/shared.ts';
import { StatusBoard } from '../../src/reconciler/status-board.ts';
import { TargetReconciler } from '../../src/reconciler/target.ts';
import { createValues } from '../../src/values/values.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { writesOf } from '../support/writes.ts';
import { MemoryJournal } from './memory-journal.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
const NOON = Date.UTC(2026, 10, 21, 12);
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
  readonly labels?: Readonly<Record<string, string>>;
}

/** What `valueFrom` may read in every world. */
const ALLOWED = {
  env: ['APP_'],
  files: ['/run/secrets'],
  secretsManager: ['prod/'],
  ssmParameters: ['/prod/'],
};

export function desiredOf(wishes: readonly Wish[], revision = 'r1'): DesiredState {
  const files = wishes.map(({ name, spec, annotations, labels }, index) => ({
    path: `${index}-${name}.json`,
    bytes: new TextEncoder().encode(
      JSON.stringify({
        apiVersion: 'trueup/v1',
        kind: 'ProvisionedProduct',
        metadata: {
          name,
          ...(annotations === undefined ? {} : { annotations }),
          ...(labels === undefined ? {} : { labels }),
        },
        spec,
      }),
    ),
  }));
  const desired = loadDesired(files, {
    targets: [{ name: TARGET }],
    defaultTarget: TARGET,
    values: ALLOWED,
  });
  if (desired.problems.some((problem) => problem.severity === 'error')) {
    throw new Error(`the test's documents are invalid: ${JSON.stringify(desired.problems)}`);
  }
  return {
    revision,
    specs: new Map(desired.specs.map((spec) => [spec.key, spec])),
    invalid: new Map(),
    declared: new Set(desired.specs.map((spec) => spec.key)),
    unknownIdentity: desired.unknownIdentity,
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
  /** As SIGTERM, before anything is closed: what is under way is left as it is. */
  stop(): void;
  /** As kill -9: nothing that it asked for is ever answered, and nothing of it runs on. */
  kill(): void;
}

export interface WorldOptions {
  readonly seed: SeedInput;
  readonly maxInFlight?: number;
  readonly maxInFlightByType?: ReadonlyMap<string, number>;
  readonly maxChanges?: number;
  readonly maxProvisions?: number;
  readonly maxTerminations?: number;
  readonly writesPerSecond?: number;
  readonly observeOnly?: boolean;
  readonly rollouts?: readonly RolloutRule[];
}

/** trueup, a Service Catalog and time, all in memory and all simulated; the SDK client is the real one. */
export class World {
  readonly clock: VirtualClock;
  readonly journal = new MemoryJournal();
  readonly lines: LogLine[] = [];
  /** Environment variables of the process. */
  readonly env: Record<string, string> = {};
  /** Versions that the listing does not show yet. */
  readonly unpublished = new Set<string>();
  readonly service: InProcessCatalog;
  /** Told of every request as it arrives; what it returns runs as soon as it was taken in. */
  onRequest: ((request: WireRequest) => (() => void) | undefined) | null = null;
  readonly #options: WorldOptions;
  #desired: DesiredState;

  private constructor(
    service: InProcessCatalog,
    options: WorldOptions,
    desired: DesiredState,
    clock: VirtualClock,
  ) {
    this.service = service;
    this.#options = options;
    this.#desired = desired;
    this.clock = clock;
  }

  static async create(options: WorldOptions, wishes: readonly Wish[]): Promise<World> {
    // Loaded lazily by the program; loading takes real time, which must not pass in the middle of a test.
    await Promise.all([
      import('@aws-sdk/client-service-catalog'),
      import('@aws-sdk/client-cloudformation'),
      import('@aws-sdk/client-secrets-manager'),
      import('@aws-sdk/client-ssm'),
      import('@aws-sdk/client-sts'),
    ]);
    const clock = new VirtualClock(NOON);
    const startMs = clock.now();
    let counter = 0;
    const service = await createLocalCatalog({
      seed: normaliseSeed({ account: ACCOUNT, region: REGION, ...options.seed }),
      // AWS's clock does not jump when ours does.
      clock: { now: () => startMs + clock.monotonic(), sleep: (ms) => clock.sleep(ms) },
      random: () => {
        counter = (counter * 16_807 + 12_345) % 2_147_483_647;
        return counter / 2_147_483_647;
      },
    });
    return new World(service, options, desiredOf(wishes), clock);
  }

  /** Moves the wall clock of our machine alone; AWS's goes on. */
  jump(ms: number): void {
    this.clock.jump(ms);
  }

  wish(wishes: readonly Wish[], revision = 'r2'): void {
    this.#desired = desiredOf(wishes, revision);
  }

  get desired(): DesiredState {
    return this.#desired;
  }

  async start(
    overrides: Partial<Shared> = {},
    reading: { readonly purpose?: 'plan' | 'act' } = {},
  ): Promise<Incarnation> {
    const stop = new AbortController();
    const state = { dead: false };
    const catalog = this.#catalog(state);
    const shared = this.#shared(stop.signal, overrides, state);
    const parts = {
      name: TARGET,
      accountId: asAccountId(ACCOUNT),
      region: REGION,
      catalog,
      values: createValues({
        env: this.env,
        roots: ALLOWED.files,
        remote: catalog.stores,
        fingerprinter: shared.fingerprinter,
        purpose: reading.purpose ?? 'act',
      }),
      writes: createRateGate(
        { perSecond: this.#options.writesPerSecond ?? 1, burst: 1 },
        this.clock,
      ),
      maxInFlight: this.#options.maxInFlight ?? 5,
      maxInFlightByType: this.#options.maxInFlightByType ?? new Map([['CONTROL_TOWER_ACCOUNT', 4]]),
    };
    const reconciler = await TargetReconciler.open(parts, shared);
    const reconcile = async () => {
      reconciler.setDesired(this.#desired);
      reconciler.resume();
      const review = await reconciler.review();
      reconciler.release(review, PRIORITY.commit);
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
      stop: () => stop.abort(),
      kill: () => {
        state.dead = true;
        stop.abort();
        reconciler.close();
      },
    };
  }

  /** The catalog has no call that publishes a version: until then the listing lacks it. */
  #withoutUnpublished(request: WireRequest, response: WireResponse): WireResponse {
    const operation = request.headers['x-amz-target'] ?? '';
    if (this.unpublished.size === 0 || !operation.endsWith('.ListProvisioningArtifacts'))
      return response;
    const body = JSON.parse(response.body) as { ProvisioningArtifactDetails?: { Name: string }[] };
    const listed = body.ProvisioningArtifactDetails?.filter(
      ({ Name }) => !this.unpublished.has(Name),
    );
    return { ...response, body: JSON.stringify({ ...body, ProvisioningArtifactDetails: listed }) };
  }

  #catalog(state: { dead: boolean }): AwsCatalog {
    const never = new Promise<never>(() => undefined);
    const requestHandler: WireHandler = {
      handle: async (request) => {
        if (state.dead) return never;
        const after = this.onRequest?.(request);
        const answer = this.service.handle(request);
        after?.();
        const response = this.#withoutUnpublished(request, await answer);
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
      engineRecordTimeoutMs: 12 * 3_600_000,
      caps: {
        maxChanges: this.#options.maxChanges ?? 50,
        maxProvisions: this.#options.maxProvisions ?? 10,
        maxTerminations: this.#options.maxTerminations ?? 3,
      },
      rolloutRules: this.#options.rollouts ?? [],
      stop,
      heldBack: () => null,
      readAtMs: () => this.clock.monotonic(),
      isInRun: () => true,
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
    return writesOf(this.service.admin.calls());
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
