import { createHash } from 'node:crypto';
import type { ProductEntry } from '../../src/domain/entry.ts';
import type { ProductKey } from '../../src/domain/ids.ts';
import type { Step } from '../../src/domain/request.ts';
import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { Spec } from '../../src/domain/spec.ts';
import type { ProductStatusView } from '../../src/domain/status.ts';
import type { LoggedCall } from '../../src/local-catalog/call-log.ts';
import type { ProvisionedProduct } from '../../src/local-catalog/entities.ts';
import type { InProcessCatalog } from '../../src/local-catalog/local-catalog.ts';
import type { TrueProduct } from '../../src/local-catalog/truth.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import type { Life, SimClock } from './clock.ts';
import { ACCOUNT, SECRET_PREFIX } from './estate.ts';
import type { Disk } from './journal.ts';
import { LifeRules } from './life-rules.ts';
import { type Move, RolloutRules } from './rollout-rules.ts';

/** A rule of design.md, "Never wrong", was broken. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

/** A value that changed at a moment; at that very moment both it and the one before count. */
class Latest<T> {
  #now: T;
  #before: T;
  #atMs = Number.NEGATIVE_INFINITY;

  constructor(value: T) {
    this.#now = value;
    this.#before = value;
  }

  set(value: T, atMs: number): void {
    if (this.#atMs !== atMs) this.#before = this.#now;
    this.#now = value;
    this.#atMs = atMs;
  }

  at(atMs: number): readonly T[] {
    return atMs === this.#atMs ? [this.#now, this.#before] : [this.#now];
  }
}

/** What the rules know of one simulated process. */
export class Process {
  readonly life: Life = { dead: false };
  readonly account: string;
  readonly loaded = new Latest<DesiredState | null>(null);
  readonly allowed = new Latest<ReadonlyMap<ProductKey, readonly Step[]>>(new Map());
  /** Whether its last look at the source failed. */
  readonly sourceLost = new Latest<boolean>(false);
  readonly sending = new Set<string>();
  readonly buckets = new Map<string, number>();
  lastWriteMs = Number.NEGATIVE_INFINITY;

  constructor(account: string) {
    this.account = account;
  }
}

export interface Limits {
  readonly writesPerSecond: number;
  readonly maxInFlight: number;
  readonly readsPerSecond: number;
  readonly readBurst: number;
  readonly recordTimeoutMs: number;
  /** After others' doing, how long until a process has looked again for certain. */
  readonly calmMs: number;
  readonly hasLife: boolean;
  readonly rollout: RolloutRule | null;
  readonly names: readonly string[];
}

interface OwnRecord {
  readonly id: string;
  readonly productId: string;
  readonly name: string;
  readonly request: string;
  readonly sentWallMs: number;
  readonly sentMs: number;
  /** How far the wall clock was ahead since: a process that started then counted it as older. */
  aheadMs: number;
  /** The journal that knew of it was lost. */
  forgotten: boolean;
}

export interface WireCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const READS = /^(Describe|List|Search|Scan|Get|BatchGet)/;
/** Everything else: what changes something. */
export const WRITES = /^(Update|Provision|Terminate|Import|Execute|Create|Delete)/;
/** Failures of which design and semantics say that they pass by themselves. */
const PASSING = /another AWS Control Tower operation|throttl|Rate exceeded|Internal ?Failure/i;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Judges every call by the catalog's own log and its true state, and every word by what is secret. */
export class Rules {
  readonly #service: InProcessCatalog;
  readonly #clock: SimClock;
  readonly #disk: Disk;
  readonly #limits: Limits;
  readonly #own = new Map<string, OwnRecord>();
  /** Per provisioned product: who made its newest record. */
  readonly #newest = new Map<string, { readonly id: string; readonly ours: boolean }>();
  /** Per provisioned product: our last effective request while nothing else has happened to it. */
  readonly #lastOwn = new Map<string, OwnRecord>();
  readonly #effects = new Map<string, string>();
  readonly #tokens = new Set<string>();
  readonly #foreign = new Set<string>();
  readonly #mistaken = new Set<string>();
  readonly #intended = new Map<string, number>();
  readonly #digests = new Map<string, string>();
  readonly life: LifeRules;
  readonly #rollout: RolloutRules | null;
  propertiesMoveBase = true;
  violation: Violation | null = null;
  updates = 0;

  constructor(service: InProcessCatalog, clock: SimClock, disk: Disk, limits: Limits) {
    this.#service = service;
    this.#clock = clock;
    this.#disk = disk;
    this.#limits = limits;
    this.life = new LifeRules(service, clock, (rule, message) => this.break(rule, message));
    const { rollout } = limits;
    this.#rollout =
      rollout === null
        ? null
        : new RolloutRules(service, clock, rollout, (truth) => this.artifactOf(truth));
  }

  break(rule: string, message: string): void {
    this.violation ??= new Violation(rule, message);
  }

  /** A value that must not be seen anywhere. */
  keepSecret(value: string): void {
    const digest = createHash('sha256').update(value);
    this.#digests.set(value, digest.digest('hex'));
  }

  keepStored(name: string, value: string): void {
    this.keepSecret(value);
    const values = this.life.stored.get(name) ?? new Set();
    this.life.stored.set(name, values.add(value));
  }

  /** Rule 7, on everything that leaves the process but the calls themselves. */
  said(where: string, text: string): void {
    if (text.includes(SECRET_PREFIX)) {
      const at = text.indexOf(SECRET_PREFIX);
      this.break(
        '7 secrets',
        `${where} shows a secret: …${text.slice(Math.max(0, at - 60), at + 30)}…`,
      );
    }
    for (const [value, digest] of this.#digests)
      if (text.includes(digest))
        this.break('7 secrets', `${where} holds the bare digest of ${value}`);
  }

  /** Rule 6, as far as people are told. */
  shown(views: readonly ProductStatusView[]): void {
    for (const view of views) {
      const created = this.#service.admin.provisionedProduct(view.name)?.createdAt;
      // A journal that was full takes an older status later; and Describe is given a minute.
      const isOld = Math.abs(this.#clock.wall() - Date.parse(view.updatedAt)) > MINUTE / 2;
      const exists = created !== undefined && !isOld && this.#clock.aws() - created > 2 * MINUTE;
      const saysMissing = /^there is no provisioned product/.test(view.message);
      if (exists && (view.health === 'Missing' || saysMissing))
        this.break('6 unread is not absent', `${view.name} exists and is shown as missing`);
    }
  }

  /** Something happened to a provisioned product that was not us, or a person asked. */
  disturbed(nameOrId: string): void {
    const product = this.#service.admin.provisionedProduct(nameOrId);
    this.#rollout?.stirred(product?.name ?? nameOrId);
    if (product === null) return;
    this.#lastOwn.delete(product.id);
    this.#changedAt.set(product.id, this.#clock.elapsed());
  }

  /** Its document is gone, and with it what failed under it. */
  withdrawn(name: string): void {
    this.#rollout?.stirred(name);
  }

  foreignRecord(productId: string, recordId: string): void {
    this.#foreign.add(recordId);
    this.#newest.set(productId, { id: recordId, ours: false });
    this.#lastOwn.delete(productId);
    this.life.foreign(productId);
    const name = this.#names.get(productId) ?? productId;
    // The end of ours before it may be read only after it (docs/rollouts.md).
    const isUnread = this.#disk.entries.get(`name:${name}`)?.intent != null;
    if (isUnread) this.#rollout?.visited(name);
    else this.#rollout?.stirred(name);
    this.#rollout?.occupied(name);
  }

  journalLost(): void {
    for (const record of this.#own.values()) record.forgotten = true;
    this.#lastOwn.clear();
    this.thawed();
    this.life.journalLost();
    this.#rollout?.journalLost();
  }

  read(process: Process, call: WireCall): void {
    if (!READS.test(call.operation))
      this.break('6 nothing is terminated', `${call.operation} was called`);
    const { readsPerSecond, readBurst } = this.#limits;
    const now = this.#clock.elapsed();
    const full = Math.max(process.buckets.get(call.service) ?? 0, now) + 1000 / readsPerSecond;
    process.buckets.set(call.service, full);
    if (full - now > (readBurst * 1000) / readsPerSecond + 1)
      this.break('3 rates', `reads of ${call.service} are faster than ${readsPerSecond}/s`);
  }

  /** A mutating call arrives; it has had no effect yet. */
  arrives(process: Process, call: WireCall): void {
    const { token, subject } = named(call);
    const truth = this.#service.admin.product(subject);
    // What is to be new is named; what somebody has just terminated is known by its id no more.
    const name = truth?.product.name ?? this.#names.get(subject) ?? subject;
    if (process.account !== ACCOUNT)
      this.break('5 scope', `${name}: called with credentials of account ${process.account}`);
    this.#checkRate(process);
    this.#checkFrozen(name);
    if (process.sending.has(subject))
      this.break('2 one at a time', `${name}: two calls are on their way at once`);
    process.sending.add(subject);
    const entry = this.#disk.entries.get(`name:${name}`);
    if (entry?.intent?.token !== token || entry.intent.firstSentAt === null) {
      this.break('1 intent first', `${name}: the call was made before its intent was durable`);
      return;
    }
    this.#checkToken(token, entry.intent.base, name);
    this.#checkTokens(call, token, name);
    this.#checkWanted(process, call, name);
    if (truth !== null) {
      this.#checkPointless(call, truth);
      this.#checkOwnInFlight(truth.product.status, truth.product.id, token, name);
      this.#checkUnknownFailure(entry, truth.product.id, name);
    }
    this.#checkRollout(process, call, name);
    this.#tokens.add(token);
  }

  /** ADR 10: what has been sent may be repeated; what was terminated to be recreated is provisioned. */
  #checkRollout(process: Process, call: WireCall, name: string): void {
    if (this.#rollout === null) return;
    // A record may have ended at this very moment, and what runs is told only before the next operation.
    this.look();
    const move = this.#moveOf(call, name);
    if (move === null) return;
    this.#moves.set(move.token, move);
    if (this.#tokens.has(move.token) || this.life.isBetween(name)) return;
    const intendedMs = this.#intended.get(move.token) ?? this.#clock.elapsed();
    const states = process.loaded.at(this.#clock.elapsed()).flatMap((one) => one ?? []);
    const why = this.#rollout.whyNotYet(move, intendedMs, states, this.#limits.calmMs);
    if (why !== null) this.break('5 rollout', `${name}: ${why}`);
  }

  /** The last thing that happened to it is an update of ours, which failed. */
  hasFailed(name: string): boolean {
    const id = this.#service.admin.provisionedProduct(name)?.id ?? '';
    const newest = this.#newest.get(id);
    if (newest?.ours !== true || this.wasMistaken(name)) return false;
    const isOurs = this.#own.get(newest.id)?.forgotten === false;
    return isOurs && this.#ends.get(newest.id)?.status === 'FAILED';
  }

  /** What engines run, which nothing tells after a failure: the version of the last success. */
  readonly #ran = new Map<string, string>();

  /** The version that runs is the stack's; what a provisioned product shows may be what was tried. */
  artifactOf(truth: TrueProduct | null): string | null {
    if (truth === null) return null;
    const { stack, product } = truth;
    if (stack !== null) return stack.artifactId;
    return hasSucceeded(product) ? product.artifactId : (this.#ran.get(product.id) ?? null);
  }

  /** By token: at the effect the product itself tells no more what ran before. */
  readonly #moves = new Map<string, Move>();

  /** Whether it brings another version than the one that runs, or the first one. */
  #moveOf({ operation, input }: WireCall, name: string): Move | null {
    if (operation !== 'UpdateProvisionedProduct' && operation !== 'ProvisionProduct') return null;
    const { ProvisioningArtifactId: artifactId } = input;
    if (typeof artifactId !== 'string') return null;
    const truth = this.#service.admin.product(name);
    const hasRun = truth?.product.lastSuccessfulProvisioningRecordId !== null;
    const token = String(tokenOf(input));
    return hasRun && this.artifactOf(truth) === artifactId ? null : { name, artifactId, token };
  }

  /** Semantics 4: another base, another token. */
  #checkToken(token: string, base: string | null, name: string): void {
    const before = this.#bases.get(token);
    if (before !== undefined && before !== base)
      this.break('1 token', `${name}: one token for the bases ${before} and ${base}`);
    this.#bases.set(token, base);
  }

  readonly #bases = new Map<string, string | null>();

  /** Semantics 4: a repeat keeps its token; only an echo, which proves that AWS knows it, ends that. */
  #checkTokens(call: WireCall, token: string, name: string): void {
    const request = this.#requestOf(call, this.#bases.get(token) ?? null);
    const tokens = this.#tokensOf.get(request) ?? new Set();
    this.#tokensOf.set(request, tokens.add(token));
    const echoes = this.#echoes.get(request) ?? 0;
    if (tokens.size > 1 + echoes)
      this.break(
        '1 token',
        `${name}: token ${tokens.size} for one request, after ${echoes} echoes`,
      );
  }

  /** One request on one base; what is to be new has no base but its name. */
  #requestOf(call: WireCall, base: string | null): string {
    const tokens = {
      UpdateToken: '',
      IdempotencyToken: '',
      ProvisionToken: '',
      TerminateToken: '',
    };
    return JSON.stringify([base, call.operation, { ...call.input, ...tokens }]);
  }

  readonly #tokensOf = new Map<string, Set<string>>();
  readonly #echoes = new Map<string, number>();
  /** Names by the ids that they have had. */
  readonly #names = new Map<string, string>();

  /** What a name or, by `*`, everything is frozen since. */
  readonly #frozenMs = new Map<string, number>();

  frozen(what: string): void {
    if (!this.#frozenMs.has(what)) this.#frozenMs.set(what, this.#clock.elapsed());
  }

  thawed(): void {
    this.#frozenMs.clear();
  }

  /** ADR 10: from the moment at which the command returns nothing is started, nor repeated. */
  #checkFrozen(name: string): void {
    for (const what of ['*', name])
      if ((this.#frozenMs.get(what) ?? Number.POSITIVE_INFINITY) < this.#clock.elapsed())
        this.break('5 frozen', `${name}: called while ${what} is frozen`);
  }

  #checkRate(process: Process): void {
    const now = this.#clock.elapsed();
    const gapMs = 1000 / this.#limits.writesPerSecond;
    if (now - process.lastWriteMs < gapMs - 0.1)
      this.break('3 rates', `two writes ${now - process.lastWriteMs} ms apart, not ${gapMs}`);
    process.lastWriteMs = now;
  }

  #checkWanted(process: Process, call: WireCall, name: string): void {
    const now = this.#clock.elapsed();
    if (process.sourceLost.at(now).every((lost) => lost))
      this.break('5 scope', `${name}: called while the source cannot be read`);
    const states = process.loaded.at(now);
    const reasons = states.map((state) =>
      state === null ? 'no revision was read yet' : this.#whyUnwanted(state, call, name),
    );
    const [why] = reasons;
    if (!reasons.includes(null)) this.break('5 scope', `${name}: ${why}`);
    const wanted = states[reasons.indexOf(null)]?.specs.get(`name:${name}` as ProductKey) ?? null;
    this.life.sent(named(call).subject, wanted);
  }

  #whyUnwanted(state: DesiredState, call: WireCall, name: string): string | null {
    const key = `name:${name}` as ProductKey;
    const isRepeat = this.#tokens.has(named(call).token);
    if (call.operation === 'TerminateProvisionedProduct') {
      const truth = this.#service.admin.product(named(call).subject);
      const retain = call.input.RetainPhysicalResources === true;
      return truth === null ? null : this.life.whyNotTerminated(state, truth, retain);
    }
    if (state.invalid.has(key)) return 'its document is invalid now';
    const spec = state.specs.get(key);
    if (spec === undefined) return 'no document declares it now';
    if (spec.reconcile.suspend) return 'it is suspended';
    if (spec.reconcile.mode === 'observe') return 'it is only observed';
    const early = this.life.whyNotYet(state, name, this.#limits.calmMs);
    if (early !== null) return early;
    switch (call.operation) {
      case 'UpdateProvisionedProduct':
        return unlikeUpdate(spec, call, this.life.stored.get(name));
      case 'UpdateProvisionedProductProperties':
        return unlikeProperties(spec, call);
      case 'ProvisionProduct':
        return (
          this.life.whyNotProvisioned(state, name, isRepeat) ??
          unlikeUpdate(spec, call, this.life.stored.get(name))
        );
      default:
        return `${call.operation} was called`;
    }
  }

  /** A new intent is durable, which is right before its call: its step is in the reviewed plan. */
  intended(process: Process, key: string, entry: ProductEntry): void {
    const { intent } = entry;
    this.#rollout?.stored(key.replace(/^name:/, ''), entry.lastResult?.recordId ?? undefined);
    if (intent?.recordId != null && this.#isStrange(intent.recordId)) {
      this.#mistaken.add(key);
      if (entry.ownedId !== null) this.life.owns(entry.ownedId);
    }
    if (intent === null || intent.firstSentAt === null || intent.generation > 0) return;
    if (this.#intended.has(intent.token)) return;
    this.#intended.set(intent.token, this.#clock.elapsed());
    const allowed = process.allowed.at(this.#clock.elapsed());
    if (!allowed.some((steps) => steps.get(key as ProductKey)?.includes(intent.step)))
      this.break('5 verdict', `${key}: step ${intent.step} is not in the reviewed plan`);
  }

  /** Somebody else's, or ours from before the journal was lost: neither is told apart by what AWS returns. */
  #isStrange(recordId: string): boolean {
    return this.#foreign.has(recordId) || this.#own.get(recordId)?.forgotten === true;
  }

  /**
   * Such a record was taken for the answer to a request of ours that it fits: then what AWS
   * does not return is believed to be as it was sent last, and may be otherwise (docs/simulation.md).
   */
  wasMistaken(name: string): boolean {
    return this.#mistaken.has(`name:${name}`);
  }

  /** After a failed update the product may bear tags that were only asked for; its stack does not. */
  #isOnStack(tag: Argument, { product, stack }: TrueProduct): boolean {
    const { lastProvisioningRecordId: last, lastSuccessfulProvisioningRecordId: good } = product;
    return last === good || stack?.tags.find((one) => one.Key === tag.Key)?.Value === tag.Value;
  }

  /** What is live, and has been for a while, is all that is asked for: such a call proves a mistake. */
  #checkPointless(call: WireCall, truth: TrueProduct): void {
    if (call.operation !== 'UpdateProvisionedProduct' || truth.product.status !== 'AVAILABLE')
      return;
    const { id, name } = truth.product;
    const changedMs = this.#changedAt.get(id) ?? Number.NEGATIVE_INFINITY;
    const longMs = Math.max(5 * MINUTE, this.#limits.calmMs);
    if (this.#clock.elapsed() - changedMs < longMs || this.#tokens.has(named(call).token)) return;
    // It was asked for, and its intent written, before a look could show what somebody did by hand.
    const intendedMs = this.#intended.get(named(call).token) ?? Number.POSITIVE_INFINITY;
    if (intendedMs - changedMs < longMs || this.#hasJustChanged(id)) return;
    const parameters = call.input.ProvisioningParameters as readonly Argument[];
    const tags = (call.input.Tags ?? []) as readonly Argument[];
    const same =
      truth.stack?.artifactId === call.input.ProvisioningArtifactId &&
      parameters.every(
        (one) => one.Value === undefined || truth.parameters[one.Key] === one.Value,
      ) &&
      tags.every((tag) => truth.tags[tag.Key] === tag.Value && this.#isOnStack(tag, truth));
    const asked = this.#asked.has(name);
    if (same && !asked)
      this.break('1 nothing to do', `${name}: what is asked for has long been live`);
  }

  /** Somebody else's record ends at this very moment, which is looked at after it. */
  #hasJustChanged(productId: string): boolean {
    const newest = this.#newest.get(productId);
    return newest !== undefined && !newest.ours && !this.#ends.has(newest.id);
  }

  readonly #changedAt = new Map<string, number>();

  #checkOwnInFlight(status: string, productId: string, token: string, name: string): void {
    const newest = this.#newest.get(productId);
    if (status !== 'UNDER_CHANGE' || newest?.ours !== true) return;
    const record = this.#own.get(newest.id);
    if (record === undefined || record.forgotten || this.#tokens.has(token)) return;
    this.break('2 one at a time', `${name}: a call while our record ${newest.id} is in progress`);
  }

  /** Semantics 5: without a journal entry somebody's failure is left alone for a day. */
  #checkUnknownFailure(entry: ProductEntry, productId: string, name: string): void {
    if (entry.inEffect !== null || entry.lastResult !== null || entry.ownRecords.length > 0) return;
    const product = this.#service.admin.provisionedProduct(productId);
    const failed = this.#failed.get(productId);
    // What came after it has ended well, or runs: somebody began it in this very moment.
    if (failed === undefined || product?.lastProvisioningRecordId !== failed.recordId) return;
    if (entry.retryHandled !== null || this.#asked.has(name)) return;
    const agoMs = this.#clock.elapsed() - failed.atMs;
    // A failure of this very minute may have come between our look and our call.
    if (agoMs > 5 * MINUTE && agoMs < 24 * HOUR - 4 * HOUR)
      this.break(
        '5 unknown failure',
        `${name}: sent ${agoMs} ms after a failure that the journal does not know`,
      );
  }

  /** The last failure of each provisioned product. */
  readonly #failed = new Map<string, { readonly recordId: string; readonly atMs: number }>();
  readonly #asked = new Set<string>();

  personAsked(name: string): void {
    this.#asked.add(name);
    this.#rollout?.stirred(name);
    this.life.asked(name);
    this.disturbed(name);
  }

  answered(process: Process, call: WireCall): void {
    process.sending.delete(named(call).subject);
  }

  /** The call had its effect; `logged` is what the catalog's own log says of it. */
  effect(call: WireCall, logged: LoggedCall): void {
    const { recordId } = logged;
    const { token, subject } = named(call);
    if (recordId === undefined) return;
    const request = this.#requestOf(call, this.#bases.get(token) ?? null);
    const own = this.#own.get(recordId);
    if (own !== undefined) {
      this.#echoes.set(request, (this.#echoes.get(request) ?? 0) + 1);
      // Without a journal it is new to the process, and it is ours: AWS knows its token.
      this.life.owns(own.productId);
      return;
    }
    this.updates += 1;
    const truth = this.#service.admin.product(subject);
    const productId = truth?.product.id ?? subject;
    const name = truth?.product.name ?? subject;
    if (call.operation === 'TerminateProvisionedProduct' && truth !== null)
      this.life.terminated(truth, token);
    if (call.operation === 'ProvisionProduct') this.life.provisioned(name);
    const intent = this.#disk.entries.get(`name:${name}`)?.intent;
    this.#rollout?.began(recordId, name, this.#moves.get(token) ?? null);
    // It may have taken somebody else's record for its answer.
    const isOpen = intent?.token === token && (intent.recordId ?? recordId) === recordId;
    const moves =
      call.operation !== 'UpdateProvisionedProductProperties' || this.propertiesMoveBase;
    // Each life of a name has a base of its own.
    const effect = JSON.stringify([productId, request]);
    const before = this.#effects.get(effect);
    if (before !== undefined && moves)
      this.break('1 once', `${name}: ${before} and ${recordId} for one base and one request`);
    this.#effects.set(effect, recordId);
    const record: OwnRecord = {
      id: recordId,
      productId,
      name,
      request: this.#requestOf(call, null),
      sentWallMs: Date.parse(intent?.firstSentAt ?? '') || this.#clock.wall(),
      sentMs: this.#clock.elapsed(),
      aheadMs: 0,
      // What arrives when nobody waits for it any more is nobody's operation.
      forgotten: !isOpen,
    };
    if (!isOpen) this.#rollout?.stirred(name);
    this.#checkRepeat(record, token);
    this.#own.set(recordId, record);
    if (isOpen) this.life.owns(productId);
    this.#newest.set(productId, { id: recordId, ours: true });
    this.#lastOwn.set(productId, record);
    this.#checkInFlight();
  }

  /** The same request twice in a row, with nothing in between, is right only after a passing failure. */
  #checkRepeat(record: OwnRecord, token: string): void {
    const last = this.#lastOwn.get(record.productId);
    if (last === undefined || last.request !== record.request) return;
    if (last.forgotten || record.forgotten) return;
    const ended = this.#endOf(last.id);
    if (ended === null) return;
    if (ended.status === 'FAILED' && PASSING.test(ended.why)) {
      const endedMs = this.#endedAt.get(last.id) ?? 0;
      const waitedMs = this.#clock.elapsed() - endedMs;
      const hasJumped = this.#clock.hasJumpedSince(endedMs);
      if (waitedMs < 55_000 && !hasJumped && !this.#asked.has(record.name))
        this.break(
          '4 backoff',
          `${record.name}: sent again ${waitedMs} ms after a passing failure`,
        );
      return;
    }
    // One attempt for each time that a person has asked.
    if (this.#asked.delete(record.name)) return;
    this.break(
      '1 no useless repeat',
      `${record.name}: ${record.id} (token ${token.slice(0, 12)}) repeats ${last.id}, which ${ended.status} ${ended.why}`,
    );
  }

  #endOf(recordId: string): { readonly status: string; readonly why: string } | null {
    return this.#ends.get(recordId) ?? null;
  }

  readonly #endedAt = new Map<string, number>();
  readonly #ends = new Map<string, { readonly status: string; readonly why: string }>();

  /** After every moment: what became of records since. */
  look(): void {
    if (this.#limits.hasLife) this.life.look();
    for (const name of this.#limits.names) {
      const product = this.#service.admin.provisionedProduct(name);
      if (product === null) continue;
      this.#names.set(product.id, name);
      if (hasSucceeded(product)) this.#ran.set(product.id, product.artifactId);
    }
    for (const [productId, newest] of this.#newest) {
      if (this.#ends.has(newest.id)) continue;
      const product = this.#service.admin.provisionedProduct(productId);
      if (product?.status === 'UNDER_CHANGE') continue;
      const ok =
        product === null ||
        product.lastProvisioningRecordId !== newest.id ||
        product.lastSuccessfulProvisioningRecordId === newest.id;
      this.#changedAt.set(productId, this.#clock.elapsed());
      if (!newest.ours && product !== null) this.life.disturbed(product.name);
      this.#rollout?.vacated(this.#names.get(productId) ?? productId);
      this.#endedAt.set(newest.id, this.#clock.elapsed());
      this.#ends.set(newest.id, {
        status: ok ? 'SUCCEEDED' : 'FAILED',
        why: ok ? '' : (product?.statusMessage ?? ''),
      });
      const why = product?.statusMessage ?? '';
      const failed = PASSING.test(why) ? 'failed in passing' : 'failed';
      this.#rollout?.ended(newest.id, ok ? 'succeeded' : failed);
      if (!ok) this.#failed.set(productId, { recordId: newest.id, atMs: this.#clock.elapsed() });
    }
  }

  #aheadOf({ sentMs, sentWallMs, aheadMs }: OwnRecord): number {
    const passedMs = this.#clock.elapsed() - sentMs;
    return Math.max(aheadMs, this.#clock.wall() - sentWallMs - passedMs);
  }

  /** The wall clock is about to jump. */
  jumps(): void {
    for (const record of this.#own.values()) record.aheadMs = this.#aheadOf(record);
  }

  /** Our operations under way, but those that outlasted their time: their slots are free by design. */
  #checkInFlight(): void {
    const running = [...this.#newest].filter(([productId, newest]) => {
      const record = this.#own.get(newest.id);
      if (!newest.ours || record === undefined || record.forgotten) return false;
      const age = this.#clock.elapsed() - record.sentMs + this.#aheadOf(record);
      if (age >= this.#limits.recordTimeoutMs) return false;
      return this.#service.admin.provisionedProduct(productId)?.status === 'UNDER_CHANGE';
    });
    if (running.length > this.#limits.maxInFlight)
      this.break(
        '3 in flight',
        `${running.length} of our operations run, the limit is ${this.#limits.maxInFlight}`,
      );
  }
}

export function tokenOf(input: WireCall['input']): unknown {
  return (
    input.UpdateToken ?? input.IdempotencyToken ?? input.ProvisionToken ?? input.TerminateToken
  );
}

/** The last provisioning of it is over, and went well. */
function hasSucceeded(product: ProvisionedProduct): boolean {
  const { lastProvisioningRecordId: last, lastSuccessfulProvisioningRecordId: good } = product;
  return last === good && product.status !== 'UNDER_CHANGE';
}

/** `subject`: its id, or the name of what is to be new. */
function named({ input }: WireCall): { readonly token: string; readonly subject: string } {
  const subject = input.ProvisionedProductId ?? input.ProvisionedProductName;
  return { token: String(tokenOf(input)), subject: String(subject) };
}

interface Argument {
  readonly Key: string;
  readonly Value?: string;
}

/** Why an update is not what the document asks for; null: it is. */
function unlikeUpdate(
  spec: Spec,
  { input }: WireCall,
  stored: ReadonlySet<string> | undefined,
): string | null {
  const sent = new Map(
    (input.ProvisioningParameters as Argument[]).map((one) => [one.Key, one.Value]),
  );
  for (const [key, wish] of Object.entries(spec.parameters))
    if (wish.kind === 'value' && sent.get(key) !== wish.value)
      return `parameter ${key} is sent as ${sent.get(key)}, the document says ${wish.value}`;
    else if (
      wish.kind === 'from' &&
      sent.get(key) !== undefined &&
      !stored?.has(sent.get(key) ?? '')
    )
      return `parameter ${key} is sent as ${sent.get(key)}, which its secret never was`;
  return null;
}

function unlikeProperties(spec: Spec, { input }: WireCall): string | null {
  const sent = input.ProvisionedProductProperties as Record<string, string>;
  const wanted = { OWNER: spec.owner, LAUNCH_ROLE: spec.launchRole } as const;
  for (const [property, value] of Object.entries(sent))
    if (wanted[property as keyof typeof wanted] !== value)
      return `${property} is sent as ${value}, the document says ${wanted[property as keyof typeof wanted]}`;
  return null;
}
