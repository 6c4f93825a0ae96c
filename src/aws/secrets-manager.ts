import type { APIErrorType, SecretValueEntry } from '@aws-sdk/client-secrets-manager';
import type { SourceVersion } from '../domain/values.ts';
import type { Result } from '../reconciler/ports/catalog.ts';
import type { Fetched, RemoteValues, SecretSource } from '../reconciler/ports/values.ts';
import type { Calls } from './calls.ts';
import { jsonMember } from './json-member.ts';
import { batchesOf, mayBeOneOfThem, unavailable, type WantedSecret } from './stored-values.ts';

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
          : await readOne(calls, one.source.secretId, whichOf(selector));
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

type Which = { readonly VersionId: string } | { readonly VersionStage: string };

function whichOf(selector: string): Which {
  return VERSION_ID.test(selector) ? { VersionId: selector } : { VersionStage: selector };
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
