/**
 * Real crashes: the real daemon as a process against the local catalog over HTTP, killed with SIGKILL
 * at random points while commits and faults go on. The catalog's own log is the judge.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asTargetName } from '../../src/domain/ids.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { FaultEffect } from '../../src/local-catalog/faults.ts';
import { type LocalCatalog, startLocalCatalog } from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import { systemClock } from '../../src/server/clock.ts';
import { Rng } from '../simulation/rng.ts';
import { networks } from '../support/network.ts';
import { spawnProgram } from '../support/program.ts';

const ACCOUNT = '111122223333';
const NAMES = Array.from({ length: 16 }, (_, index) => `net-${index}`);
/** A killed request whose document changes waits for ten minutes, so an estate is used up after a while. */
const KILLS_PER_ESTATE = 8;
const SECRET = 'hush-at-work';

export interface CrashReport {
  readonly kills: number;
  /** Accepted calls of ours that created a record. */
  readonly records: number;
  /**
   * Different (provisioned product, request) among them. No value is ever committed twice, so this is
   * stricter than one record for each product, base and request: a request may bear one record only.
   */
  readonly distinct: number;
  readonly calls: number;
  readonly commits: number;
  readonly faults: number;
  readonly wallMs: number;
  /** Everything that is wrong; empty: the verdict is good. */
  readonly complaints: readonly string[];
}

interface Effect {
  readonly recordId: string;
  readonly key: string;
}

/** Reads the catalog's own log: which call of ours created which record. */
class Judge {
  readonly effects: Effect[] = [];
  readonly #catalog: LocalCatalog;
  readonly #known = new Set<string>();
  #read = 0;

  constructor(catalog: LocalCatalog) {
    this.#catalog = catalog;
  }

  look(): void {
    const calls = this.#catalog.admin.calls('UpdateProvisionedProduct');
    for (const { recordId, input } of calls.slice(this.#read)) {
      if (recordId === undefined || this.#known.has(recordId)) continue;
      this.#known.add(recordId);
      const { UpdateToken: _token, ...request } = input as Record<string, unknown>;
      this.effects.push({ recordId, key: JSON.stringify(request) });
    }
    this.#read = calls.length;
  }
}

/** What a publisher does to the directory: git-sync's link, or plain files written in place. */
class Publisher {
  readonly directory: string;
  readonly #root: string;
  readonly #link: boolean;
  #before: string | null = null;
  count = 0;

  constructor(root: string, link: boolean) {
    this.#root = root;
    this.#link = link;
    this.directory = join(root, link ? 'link' : 'plain');
    if (!link) mkdirSync(this.directory, { recursive: true });
  }

  publish(values: ReadonlyMap<string, string>): void {
    this.count += 1;
    if (!this.#link) {
      this.#write(this.directory, values);
      return;
    }
    const commit = this.count.toString(16).padStart(40, '0');
    const tree = join(this.#root, '.worktrees', commit);
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, '.git'), 'gitdir: elsewhere\n');
    this.#write(tree, values);
    symlinkSync(join('.worktrees', commit), join(this.#root, 'tmp-link'));
    renameSync(join(this.#root, 'tmp-link'), this.directory);
    if (this.#before !== null) rmSync(this.#before, { recursive: true, force: true });
    this.#before = tree;
  }

  #write(directory: string, values: ReadonlyMap<string, string>): void {
    for (const [name, cidr] of values)
      writeFileSync(join(directory, `${name}.yaml`), documentOf(name, cidr));
  }
}

function documentOf(name: string, cidr: string): string {
  return [
    'apiVersion: trueup/v1',
    'kind: ProvisionedProduct',
    `metadata: {name: ${name}}`,
    'spec:',
    '  productName: network',
    '  provisioningArtifactName: v1',
    `  provisioningParameters: {Cidr: "${cidr}", Secret: "${SECRET}"}`,
    '',
  ].join('\n');
}

const SEED = normaliseSeed(
  networks({
    account: ACCOUNT,
    region: 'eu-west-1',
    timing: { accepted: '20ms', running: '150ms', remediation: '50ms' },
    parameters: { Cidr: {}, Secret: { noEcho: true, default: 'none' } },
    names: NAMES,
    live: { Cidr: 'start' },
  }),
);

const EFFECTS: readonly FaultEffect[] = [
  { kind: 'throttle' },
  { kind: 'internalError' },
  { kind: 'lostReply' },
  { kind: 'slow', ms: 400 },
  { kind: 'slow', ms: 60 },
];

class Crashes {
  readonly #rng: Rng;
  readonly #catalog: LocalCatalog;
  readonly #directory: string;
  readonly #publisher: Publisher;
  readonly #judge: Judge;
  readonly #values = new Map(NAMES.map((name) => [name, 'start']));
  #faults = 0;
  #errors = '';

  constructor(parts: {
    readonly rng: Rng;
    readonly catalog: LocalCatalog;
    readonly directory: string;
    readonly publisher: Publisher;
  }) {
    this.#rng = parts.rng;
    this.#catalog = parts.catalog;
    this.#directory = parts.directory;
    this.#publisher = parts.publisher;
    this.#judge = new Judge(parts.catalog);
  }

  /** Every document changes again and again here, which no guard would let pass. */
  openGuards(): Promise<void> {
    const text = 'maxChanges: 100000\nguards: {window: 0s, updates: {share: 100%}}\n';
    return writeFile(join(this.#directory, 'trueup.yaml'), text);
  }

  #start(): { readonly child: ChildProcess; readonly ended: Promise<void> } {
    const flags = ['--account', ACCOUNT, '--interval', '5s', '--poll-interval', '1s'];
    const rates = ['--writes-per-second', '10', '--settle', '50ms', '--log-level', 'warn'];
    const args = ['run', this.#publisher.directory, ...flags, ...rates];
    const child = spawnProgram(this.#directory, this.#catalog.url, args);
    child.stdout?.resume();
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk).slice(-4_000);
    });
    return { child, ended: new Promise((resolve) => child.on('close', () => resolve())) };
  }

  #commit(): void {
    const rng = this.#rng;
    for (const name of NAMES)
      if (rng.chance(0.25)) this.#values.set(name, `c${this.#publisher.count}-${name}`);
    this.#publisher.publish(this.#values);
  }

  #fault(): void {
    this.#faults += 1;
    const operation = this.#rng.pick(['UpdateProvisionedProduct', 'UpdateProvisionedProduct', '*']);
    this.#catalog.admin.addFault({ operation, count: 1, effect: this.#rng.pick(EFFECTS) });
  }

  /** One life of the daemon, from its start to its death: at a call, or at any moment. */
  async life(): Promise<void> {
    const rng = this.#rng;
    const { child, ended } = this.#start();
    this.#commit();
    if (rng.chance(0.5)) this.#fault();
    const writes = () => this.#catalog.admin.counts().UpdateProvisionedProduct ?? 0;
    const after = writes() + rng.int(1, 4);
    const atMs = performance.now() + rng.int(900, 3_000);
    while (performance.now() < atMs && writes() < after) {
      if (rng.chance(0.003)) this.#commit();
      await pause(2);
    }
    if (rng.chance(0.7)) await pause(rng.int(0, 60));
    child.kill('SIGKILL');
    await ended;
    this.#judge.look();
  }

  /** Faults stop: everything that is declared is reached. */
  async settle(): Promise<readonly string[]> {
    this.#catalog.admin.clearFaults();
    this.#commit();
    const { child, ended } = this.#start();
    const open = () =>
      NAMES.filter((name) => {
        const truth = this.#catalog.admin.product(name);
        return truth?.parameters.Cidr !== this.#values.get(name);
      });
    const endMs = performance.now() + 75_000;
    let waiting: ReadonlySet<string> = new Set();
    const owed = () => open().filter((name) => !waiting.has(`name:${name}`));
    while (owed().length > 0 && performance.now() < endMs) {
      await pause(500);
      waiting = await this.#waiting();
    }
    child.kill('SIGTERM');
    await ended;
    this.#judge.look();
    return owed().map((name) => `${name} did not reach its desired state`);
  }

  /** What has an open request whose document has changed since: it is given up after ten minutes only. */
  async #waiting(): Promise<ReadonlySet<string>> {
    const path = join(this.#directory, '.trueup', 'journal.db');
    const journal = await openJournal({ path, clock: systemClock, host: '', pid: 0, mode: 'read' });
    const entries = await journal.list(asTargetName('default'));
    await journal.close();
    return new Set(
      [...entries].flatMap(([key, { value }]) => (value.intent === null ? [] : [key])),
    );
  }

  report(kills: number, wallMs: number, unsettled: readonly string[]): CrashReport {
    const { effects } = this.#judge;
    const seen = new Set<string>();
    const twice = effects.filter(({ key }) => seen.size === seen.add(key).size);
    const repeats = twice.map(({ recordId, key }) => `${recordId} repeats ${key}`);
    const complaints = [...unsettled, ...repeats];
    if (this.#errors.includes(SECRET)) complaints.push('the log shows a secret');
    return {
      kills,
      records: effects.length,
      distinct: seen.size,
      calls: this.#catalog.admin.totalCalls(),
      commits: this.#publisher.count,
      faults: this.#faults,
      wallMs,
      complaints: complaints.length > 0 ? [...complaints, this.#errors] : [],
    };
  }
}

/** Kills so many daemons, a few on each estate. */
export async function crash(options: {
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: (done: number) => void;
}): Promise<CrashReport> {
  const { kills, seed, onKill = () => undefined } = options;
  const reports: CrashReport[] = [];
  for (let done = 0; done < kills; done += KILLS_PER_ESTATE) {
    const some = Math.min(KILLS_PER_ESTATE, kills - done);
    reports.push(await oneEstate(some, seed, new Rng(`crashes ${seed} ${done}`)));
    onKill(done + some);
  }
  const sum = (of: Exclude<keyof CrashReport, 'complaints'>) =>
    reports.reduce((total, report) => total + report[of], 0);
  return {
    kills: sum('kills'),
    records: sum('records'),
    distinct: sum('distinct'),
    calls: sum('calls'),
    commits: sum('commits'),
    faults: sum('faults'),
    wallMs: sum('wallMs'),
    complaints: reports.flatMap((report) => report.complaints),
  };
}

async function oneEstate(kills: number, seed: number, rng: Rng): Promise<CrashReport> {
  const startMs = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'trueup-crashes-'));
  const catalog = await startLocalCatalog({ seed: SEED });
  const publisher = new Publisher(directory, seed % 2 === 0);
  const crashes = new Crashes({ rng, catalog, directory, publisher });
  try {
    await crashes.openGuards();
    for (let done = 0; done < kills; done += 1) await crashes.life();
    const unsettled = await crashes.settle();
    return crashes.report(kills, performance.now() - startMs, unsettled);
  } finally {
    await catalog.close();
    await rm(directory, { recursive: true, force: true });
  }
}
