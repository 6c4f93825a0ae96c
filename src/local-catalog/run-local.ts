import { fileURLToPath } from 'node:url';
import { generateSeed } from './generate.ts';
import { loadSeedFile } from './load-seed.ts';
import { type LocalCatalog, startLocalCatalog } from './local-catalog.ts';
import type { Seed } from './seed.ts';

/** The seed that comes with the program: a small estate to look around in. */
export const EXAMPLE_SEED = fileURLToPath(
  new URL('../../examples/local-catalog.yaml', import.meta.url),
);

export interface RunLocalOptions {
  /** 0 takes whichever port is free. */
  readonly port: number;
  /** A seed file; null: the example, unless `generate` says otherwise. */
  readonly seedFile: string | null;
  /** So many generated provisioned products in place of a seed file. */
  readonly generate: number | null;
  readonly stateFile: string | null;
}

export interface RunLocalIo {
  /** One line of text for a person, without its line feed. */
  readonly print: (line: string) => void;
  /** Aborting ends the catalog. */
  readonly signal: AbortSignal;
}

/** Throws SeedFileError, or the file system's error if the seed cannot be read. */
export async function seedFor(
  options: Pick<RunLocalOptions, 'seedFile' | 'generate'>,
): Promise<Seed> {
  if (options.generate !== null) return generateSeed(options.generate);
  return loadSeedFile(options.seedFile ?? EXAMPLE_SEED);
}

/** Serves a catalog and says how to reach it, until the signal aborts. */
export async function runLocal(options: RunLocalOptions, io: RunLocalIo): Promise<void> {
  const seed = await seedFor(options);
  const catalog = await startLocalCatalog({
    seed,
    port: options.port,
    ...(options.stateFile === null ? {} : { statePath: options.stateFile }),
  });
  for (const line of howToReach(catalog, seed)) io.print(line);
  await aborted(io.signal);
  await catalog.close();
}

/** What a person needs to point an AWS client at the catalog. */
function howToReach(catalog: LocalCatalog, seed: Seed): readonly string[] {
  const count = catalog.admin.names().length;
  return [
    `Local Service Catalog at ${catalog.url}, account ${seed.account}, region ${seed.region},`,
    `${count} provisioned products. Point any AWS client at it, for instance in another shell:`,
    '',
    `  export AWS_ENDPOINT_URL=${catalog.url}`,
    `  export AWS_REGION=${seed.region} AWS_DEFAULT_REGION=${seed.region}`,
    '  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local',
    '  aws servicecatalog search-provisioned-products --access-level-filter Key=Account,Value=self',
    '',
    `Calls so far: curl ${catalog.url}/_local/counts    Stop with Ctrl-C.`,
  ];
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
