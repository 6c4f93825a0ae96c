import { fault, quote } from '../document/fault.ts';
import type { Problem } from '../domain/problem.ts';
import type { Spec } from '../domain/spec.ts';
import type { ValueAllowances, ValueSource } from '../domain/values.ts';

/** SSM hands out secrets of Secrets Manager under this name, past the allow-list for secrets. */
const SECRET_BY_PARAMETER = '/aws/reference/secretsmanager/';

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
      return outside('environment variable', source.name, 'env', allowed.env);
    case 'file':
      return fileRefusal(source.path, allowed.files);
    case 'ssmParameter':
      if (source.name.startsWith(SECRET_BY_PARAMETER))
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
  if (prefixes.some((prefix) => name.startsWith(prefix))) return null;
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
