import { fault, quote } from '../document/fault.ts';
import { GUARDS } from '../domain/guard.ts';
import type { Problem } from '../domain/problem.ts';
import { nearest } from '../domain/suggest.ts';
import type { ValueAllowances } from '../domain/values.ts';
import type { Config } from './config.ts';
import { ABSOLUTE_OPTIONS, guardProblems, relativeGuards } from './guards.ts';
import { type ConfigOption, OPTIONS, type OptionName, OTHER_VARIABLES } from './options.ts';
import { NO_FILE, type ReadConfigFile, readConfigFile } from './read-config-file.ts';
import { type OptionValue, readOption } from './read-option.ts';
import { resolveRollouts } from './rollouts.ts';
import { type Override, resolveTargets } from './targets.ts';
import { resolveWindows } from './windows.ts';

export interface ConfigInput {
  /** By option name, as typed; `true` for a flag without an argument. Absent: not given. */
  readonly flags: Readonly<Partial<Record<string, string | boolean>>>;
  readonly env: Readonly<Partial<Record<string, string>>>;
  /** trueup.yaml; null where there is none. */
  readonly file: { readonly path: string; readonly bytes: Uint8Array } | null;
}

export type ResolvedConfig =
  | { readonly kind: 'ok'; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** Flags beat TRUEUP_ variables, which beat the file. Pure; the result is frozen through and through. */
export function resolveConfig(input: ConfigInput): ResolvedConfig {
  const file = input.file === null ? NO_FILE : readConfigFile(input.file);
  const options = resolveOptions(input, file);
  const value = <T>(name: OptionName): T => options.values.get(name)?.value as T;
  const targets = resolveTargets({
    file,
    region: overrideOf(options.values.get('region')),
    account: overrideOf(options.values.get('account')),
    ambientRegion: input.env.AWS_REGION || input.env.AWS_DEFAULT_REGION || null,
    maxInFlight: value('maxInFlight'),
    writesPerSecond: value('writesPerSecond'),
  });
  const { windows, problems: windowProblems } = resolveWindows(
    file,
    targets.targets.map(({ name }) => name),
  );
  const rollouts = resolveRollouts(file);
  const problems = [
    ...file.problems,
    ...options.problems,
    ...targets.problems,
    ...windowProblems,
    ...rollouts.problems,
    ...guardProblems(file),
  ];
  const warnings = unknownVariables(input.env);
  if (problems.length > 0) return { kind: 'refused', problems: [...problems, ...warnings] };
  const config: Config = {
    targets: targets.targets,
    defaultTarget: targets.defaultTarget,
    readsPerSecond: value('readsPerSecond'),
    readBurst: value('readBurst'),
    writesPerSecond: value('writesPerSecond'),
    maxInFlight: value('maxInFlight'),
    maxInFlightByType: limitsByType(value('maxInFlightByType')),
    intervalMs: value('interval'),
    pollIntervalMs: value('pollInterval'),
    settleMs: value('settle'),
    recordTimeoutMs: value<number | undefined>('recordTimeout') ?? RECORD_TIMEOUT_MS,
    engineRecordTimeoutMs: value<number | undefined>('recordTimeout') ?? ENGINE_RECORD_TIMEOUT_MS,
    timeoutMs: value('timeout'),
    shutdownTimeoutMs: value('shutdownTimeout'),
    maxChanges: value('maxChanges'),
    maxProvisions: value('maxProvisions'),
    maxTerminations: value('maxTerminations'),
    guards: relativeGuards(file.content.guards ?? {}),
    approvals: file.content.approvals ?? [],
    journal: value('journal'),
    fingerprintKeyFile: value<string | undefined>('fingerprintKeyFile') ?? null,
    logLevel: value('logLevel'),
    logFormat: value<Config['logFormat'] | undefined>('logFormat') ?? null,
    observe: value('observe'),
    rollouts: rollouts.rules,
    values: allowances(file.content.values ?? {}),
    windows,
  };
  return { kind: 'ok', config: deepFreeze(config), warnings };
}

const HOUR_MS = 3_600_000;
const RECORD_TIMEOUT_MS = 2 * HOUR_MS;
/** Engines outside AWS may wait for people. */
const ENGINE_RECORD_TIMEOUT_MS = 12 * HOUR_MS;
/** Control Tower carries out 5 account operations at one time; one is left to people. */
const TYPE_LIMITS = { CONTROL_TOWER_ACCOUNT: 4 };

/** Types that the list does not name keep their own limit. */
function limitsByType(list: string): Readonly<Record<string, number>> {
  const named = list.split(',').map((entry): [string, number] => {
    const [type = '', limit] = entry.split('=');
    return [type, Number(limit)];
  });
  return Object.assign(Object.create(null), TYPE_LIMITS, Object.fromEntries(named));
}

function allowances(values: Partial<ValueAllowances>): ValueAllowances {
  return {
    env: values.env ?? [],
    files: values.files ?? [],
    secretsManager: values.secretsManager ?? [],
    ssmParameters: values.ssmParameters ?? [],
  };
}

interface Resolved {
  readonly value: OptionValue;
  /** `--interval`, `TRUEUP_INTERVAL`, the file's key, or the default. */
  readonly source: string;
}

function overrideOf(resolved: Resolved | undefined): Override | null {
  return resolved === undefined ? null : { value: String(resolved.value), source: resolved.source };
}

function resolveOptions(
  input: ConfigInput,
  file: ReadConfigFile,
): { readonly values: ReadonlyMap<OptionName, Resolved>; readonly problems: readonly Problem[] } {
  const values = new Map<OptionName, Resolved>();
  const problems: Problem[] = [];
  for (const option of OPTIONS) {
    const given = sourcesOf(option, input, file)[0];
    const text = given?.text ?? option.default;
    if (text === null) continue;
    const read = readOption(option, text);
    if (read.kind === 'ok') {
      values.set(option.name, { value: read.value, source: given?.source ?? 'the default' });
      continue;
    }
    const at = given?.at ?? null;
    const message = at === null ? `${read.message} (given by ${given?.source})` : read.message;
    problems.push(fault('config/bad-option', at, message, { field: option.name }));
  }
  return { values, problems };
}

interface Given {
  readonly text: string;
  readonly source: string;
  readonly at: Problem['at'];
}

/** Where an option is set, the strongest first. An empty variable counts as not set. */
function sourcesOf(option: ConfigOption, input: ConfigInput, file: ReadConfigFile): Given[] {
  const given: Given[] = [];
  const flag = input.flags[option.name];
  const variable = input.env[option.env];
  if (flag !== undefined) {
    given.push({ text: String(flag), source: option.flag.split(' ')[0] ?? option.flag, at: null });
  }
  if (variable !== undefined && variable !== '') {
    given.push({ text: variable, source: option.env, at: null });
  }
  const key = option.fileKey;
  if (key !== null && file.content[key] !== undefined) {
    given.push({ text: String(file.content[key]), source: key, at: file.at(`/${key}`) });
  }
  const guard = GUARDS.find((one) => ABSOLUTE_OPTIONS[one] === option.name);
  const absolute = guard === undefined ? undefined : file.content.guards?.[guard]?.absolute;
  if (guard !== undefined && absolute !== undefined) {
    const at = file.at(`/guards/${guard}/absolute`);
    given.push({ text: String(absolute), source: `guards.${guard}.absolute`, at });
  }
  return given;
}

/** A misspelled variable has no effect and nobody would notice; foreign TRUEUP_ names pass. */
function unknownVariables(env: ConfigInput['env']): Problem[] {
  const known = [...OPTIONS.map((option) => option.env), ...OTHER_VARIABLES];
  return Object.keys(env)
    .filter((name) => name.startsWith('TRUEUP_') && !known.includes(name))
    .sort()
    .flatMap((name) => {
      const meant = nearest(
        name.slice('TRUEUP_'.length),
        known.map((one) => one.slice(7)),
      );
      if (meant === null) return [];
      const message = `the variable ${quote(name)} is not known and has no effect`;
      const next = `did you mean TRUEUP_${meant}?`;
      return [fault('config/unknown-variable', null, message, { severity: 'warning', next })];
    });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
