import {
  type Behaviour,
  DEFAULT_BEHAVIOUR,
  DEFAULT_TIMING,
  type RateLimit,
  type RateLimits,
  type Timing,
} from './behaviour.ts';
import { parseDuration } from './duration.ts';
import type { Caller, Product } from './model.ts';
import type {
  BehaviourInput,
  CallerInput,
  LooseStackInput,
  ProvisionedInput,
  SecretInput,
  SeedInput,
  StoredParameterInput,
} from './seed-input.ts';
import { normaliseProduct } from './seed-products.ts';

/** Something wrong in a seed. `path` leads to it: member names and list positions. */
export interface SeedProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Every problem of a seed at once. */
export class SeedError extends Error {
  readonly problems: readonly SeedProblem[];

  constructor(problems: readonly SeedProblem[]) {
    const lines = problems.map((problem) => `${problem.path.join('.')}: ${problem.message}`);
    super(`The local catalog's seed cannot be used:\n  ${lines.join('\n  ')}`);
    this.name = 'SeedError';
    this.problems = problems;
  }
}

/** A seed that was checked; one seed may start any number of catalogs. */
export interface Seed {
  readonly account: string;
  readonly region: string;
  readonly timing: Timing;
  readonly behaviour: Behaviour;
  readonly limits: RateLimits;
  readonly callers: readonly Caller[];
  readonly defaultCaller: Caller;
  readonly products: readonly Product[];
  readonly provisioned: readonly ProvisionedInput[];
  readonly stacks: readonly LooseStackInput[];
  readonly parameterStore: readonly StoredParameterInput[];
  readonly secrets: readonly SecretInput[];
}

/** Collects problems, so that a seed's author sees them all at once. */
export interface Report {
  problem(path: readonly (string | number)[], message: string): void;
}

/** Checks a seed whose shape is right, and fills in what it leaves out. Throws SeedError. */
export function normaliseSeed(input: SeedInput): Seed {
  const problems: SeedProblem[] = [];
  const report: Report = { problem: (path, message) => problems.push({ path, message }) };
  const account = input.account ?? '111122223333';
  const region = input.region ?? 'eu-west-1';
  if (!/^\d{12}$/.test(account)) report.problem(['account'], `"${account}" is not 12 digits.`);
  const seed: Seed = {
    account,
    region,
    timing: timingOf(input, report),
    behaviour: behaviourOf(input.behaviour ?? {}, report),
    limits: limitsOf(input),
    callers: (input.callers ?? []).map((caller, index) => callerOf(caller, index, report)),
    defaultCaller: adminOf(account),
    products: (input.products ?? []).map((product, index) =>
      normaliseProduct(product, ['products', index], report),
    ),
    provisioned: input.provisionedProducts ?? [],
    stacks: input.stacks ?? [],
    parameterStore: input.parameterStore ?? [],
    secrets: input.secrets ?? [],
  };
  checkUnique(seed, report);
  checkReferences(seed, report);
  if (problems.length > 0) throw new SeedError(problems);
  return seed;
}

/** Whoever calls with an unknown access key: an administrator of that account. */
export function adminOf(account: string): Caller {
  return {
    name: 'admin',
    accessKeyId: account,
    account,
    arn: `arn:aws:iam::${account}:role/LocalAdmin`,
    sessionArn: `arn:aws:sts::${account}:assumed-role/LocalAdmin/local`,
    userId: 'AROALOCALADMIN:local',
    level: 'Account',
    allow: ['*'],
    deny: [],
  };
}

function timingOf(input: SeedInput, report: Report): Timing {
  const timing = { ...DEFAULT_TIMING };
  for (const key of ['accepted', 'running', 'remediation', 'properties', 'planning'] as const) {
    const text = input.timing?.[key];
    if (text !== undefined) timing[key] = duration(text, ['timing', key], report);
  }
  return timing;
}

function duration(text: string, path: readonly (string | number)[], report: Report): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  report.problem(path, `"${text}" is not a duration such as 300ms, 2s or 5m.`);
  return 0;
}

/** A change of switches, as a seed or the admin interface writes it. */
export function behaviourOf(
  input: BehaviourInput,
  report: Report,
  base: Behaviour = DEFAULT_BEHAVIOUR,
): Behaviour {
  const { tokenWindow, describeLag, searchLag, ...rest } = input;
  const time = (key: 'tokenWindow' | 'describeLag' | 'searchLag', text: string | undefined) =>
    text === undefined ? base[key] : duration(text, ['behaviour', key], report);
  return {
    ...base,
    ...rest,
    tokenWindow: time('tokenWindow', tokenWindow),
    describeLag: time('describeLag', describeLag),
    searchLag: time('searchLag', searchLag),
  };
}

function limitsOf(input: SeedInput): RateLimits {
  const limit = (rate: { perSecond: number; burst?: number }): RateLimit => ({
    perSecond: rate.perSecond,
    burst: rate.burst ?? Math.max(1, rate.perSecond),
  });
  const operations = Object.entries(input.limits?.operations ?? {});
  return {
    default: input.limits?.default === undefined ? null : limit(input.limits.default),
    operations: new Map(operations.map(([name, rate]) => [name, limit(rate)])),
  };
}

const PRINCIPAL = /^arn:aws[a-z-]*:iam::(\d{12}):(role|user)\/(.+)$/;

function callerOf(input: CallerInput, index: number, report: Report): Caller {
  const [, account, kind, path = ''] = PRINCIPAL.exec(input.arn) ?? [];
  if (account === undefined)
    report.problem(['callers', index, 'arn'], `"${input.arn}" is not an IAM role or user ARN.`);
  const short = path.split('/').at(-1) ?? path;
  const session = input.sessionName ?? input.name;
  const isRole = kind === 'role';
  return {
    name: input.name,
    accessKeyId: input.accessKeyId,
    account: account ?? '',
    arn: input.arn,
    sessionArn: isRole ? `arn:aws:sts::${account}:assumed-role/${short}/${session}` : input.arn,
    userId: isRole ? `AROALOCAL${index}:${session}` : `AIDALOCAL${index}`,
    level: input.level ?? 'Account',
    allow: input.allow ?? ['*'],
    deny: input.deny ?? [],
  };
}

function checkUnique(seed: Seed, report: Report): void {
  const ids = new Set<string>();
  for (const [index, product] of seed.products.entries()) {
    if (ids.has(product.id))
      report.problem(
        ['products', index, 'name'],
        `another product has the same id ${product.id}; give products of the same name an id.`,
      );
    ids.add(product.id);
  }
  const names = new Set<string>();
  for (const [index, item] of seed.provisioned.entries()) {
    const name = `${item.account ?? seed.account}/${item.region ?? seed.region}/${item.name}`;
    if (names.has(name))
      report.problem(['provisionedProducts', index, 'name'], `"${item.name}" is there twice.`);
    names.add(name);
  }
}

/** Whether each provisioned product stands for something that the catalog offers. */
function checkReferences(seed: Seed, report: Report): void {
  for (const [index, item] of seed.stacks.entries()) {
    const product = findSeedProduct(seed, item.product);
    if (product === undefined || findSeedVersion(product, item.version) === undefined)
      report.problem(
        ['stacks', index],
        `no product "${item.product}" with a version "${item.version}" in this seed.`,
      );
  }
  for (const [index, item] of seed.provisioned.entries()) {
    const at = ['provisionedProducts', index];
    const product = findSeedProduct(seed, item.product);
    if (product === undefined) {
      report.problem([...at, 'product'], `no product "${item.product}" in this seed.`);
      continue;
    }
    for (const [field, version] of [
      ['version', item.version],
      ['failedUpdate', item.failedUpdate?.version],
    ] as const)
      if (version !== undefined && findSeedVersion(product, version) === undefined)
        report.problem([...at, field], `product "${product.name}" has no version "${version}".`);
    const wantedPath = item.path;
    if (wantedPath !== undefined && !product.paths.some((path) => path.name === wantedPath))
      report.problem([...at, 'path'], `product "${product.name}" has no path "${wantedPath}".`);
  }
}

export function findSeedProduct(seed: Seed, nameOrId: string): Product | undefined {
  return seed.products.find((product) => product.id === nameOrId || product.name === nameOrId);
}

export function findSeedVersion(product: Product, nameOrId: string) {
  return product.versions.find((item) => item.id === nameOrId || item.name === nameOrId);
}
