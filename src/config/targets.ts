import { fault, quote } from '../document/fault.ts';
import { asAccountId, asTargetName, type TargetName } from '../domain/ids.ts';
import type { Problem } from '../domain/problem.ts';
import { nearest } from '../domain/suggest.ts';
import type { Config, TargetConfig } from './config.ts';
import type { ReadConfigFile, TargetEntry } from './read-config-file.ts';

/** A region or account from a flag or variable, with the name of where it came from. */
export interface Override {
  readonly value: string;
  readonly source: string;
}

export interface TargetInput {
  readonly file: ReadConfigFile;
  readonly region: Override | null;
  readonly account: Override | null;
  /** AWS_REGION or AWS_DEFAULT_REGION: a fallback, not an order. */
  readonly ambientRegion: string | null;
  readonly maxInFlight: number;
  readonly writesPerSecond: number;
}

export interface Targets {
  readonly targets: Config['targets'];
  readonly defaultTarget: TargetName | null;
  readonly problems: readonly Problem[];
}

const ONLY = 'default';
const SESSION = 'trueup';

/** The targets of the file, or the single one that flags and variables describe. */
export function resolveTargets(input: TargetInput): Targets {
  const entries = input.file.content.targets ?? [];
  const [first, ...others] = entries;
  if (first === undefined || others.length === 0) {
    const target = onlyTarget(first ?? { name: ONLY }, input);
    const problems = [
      ...accountProblems(target, '/targets/0', input),
      ...defaultProblems(input, [target]),
    ];
    return { targets: [target], defaultTarget: target.name, problems };
  }
  const targets: Config['targets'] = [
    targetOf(first, input),
    ...others.map((entry) => targetOf(entry, input)),
  ];
  const problems = [
    ...overrideProblems(input),
    ...targets.flatMap((target, index) => accountProblems(target, `/targets/${index}`, input)),
    ...targets.flatMap((target, index) => regionProblems(target, index, input)),
    ...duplicateProblems(targets, input),
    ...defaultProblems(input, targets),
  ];
  const named = input.file.content.defaultTarget;
  return { targets, defaultTarget: named === undefined ? null : asTargetName(named), problems };
}

function targetOf(entry: TargetEntry, input: TargetInput): TargetConfig {
  return {
    name: asTargetName(entry.name),
    accountId: entry.accountId === undefined ? null : asAccountId(entry.accountId),
    region: entry.region ?? null,
    roleArn: entry.roleArn ?? null,
    externalId: entry.externalId ?? null,
    sessionName: entry.sessionName ?? SESSION,
    maxInFlight: entry.maxInFlight ?? input.maxInFlight,
    writesPerSecond: entry.writesPerSecond ?? input.writesPerSecond,
  };
}

function onlyTarget(entry: TargetEntry, input: TargetInput): TargetConfig {
  const target = targetOf(entry, input);
  return {
    ...target,
    accountId: input.account === null ? target.accountId : asAccountId(input.account.value),
    region: input.region?.value ?? target.region ?? input.ambientRegion,
  };
}

function overrideProblems({ region, account, file }: TargetInput): Problem[] {
  const count = file.content.targets?.length ?? 0;
  return [region, account].flatMap((override) => {
    if (override === null) return [];
    const message = `${override.source} is given, and the configuration has ${count} targets`;
    return [fault('config/target-override', null, message)];
  });
}

/** The account in the ARN of a role. */
function accountOf(roleArn: string | null): string | null {
  return roleArn?.split(':')[4] ?? null;
}

function accountProblems(target: TargetConfig, pointer: string, { file }: TargetInput): Problem[] {
  const account = accountOf(target.roleArn);
  if (account === null || target.accountId === null || account === target.accountId) return [];
  const message = `the role is in account ${account}, the target in account ${target.accountId}`;
  const at = file.at(`${pointer}/roleArn`);
  return [fault('config/account-mismatch', at, message, { field: `targets.${target.name}` })];
}

function regionProblems(target: TargetConfig, index: number, { file }: TargetInput): Problem[] {
  if (target.region !== null) return [];
  const at = file.at(`/targets/${index}`);
  const message = `the target ${quote(target.name)} has no region`;
  return [fault('config/region-missing', at, message, { field: `targets[${index}].region` })];
}

/** By name; and by account and region, where no account means that of the credentials at hand. */
function duplicateProblems(targets: readonly TargetConfig[], { file }: TargetInput): Problem[] {
  const names = new Map<string, number>();
  const places = new Map<string, number>();
  return targets.flatMap((target, index) => {
    const account = target.accountId ?? accountOf(target.roleArn);
    const sameName = names.get(target.name);
    const place = `${account ?? ''}/${target.region ?? ''}`;
    const samePlace = target.region === null ? undefined : places.get(place);
    if (sameName === undefined) names.set(target.name, index);
    if (samePlace === undefined) places.set(place, index);
    const first = sameName ?? samePlace;
    if (first === undefined) return [];
    const line = file.at(`/targets/${first}`)?.line;
    const what =
      sameName === undefined
        ? `the same account and region as ${quote(targets[first]?.name ?? '')}`
        : `the name ${quote(target.name)}`;
    const message = `the target has ${what}, as on line ${line}`;
    const field = `targets[${index}]`;
    return [fault('config/duplicate-target', file.at(`/targets/${index}`), message, { field })];
  });
}

function defaultProblems({ file }: TargetInput, targets: readonly TargetConfig[]): Problem[] {
  const named = file.content.defaultTarget;
  const names = targets.map(({ name }) => name);
  if (named === undefined || names.some((name) => name === named)) return [];
  const meant = nearest(named, names);
  const message = `there is no target ${quote(named)} (there is ${names.join(', ')})`;
  const next = meant === null ? {} : { next: `did you mean ${quote(meant)}?` };
  const field = 'defaultTarget';
  return [
    fault('config/unknown-default-target', file.at('/defaultTarget'), message, { field, ...next }),
  ];
}
