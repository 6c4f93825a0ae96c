import schema from '../../schemas/config.schema.json' with { type: 'json' };
import { fault } from '../document/fault.ts';
import { positionAt } from '../document/node.ts';
import { parseDocuments } from '../document/parse.ts';
import { compileSchema, type Schema, validate } from '../document/schema.ts';
import type { Position, Problem } from '../domain/problem.ts';
import type { ValueAllowances } from '../domain/values.ts';
import type { GuardsEntry } from './guards.ts';
import type { WindowEntry } from './windows.ts';

/** trueup.yaml as its schema guarantees it. Options are keyed by their `fileKey`. */
export interface ConfigFile {
  readonly targets?: readonly TargetEntry[];
  readonly defaultTarget?: string;
  readonly rollouts?: readonly RolloutEntry[];
  readonly values?: Partial<ValueAllowances>;
  readonly windows?: readonly WindowEntry[];
  readonly guards?: GuardsEntry;
  readonly approvals?: readonly string[];
  readonly [option: string]: unknown;
}

export interface TargetEntry {
  readonly name: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly sessionName?: string;
  readonly maxInFlight?: number;
  readonly writesPerSecond?: number;
}

export interface RolloutEntry {
  readonly product: string;
  readonly canary?: number | { readonly labels: Readonly<Record<string, string>> };
  readonly maxFailures?: number;
  readonly pauseOnFailure?: boolean;
}

export interface ReadConfigFile {
  readonly content: ConfigFile;
  readonly problems: readonly Problem[];
  /** Position of a value by JSON Pointer; null where there is no file. */
  readonly at: (pointer: string) => Position | null;
}

export const NO_FILE: ReadConfigFile = { content: {}, problems: [], at: () => null };

let compiled: Schema | null = null;

/** Checks the file against its schema. With problems, `content` is empty. */
export function readConfigFile(file: {
  readonly path: string;
  readonly bytes: Uint8Array;
}): ReadConfigFile {
  const parsed = parseDocuments({ file: file.path, bytes: file.bytes });
  const [document, second] = parsed.documents;
  if (parsed.problems.length > 0) return { ...NO_FILE, problems: parsed.problems };
  if (document === undefined) return NO_FILE;
  if (second !== undefined || document.root.kind !== 'mapping') {
    const at = positionAt(second ?? document, (second ?? document).root.offset);
    const message =
      second === undefined ? 'the file is not a mapping' : 'a second document starts here';
    return { ...NO_FILE, problems: [fault('config/not-one-document', at, message)] };
  }
  compiled ??= compileSchema(schema);
  const { value, problems, at } = validate(document, compiled);
  if (problems.length > 0) return { ...NO_FILE, problems };
  // The schema has just guaranteed this shape.
  return { content: value as unknown as ConfigFile, problems: [], at };
}
