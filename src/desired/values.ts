import { fault, quote } from '../document/fault.ts';
import type { Problem } from '../domain/problem.ts';
import type { Spec } from '../domain/spec.ts';
import type { ValueAllowances, ValueSource } from '../domain/values.ts';

/**
 * SSM hands out secrets of Secrets Manager under this name, past the allow-list for secrets. Looked
 * for at every place and in every spelling, so that it does not matter what AWS makes of slashes,
 * case and ARNs.
 */
const SECRET_BY_PARAMETER = /(^|[\s/])aws\/+reference\/+secretsmanager(\/|$)/i;

/** Whoever has one of them acts as this program. */
const OWN_CREDENTIALS: ReadonlySet<string> = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SECURITY_TOKEN',
  'AWS_SESSION_TOKEN',
]);

const ARN = /^\s*arn:/i;

type Checked = Pick<Spec, 'parameters' | 'origin'>;

/** Every `valueFrom` of a document that asks for something outside of what the configuration allows. */
export function valueProblems(spec: Checked, allowed: ValueAllowances): readonly Problem[] {
  return Object.entries(spec.parameters).flatMap(([key, wish]) => {
    if (wish.kind !== 'from') return [];
    const refusal = refusalOf(wish.source, allowed);
    if (refusal === null) return [];
    const field = `provisioningParameters.${key}`;
    const at = spec.origin.fields[field] ?? spec.origin.at;
    const { next } = refusal;
    return [fault('document/value-not-allowed', at, refusal.message, { field, next })];
  });
}

interface Refusal {
  readonly message: string;
  readonly next: string;
}

function refusalOf(source: ValueSource, allowed: ValueAllowances): Refusal | null {
  switch (source.kind) {
    case 'env':
      if (OWN_CREDENTIALS.has(source.name))
        return {
          message: `the environment variable ${quote(source.name)} holds this program's own credentials`,
          next: 'use another variable; this one is refused whatever trueup.yaml allows',
        };
      return outside('environment variable', source.name, 'env', allowed.env);
    case 'file':
      return fileRefusal(source.path, allowed.files);
    case 'ssmParameter':
      if (SECRET_BY_PARAMETER.test(source.name))
        return {
          message: `the parameter ${quote(source.name)} is a secret of Secrets Manager under another name`,
          next: 'write valueFrom: {secretsManager: …}',
        };
      return outside('parameter', source.name, 'ssmParameters', allowed.ssmParameters);
    case 'secretsManager':
      return outside('secret', source.secretId, 'secretsManager', allowed.secretsManager);
    default:
      return source satisfies never;
  }
}

function outside(
  what: string,
  name: string,
  list: keyof ValueAllowances,
  prefixes: readonly string[],
): Refusal | null {
  // A prefix of names must not reach an ARN, which can name another account: "a" begins "arn:" too.
  const arn = ARN.test(name);
  if (prefixes.some((prefix) => name.startsWith(prefix) && (!arn || ARN.test(prefix)))) return null;
  const message = `the ${what} ${quote(name)} is outside of values.${list} in trueup.yaml (${shown(prefixes)})`;
  return { message, next: `use an allowed name, or add a prefix of it to values.${list}` };
}

/** By the text alone; where the links on the way lead is checked when the file is read. */
function fileRefusal(path: string, roots: readonly string[]): Refusal | null {
  const steps = path.split('/').slice(1);
  if (!path.startsWith('/') || steps.some((step) => step === '' || step === '.' || step === '..'))
    return {
      message: `the file ${quote(path)} is not an absolute path without "." and ".." in it`,
      next: 'write the full path of the file',
    };
  if (roots.some((root) => path.startsWith(root.endsWith('/') ? root : `${root}/`))) return null;
  return {
    message: `the file ${quote(path)} is outside of values.files in trueup.yaml (${shown(roots)})`,
    next: 'use a file below one of the directories, or add its directory to values.files',
  };
}

function shown(list: readonly string[]): string {
  return list.length === 0
    ? 'which allows nothing'
    : `which allows ${list.map((one) => quote(one)).join(', ')}`;
}
