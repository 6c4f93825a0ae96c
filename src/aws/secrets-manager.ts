import type { SecretValueEntry } from '@aws-sdk/client-secrets-manager';
import type { SourceVersion } from '../domain/values.ts';
import type { Fetched, RemoteValues, SecretSource } from '../reconciler/ports.ts';
import type { Calls } from './calls.ts';
import { batchesOf, unavailable, type WantedSecret } from './stored-values.ts';

const BATCH = 20;
const CURRENT = 'AWSCURRENT';
/** Ids are UUIDs; a stage may be anything, and a person may name one like an id. */
const VERSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type SecretsManager = Pick<RemoteValues, 'secretVersions' | 'secrets'>;

/** Versions come from DescribeSecret, which knows no values. */
export function secretsManager(calls: Calls): SecretsManager {
  return {
    async secretVersions(sources) {
      const stages = new Map<string, Promise<Stages>>();
      for (const { secretId } of sources)
        if (!stages.has(secretId)) stages.set(secretId, stagesOf(calls, secretId));
      return Promise.all(
        sources.map(async (source) => versionIn(source, await stages.get(source.secretId))),
      );
    },
    secrets: (wanted) => secrets(calls, wanted),
  };
}

type Stages =
  | { readonly kind: 'ok'; readonly stages: ReadonlyMap<string, readonly string[]> }
  | Exclude<SourceVersion, { kind: 'known' }>;

async function stagesOf(calls: Calls, secretId: string): Promise<Stages> {
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
  return { kind: 'ok', stages: new Map(Object.entries(result.value.ids)) };
}

function versionIn({ version }: SecretSource, known: Stages | undefined): SourceVersion {
  if (known === undefined) return { kind: 'unreadable', why: 'it was not read' };
  if (known.kind !== 'ok') return known;
  const wanted = version ?? CURRENT;
  for (const [id, stages] of known.stages)
    if (id === wanted || stages.includes(wanted)) return { kind: 'known', version: id };
  return { kind: 'missing', why: `it has no version or stage ${wanted}` };
}

async function secrets(calls: Calls, wanted: readonly WantedSecret[]): Promise<readonly Fetched[]> {
  const current = wanted.filter((one) => selectorOf(one) === CURRENT);
  const ids = [...new Set(current.map(({ source }) => source.secretId))];
  const batches = await Promise.all(batchesOf(ids, BATCH).map((batch) => readBatch(calls, batch)));
  const byId = new Map(batches.flatMap((batch) => [...batch]));
  return Promise.all(
    wanted.map(async (one) => {
      const selector = selectorOf(one);
      const answer =
        selector === CURRENT
          ? byId.get(one.source.secretId)
          : await readOne(calls, one.source.secretId, selector);
      return fetchedFrom(one.source, answer ?? { kind: 'unreadable', why: 'it was not answered' });
    }),
  );
}

function selectorOf({ source, version }: WantedSecret): string {
  return version ?? source.version ?? CURRENT;
}

type Answer =
  | { readonly kind: 'ok'; readonly text: string | null; readonly version: string }
  | Exclude<Fetched, { kind: 'read' }>;

/** One id cannot be batched with others by a wish of AWS's, but a list of one can. */
async function readBatch(
  calls: Calls,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Answer>> {
  const result = await calls.read(
    'secretsManager',
    'BatchGetSecretValue',
    async ({ client, sdk }, options) => {
      const command = new sdk.BatchGetSecretValueCommand({ SecretIdList: [...ids] });
      const answer = await client.send(command, options);
      return { values: answer.SecretValues ?? [], errors: answer.Errors ?? [] };
    },
  );
  if (result.kind === 'failed') {
    const why = unavailable(result.failure);
    return new Map(ids.map((id) => [id, why]));
  }
  const { values, errors } = result.value;
  return new Map(
    ids.map((id): [string, Answer] => {
      const value = values.find((one) => isNamed(one, id));
      if (value !== undefined) return [id, answered(value)];
      const code =
        errors.find(({ SecretId }) => SecretId === id)?.ErrorCode ?? 'it was not returned';
      const kind = code === 'ResourceNotFoundException' ? 'missing' : 'unreadable';
      return [id, { kind, why: `BatchGetSecretValue failed: ${code}` }];
    }),
  );
}

/** By name, ARN, or ARN without the six signs that AWS puts behind the name. */
function isNamed({ Name, ARN }: SecretValueEntry, id: string): boolean {
  return Name === id || ARN === id || ARN?.replace(/-[^-]{6}$/, '') === id;
}

async function readOne(calls: Calls, secretId: string, selector: string): Promise<Answer> {
  const which = VERSION_ID.test(selector) ? { VersionId: selector } : { VersionStage: selector };
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
  const member = memberOf(text, key);
  if (member.kind === 'missing') return member;
  return { kind: 'read', value: member.value, version };
}

type Member =
  | { readonly kind: 'ok'; readonly value: string }
  | Extract<Fetched, { kind: 'missing' }>;

function memberOf(text: string, key: string): Member {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { kind: 'missing', why: 'it is no JSON object, so it has no keys' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return { kind: 'missing', why: 'it is no JSON object, so it has no keys' };
  const member: unknown = Object.hasOwn(parsed, key) ? Reflect.get(parsed, key) : undefined;
  if (member === undefined) return { kind: 'missing', why: `it has no key ${JSON.stringify(key)}` };
  if (typeof member === 'string') return { kind: 'ok', value: member };
  if (typeof member === 'number' || typeof member === 'boolean')
    return { kind: 'ok', value: String(member) };
  return { kind: 'missing', why: `its key ${JSON.stringify(key)} holds no text` };
}
