import { parseCloudFormationTemplate } from '../document/cloudformation.ts';
import type { ResourceDef } from './model.ts';
import type { OutputInput, ParameterInput, VersionInput } from './seed-input.ts';

type Plain = null | boolean | number | string | readonly Plain[] | PlainObject;
interface PlainObject {
  readonly [key: string]: Plain;
}

/** What a CloudFormation template makes of a version, or why it cannot. */
export interface TemplateVersion {
  readonly version: Pick<
    VersionInput,
    'parameters' | 'outputs' | 'templateDescription' | 'resources' | 'templateBody'
  >;
  readonly problems: readonly string[];
}

export function templateVersion(file: string, bytes: Uint8Array): TemplateVersion {
  const parsed = parseCloudFormationTemplate({ file, bytes });
  const problems = parsed.problems.map(
    (problem) => `${file}:${problem.at?.line ?? 1}:${problem.at?.column ?? 1}: ${problem.message}`,
  );
  const template = parsed.value as Plain;
  if (problems.length > 0 || !isObject(template)) return { version: {}, problems };
  if (!isObject(template.Resources))
    return { version: {}, problems: [`${file}: a template needs Resources`] };
  const parameters = entries(template.Parameters).map(
    ([key, value]) => [key, parameterOf(value)] as const,
  );
  for (const [key, value] of parameters)
    if (value.type === undefined) problems.push(`${file}: Parameters.${key} needs a Type`);
  const description = template.Description;
  return {
    version: {
      parameters: Object.fromEntries(parameters),
      outputs: Object.fromEntries(
        entries(template.Outputs).map(([key, value]) => [key, outputOf(value)]),
      ),
      resources: entries(template.Resources).map(([key, value]) => resourceOf(key, value)),
      ...(typeof description === 'string' ? { templateDescription: description } : {}),
      templateBody: new TextDecoder().decode(bytes),
    },
    problems,
  };
}

function isObject(value: Plain | undefined): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entries(value: Plain | undefined): readonly (readonly [string, PlainObject])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (isObject(item) ? [[key, item]] : []));
}

function parameterOf(item: PlainObject): ParameterInput {
  const noEcho = item.NoEcho;
  return dropUndefined({
    type: text(item.Type),
    default: text(item.Default),
    noEcho: noEcho === true || noEcho === 'true' ? true : undefined,
    description: text(item.Description),
    allowedValues: Array.isArray(item.AllowedValues)
      ? item.AllowedValues.map((value: Plain) => text(value) ?? '')
      : undefined,
    allowedPattern: text(item.AllowedPattern),
    constraintDescription: text(item.ConstraintDescription),
    minLength: number(item.MinLength),
    maxLength: number(item.MaxLength),
    minValue: number(item.MinValue),
    maxValue: number(item.MaxValue),
  });
}

function text(value: Plain | undefined): string | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  return String(value);
}

function number(value: Plain | undefined): number | undefined {
  const parsed = Number(text(value) ?? Number.NaN);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** Under exactOptionalPropertyTypes an absent member and an undefined one are two things. */
function dropUndefined(
  item: { readonly [K in keyof ParameterInput]-?: ParameterInput[K] | undefined },
): ParameterInput {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

function outputOf(item: PlainObject): OutputInput {
  const exported = isObject(item.Export) ? item.Export.Name : undefined;
  const description = text(item.Description);
  return {
    value: expression(item.Value ?? ''),
    ...(description === undefined ? {} : { description }),
    ...(exported === undefined ? {} : { exportName: expression(exported) }),
  };
}

/** The few intrinsic functions that outputs live on, as a text with `${…}`; others by their name. */
function expression(value: Plain): string {
  if (!isObject(value))
    return Array.isArray(value) ? value.map(expression).join(',') : String(value);
  const [[name, argument] = ['', '']] = Object.entries(value);
  if (name === 'Ref') return `\${${text(argument) ?? ''}}`;
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return `\${${argument.join('.')}}`;
  if (name === 'Fn::Sub')
    return expression(Array.isArray(argument) ? (argument[0] ?? '') : argument);
  if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1]))
    return argument[1].map(expression).join(String(argument[0]));
  return `\${${name.replace('Fn::', '')}}`;
}

function resourceOf(logicalId: string, item: PlainObject): ResourceDef {
  const properties = isObject(item.Properties) ? item.Properties : {};
  const references = Object.entries(properties).flatMap(([property, value]) =>
    [...refsIn(value)].map((parameter) => ({ property, parameter })),
  );
  return {
    logicalId,
    type: text(item.Type) ?? 'AWS::CloudFormation::WaitConditionHandle',
    references,
  };
}

function* refsIn(value: Plain): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* refsIn(item);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) {
      if (key === 'Ref' && typeof item === 'string') yield item;
      else if (key === 'Fn::Sub') yield* namesIn(item);
      else yield* refsIn(item);
    }
}

function* namesIn(value: Plain): Generator<string> {
  const sub = Array.isArray(value) ? value[0] : value;
  if (typeof sub === 'string')
    for (const [, name] of sub.matchAll(/\$\{([^}!]+)\}/g)) if (name !== undefined) yield name;
}
