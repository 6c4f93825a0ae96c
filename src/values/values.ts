import { readFile, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { referenceOf, type SourceVersion, type ValueSource } from '../domain/values.ts';
import type {
  Fetched,
  Fingerprinter,
  RemoteValues,
  Values,
  WantedValue,
} from '../reconciler/ports.ts';

export interface ValuesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directories below which files may be read, links resolved. */
  readonly roots: readonly string[];
  readonly remote: RemoteValues;
  /** Makes the versions of what has none. */
  readonly fingerprinter: Fingerprinter | null;
  /** plan: versions only, and nothing of this machine. */
  readonly purpose: 'plan' | 'act';
}

/** No parameter takes more; a larger file is none that a parameter was meant to come from. */
const LARGEST_BYTES = 65_536;
const IN_PLAN = 'its value is not read in a plan';

type LocalSource = Extract<ValueSource, { kind: 'env' | 'file' }>;

/**
 * Values from variables and files of this machine and from the stores of one target. A variable and
 * a file have no versions: a keyed digest of the value takes their place.
 */
export function createValues(options: ValuesOptions): Values {
  return {
    versions: (sources) => inOrder(sources, (source) => source, versionReaders(options)),
    async fetch(wanted) {
      if (options.purpose === 'plan')
        return wanted.map(() => ({ kind: 'unreadable', why: IN_PLAN }));
      return inOrder(wanted, ({ source }) => source, valueReaders(options));
    },
  };
}

interface Readers<Question, Answer> {
  local(question: Question, source: LocalSource): Promise<Answer>;
  parameters(questions: readonly Question[]): Promise<readonly Answer[]>;
  secrets(questions: readonly Question[]): Promise<readonly Answer[]>;
}

async function inOrder<Question, Answer>(
  questions: readonly Question[],
  sourceOf: (question: Question) => ValueSource,
  readers: Readers<Question, Answer>,
): Promise<readonly Answer[]> {
  const of = (kind: ValueSource['kind']) => questions.filter((one) => sourceOf(one).kind === kind);
  const parameters = of('ssmParameter');
  const secrets = of('secretsManager');
  const [fromParameters, fromSecrets] = await Promise.all([
    parameters.length === 0 ? [] : readers.parameters(parameters),
    secrets.length === 0 ? [] : readers.secrets(secrets),
  ]);
  const answers = new Map<Question, Answer>();
  for (const [index, one] of parameters.entries()) keep(answers, one, fromParameters[index]);
  for (const [index, one] of secrets.entries()) keep(answers, one, fromSecrets[index]);
  for (const one of questions) {
    const source = sourceOf(one);
    if (source.kind === 'env' || source.kind === 'file')
      answers.set(one, await readers.local(one, source));
  }
  return questions.flatMap((one) => answers.get(one) ?? []);
}

function keep<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value !== undefined) map.set(key, value);
}

function versionReaders(options: ValuesOptions): Readers<ValueSource, SourceVersion> {
  const { remote, purpose } = options;
  return {
    async local(_question, source) {
      if (purpose === 'plan') return { kind: 'unknown', why: IN_PLAN };
      const found = await readLocal(options, source);
      return found.kind === 'read' ? { kind: 'known', version: found.version } : found;
    },
    parameters: (sources) =>
      remote.parameterVersions(
        sources.flatMap((one) => (one.kind === 'ssmParameter' ? [one] : [])),
      ),
    secrets: (sources) =>
      remote.secretVersions(sources.flatMap((one) => (one.kind === 'secretsManager' ? [one] : []))),
  };
}

function valueReaders(options: ValuesOptions): Readers<WantedValue, Fetched> {
  const { remote } = options;
  return {
    async local({ version }, source) {
      const found = await readLocal(options, source);
      if (found.kind !== 'read' || version === null || found.version === version) return found;
      return { kind: 'missing', why: 'it has another value now' };
    },
    parameters: (wanted) =>
      remote.parameters(
        wanted.flatMap(({ source, version }) =>
          source.kind === 'ssmParameter' ? [{ source, version }] : [],
        ),
      ),
    secrets: (wanted) =>
      remote.secrets(
        wanted.flatMap(({ source, version }) =>
          source.kind === 'secretsManager' ? [{ source, version }] : [],
        ),
      ),
  };
}

async function readLocal(options: ValuesOptions, source: LocalSource): Promise<Fetched> {
  const { fingerprinter } = options;
  if (fingerprinter === null)
    return { kind: 'unreadable', why: 'there is no fingerprint key to know its value by' };
  const found =
    source.kind === 'env' ? variable(options, source.name) : await file(options, source.path);
  if (found.kind !== 'ok') return found;
  const version = fingerprinter.digest(['value', referenceOf(source)], found.value);
  return { kind: 'read', value: found.value, version };
}

type Local = { readonly kind: 'ok'; readonly value: string } | Exclude<Fetched, { kind: 'read' }>;

function variable({ env }: ValuesOptions, name: string): Local {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === undefined ? { kind: 'missing', why: 'it is not set' } : { kind: 'ok', value };
}

/** The text was checked when the document was read; here it counts where the links really lead. */
async function file({ roots }: ValuesOptions, path: string): Promise<Local> {
  try {
    const real = await realpath(path);
    if (!(await isBelow(real, roots)))
      return { kind: 'missing', why: 'a link leads out of the directories that may be read' };
    const { size } = await stat(real);
    if (size > LARGEST_BYTES)
      return {
        kind: 'missing',
        why: `it has ${size} bytes, and at most ${LARGEST_BYTES} are read`,
      };
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      await readFile(real),
    );
    return { kind: 'ok', value: text.replace(/\r?\n$/, '') };
  } catch (error) {
    return unread(error);
  }
}

async function isBelow(real: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    const base = await realpath(root).catch(() => null);
    if (base !== null && real.startsWith(base.endsWith(sep) ? base : `${base}${sep}`)) return true;
  }
  return false;
}

function unread(error: unknown): Local {
  if (error instanceof TypeError) return { kind: 'missing', why: 'it is no text in UTF-8' };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', why: 'it does not exist' };
  if (code === 'EISDIR') return { kind: 'missing', why: 'it is a directory' };
  return { kind: 'unreadable', why: `it cannot be read: ${code}` };
}
