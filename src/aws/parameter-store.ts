import type { Parameter } from '@aws-sdk/client-ssm';
import type { SourceVersion } from '../domain/values.ts';
import type { Failure } from '../reconciler/ports/catalog.ts';
import type { Fetched, RemoteValues } from '../reconciler/ports/values.ts';
import type { Calls } from './calls.ts';
import { batchesOf, mayBeOneOfThem, unavailable, type WantedParameter } from './stored-values.ts';

const BATCH = 10;
const NOT_THERE = 'it does not exist in this account and region, or has no such version';

type ParameterStore = Pick<RemoteValues, 'parameterVersions' | 'parameters'>;

/**
 * Both directions go through GetParameters. Where only versions are wanted, nothing is decrypted,
 * and what the answer holds besides is dropped here.
 */
export function parameterStore(calls: Calls): ParameterStore {
  return {
    async parameterVersions(sources) {
      const wanted = sources.map((source) => ({ source, version: null }));
      const answers = await read(calls, wanted, false);
      return answers.map(({ parameter, failure }): SourceVersion => {
        if (failure !== null) return unavailable(failure);
        if (parameter?.Version === undefined) return { kind: 'missing', why: NOT_THERE };
        return { kind: 'known', version: String(parameter.Version) };
      });
    },
    async parameters(wanted) {
      const answers = await read(calls, wanted, true);
      return answers.map(({ parameter, failure }): Fetched => {
        if (failure !== null) return unavailable(failure);
        if (parameter?.Version === undefined || parameter.Value === undefined)
          return { kind: 'missing', why: NOT_THERE };
        return { kind: 'read', value: parameter.Value, version: String(parameter.Version) };
      });
    },
  };
}

interface Answer {
  readonly parameter: Parameter | null;
  readonly failure: Failure | null;
}

async function read(
  calls: Calls,
  wanted: readonly WantedParameter[],
  decrypt: boolean,
): Promise<readonly Answer[]> {
  const answers = new Map<WantedParameter, Answer>();
  const ask = async (batch: Batch) => {
    const asked = await readBatch(calls, batch, decrypt);
    for (const [one, answer] of asked) answers.set(one, answer);
  };
  for (const batch of rounds(wanted).flatMap((round) => batchesOf(round, BATCH))) await ask(batch);
  return wanted.map((one) => answers.get(one) ?? { parameter: null, failure: null });
}

type Batch = readonly WantedParameter[];
type Answers = readonly (readonly [WantedParameter, Answer])[];

/**
 * One name that a policy denies makes AWS refuse all of its call. Such a batch is halved until the
 * name stands alone: fewer than two calls for each name, and one for a batch that is answered.
 */
async function readBatch(calls: Calls, batch: Batch, decrypt: boolean): Promise<Answers> {
  const result = await getParameters(calls, batch, decrypt);
  if (result.kind === 'ok')
    return batch.map((one) => [one, { parameter: found(one, result.value), failure: null }]);
  const { failure } = result;
  if (batch.length > 1 && mayBeOneOfThem(failure)) return readHalves(calls, batch, decrypt);
  return batch.map((one) => [one, { parameter: null, failure }]);
}

async function readHalves(calls: Calls, batch: Batch, decrypt: boolean): Promise<Answers> {
  const middle = Math.ceil(batch.length / 2);
  const [first, second] = [batch.slice(0, middle), batch.slice(middle)];
  const answers = await readBatch(calls, first, decrypt);
  const allRead = answers.every(([, { failure }]) => failure === null);
  // The first half was answered, so the second is the refused one: asking for it whole tells nothing.
  const others =
    allRead && second.length > 1
      ? await readHalves(calls, second, decrypt)
      : await readBatch(calls, second, decrypt);
  return [...answers, ...others];
}

function getParameters(calls: Calls, batch: Batch, decrypt: boolean) {
  return calls.read('ssm', 'GetParameters', async ({ client, sdk }, options) => {
    const command = new sdk.GetParametersCommand({
      Names: batch.map(nameOf),
      WithDecryption: decrypt,
    });
    return (await client.send(command, options)).Parameters ?? [];
  });
}

/** Of one name at most one version in a call: the answer does not always say which was meant. */
function rounds(wanted: readonly WantedParameter[]): readonly (readonly WantedParameter[])[] {
  const result: WantedParameter[][] = [];
  const seen = new Map<string, number>();
  for (const one of wanted) {
    const round = seen.get(one.source.name) ?? 0;
    seen.set(one.source.name, round + 1);
    const held = result[round];
    if (held === undefined) result[round] = [one];
    else held.push(one);
  }
  return result;
}

const selectorOf = ({ source, version }: WantedParameter): string | null =>
  version ?? source.version;

function nameOf(one: WantedParameter): string {
  const { source } = one;
  const selector = selectorOf(one);
  return selector === null ? source.name : `${source.name}:${selector}`;
}

/** One call may hold a parameter twice, by its name and by its ARN: then only the version tells them apart. */
function found(one: WantedParameter, parameters: readonly Parameter[]): Parameter | null {
  const { name } = one.source;
  const same = ({ Name, ARN }: Parameter) => Name === name || ARN === name;
  return parameters.find((each) => same(each) && isVersion(each, selectorOf(one))) ?? null;
}

/** Without a selector the newest is meant; AWS repeats what was asked for, as `:3` or `:label`. */
function isVersion({ Version, Selector }: Parameter, wanted: string | null): boolean {
  if (wanted === null) return Selector === undefined;
  return Selector === `:${wanted}` || String(Version) === wanted;
}
