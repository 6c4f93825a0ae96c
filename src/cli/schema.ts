import { readFile } from 'node:fs/promises';
import type { ExitCode, Io } from './io.ts';

const FILES: ReadonlyMap<string, string> = new Map([
  ['document', 'provisioned-product'],
  ['config', 'config'],
  ['plan', 'plan'],
  ['local-catalog', 'local-catalog'],
]);

/** `schema [NAME]`: the published JSON Schema, for editors and pipelines. */
export async function schemaCommand(io: Io, name: string): Promise<ExitCode> {
  const file = FILES.get(name);
  if (file === undefined) {
    io.err(
      `trueup: there is no schema ${JSON.stringify(name)} (there are: ${[...FILES.keys()].join(', ')})\n`,
    );
    return 1;
  }
  io.out(await readFile(new URL(`../../schemas/${file}.schema.json`, import.meta.url), 'utf8'));
  return 0;
}
