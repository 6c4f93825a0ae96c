import type { ProductKey } from '../../src/domain/ids.ts';
import type { Spec } from '../../src/domain/spec.ts';
import type { InProcessCatalog } from '../../src/local-catalog/local-catalog.ts';
import type { TrueProduct } from '../../src/local-catalog/truth.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import type { SimClock } from './clock.ts';

/** What is known of a document that a process has read. */
interface Paper {
  readonly spec: Spec;
  /** When it was first missed in a whole reading since it was last there. */
  readonly gone: { readonly ms: number; readonly wallMs: number; readonly starts: number } | null;
}

const MINUTE = 60_000;
/** Two complete reads must be so far apart (lifecycle.md). */
const GONE_MS = 10 * MINUTE;
/** Describe lags at most so far. */
const LAG_MS = 25_000;
/** A Describe that lags longer than this is not assumed. */
const ABSENT_MS = 60_000;

type Break = (rule: string, message: string) => void;

/** What may come into being, and what may go: by what was read, and by what is true. */
export class LifeRules {
  readonly #service: InProcessCatalog;
  readonly #clock: SimClock;
  readonly #break: Break;
  #papers = new Map<string, Paper>();
  /** What the journal had when it was last written: what is read and lost with the process is nothing. */
  #kept: ReadonlyMap<string, Paper> = new Map();
  /** Ids that a record of ours is about, or one that was taken for ours (ADR 7). */
  readonly #owned = new Set<string>();
  readonly #foreignMs = new Map<string, number>();
  readonly #errorMs = new Map<string, number>();
  /** By name and content: the token of the termination. */
  readonly #recreated = new Map<string, Map<string, string>>();
  readonly #disturbedMs = new Map<string, number>();
  /** Names whose product we terminated to provision it again. */
  readonly #between = new Set<string>();
  /** Every value that a stored secret has had. */
  readonly stored = new Map<string, Set<string>>();
  #starts = 0;

  constructor(service: InProcessCatalog, clock: SimClock, onBreak: Break) {
    this.#service = service;
    this.#clock = clock;
    this.#break = onBreak;
  }

  started(): void {
    this.#papers = new Map(this.#kept);
    this.#starts += 1;
  }

  loaded(state: DesiredState): void {
    for (const spec of state.specs.values()) this.#papers.set(spec.name, { spec, gone: null });
    // ADR 7: what is invalid and was never seen valid may be the new name of what seems gone.
    const isSure =
      !state.unknownIdentity &&
      [...state.invalid.values()].every(({ name }) => this.#papers.has(name));
    for (const [name, paper] of this.#papers) {
      if (state.declared.has(`name:${name}` as ProductKey))
        this.#papers.set(name, { ...paper, gone: null });
      else if (isSure && paper.gone === null)
        this.#papers.set(name, { ...paper, gone: this.#now() });
    }
  }

  #now() {
    return { ms: this.#clock.elapsed(), wallMs: this.#clock.wall(), starts: this.#starts };
  }

  /** After every moment. */
  look(): void {
    for (const name of this.#papers.keys()) {
      const product = this.#service.admin.provisionedProduct(name);
      if (product === null) continue;
      if (product.status === 'ERROR') this.#errorMs.set(product.id, this.#clock.elapsed());
    }
  }

  foreign(productId: string): void {
    this.#foreignMs.set(productId, this.#clock.elapsed());
  }

  disturbed(name: string): void {
    this.#disturbedMs.set(name, this.#clock.elapsed());
  }

  /** Somebody else's record fits an open request, and is taken for its answer. */
  misled(name: string, productId: string): void {
    this.#misled.add(name);
    // What we did last is not somebody else's change.
    this.#foreignMs.delete(productId);
    this.owns(productId);
  }

  /** `asOurs`: it is taken for ours, after which it is provisioned again; else it is owed to nobody. */
  terminatedByOther(name: string, asOurs: boolean): void {
    if (asOurs) this.#between.add(name);
    else this.#between.delete(name);
  }

  /** A stack may not be read: until the next look nothing tells its values. */
  hidden(): void {
    this.#hiddenMs = this.#clock.elapsed();
  }

  #hiddenMs = Number.NEGATIVE_INFINITY;

  /** A record of ours came to be, and a process waits for it. */
  owns(productId: string): void {
    this.#owned.add(productId);
  }

  readonly #misled = new Set<string>();
  /** By id: the document it is to come back under; null: it goes because its document went. */
  readonly #sentFor = new Map<string, Spec | null>();

  /** Something is asked for; `wanted`: by which document, null: because there is none any more. */
  sent(id: string, wanted: Spec | null): void {
    this.#sentFor.set(id, wanted);
  }

  asked(name: string): void {
    this.#recreated.delete(name);
  }

  noted(): void {
    this.#kept = new Map(this.#papers);
  }

  journalLost(): void {
    this.#kept = new Map();
    this.#owned.clear();
    this.#between.clear();
    this.#recreated.clear();
  }

  /** Why a product may not be provisioned now under this revision; null: it may. */
  whyNotProvisioned(state: DesiredState, name: string, isRepeat: boolean): string | null {
    const spec = state.specs.get(`name:${name}` as ProductKey);
    const truth = this.#service.admin.product(name);
    if (spec === undefined) return 'no document declares it now';
    // What is owed may have been made by the first send of this very request, which arrived late.
    const isOwed = this.#between.has(name) || (isRepeat && truth !== null);
    if (spec.reconcile.onMissing !== 'provision' && !isOwed)
      return 'its document does not say onMissing: provision';
    const ageMs = truth === null ? 0 : this.#clock.aws() - truth.product.createdAt;
    if (ageMs > ABSENT_MS && !isRepeat) return `there is ${truth?.product.id}, ${ageMs} ms old`;
    return null;
  }

  /** Why what a document depends on does not let it begin; null: it does. */
  whyNotYet(state: DesiredState, name: string, calmMs: number): string | null {
    const spec = state.specs.get(`name:${name}` as ProductKey);
    for (const { key, name: other } of spec?.dependsOn ?? []) {
      const needed = state.specs.get(key);
      if (needed === undefined) return `${other}, which it needs, is not declared`;
      if (needed.reconcile.mode === 'observe' || this.#misled.has(other)) continue;
      const truth = this.#service.admin.product(other);
      if (truth === null) {
        const calm = this.#clock.elapsed() - (this.#disturbedMs.get(other) ?? 0) > calmMs;
        if (calm) return `${other}, which it needs, does not exist`;
        continue;
      }
      const sinceMs = this.#clock.elapsed() - (this.#disturbedMs.get(other) ?? 0);
      if (sinceMs <= calmMs || needed.reconcile.drift === 'report') continue;
      // Semantics 2: values that may not be read are unverified, and nothing waits for those.
      if (this.#clock.elapsed() - this.#hiddenMs <= calmMs) continue;
      // What an engine made has values that nothing tells, and what they are not known to be is no reason.
      if (truth.product.kind !== 'CFN_STACK') continue;
      const wanted = needed.parameters.Cidr;
      if (wanted?.kind === 'value' && wanted.value !== truth.parameters.Cidr)
        return `${other}, which it needs, has Cidr ${truth.parameters.Cidr}, not ${wanted.value}`;
    }
    return null;
  }

  /** Why a product may not be terminated now under this revision; null: it may. */
  whyNotTerminated(state: DesiredState, truth: TrueProduct, retain: boolean): string | null {
    const spec = state.specs.get(`name:${truth.product.name}` as ProductKey);
    return spec === undefined
      ? this.#whyNotParting(state, truth, retain)
      : this.#whyNotRecreated(spec, truth, retain);
  }

  #whyNotParting(state: DesiredState, truth: TrueProduct, retain: boolean): string | null {
    const { name } = truth.product;
    const key = `name:${name}` as ProductKey;
    if (state.declared.has(key)) return 'its document is there';
    if (state.unknownIdentity) return 'a file of this revision cannot be read';
    const paper = this.#papers.get(name);
    if (paper === undefined) return 'there never was a document for it';
    const { prune, deletionProtection, suspend, mode } = paper.spec.reconcile;
    if (prune === 'never') return 'its document said prune: never';
    if ((prune === 'retain') !== retain) return `its document said prune: ${prune}`;
    if (deletionProtection) return 'it is protected';
    if (suspend || mode === 'observe') return 'its document was suspended or only observed';
    for (const one of this.#declared(state))
      if (one.dependsOn.some((other) => other.key === key)) return `${one.name} depends on it`;
    return this.#whyTooEarly(paper) ?? this.#whyNotOurs(truth, paper);
  }

  /** What is invalid now depends on what it said when it was last valid. */
  #declared(state: DesiredState): readonly Spec[] {
    const before = [...state.invalid.values()].flatMap(({ name }) => this.#papers.get(name) ?? []);
    return [...state.specs.values(), ...before.map(({ spec }) => spec)];
  }

  #whyTooEarly({ gone }: Paper): string | null {
    if (gone === null) return 'its document was not missed';
    const now = this.#now();
    const passedMs = now.starts === gone.starts ? now.ms - gone.ms : now.wallMs - gone.wallMs;
    const longest = Math.max(passedMs, now.ms - gone.ms);
    return longest >= GONE_MS ? null : `its document has been missing for ${longest} ms only`;
  }

  #whyNotOurs({ product }: TrueProduct, { gone }: Paper): string | null {
    const { id } = product;
    if (!this.#owned.has(id)) return `no record of ours is about ${id}`;
    const foreignMs = this.#foreignMs.get(id) ?? Number.NEGATIVE_INFINITY;
    const isLater = gone !== null && foreignMs > gone.ms;
    return isLater && this.#clock.elapsed() - foreignMs > LAG_MS
      ? `somebody else changed ${id} since its document went`
      : null;
  }

  #whyNotRecreated({ reconcile }: Spec, { product }: TrueProduct, retain: boolean): string | null {
    const { onError, deletionProtection, suspend, mode } = reconcile;
    if (onError !== 'recreate') return 'its document is there and does not say onError: recreate';
    if (deletionProtection) return 'it is protected';
    if (suspend || mode === 'observe') return 'its document is suspended or only observed';
    if (retain) return 'a recreation keeps no resources';
    if (product.status === 'ERROR') return null;
    const errorMs = this.#errorMs.get(product.id) ?? Number.NEGATIVE_INFINITY;
    return this.#clock.elapsed() - errorMs > LAG_MS
      ? `it is ${product.status}, not in ERROR`
      : null;
  }

  /**
   * A termination had its effect: it counts for the document that it was sent for. Its token is
   * forgotten when it has failed, so a repeat of a request that arrived late makes another record.
   */
  terminated({ product: { id, name } }: TrueProduct, token: string): void {
    const spec = this.#sentFor.get(id) ?? null;
    if (spec === null) {
      this.#between.delete(name);
      return;
    }
    this.#between.add(name);
    const { reconcile: _policy, origin: _place, labels: _labels, ...rest } = spec;
    const content = JSON.stringify(rest);
    const before = this.#recreated.get(name) ?? new Map<string, string>();
    if ((before.get(content) ?? token) !== token)
      this.#break('6 recreated once', `${name} is terminated twice for one content`);
    this.#recreated.set(name, before.set(content, token));
  }

  /** We terminated it to provision it again. */
  isBetween(name: string): boolean {
    return this.#between.has(name);
  }

  provisioned(name: string): void {
    this.#between.delete(name);
    this.disturbed(name);
  }
}
