import type { Problem } from '../domain/problem.ts';
import { type JsonResult, readJson } from './json.ts';
import { FILE_LIMITS, type Limits, STREAM_LIMITS } from './limits.ts';
import { mergeConflict } from './merge-conflict.ts';
import { type BrokenDocument, isNullText, positionAt, type SourceDocument } from './node.ts';
import { decodeText } from './text.ts';
import { type ReadResult, readYaml } from './yaml.ts';
import type { TagPolicy } from './yaml-convert.ts';

export interface ParseInput {
  /** Path for positions; `-` is standard input, which has wider limits. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** By default `json` where the path ends in .json. */
  readonly format?: 'yaml' | 'json';
  readonly limits?: Limits;
  /** Local tags to keep, for CloudFormation templates; by default every such tag is refused. */
  readonly tags?: TagPolicy;
}

export interface ParseResult {
  readonly documents: readonly SourceDocument[];
  /** Documents that were refused, with the reasons. */
  readonly broken: readonly BrokenDocument[];
  /** Empty documents, which are skipped; an empty file counts as one. */
  readonly empty: number;
  /** The problems of all broken documents. */
  readonly problems: readonly Problem[];
}

/**
 * Text of one file → its documents, and every problem that can be found without a schema. Never
 * throws, whatever the bytes are; never does more work than the limits allow.
 */
export function parseDocuments(input: ParseInput): ParseResult {
  const { file } = input;
  const limits = input.limits ?? (file === '-' ? STREAM_LIMITS : FILE_LIMITS);
  const decoded = decodeText(file, input.bytes, limits);
  if (decoded.kind === 'refused') {
    const { problem } = decoded;
    const at = problem.at ?? { file, line: 1, column: 1 };
    const broken: BrokenDocument = { file, at, document: null, problems: [problem] };
    return { documents: [], broken: [broken], empty: 0, problems: [problem] };
  }
  const { text, lines } = decoded;
  const format = input.format ?? (file.endsWith('.json') ? 'json' : 'yaml');
  const read =
    format === 'json'
      ? asStream(readJson(file, text, lines))
      : readYaml({ file, text, lines, limits, tags: input.tags ?? 'refuse' });
  const isBroken = read.documents.some(({ problems }) => problems.some(isSyntax));
  const conflict = isBroken ? mergeConflict(file, text, lines) : null;
  const documents: SourceDocument[] = [];
  const broken: BrokenDocument[] = [];
  for (const { root, offset, problems: found } of read.documents) {
    const problems = conflict !== null && found.some(isSyntax) ? [conflict] : found;
    const index = documents.length + broken.length;
    const document = root === null ? null : { file, index, root, lines };
    const [first, ...rest] = problems;
    if (first !== undefined) {
      const at = positionAt({ file, lines }, offset);
      broken.push({ file, at, document, problems: [first, ...rest] });
    } else if (document !== null) documents.push(document);
  }
  const nothing = documents.length === 0 && broken.length === 0;
  return {
    documents,
    broken,
    empty: nothing ? Math.max(1, read.empty) : read.empty,
    problems: broken.flatMap((document) => document.problems),
  };
}

const isSyntax = ({ code }: Problem) => code === 'document/syntax';

function asStream({ root, problems }: JsonResult): ReadResult {
  const isNull = root?.kind === 'scalar' && root.style === 'plain' && isNullText(root.text);
  if ((root === null || isNull) && problems.length === 0) return { documents: [], empty: 1 };
  return { documents: [{ offset: root?.offset ?? 0, root, problems }], empty: 0 };
}
