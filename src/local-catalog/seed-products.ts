import { derivedId, digestOf } from './ids.ts';
import type {
  LaunchPath,
  OutputDef,
  ParameterDef,
  Product,
  ResourceDef,
  Version,
} from './model.ts';
import { compilePattern } from './parameters.ts';
import type { Report } from './seed.ts';
import type {
  OutputInput,
  ParameterInput,
  PathInput,
  ProductInput,
  VersionInput,
} from './seed-input.ts';

type At = readonly (string | number)[];

const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

/** Ids follow from names, so that they are the same whenever the same seed is loaded. */
export function normaliseProduct(input: ProductInput, at: At, report: Report): Product {
  const id = input.id ?? derivedId('prod', input.name);
  const paths = input.paths ?? [{ portfolio: 'local' }];
  if (input.versions.length === 0) report.problem([...at, 'versions'], 'at least one is needed.');
  return {
    id,
    name: input.name,
    kind: input.kind ?? 'CFN_STACK',
    owner: input.owner ?? 'platform',
    description: input.description ?? null,
    createdAt: FIRST_DAY,
    versions: input.versions.map((version, index) =>
      normaliseVersion(version, id, index, [...at, 'versions', index], report),
    ),
    paths: paths.map((path, index) => pathOf(path, id, [...at, 'paths', index], report)),
    accounts: input.accounts ?? null,
  };
}

function pathOf(input: PathInput, productId: string, at: At, report: Report): LaunchPath {
  const since = input.tagUpdateSince;
  if (since !== undefined && Number.isNaN(Date.parse(since)))
    report.problem([...at, 'tagUpdateSince'], `"${since}" is not a date.`);
  return {
    id: input.id ?? derivedId('lpv3', productId, input.portfolio),
    name: input.portfolio,
    portfolioId: derivedId('port', input.portfolio),
    callers: input.callers ?? ['*'],
    launchRole: input.launchRole ?? null,
    tagUpdate: input.tagUpdate === 'allowed',
    tagUpdateSince: since === undefined ? null : Date.parse(since),
    tags: Object.entries(input.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    tagOptions: Object.entries(input.tagOptions ?? {}).map(([key, values]) => ({ key, values })),
    stackSet: input.stackSet ?? null,
  };
}

function normaliseVersion(
  input: VersionInput,
  productId: string,
  index: number,
  at: At,
  report: Report,
): Version {
  const parameters = Object.entries(input.parameters ?? {}).map(([key, parameter]) =>
    parameterOf(key, parameter, [...at, 'parameters', key], report),
  );
  const outputs = Object.entries(input.outputs ?? {}).map(([key, item]) => outputOf(key, item));
  const content = { parameters, outputs, resources: input.resources ?? DEFAULT_RESOURCES };
  return {
    id: input.id ?? derivedId('pa', productId, input.name),
    name: input.name,
    description: input.description ?? null,
    createdAt: createdAt(input.createdAt, index, at, report),
    active: input.active ?? true,
    guidance: input.guidance ?? 'DEFAULT',
    ...content,
    failsWhen: input.failsWhen ?? [],
    templateDescription: input.templateDescription ?? input.description ?? null,
    templateBody: input.templateBody ?? null,
    templateDigest: digestOf(input.templateBody ?? JSON.stringify([input.name, content])),
  };
}

/** A version given by its parameters alone stands for one resource that uses none of them. */
const DEFAULT_RESOURCES: readonly ResourceDef[] = [
  { logicalId: 'Resource', type: 'AWS::CloudFormation::WaitConditionHandle', references: [] },
];

function createdAt(text: string | undefined, index: number, at: At, report: Report): number {
  if (text === undefined) return FIRST_DAY + index * DAY;
  const time = Date.parse(text);
  if (Number.isNaN(time)) report.problem([...at, 'createdAt'], `"${text}" is not a date.`);
  return time;
}

function outputOf(key: string, input: OutputInput): OutputDef {
  return {
    key,
    value: input.value,
    description: input.description ?? null,
    exportName: input.exportName ?? null,
  };
}

/** Parameter definitions from what is known to be well formed, or nearly so. */
export function normaliseParameters(
  input: Readonly<Record<string, ParameterInput>>,
): readonly ParameterDef[] {
  const ignore: Report = { problem: () => undefined };
  return Object.entries(input).map(([key, item]) => parameterOf(key, item, [], ignore));
}

function parameterOf(key: string, input: ParameterInput, at: At, report: Report): ParameterDef {
  if (input.allowedPattern !== undefined && !isPattern(input.allowedPattern))
    report.problem(
      [...at, 'allowedPattern'],
      `"${input.allowedPattern}" is not a regular expression.`,
    );
  return {
    key,
    type: input.type ?? 'String',
    defaultValue: input.default ?? null,
    noEcho: input.noEcho ?? false,
    description: input.description ?? null,
    allowedValues: input.allowedValues ?? null,
    allowedPattern: input.allowedPattern ?? null,
    constraintDescription: input.constraintDescription ?? null,
    minLength: input.minLength ?? null,
    maxLength: input.maxLength ?? null,
    minValue: input.minValue ?? null,
    maxValue: input.maxValue ?? null,
  };
}

function isPattern(source: string): boolean {
  try {
    compilePattern(source);
    return true;
  } catch {
    return false;
  }
}
