import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadDesired } from '../../src/desired/load.ts';
import type { Desired } from '../../src/desired/model.ts';
import type { UpdateFacts } from '../../src/diff/assess.ts';
import { documentOf, makePlan } from '../../src/diff/plan.ts';
import { resolveTarget } from '../../src/diff/resolve.ts';
import type { Change } from '../../src/domain/change.ts';
import type { ProductEntry } from '../../src/domain/entry.ts';
import {
  asAccountId,
  asArtifactId,
  asPathId,
  asProductId,
  asProvisionedProductId,
  asTargetName,
} from '../../src/domain/ids.ts';
import {
  type Live,
  notRead,
  type ParameterDefinition,
  type PresentProduct,
  type Reading,
  read,
  type Stack,
  type StackParameter,
  unreadable,
} from '../../src/domain/live.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Spec } from '../../src/domain/spec.ts';
import {
  aDefinition,
  aLive,
  anArtifact,
  anEntry,
  aPath,
  aStack,
  NO_ECHO,
  prints,
  rec,
  shown,
} from './build.ts';
import { ABSOLUTE, guardsOf } from './guarded.ts';
import { digestOf, judge, type Modelled } from './model.ts';

/**
 * A golden trio is a directory in test/fixtures/plans: desired.yaml as people write it, live.json
 * as AWS and the journal would tell it in the short form below, and plan.json, which must come out.
 */
const ROOT = path.join(import.meta.dirname, '../fixtures/plans');

type Unreadable = { readonly unreadable: string };

interface ProductJson {
  readonly type?: string;
  readonly status?: string;
  readonly statusMessage?: string;
  readonly id?: string;
  /** One record, or the three pointers. */
  readonly record?: string;
  readonly records?: {
    readonly last: string;
    readonly lastProvisioning: string;
    readonly lastSuccessful: string;
  };
  readonly product?: string;
  readonly version?: string;
  readonly path?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly owner?: string;
  readonly launchRole?: string | null;
  readonly stack?: Unreadable | StackJson;
}

interface StackJson {
  readonly status?: string;
  readonly lastUpdated?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** null: NoEcho. */
  readonly parameters: Readonly<Record<string, string | null>>;
}

interface CatalogProductJson {
  readonly id: string;
  readonly tagUpdate: 'allowed' | 'notAllowed';
  /** Path id to portfolio name. */
  readonly paths: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, VersionJson>>;
}

interface VersionJson {
  readonly id: string;
  readonly active?: boolean;
  readonly parameters: Readonly<Record<string, Partial<ParameterDefinition>>>;
}

type EntryJson = Partial<Omit<ProductEntry, 'fingerprints' | 'inEffect'>> & {
  /** The present document is in effect since then. */
  readonly inEffectSince?: string;
  /** NoEcho values as last sent, in clear. */
  readonly fingerprints?: Readonly<Record<string, string>>;
};

export interface World {
  readonly targets: Readonly<
    Record<
      string,
      { readonly accountId: string; readonly region: string; readonly unreadable?: string }
    >
  >;
  readonly maxChanges?: number;
  readonly observeOnly?: boolean;
  /** By name within the only target, or by target/name. */
  readonly products: Readonly<Record<string, ProductJson | 'absent' | Unreadable>>;
  readonly catalog: Readonly<Record<string, CatalogProductJson>>;
  readonly journal?: Readonly<Record<string, EntryJson>>;
  /** When the failed record of a product ended. */
  readonly failedAt?: Readonly<Record<string, string>>;
}

export interface Trio {
  readonly name: string;
  readonly desired: Desired;
  readonly world: World;
}

export function trioNames(): readonly string[] {
  return readdirSync(ROOT).sort();
}

export function trioFile(name: string, file: string): string {
  return path.join(ROOT, name, file);
}

export function loadTrio(name: string): Trio {
  const world = JSON.parse(readFileSync(trioFile(name, 'live.json'), 'utf8')) as World;
  const bytes = readFileSync(trioFile(name, 'desired.yaml'));
  const targets = Object.keys(world.targets).map((target) => ({ name: asTargetName(target) }));
  const [first, second] = targets;
  const defaultTarget = second === undefined && first !== undefined ? first.name : null;
  const desired = loadDesired([{ path: 'desired.yaml', bytes }], { targets, defaultTarget });
  return { name, desired, world };
}

/** Each document of the trio with what is live and known of it. */
export function modelled({ desired, world }: Pick<Trio, 'desired' | 'world'>): readonly Modelled[] {
  return desired.specs.map((spec) => ({
    spec,
    live: liveOf(spec, world),
    entry: entryOf(spec, world),
    facts: (live) => factsOf(spec, live, world),
    observeOnly: world.observeOnly ?? false,
    failedAt: look(world.failedAt ?? {}, spec) ?? null,
  }));
}

export function planOf(trio: Pick<Trio, 'desired' | 'world'>): Plan {
  const { desired, world } = trio;
  const changes = modelled(trio).map(judge);
  const made = makePlan({
    targets: Object.entries(world.targets).map(([name, target]) => ({
      name: asTargetName(name),
      accountId: asAccountId(target.accountId),
      region: target.region,
      unreadable: target.unreadable ?? null,
      changes: changes.filter((change: Change) => change.target === name),
    })),
    documents: desired.specs.map((spec) => documentOf(spec, 'all')),
    problems: desired.problems,
  });
  const calls = {
    byOperation: {
      'servicecatalog.SearchProvisionedProducts': 1,
      'cloudformation.DescribeStacks': 1,
      'sts.GetCallerIdentity': 1,
    },
    total: 3,
  };
  const meta = {
    revision: '8c1f04e',
    createdAt: '2026-11-21T14:02:11.000Z',
    programVersion: '0.1.0',
    calls,
    directory: 'desired',
    guards: guardsOf(made.body.targets, {
      ...ABSOLUTE,
      maxChanges: world.maxChanges ?? ABSOLUTE.maxChanges,
    }),
  };
  return { ...made, meta };
}

function look<T>(record: Readonly<Record<string, T>>, spec: Spec): T | undefined {
  return record[`${spec.target}/${spec.name}`] ?? record[spec.name];
}

function liveOf(spec: Spec, world: World): Live {
  const json = look(world.products, spec);
  if (json === undefined) throw new Error(`live.json says nothing of ${spec.name}`);
  if (json === 'absent') return { kind: 'absent' };
  if ('unreadable' in json) return { kind: 'unreadable', why: json.unreadable };
  return present(spec, json, world);
}

function present(spec: Spec, json: ProductJson, world: World): PresentProduct {
  const record = rec(json.record ?? '1');
  const records = json.records ?? {
    last: record,
    lastProvisioning: record,
    lastSuccessful: record,
  };
  const product = json.product ?? 'net';
  const version = json.version ?? '1.0';
  const known = world.catalog[product];
  return aLive({
    id: asProvisionedProductId(json.id ?? `pp-${spec.name}`),
    name: spec.name,
    type: json.type ?? 'CFN_STACK',
    status: json.status ?? 'AVAILABLE',
    statusMessage: json.statusMessage ?? null,
    records: records as PresentProduct['records'],
    product: read({ id: asProductId(known?.id ?? 'prod-unknown'), name: product }),
    version: read({
      id: asArtifactId(known?.versions[version]?.id ?? 'pa-unknown'),
      name: version,
    }),
    path: json.path === undefined ? notRead : read(asPathId(json.path)),
    tags: read(json.tags ?? {}),
    owner: read({ arn: json.owner ?? 'arn:aws:iam::111122223333:role/vending', sessionArn: null }),
    launchRole: json.launchRole === undefined ? notRead : read(json.launchRole),
    stack: stackOf(json.stack),
  });
}

function stackOf(json: ProductJson['stack']): Reading<Stack> {
  if (json === undefined) return notRead;
  if ('unreadable' in json) return unreadable(json.unreadable);
  const parameters = Object.entries(json.parameters).map(
    ([key, text]): [string, StackParameter] => [key, text === null ? NO_ECHO : shown(text)],
  );
  return read(aStack({ tags: {}, ...json, parameters: Object.fromEntries(parameters) }));
}

function entryOf(spec: Spec, world: World): ProductEntry {
  const json = look(world.journal ?? {}, spec);
  if (json === undefined) return anEntry();
  const { inEffectSince, fingerprints, ...rest } = json;
  return anEntry({
    ...rest,
    inEffect:
      inEffectSince === undefined
        ? null
        : { specDigest: digestOf(spec), revision: '5b7e9d2', at: inEffectSince },
    fingerprints: fingerprints === undefined ? null : prints(fingerprints),
  });
}

function factsOf(spec: Spec, live: PresentProduct, world: World): UpdateFacts {
  const wanted = spec.product?.kind === 'name' ? spec.product.name : 'net';
  const product = world.catalog[wanted];
  const versions = Object.entries(product?.versions ?? {});
  const resolved = resolveTarget({
    spec,
    live,
    artifacts: read(
      versions.map(([name, { id, active }]) => anArtifact(id, name, { active: active ?? true })),
    ),
    paths: read(Object.entries(product?.paths ?? {}).map(([id, name]) => aPath(id, name))),
    recordedPath: live.path.kind === 'read' ? live.path.value : null,
    productId: read(product === undefined ? null : asProductId(product.id)),
  });
  if (resolved.kind !== 'resolved' || product === undefined)
    return { resolved, definitions: notRead, current: notRead, unchecked: null };
  const version = versions.find(([, { id }]) => id === resolved.artifactId);
  const parameters = Object.entries(version?.[1].parameters ?? {}).map(([key, parts]) =>
    aDefinition(key, parts),
  );
  const { tagUpdate } = product;
  const definitions = read({ parameters, tagUpdate, tagOptions: {}, stackSet: null });
  return { resolved, definitions, current: notRead, unchecked: null };
}
