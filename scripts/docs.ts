/**
 * Writes the reference pages that are derived from the program: docs/reference.md from the schemas and
 * the option table, docs/errors.md from the error registry. `npm run docs`; a test compares them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { COMMON, termOf } from '../src/cli/estate-command.ts';
import { OPTIONS } from '../src/config/options.ts';
import { ERRORS } from '../src/domain/errors/registry.ts';

interface JsonSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly errorMessage?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

async function schemaOf(name: string): Promise<JsonSchema> {
  const text = await readFile(new URL(`../schemas/${name}.schema.json`, import.meta.url), 'utf8');
  return JSON.parse(text) as JsonSchema;
}

function resolve(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1];
  const target = name === undefined ? undefined : root.$defs?.[name];
  return target === undefined ? schema : { ...resolve(root, target), ...schema };
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (value: unknown): string =>
  `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

/** A row per field, nested ones by their dotted path. */
function rows(root: JsonSchema, schema: JsonSchema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, raw]) => {
    const field = resolve(root, raw);
    const name = path === '' ? key : `${path}.${key}`;
    const example = exampleOf(field);
    const row = `| \`${name}\` | ${cell(field.description ?? field.title ?? '')} | ${cell(limits(field))} | ${example === undefined ? '' : cell(code(example))} |`;
    const others =
      typeof field.additionalProperties === 'object'
        ? resolve(root, field.additionalProperties)
        : null;
    const items = field.items === undefined ? null : resolve(root, field.items);
    return [
      row,
      ...rows(root, field, name),
      ...(others === null ? [] : rows(root, others, `${name}.*`)),
      ...(items === null ? [] : rows(root, items, `${name}[]`)),
    ];
  });
}

/** The schema's own, or the one that follows from it: a person shall see what to write. */
export function exampleOf(schema: JsonSchema): unknown {
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum.find((one) => one !== schema.default);
  if (schema.type === 'boolean') return schema.default !== true;
  return schema.default;
}

function limits(schema: JsonSchema): string {
  const parts: string[] = [];
  if (schema.enum !== undefined) parts.push(schema.enum.map(code).join(', '));
  if (schema.minLength !== undefined || schema.maxLength !== undefined) parts.push(lengths(schema));
  if (schema.minimum !== undefined || schema.maximum !== undefined)
    parts.push(
      schema.maximum === undefined
        ? `${schema.minimum} or more`
        : `${schema.minimum ?? 'up'} to ${schema.maximum}`,
    );
  if (schema.maxItems !== undefined) parts.push(`at most ${schema.maxItems} entries`);
  if (schema.maxProperties !== undefined && schema.errorMessage === undefined)
    parts.push(`at most ${schema.maxProperties} entries`);
  if (schema.errorMessage !== undefined) parts.push(schema.errorMessage);
  if (schema.default !== undefined) parts.push(`default ${code(schema.default)}`);
  return parts.join('; ');
}

function lengths({ minLength = 0, maxLength }: JsonSchema): string {
  if (maxLength !== undefined) return `${minLength} to ${maxLength} characters`;
  return minLength === 1 ? 'not empty' : `at least ${minLength} characters`;
}

const TABLE = '| field | meaning | limits and default | example |\n| --- | --- | --- | --- |';

export async function referencePage(): Promise<string> {
  const document = await schemaOf('provisioned-product');
  const config = await schemaOf('config');
  const options = OPTIONS.map(
    (option) =>
      `| \`${option.flag}\` | \`${option.env}\` | ${option.fileKey === null ? '' : `\`${option.fileKey}\``} | ${cell(option.meaning)} | ${cell(option.shownDefault)} |`,
  );
  const flags = Object.entries(COMMON).map(([name, { flag, meaning }]) => {
    const variable = name === 'config' ? code('TRUEUP_CONFIG') : '';
    return `| ${code(termOf({ flag }))} | ${variable} | ${cell(meaning)} |`;
  });
  return `# Reference

Made from the schemas and the option table by \`npm run docs\`; a test compares the two.

## A document

\`apiVersion: trueup/v1\`, \`kind: ProvisionedProduct\`. Every text field takes the text as it is written:
\`010\`, \`1.10\` and \`yes\` stay what they are. \`null\`, \`~\` and nothing at all are refused where text is
wanted: write \`""\`. Put numbers, booleans and dates in quotes: the schema says so to editors, and tools
such as kustomize would rewrite them. [values.md](values.md) explains \`valueFrom\`, versions by rule and
\`reconcile.ignore\`.

${TABLE}
${rows(document, document, '').join('\n')}

## trueup.yaml

${TABLE}
${rows(config, config, '').join('\n')}

## Options

A flag beats its variable, which beats \`trueup.yaml\`. Credentials, profile, region and endpoints come from
the AWS SDK's own chain: \`AWS_PROFILE\`, \`AWS_REGION\`, \`AWS_ENDPOINT_URL\` and the like work.

| flag | variable | key in trueup.yaml | meaning | default |
| --- | --- | --- | --- | --- |
${options.join('\n')}

These choose what is looked at and how it is shown, so that they do not stand in \`trueup.yaml\`. The help of each
command (\`trueup plan --help\`) lists those that it knows besides.

| flag | variable | meaning |
| --- | --- | --- |
${flags.join('\n')}
`;
}

export function errorsPage(): string {
  const entries = Object.entries(ERRORS).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = entries.map(
    ([name, entry]) =>
      `## ${name}\n\n${entry.title.replace(/\.$/, '')}. ${entry.meaning}\n\nNext: ${entry.next.replace(/\.$/, '')}.`,
  );
  return `# Errors

Every code that trueup can show, made from the error registry by \`npm run docs\`; a test compares the two.
Codes are stable: scripts may match on them, and none is ever used again for something else.

${sections.join('\n\n')}
`;
}

if (import.meta.main) {
  await writeFile(new URL('../docs/reference.md', import.meta.url), await referencePage());
  await writeFile(new URL('../docs/errors.md', import.meta.url), errorsPage());
}
