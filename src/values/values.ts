import { join } from 'node:path';
import { referenceOf, type SourceVersion, type ValueSource } from '../domain/values.ts';
import type { Fingerprinter } from '../reconciler/ports/runtime.ts';
import type { Fetched, RemoteValues, Values, WantedValue } from '../reconciler/ports/values.ts';
import { type FileText, readTextFile } from './read-file.ts';

export interface ValuesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directories below which files may be read, links resolved. */
  readonly roots: readonly string[];
  /** Files of this program's own that are never read, besides its credentials. */
  readonly own?: readonly string[];
  readonly remote: RemoteValues;
  /** Makes the versions of what has none. */
  readonly fingerprinter: Fingerprinter | null;
  /** plan: versions only, and nothing of this machine. */
  readonly purpose: 'plan' | 'act';
}

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
  const { roots } = options;
  const found =
    source.kind === 'env'
      ? variable(options, source.name)
      : await readTextFile(source.path, { roots, own: ownFiles(options) });
  if (found.kind !== 'ok') return found;
  const version = fingerprinter.digest(['value', referenceOf(source)], found.value);
  return { kind: 'read', value: found.value, version };
}

function variable({ env }: ValuesOptions, name: string): FileText {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === undefined ? { kind: 'missing', why: 'it is not set' } : { kind: 'ok', value };
}

/** Variables that name files which let whoever has them act as this program. */
const CREDENTIAL_FILES = [
  'AWS_CONFIG_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
] as const;

/** Where Kubernetes puts the token of the pod, also where nothing in it needs one. */
const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What no document may name, whatever directories are allowed. */
export function ownFiles({ env, own = [] }: Pick<ValuesOptions, 'env' | 'own'>): readonly string[] {
  const named = CREDENTIAL_FILES.flatMap((name) => env[name] || []);
  return [...own, ...named, POD_TOKEN, ...(env.HOME ? [join(env.HOME, '.aws')] : [])];
}
