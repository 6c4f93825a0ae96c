import type { Parameter } from '@aws-sdk/client-ssm';
import type { SourceVersion } from '../domain/values.ts';
import type { Failure, Fetched, RemoteValues } from '../reconciler/ports.ts';
import type { Calls } from './calls.ts';
import { batchesOf, unavailable, type WantedParameter } from './stored-values.ts';

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
  for (const batch of rounds(wanted).flatMap((round) => batchesOf(round, BATCH))) {
    const result = await calls.read('ssm', 'GetParameters', async ({ client, sdk }, options) => {
      const command = new sdk.GetParametersCommand({
        Names: batch.map(nameOf),
        WithDecryption: decrypt,
      });
      return (await client.send(command, options)).Parameters ?? [];
    });
    for (const one of batch) {
      const parameter = result.kind === 'ok' ? found(one, result.value) : null;
      answers.set(one, { parameter, failure: result.kind === 'ok' ? null : result.failure });
    }
  }
  return wanted.map((one) => answers.get(one) ?? { parameter: null, failure: null });
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

function nameOf({ source, version }: WantedParameter): string {
  const selector = version ?? source.version;
  return selector === null ? source.name : `${source.name}:${selector}`;
}

function found({ source }: WantedParameter, parameters: readonly Parameter[]): Parameter | null {
  const same = ({ Name, ARN }: Parameter) => Name === source.name || ARN === source.name;
  return parameters.find(same) ?? null;
}
