import { createHmac, createSecretKey } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createCatalog } from '../../src/aws/catalog.ts';
import type { CatalogOptions } from '../../src/aws/target.ts';
import type { WireHandler } from '../../src/aws/wire.ts';
import type { Config } from '../../src/config/config.ts';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import { hmac } from '../../src/domain/canonical.ts';
import type { Caps } from '../../src/domain/guard.ts';
import { asAccountId, asProductKey, asTargetName, type ProductKey } from '../../src/domain/ids.ts';
import type { Step } from '../../src/domain/request.ts';
import { openJournal } from '../../src/journal/journal.ts';
import {
  createLocalCatalog,
  type InProcessCatalog,
  LostConnection,
} from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed, type Seed } from '../../src/local-catalog/seed.ts';
import { Daemon } from '../../src/reconciler/daemon.ts';
import type { Fingerprinter, Log } from '../../src/reconciler/ports/runtime.ts';
import type { SnapshotResult, Source } from '../../src/reconciler/ports/source.ts';
import { Redactor } from '../../src/reconciler/redact.ts';
import type { Review } from '../../src/reconciler/review.ts';
import type { Shared } from '../../src/reconciler/shared.ts';
import { StatusBoard } from '../../src/reconciler/status-board.ts';
import { createRevisionLoader } from '../../src/wire/revision.ts';
import { targetHandles } from '../../src/wire/targets.ts';
import { MemoryJournal } from '../reconciler/memory-journal.ts';
import { never, SimClock } from './clock.ts';
import { directClients } from './direct-clients.ts';
import {
  ACCOUNT,
  filesOf,
  firstSecret,
  type Name,
  OTHER_ACCOUNT,
  REGION,
  SECRET_PREFIX,
  secretId,
  seedOf,
  type Wish,
} from './estate.ts';
import { freeze, liftFreezes } from './freezes.ts';
import { type Disk, guardedJournal } from './journal.ts';
import { Rng } from './rng.ts';
import { Process, Rules, tokenOf, type WireCall, WRITES } from './rules.ts';
import type { CrashPoint, Scenario } from './scenario.ts';
import { Trace } from './trace.ts';

export const TARGET = asTargetName('default');
export type Tier = 1 | 2;
/** The SDK needs a few rounds of the event loop for a call that nothing holds up. */
const TURNS: Record<Tier, number> = { 1: 1, 2: 4 };

/** A program under way, and what may end it. */
interface Running {
  readonly process: Process;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  daemon: Daemon | null;
  board: StatusBoard | null;
  crash: { readonly point: CrashPoint; left: number } | null;
}

const SECRET_OF_OTHERS = `${SECRET_PREFIX}of-others`;

/** trueup as `run` puts it together, a Service Catalog, a directory, a disk and time, all simulated. */
export class World {
  readonly scenario: Scenario;
  readonly tier: Tier;
  readonly clock: SimClock;
  readonly service: InProcessCatalog;
  readonly rules: Rules;
  readonly trace: Trace;
  readonly disk: Disk;
  readonly random: Rng;
  readonly #sqlitePath: string | null;
  readonly #seed: Seed;
  #revisions: (readonly Wish[])[] = [];
  #source: SnapshotResult = { kind: 'unavailable', why: 'not there yet' };
  #unreadable = false;
  /** The connection breaks under the next write, which arrives so much later; null: it does not. */
  #lateMs: number | null = null;
  readonly #stored = new Map<Name, string>();
  #hint: () => void = () => undefined;
  #running: Running | null = null;
  calls = 0;
  crashes = 0;
  account: string = ACCOUNT;
  /** A person has said that what is live is right, where AWS shows no values. */
  readonly accepted = new Set<string>();

  private constructor(parts: {
    readonly scenario: Scenario;
    readonly tier: Tier;
    readonly clock: SimClock;
    readonly service: InProcessCatalog;
    readonly disk: Disk;
    readonly sqlitePath: string | null;
    readonly seed: Seed;
  }) {
    const { scenario } = parts;
    this.scenario = scenario;
    this.tier = parts.tier;
    this.clock = parts.clock;
    this.service = parts.service;
    this.disk = parts.disk;
    this.#sqlitePath = parts.sqlitePath;
    this.#seed = parts.seed;
    this.random = new Rng(`world ${scenario.seed}`);
    this.trace = new Trace(() => this.clock.elapsed());
    this.rules = new Rules(this.service, this.clock, this.disk, {
      writesPerSecond: scenario.writesPerSecond,
      maxInFlight: scenario.maxInFlightOfType ?? scenario.maxInFlight,
      readsPerSecond: READS_PER_SECOND,
      readBurst: READ_BURST,
      recordTimeoutMs: RECORD_TIMEOUT_MS,
      calmMs: 2 * scenario.intervalMs,
      hasLife: scenario.hasLife,
      rollout: scenario.rollout,
      names: scenario.names,
    });
    this.rules.keepSecret(SECRET_OF_OTHERS);
    for (const name of scenario.names) this.#keepStored(name, firstSecret(name));
    this.rules.propertiesMoveBase = scenario.catalog.behaviour?.propertiesMoveLastRecordId ?? true;
  }

  static async create(scenario: Scenario, tier: Tier, scratch: string): Promise<World> {
    const clock = new SimClock(TURNS[tier]);
    const random = new Rng(`catalog ${scenario.seed}`);
    const seed = normaliseSeed(seedOf({ ...scenario.catalog, ...scenario }));
    const service = await createLocalCatalog({
      seed,
      clock: { now: () => clock.aws(), sleep: (ms) => clock.sleep(ms, null) },
      random: () => random.next(),
    });
    const sqlitePath = scenario.sqlite && tier === 1 ? join(scratch, `${scenario.seed}.db`) : null;
    const disk: Disk = {
      journal: new MemoryJournal(),
      state: 'ok',
      noticed: false,
      entries: new Map(),
    };
    return new World({ scenario, tier, clock, service, disk, sqlitePath, seed });
  }

  versionOf(artifactId: string | null): string | null {
    const versions = this.#seed.products.flatMap((product) => product.versions);
    return versions.find((version) => version.id === artifactId)?.name ?? null;
  }

  get isUp(): boolean {
    return this.#running !== null && !this.#running.process.life.dead;
  }

  get board(): StatusBoard | null {
    return this.#running?.board ?? null;
  }

  get wishes(): readonly Wish[] {
    return this.#revisions.at(-1) ?? [];
  }

  publish(wishes: readonly Wish[]): void {
    const before = new Map(this.wishes.map((wish) => [wish.name, JSON.stringify(wish)]));
    for (const wish of wishes) {
      if (before.get(wish.name) !== JSON.stringify(wish)) this.rules.disturbed(wish.name);
      if (wish.secret !== undefined) this.rules.keepSecret(wish.secret);
      if (before.get(wish.name) !== JSON.stringify(wish) && wish.retry !== undefined)
        this.rules.personAsked(wish.name);
    }
    for (const name of before.keys())
      if (wishes.every((wish) => wish.name !== name)) this.rules.withdrawn(name);
    this.#revisions.push(wishes);
    this.sourceBack();
  }

  /** The latest document of each name that ever had one. */
  everWished(): readonly Wish[] {
    const latest = new Map(this.#revisions.flat().map((wish) => [wish.name, wish]));
    return this.scenario.names.flatMap((name) => latest.get(name) ?? []);
  }

  #keepStored(name: Name, value: string): void {
    this.#stored.set(name, value);
    this.rules.keepStored(name, value);
  }

  storedSecret(name: Name): string | undefined {
    return this.#stored.get(name);
  }

  async rotate(name: Name): Promise<void> {
    const value = `${SECRET_PREFIX}${name}-stored-${this.random.int(1, 1e9)}`;
    this.#keepStored(name, value);
    await this.service.admin.setSecret(secretId(name), value);
    this.rules.disturbed(name);
  }

  /** The connection of the next request breaks, and it arrives this much later; null: it does not. */
  holdNextWrite(ms: number | null): void {
    this.#lateMs = ms;
  }

  /** A file that cannot be read is there besides, or is there no more. */
  unreadableFile(on: boolean): void {
    this.#unreadable = on;
    if (this.#source.kind === 'ok') this.sourceBack();
  }

  async terminatedByOther(name: Name): Promise<void> {
    const product = this.service.admin.provisionedProduct(name);
    if (product === null) return;
    try {
      const answer = await this.service.admin.callAs('TerminateProvisionedProduct', {
        TerminateToken: `other-${this.random.int(0, 1e9)}`,
        ProvisionedProductId: product.id,
      });
      const detail = answer.RecordDetail as { readonly RecordId: string };
      this.rules.foreignRecord(product.id, detail.RecordId);
      this.rules.life.disturbed(name);
      // Semantics 4: it is taken for the answer to an open termination, and so for what was asked for.
      const { intent, recreated = null } = this.disk.entries.get(`name:${name}`) ?? {};
      const isOpen = intent?.step === 'terminate' && intent.recordId === null;
      const isDeclared = this.wishes.some((wish) => wish.name === name);
      // What was to go with its document is owed nothing where that came back.
      this.rules.life.terminatedByOther(name, isOpen && isDeclared && recreated !== null);
    } catch (error) {
      this.trace.add(`somebody else was refused: ${String(error).slice(0, 80)}`);
    }
  }

  hasStack(id: string): boolean {
    const status = this.service.admin.stackStatus(id);
    return status !== null && status !== 'DELETE_COMPLETE';
  }

  revert(back: number): void {
    const wishes = this.#revisions.at(-1 - back);
    if (wishes !== undefined) this.publish(wishes);
  }

  sourceBack(): void {
    const { revision } = this;
    const files = filesOf(this.wishes);
    const unreadable = this.#unreadable ? [TORN] : [];
    this.#source = { kind: 'ok', snapshot: { revision, digest: revision, files, unreadable } };
    this.#hint();
  }

  sourceLost(why: string): void {
    this.#source = { kind: 'unavailable', why };
    this.#hint();
  }

  /** Of the latest commit. */
  get revision(): string {
    return `r${this.#revisions.length}${this.#unreadable ? '-torn' : ''}`;
  }

  hangUp(): void {
    this.#running?.daemon?.hangUp();
  }

  /** Arms the next crash; it is forgotten if the process ends in another way first. */
  arm(point: CrashPoint): void {
    if (this.#running !== null) this.#running.crash = { point, left: point.nth };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null || running.process.life.dead) return;
    running.stop.abort();
    let over = false;
    void running.ended.then(() => {
      over = true;
    });
    await this.clock.pass(90_000, () => over || running.process.life.dead);
    await this.kill();
  }

  /** As kill -9. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#bury(running);
    this.#hint = () => undefined;
    this.#running = null;
    if (this.#sqlitePath !== null && !(this.disk.journal instanceof MemoryJournal))
      await this.disk.journal.close();
  }

  #isJournalLost = false;

  takeJournalLost(): boolean {
    const isLost = this.#isJournalLost;
    this.#isJournalLost = false;
    return isLost;
  }

  async loseJournal(): Promise<void> {
    this.disk.entries.clear();
    this.rules.journalLost();
    this.#isJournalLost = true;
    if (this.#sqlitePath === null) this.disk.journal = new MemoryJournal();
    else
      for (const end of ['', '-journal', '-lock']) rmSync(this.#sqlitePath + end, { force: true });
  }

  #bury(running: Running): void {
    if (running.process.life.dead) return;
    this.clock.bury(running.process.life);
    running.stop.abort();
    this.trace.add('the process is dead');
  }

  /** Whether the process dies at this very point of this call. */
  #dies(running: Running, kind: CrashPoint['of'], side: CrashPoint['side'], what: string): boolean {
    const { life } = running.process;
    if (life.dead) return true;
    const { crash } = running;
    if (crash === null || crash.point.side !== side) return false;
    if (crash.point.of !== 'any' && crash.point.of !== kind) return false;
    crash.left -= 1;
    if (crash.left > 0) return false;
    this.crashes += 1;
    this.trace.add(`crash ${side} ${what}`);
    this.#bury(running);
    return true;
  }

  /** Starts a process on what the last one left. */
  async start(): Promise<void> {
    if (this.#sqlitePath !== null)
      this.disk.journal = await openJournal({
        path: this.#sqlitePath,
        clock: this.clock.of({ dead: false }),
        host: 'simulated',
        pid: 1,
        mode: 'write',
      });
    this.disk.noticed = false;
    const process = new Process(this.account);
    this.rules.life.started();
    const stop = new AbortController();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const running: Running = { process, stop, ended, daemon: null, board: null, crash: null };
    this.#running = running;
    this.trace.add(`start as ${this.account}`);
    this.#run(running).then(
      () => {
        if (!stop.signal.aborted) this.rules.break('0 stays up', 'the daemon ended by itself');
        resolve();
      },
      (error: unknown) => {
        if (!process.life.dead) this.rules.break('0 stays up', `the daemon failed: ${error}`);
        resolve();
      },
    );
  }

  async #run(running: Running): Promise<void> {
    const { process } = running;
    const log = this.#log(process);
    const journal = guardedJournal(this.disk, {
      before: (name) => this.#dies(running, 'journal', 'before', `journal.${name}`),
      after: (name) => this.#dies(running, 'journal', 'after', `journal.${name}`),
      stored: (key, entry, before) => {
        this.rules.intended(process, key, entry);
        const isResult = before?.lastResult?.recordId !== entry.lastResult?.recordId;
        return isResult && this.#dies(running, 'result', 'after', 'a result is stored');
      },
      written: (name, args) => {
        this.rules.said(`journal.${name}`, JSON.stringify(args));
        if (name === 'putDocuments') this.rules.life.noted();
        if (name === 'putStatus') this.rules.shown(args[0] as Parameters<Rules['shown']>[0]);
      },
    });
    const board = new StatusBoard(journal, log);
    await board.load();
    const held: { daemon: Daemon | null } = { daemon: null };
    const byJournal = () =>
      journal.readOnly === null ? null : `the journal cannot be written: ${journal.readOnly}`;
    const shared: Shared = {
      journal,
      board,
      clock: this.clock.of(process.life),
      random: () => this.random.next(),
      log,
      redactor: new Redactor(),
      fingerprinter: FINGERPRINTER,
      observeOnly: false,
      recordTimeoutMs: RECORD_TIMEOUT_MS,
      engineRecordTimeoutMs: RECORD_TIMEOUT_MS,
      // One look alone counts: the scenarios send more in a day than any guard would let through.
      caps: { ...this.#caps(), windowMs: 0 },
      rolloutRules: this.scenario.rollout === null ? [] : [this.scenario.rollout],
      readAtMs: () => held.daemon?.readAtMs ?? null,
      isInRun: () => true,
      stop: running.stop.signal,
      heldBack: () => held.daemon?.sourceProblem ?? byJournal(),
    };
    const config = this.#config();
    const load = createRevisionLoader(config, () => true);
    const connect = (options: CatalogOptions) => this.#connect(running, options);
    const daemon = new Daemon({
      shared,
      source: this.#sourceOf(running),
      load: (snapshot) => {
        const revision = load(snapshot);
        const state = revision.targets.get(TARGET) ?? null;
        process.loaded.set(state, this.clock.elapsed());
        if (state !== null) this.rules.life.loaded(state);
        return revision;
      },
      targets: targetHandles(config, shared, null, { env: {}, purpose: 'act' }, connect),
      onReview: (_target, review) => {
        if (shared.heldBack() === null)
          process.allowed.set(this.#mayRun(review), this.clock.elapsed());
      },
      options: {
        directory: '/desired',
        intervalMs: this.scenario.intervalMs,
        pollIntervalMs: this.scenario.pollIntervalMs,
        host: 'simulated',
        pid: 1,
      },
    });
    held.daemon = daemon;
    running.daemon = daemon;
    running.board = board;
    await daemon.run();
  }

  /** Told here once more, so that the program cannot be its own judge. */
  #mayRun(review: Extract<Review, { kind: 'ok' }>): ReadonlyMap<ProductKey, readonly Step[]> {
    const { maxChanges, maxProvisions, maxTerminations } = this.scenario;
    const planned = [...review.evaluations, ...review.removals].flatMap(([key, { change }]) =>
      'steps' in change.verdict ? [[key, change.verdict] as const] : [],
    );
    // What was terminated to be provisioned again is not left half done, and was counted when it went.
    const finishes = ([key, { kind }]: (typeof planned)[number]) =>
      kind === 'provision' && this.rules.life.isBetween(key.slice('name:'.length));
    const count = (acts: (verdict: (typeof planned)[number][1]) => boolean) =>
      planned.filter((one) => !finishes(one) && acts(one[1])).length;
    const isRefused =
      count(({ kind }) => kind === 'update') > maxChanges ||
      count(({ kind }) => kind === 'provision') > maxProvisions ||
      count(({ steps }) => steps.includes('terminate')) > maxTerminations;
    const runs = planned.filter((one) => !isRefused || finishes(one));
    return new Map(runs.map(([key, { steps }]) => [key, steps]));
  }

  #caps(): Caps {
    const { maxChanges, maxProvisions, maxTerminations } = this.scenario;
    return { maxChanges, maxProvisions, maxTerminations };
  }

  #config(): Config {
    const { scenario } = this;
    return {
      targets: [
        {
          name: TARGET,
          accountId: asAccountId(ACCOUNT),
          region: REGION,
          roleArn: null,
          externalId: null,
          sessionName: 'trueup',
          maxInFlight: scenario.maxInFlight,
          writesPerSecond: scenario.writesPerSecond,
        },
      ],
      defaultTarget: TARGET,
      readsPerSecond: READS_PER_SECOND,
      readBurst: READ_BURST,
      writesPerSecond: scenario.writesPerSecond,
      maxInFlight: scenario.maxInFlight,
      maxInFlightByType:
        scenario.maxInFlightOfType === null ? {} : { [scenario.kind]: scenario.maxInFlightOfType },
      engineRecordTimeoutMs: RECORD_TIMEOUT_MS,
      ...this.#caps(),
      guards: DEFAULT_GUARDS,
      approvals: [],
      intervalMs: scenario.intervalMs,
      pollIntervalMs: scenario.pollIntervalMs,
      settleMs: 1_000,
      recordTimeoutMs: RECORD_TIMEOUT_MS,
      timeoutMs: 0,
      shutdownTimeoutMs: 25_000,
      journal: '',
      fingerprintKeyFile: null,
      logLevel: 'debug',
      logFormat: null,
      observe: false,
      rollouts: scenario.rollout === null ? [] : [scenario.rollout],
      values: { env: [], files: [], secretsManager: ['sim/'], ssmParameters: [] },
      windows: [],
    };
  }

  #log(process: Process): Log {
    return {
      write: (level, event, fields, message) => {
        if (process.life.dead) return;
        const text = `${event} ${JSON.stringify(fields)}${message === undefined ? '' : ` ${message}`}`;
        this.rules.said(`the log (${event})`, text);
        this.trace.add(`${level} ${text}`);
      },
    };
  }

  #sourceOf(running: Running): Source {
    return {
      read: async () => {
        if (this.#dies(running, 'source', 'before', 'source.read')) return never();
        const result = this.#source;
        running.process.sourceLost.set(result.kind !== 'ok', this.clock.elapsed());
        return this.#dies(running, 'source', 'after', 'source.read') ? never() : result;
      },
      watch: async (onHint) => {
        this.#hint = onHint;
        return { close: async () => undefined };
      },
    };
  }

  #connect(running: Running, options: CatalogOptions) {
    const requestHandler = this.#wire(running);
    const { account } = running.process;
    return this.tier === 1
      ? createCatalog(options, (_options, ear) =>
          directClients(requestHandler, ear, REGION, account),
        )
      : createCatalog({
          ...options,
          endpoint: 'http://127.0.0.1:1',
          credentials: { accessKeyId: account, secretAccessKey: 'local' },
          requestHandler,
        });
  }

  /** Carries requests to the catalog, tells the rules, and lets the process die before or after. */
  #wire(running: Running): WireHandler {
    const { process } = running;
    return {
      handle: async (request) => {
        const call = callOf(request);
        const writes = WRITES.test(call.operation);
        const kind = writes ? 'send' : 'read';
        if (this.#dies(running, kind, 'before', call.operation)) return never();
        this.calls += 1;
        if (writes) this.rules.arrives(process, call);
        else this.rules.read(process, call);
        if (writes && this.#lateMs !== null) return this.#breakOff(process, call, request);
        const answer = this.service.handle(request);
        const [logged] = this.service.admin.calls().slice(-1);
        this.trace.add(
          `${call.operation} ${subject(call)} -> ${logged?.result} ${logged?.recordId ?? ''}`,
        );
        if (writes && logged !== undefined) this.rules.effect(call, logged);
        if (call.operation === 'DescribeStacks' && /AccessDenied/.test(logged?.result ?? ''))
          this.rules.life.hidden();
        if (this.#dies(running, kind, 'after', call.operation)) {
          answer.catch(() => undefined);
          return never();
        }
        try {
          const response = await answer;
          return process.life.dead ? never() : response;
        } catch (error) {
          if (process.life.dead) return never();
          throw error;
        } finally {
          if (writes) this.rules.answered(process, call);
        }
      },
    };
  }

  /** The connection breaks, and yet the request arrives, when nobody waits for it any more. */
  async #breakOff(
    process: Process,
    call: WireCall,
    request: Parameters<WireHandler['handle']>[0],
  ): Promise<never> {
    const ms = this.#lateMs ?? 0;
    this.#lateMs = null;
    this.trace.add(`${call.operation} ${subject(call)} -> arrives in ${ms} ms`);
    void this.clock.sleep(ms, null).then(() => {
      this.service.handle(request).catch(() => undefined);
      const [logged] = this.service.admin.calls().slice(-1);
      this.trace.add(`${call.operation} ${subject(call)} arrives: ${logged?.result}`);
      if (logged !== undefined) this.rules.effect(call, logged);
    });
    this.rules.answered(process, call);
    throw new LostConnection('reply');
  }

  /** Somebody else's update; what AWS refuses did not happen. */
  async other(name: string, version: string, cidr: string): Promise<void> {
    const product = this.service.admin.provisionedProduct(name);
    if (product === null) return;
    try {
      const answer = await this.service.admin.callAs('UpdateProvisionedProduct', {
        UpdateToken: `other-${this.random.int(0, 1e9)}`,
        ProvisionedProductId: product.id,
        ProductName: 'network',
        ProvisioningArtifactName: version,
        ProvisioningParameters: [
          { Key: 'Cidr', Value: cidr },
          this.scenario.kind === 'CFN_STACK'
            ? { Key: 'Secret', UsePreviousValue: true }
            : { Key: 'Secret', Value: SECRET_OF_OTHERS },
        ],
      });
      const detail = answer.RecordDetail as { readonly RecordId: string };
      this.rules.foreignRecord(product.id, detail.RecordId);
      this.rules.life.disturbed(name);
      // Semantics 4: the one record that fits an open request is taken for its answer.
      if (this.disk.entries.get(`name:${name}`)?.intent?.recordId !== null) return;
      this.accepted.add(name);
      this.rules.life.misled(name, product.id);
    } catch (error) {
      this.trace.add(`somebody else was refused: ${String(error).slice(0, 80)}`);
    }
  }

  async drift(name: string, parameters: Record<string, string>): Promise<void> {
    if (parameters.Secret !== undefined) this.rules.keepSecret(parameters.Secret);
    const { stack = null, product } = this.service.admin.product(name) ?? {};
    if (stack === null && (this.scenario.hasLife || this.scenario.kind !== 'CFN_STACK')) return;
    // CloudFormation takes no update of a stack that is busy or broken.
    if (
      stack?.status.endsWith('_IN_PROGRESS') === true ||
      stack?.status.endsWith('_FAILED') === true ||
      stack?.status === 'ROLLBACK_COMPLETE'
    )
      return;
    // Between the acceptance of an update and its start: no call would tell (docs/simulation.md).
    if (parameters.Secret !== undefined && product?.status === 'UNDER_CHANGE') return;
    await this.service.admin.editStack({ product: name, parameters });
    this.rules.disturbed(name);
    this.rules.life.disturbed(name);
  }

  async ask(kind: 'retry' | 'accept', name: string): Promise<void> {
    this.rules.personAsked(name);
    if (kind === 'accept') this.accepted.add(name);
    await this.disk.journal.ask({ kind, target: TARGET, key: asProductKey(`name:${name}`) });
  }

  /** A journal on a disk is opened by the command itself; here only beside a process that has it open. */
  async freeze(name: Name | null): Promise<void> {
    const isReachable = this.#sqlitePath === null || this.isUp;
    if (isReachable && (await freeze(this.disk, name, this.clock.wall())))
      this.rules.frozen(name ?? '*');
  }

  async liftFreezes(): Promise<void> {
    if (this.#sqlitePath !== null && !this.isUp) return;
    await liftFreezes(this.disk);
    this.rules.thawed();
  }

  setCredentials(wrong: boolean): void {
    this.account = wrong ? OTHER_ACCOUNT : ACCOUNT;
  }

  async close(): Promise<void> {
    await this.kill();
    if (this.#sqlitePath !== null)
      for (const end of ['', '-journal', '-lock']) rmSync(this.#sqlitePath + end, { force: true });
  }
}

/** A file whose identity nobody can tell. */
const TORN = {
  path: 'torn.yaml',
  why: 'permission denied',
  code: 'source/unreadable-file',
} as const;

export const READS_PER_SECOND = 5;
export const READ_BURST = 20;
export const RECORD_TIMEOUT_MS = 2 * 3_600_000;

const KEY = createSecretKey(createHmac('sha256', 'simulation').update('fingerprint').digest());
const FINGERPRINTER: Fingerprinter = {
  keyId: 'simulated',
  digest: (scope, value) => hmac(KEY, scope, value),
};

function callOf(request: Parameters<WireHandler['handle']>[0]): WireCall {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    const input = JSON.parse(request.body) as WireCall['input'];
    // Stores of values share a limit with STS.
    const service = target.startsWith('secretsmanager') ? 'sts' : 'servicecatalog';
    return { service, operation: target.split('.')[1] ?? '', input };
  }
  const form = Object.fromEntries(new URLSearchParams(request.body));
  const service = form.Version === '2010-05-15' ? 'cloudformation' : 'sts';
  return { service, operation: form.Action ?? '', input: form };
}

function subject({ input }: WireCall): string {
  const { ProvisionedProductId, ProvisionedProductName, Id, Name } = input;
  const token = tokenOf(input);
  const what = ProvisionedProductId ?? ProvisionedProductName ?? Id ?? Name ?? '';
  return token === undefined ? String(what) : `${what} ${String(token).slice(0, 12)}`;
}
