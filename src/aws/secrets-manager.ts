import type { APIErrorType, SecretValueEntry } from '@aws-sdk/client-secrets-manager';
import type { SourceVersion } from '../domain/values.ts';
import type { Result } from '../reconciler/ports/catalog.ts';
import type { Fetched, RemoteValues, SecretSource } from '../reconciler/ports/values.ts';
import type { Calls } from './calls.ts';
import { jsonMember } from './json-member.ts';
import {
  batchesOf,
  mayBeOneOfThem,
  type Unavailable,
  unavailable,
  type WantedSecret,
} from './stored-values.ts';

const BATCH = 20;
const CURRENT = 'AWSCURRENT';
/**
 * AWS takes no other length for a version id. Nothing else is certain of one: whoever writes the
 * version chooses it, and a stage may look the same.
 */
const MAY_BE_ID = /^.{32,64}$/s;

type SecretsManager = Pick<RemoteValues, 'secretVersions' | 'secrets'>;

interface Store {
  readonly calls: Calls;
  /** Version ids by secret, as last described. An id never becomes another version's. */
  readonly ids: Map<string, ReadonlySet<string>>;
}

/** Versions come from DescribeSecret, which knows no values. */
export function secretsManager(calls: Calls): SecretsManager {
  const store: Store = { calls, ids: new Map() };
  return {
    secretVersions(sources) {
      const stages = once((secretId: string) => stagesOf(store, secretId));
      return Promise.all(
        sources.map(async (source) => versionIn(source, await stages(source.secretId))),
      );
    },
    secrets: (wanted) => secrets(store, wanted),
  };
}

/** Asks once about the same. */
function once<Q, T>(ask: (question: Q) => Promise<T>): (question: Q) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (question) => {
    const key = JSON.stringify(question);
    const answer = asked.get(key) ?? ask(question);
    asked.set(key, answer);
    return answer;
  };
}

type Stages =
  | { readonly kind: 'ok'; readonly stages: ReadonlyMap<string, readonly string[]> }
  | Unavailable;

async function stagesOf({ calls, ids }: Store, secretId: string): Promise<Stages> {
  const result = await calls.read(
    'secretsManager',
    'DescribeSecret',
    async ({ client, sdk }, options) => {
      const answer = await client.send(
        new sdk.DescribeSecretCommand({ SecretId: secretId }),
        options,
      );
      return { ids: answer.VersionIdsToStages ?? {}, deleted: answer.DeletedDate !== undefined };
    },
  );
  if (result.kind === 'failed') return unavailable(result.failure);
  if (result.value.deleted) return { kind: 'missing', why: 'it is marked for deletion' };
  const stages = new Map(Object.entries(result.value.ids));
  ids.set(secretId, new Set(stages.keys()));
  return { kind: 'ok', stages };
}

type Version = Extract<SourceVersion, { kind: 'known' }> | Unavailable;

function versionIn({ version }: SecretSource, known: Stages): Version {
  if (known.kind !== 'ok') return known;
  const wanted = version ?? CURRENT;
  if (known.stages.has(wanted)) return { kind: 'known', version: wanted };
  for (const [id, stages] of known.stages)
    if (stages.includes(wanted)) return { kind: 'known', version: id };
  return { kind: 'missing', why: `it has no version or stage ${wanted}` };
}

/** Together only what is current: AWS returns no other version in a batch. */
async function secrets(store: Store, wanted: readonly WantedSecret[]): Promise<readonly Fetched[]> {
  const { calls } = store;
  const ids = [...new Set(wanted.filter(isCurrent).map(({ source }) => source.secretId))];
  const batches = await Promise.all(batchesOf(ids, BATCH).map((batch) => readBatch(calls, batch)));
  const byId = new Map(batches.flatMap((batch) => [...batch]));
  const readAlone = alone(store);
  return Promise.all(
    wanted.map(async (one) => {
      const answer = isCurrent(one) ? byId.get(one.source.secretId) : await readAlone(one);
      return fetchedFrom(one.source, answer ?? { kind: 'unreadable', why: 'it was not answered' });
    }),
  );
}

function isCurrent({ source, version }: WantedSecret): boolean {
  return version === null && (source.version ?? CURRENT) === CURRENT;
}

/** Reads each version of a secret once, however many of its keys are wanted. */
function alone(store: Store): (wanted: WantedSecret) => Promise<Answer> {
  const stages = once((secretId: string) => stagesOf(store, secretId));
  const read = once(([secretId, which]: readonly [string, Which]) =>
    readOne(store.calls, secretId, which),
  );
  return async (wanted) => {
    const which = await whichOf(store, wanted, stages);
    return 'kind' in which ? which : read([wanted.source.secretId, which]);
  };
}

type Which = { readonly VersionId: string } | { readonly VersionStage: string };

/** What a document names may be an id or a stage: only DescribeSecret tells, and is asked if it has not told yet. */
async function whichOf(
  { ids }: Store,
  { source, version }: WantedSecret,
  stages: (secretId: string) => Promise<Stages>,
): Promise<Which | Unavailable> {
  if (version !== null) return { VersionId: version };
  const named = source.version ?? CURRENT;
  if (!MAY_BE_ID.test(named)) return { VersionStage: named };
  if (ids.get(source.secretId)?.has(named)) return { VersionId: named };
  const found = versionIn(source, await stages(source.secretId));
  return found.kind === 'known' ? { VersionId: found.version } : found;
}

type Answer =
  | { readonly kind: 'ok'; readonly text: string | null; readonly version: string }
  | Exclude<Fetched, { kind: 'read' }>;

type Answers = ReadonlyMap<string, Answer>;

/** A batch that is refused as a whole, and what an answer leaves out, is asked for one by one. */
async function readBatch(calls: Calls, ids: readonly string[]): Promise<Answers> {
  const result = await getTogether(calls, ids);
  if (result.kind === 'failed' && !mayBeOneOfThem(result.failure)) {
    const why = unavailable(result.failure);
    return new Map(ids.map((id) => [id, why]));
  }
  const answers = result.kind === 'ok' ? answersIn(result.value, ids) : new Map<string, Answer>();
  for (const id of ids)
    if (!answers.has(id)) answers.set(id, await readOne(calls, id, { VersionStage: CURRENT }));
  return answers;
}

interface Together {
  readonly values: readonly SecretValueEntry[];
  readonly errors: readonly APIErrorType[];
}

function getTogether(calls: Calls, ids: readonly string[]): Promise<Result<Together>> {
  return calls.read('secretsManager', 'BatchGetSecretValue', async ({ client, sdk }, options) => {
    const command = new sdk.BatchGetSecretValueCommand({ SecretIdList: [...ids] });
    const answer = await client.send(command, options);
    return { values: answer.SecretValues ?? [], errors: answer.Errors ?? [] };
  });
}

function answersIn({ values, errors }: Together, ids: readonly string[]): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const id of ids) {
    const value = values.find((one) => isNamed(one, id));
    const code = errors.find(({ SecretId }) => SecretId === id)?.ErrorCode;
    if (value !== undefined) answers.set(id, answered(value));
    else if (code !== undefined) answers.set(id, refused(code));
  }
  return answers;
}

/** One secret of a batch that was answered. */
function refused(code: string): Answer {
  const kind = /^AccessDenied/.test(code) ? 'denied' : 'invalid';
  const operation = kind === 'denied' ? 'GetSecretValue' : 'BatchGetSecretValue';
  return unavailable({ kind, operation, code });
}

/** By name, ARN, or ARN without the six signs that AWS puts behind the name. */
function isNamed({ Name, ARN }: SecretValueEntry, id: string): boolean {
  return Name === id || ARN === id || ARN?.replace(/-[^-]{6}$/, '') === id;
}

async function readOne(calls: Calls, secretId: string, which: Which): Promise<Answer> {
  const result = await calls.read(
    'secretsManager',
    'GetSecretValue',
    async ({ client, sdk }, options) => {
      const command = new sdk.GetSecretValueCommand({ SecretId: secretId, ...which });
      return answered(await client.send(command, options));
    },
  );
  return result.kind === 'ok' ? result.value : unavailable(result.failure);
}

function answered({
  SecretString,
  VersionId,
}: Pick<SecretValueEntry, 'SecretString' | 'VersionId'>): Answer {
  if (VersionId === undefined) return { kind: 'unreadable', why: 'the answer lacks its version' };
  return { kind: 'ok', text: SecretString ?? null, version: VersionId };
}

function fetchedFrom({ key }: SecretSource, answer: Answer): Fetched {
  if (answer.kind !== 'ok') return answer;
  const { text, version } = answer;
  if (text === null) return { kind: 'missing', why: 'it is binary, and a parameter is text' };
  if (key === null) return { kind: 'read', value: text, version };
  const member = jsonMember(text, key);
  return member.kind === 'ok' ? { kind: 'read', value: member.value, version } : member;
}
