import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import schemaText from '../../schemas/local-catalog.schema.json' with { type: 'json' };
import { parseDocuments } from '../document/parse.ts';
import { compileSchema, type Schema, type Validation, validate } from '../document/schema.ts';
import { normaliseSeed, type Seed, SeedError } from './seed.ts';
import type { SeedInput, VersionInput } from './seed-input.ts';
import { templateVersion } from './template.ts';

/** A seed file that cannot be used. The message has a line `file:line:column  error  …` each. */
export class SeedFileError extends Error {
  readonly lines: readonly string[];

  constructor(file: string, lines: readonly string[]) {
    super(`${file} cannot be used as a local catalog's seed:\n${lines.join('\n')}`);
    this.name = 'SeedFileError';
    this.lines = lines;
  }
}

interface Found {
  readonly at: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly field: string;
  readonly message: string;
}

/** The bytes of a template file, by its path as the seed gives it. */
export type ReadTemplate = (path: string) => Uint8Array;

let compiled: Schema | null = null;

function seedSchema(): Schema {
  compiled ??= compileSchema(schemaText);
  return compiled;
}

/**
 * A seed from the text of a YAML or JSON file. Throws SeedFileError with every problem found and
 * where it is. `readTemplate` is asked for the template files that versions name.
 */
export function loadSeed(text: string, fileName: string, readTemplate?: ReadTemplate): Seed {
  const { input, validation } = readInput(text, fileName);
  const refuse = (path: readonly (string | number)[], message: string) => {
    const at = validation.at(pointerTo(path));
    return lineOf({ at, field: path.join('.'), message });
  };
  const problems: string[] = [];
  const filled = withTemplates(input, readTemplate, (path, message) => {
    problems.push(refuse(path, message));
  });
  if (problems.length > 0) throw new SeedFileError(fileName, problems);
  try {
    return normaliseSeed(filled);
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    throw new SeedFileError(
      fileName,
      error.problems.map((problem) => refuse(problem.path, problem.message)),
    );
  }
}

/** A seed file with the template files that it names, relative to it. */
export async function loadSeedFile(path: string): Promise<Seed> {
  const text = await readFile(path, 'utf8');
  const templates = new Map<string, Uint8Array>();
  for (const name of templatesOf(readInput(text, path).input))
    templates.set(name, await readFile(resolve(dirname(path), name)));
  return loadSeed(text, path, (name) => templates.get(name) ?? new Uint8Array());
}

function readInput(text: string, fileName: string): { input: SeedInput; validation: Validation } {
  const parsed = parseDocuments({ file: fileName, bytes: new TextEncoder().encode(text) });
  const [document, second] = parsed.documents;
  if (parsed.problems.length > 0) throw new SeedFileError(fileName, parsed.problems.map(lineOf));
  if (document === undefined || second !== undefined)
    throw new SeedFileError(fileName, [`${fileName}:1:1  error  a seed is exactly one document`]);
  const validation = validate(document, seedSchema());
  if (validation.problems.length > 0)
    throw new SeedFileError(fileName, validation.problems.map(lineOf));
  return { input: validation.value as unknown as SeedInput, validation };
}

function templatesOf(input: SeedInput): readonly string[] {
  return (input.products ?? []).flatMap((product) =>
    product.versions.flatMap((version) => version.template ?? []),
  );
}

/** Versions given as a template get its parameters, outputs and resources. */
function withTemplates(
  input: SeedInput,
  readTemplate: ReadTemplate | undefined,
  problem: (path: readonly (string | number)[], message: string) => void,
): SeedInput {
  const products = (input.products ?? []).map((product, p) => ({
    ...product,
    versions: product.versions.map((version, v): VersionInput => {
      const { template } = version;
      if (template === undefined) return version;
      const at = ['products', p, 'versions', v, 'template'];
      if (readTemplate === undefined) {
        problem(at, 'template files cannot be read here.');
        return version;
      }
      const result = templateVersion(template, readTemplate(template));
      for (const message of result.problems) problem(at, message);
      return { ...version, ...result.version };
    }),
  }));
  return { ...input, products };
}

function pointerTo(path: readonly (string | number)[]): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function lineOf(problem: Found): string {
  const { at } = problem;
  const where = at === null ? '-' : `${at.file}:${at.line}:${at.column}`;
  const field = problem.field === '' ? '' : `${problem.field}: `;
  return `${where}  error  ${field}${problem.message}`;
}
