import { type AwsCatalog, createCatalog } from '../aws/catalog.ts';
import { awsErrorCode } from '../aws/errors.ts';
import { nextOfIdentity } from '../aws/identity.ts';
import type { CatalogOptions } from '../aws/target.ts';
import type { Config, TargetConfig } from '../config/config.ts';
import { errorEntry, TrueupError } from '../domain/errors/registry.ts';
import { asAccountId } from '../domain/ids.ts';
import { journalFile } from '../journal/place.ts';
import { explainFailure } from '../reconciler/catalog-facts.ts';
import { createRateGate } from '../reconciler/limiter.ts';
import type { Journal } from '../reconciler/ports/journal.ts';
import type { TargetHandle } from '../reconciler/revision.ts';
import type { Shared } from '../reconciler/shared.ts';
import { TargetReconciler } from '../reconciler/target.ts';
import { createValues, type ValuesOptions } from '../values/values.ts';
import type { LocalSession } from './local.ts';

/** How `valueFrom` is read. */
export type Reading = Pick<ValuesOptions, 'env' | 'purpose'>;

/** Makes the way to one target; the simulation puts its own in place of sockets. */
export type Connect = (options: CatalogOptions) => AwsCatalog;

/** A handle for each target: nothing is asked of AWS before it is opened. */
export function targetHandles(
  config: Config,
  shared: Shared,
  local: LocalSession | null,
  reading: Reading,
  connect: Connect = createCatalog,
): readonly TargetHandle[] {
  return config.targets.map((target) => {
    const declared = target.accountId ?? (local === null ? null : asAccountId(local.account));
    return {
      name: target.name,
      accountId: declared,
      region: target.region ?? local?.region ?? '',
      open: () => openTarget({ config, target, declared, shared, local, reading, connect }),
    };
  });
}

interface OpenInput {
  readonly config: Config;
  readonly target: TargetConfig;
  readonly declared: TargetHandle['accountId'];
  readonly shared: Shared;
  readonly local: LocalSession | null;
  readonly reading: Reading;
  readonly connect: Connect;
}

type Opened = Awaited<ReturnType<TargetHandle['open']>>;

async function openTarget(input: OpenInput): Promise<Opened> {
  const catalog = catalogOf(input);
  try {
    const opened = await openWith(input, catalog);
    if (opened.kind === 'failed') catalog.close();
    return opened;
  } catch (error) {
    // Its connections would keep the process alive, and a daemon tries again and again.
    catalog.close();
    throw error;
  }
}

async function openWith(input: OpenInput, catalog: AwsCatalog): Promise<Opened> {
  const { config, target, shared } = input;
  const identity = await catalog.identity();
  if (identity.kind === 'failed') {
    const next =
      nextOfIdentity(identity.failure) ?? errorEntry(awsErrorCode(identity.failure)).next;
    const why = `${explainFailure(identity.failure)} (next: ${next})`;
    return { kind: 'failed', why, calls: catalog.calls() };
  }
  const { accountId, region } = identity.value;
  const why = (await wrongAccount(input, accountId)) ?? null;
  if (why !== null) {
    const { next } = errorEntry('aws/wrong-account');
    return { kind: 'failed', why: `${why} (next: ${next})`, calls: catalog.calls() };
  }
  await bind(shared.journal, target.name, accountId, region);
  const parts = {
    name: target.name,
    accountId,
    region,
    catalog,
    values: createValues({
      ...input.reading,
      roots: config.values.files,
      own: keyFiles(input),
      remote: catalog.stores,
      fingerprinter: shared.fingerprinter,
    }),
    writes: createRateGate({ perSecond: target.writesPerSecond, burst: 1 }, shared.clock),
    maxInFlight: target.maxInFlight,
    maxInFlightByType: new Map(Object.entries(config.maxInFlightByType)),
  };
  return { kind: 'ok', reconciler: await TargetReconciler.open(parts, shared) };
}

/** What cannot be bound, because the journal is only read, must still not contradict it. */
async function bind(
  journal: Journal,
  ...[target, accountId, region]: Parameters<Journal['bindAccount']>
): Promise<void> {
  const isOnlyRead = journal.readOnly !== null;
  try {
    await journal.bindAccount(target, accountId, region);
  } catch (error) {
    // The journal compares before it writes: what remains is that it cannot write.
    const isUnwritable = error instanceof TrueupError && error.code === 'journal/unwritable';
    if (!isUnwritable || !isOnlyRead) throw error;
  }
}

/** Where the key of the fingerprints can stand; no document may send it anywhere. */
function keyFiles({ config, local }: OpenInput): readonly string[] {
  const journals = [config.journal, ...(local === null ? [] : [local.journal])];
  const named = config.fingerprintKeyFile === null ? [] : [config.fingerprintKeyFile];
  return [...named, ...journals.map((journal) => `${journalFile(journal)}.key`)];
}

async function wrongAccount(
  { target, declared, shared }: OpenInput,
  found: string,
): Promise<string | null> {
  if (declared !== null && declared !== found) {
    return `the credentials are for account ${found}, and target ${target.name} must be account ${declared}`;
  }
  const bound = await shared.journal.account(target.name);
  if (bound === null || bound.accountId === found) return null;
  return `the journal knows target ${target.name} as account ${bound.accountId}, and the credentials are for account ${found}; each estate needs a journal of its own (--journal)`;
}

function catalogOf({ config, target, declared, shared, local, connect }: OpenInput): AwsCatalog {
  const gate = () =>
    createRateGate({ perSecond: config.readsPerSecond, burst: config.readBurst }, shared.clock);
  const common = {
    reads: { serviceCatalog: gate(), cloudFormation: gate(), sts: gate() },
    clock: shared.clock,
    random: shared.random,
    log: shared.log,
  };
  if (local === null) return connect({ ...common, target });
  // The embedded catalog tells accounts apart by the access key; nothing of the user's own
  // credentials, profiles or endpoints is looked at.
  return connect({
    ...common,
    target: { ...target, region: target.region ?? local.region, roleArn: null, externalId: null },
    endpoint: local.catalog.url,
    credentials: { accessKeyId: declared ?? local.account, secretAccessKey: 'local' },
  });
}
