import { asAccountId } from '../domain/ids.ts';
import type { Catalog, Failure, Result } from '../reconciler/ports/catalog.ts';
import { promisedText } from './answers.ts';
import { type Calls, failed } from './calls.ts';
import type { Clients } from './clients.ts';
import { failure } from './errors.ts';

/** The code of its failure: the one that no call to AWS made. */
const REGION_MISSING = 'RegionMissing';

/** What would help, where the registry's step speaks of credentials too. */
export function nextOfIdentity({ kind, code }: Failure): string | null {
  const isRegion = kind === 'credentials' && code === REGION_MISSING;
  return isRegion ? 'give --region, or set AWS_REGION' : null;
}

/** The region that the clients work in. Makes no call. */
export async function readRegion(api: Clients['api']): Promise<Result<string>> {
  try {
    const { client } = await api.serviceCatalog();
    return { kind: 'ok', value: await client.config.region() };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not known';
    const message = `nothing says which region (${why})`;
    return failed(failure('credentials', 'region', REGION_MISSING, message));
  }
}

/** One STS call. Asks for the region first, so that a missing one is named as such. */
export async function readIdentity(
  calls: Calls,
  region: () => Promise<Result<string>>,
): ReturnType<Catalog['identity']> {
  const where = await region();
  if (where.kind === 'failed') return where;
  return await calls.read('sts', 'GetCallerIdentity', async ({ client, sdk }, options) => {
    const caller = await client.send(new sdk.GetCallerIdentityCommand({}), options);
    return {
      accountId: asAccountId(promisedText(caller.Account, 'the account of the caller')),
      arn: promisedText(caller.Arn, 'the ARN of the caller'),
      region: where.value,
    };
  });
}

/** Asks again only after a failure; whoever asks meanwhile shares the answer. */
export function rememberSuccess<T>(ask: () => Promise<Result<T>>): () => Promise<Result<T>> {
  let remembered: Promise<Result<T>> | undefined;
  return async () => {
    const answer = remembered ?? ask();
    remembered = answer;
    const result = await answer;
    if (result.kind === 'failed' && remembered === answer) remembered = undefined;
    return result;
  };
}
