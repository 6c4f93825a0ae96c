import { capped, fault, quote } from '../document/fault.ts';
import type { DocumentNode } from '../document/node.ts';
import {
  type BrokenDocument,
  member,
  positionAt,
  refusedKeys,
  type SourceDocument,
  textMember,
} from '../document/node.ts';
import { parseDocuments } from '../document/parse.ts';
import { type UnquotedScalar, validate } from '../document/schema.ts';
import { formatPosition, type Position, type Problem } from '../domain/problem.ts';
import { nearest } from '../domain/suggest.ts';
import { buildDraft } from './build.ts';
import { clueOf, placeOf } from './identity.ts';
import type { Clue, Draft, FileReading, ProvisionedProductDocument } from './model.ts';
import { ruleProblems } from './rules.ts';
import { documentSchema } from './schema.ts';
import { unlikeIds } from './unlike-ids.ts';
import { unquotedProblems } from './unquoted.ts';

const API_GROUP = 'trueup';
const API_VERSION = 'trueup/v1';
const KIND = 'ProvisionedProduct';
const LATER_KINDS = ['Defaults', 'ProvisionedProductSet'];

/** What one document came to. */
type DocumentReading =
  | { readonly kind: 'skipped' }
  | {
      readonly kind: 'valid';
      readonly draft: Draft;
      readonly warnings: readonly Problem[];
      readonly unquoted: readonly UnquotedScalar[];
    }
  | {
      readonly kind: 'invalid';
      readonly clue: Clue;
      readonly problems: readonly Problem[];
      readonly unquoted: readonly UnquotedScalar[];
    };

/** The documents of one file. `-` is standard input, where an unquoted non-text is an error. */
export function readFile(file: { readonly path: string; readonly bytes: Uint8Array }): FileReading {
  const parsed = parseDocuments({ file: file.path, bytes: file.bytes });
  const readings = [
    ...parsed.documents.map((document) => readDocument(document, [])),
    ...parsed.broken.map(readBroken),
  ];
  const drafts: Draft[] = [];
  const clues: Clue[] = [];
  const problems: Problem[] = [];
  const unquoted: UnquotedScalar[] = [];
  let skipped = 0;
  for (const reading of readings) {
    switch (reading.kind) {
      case 'skipped':
        skipped += 1;
        break;
      case 'valid':
        drafts.push(reading.draft);
        problems.push(...reading.warnings);
        for (const scalar of reading.unquoted) unquoted.push(scalar);
        break;
      case 'invalid':
        clues.push(reading.clue);
        problems.push(...reading.problems);
        for (const scalar of reading.unquoted) unquoted.push(scalar);
        break;
    }
  }
  if (file.path !== '-') problems.push(...unquotedProblems(unquoted));
  const isBlank = parsed.empty > 0 && isBlankFile(file);
  if (isBlank) problems.push(blankProblem(file.path));
  return { drafts, clues, problems, skipped, empty: parsed.empty, isBlank };
}

/** Not even a comment: what stood in it was lost, as by a command that reads the file it writes to. */
function isBlankFile({ path, bytes }: { readonly path: string; readonly bytes: Uint8Array }) {
  return path !== '-' && bytes.every((byte) => byte <= 0x20 || BYTE_ORDER_MARK.includes(byte));
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function blankProblem(file: string): Problem {
  const message = 'nothing is in the file, not even a comment';
  const at = { file, line: 1, column: 1 };
  return fault('document/blank-file', at, message, { severity: 'warning' });
}

function readBroken(broken: BrokenDocument): DocumentReading {
  if (broken.document !== null) return readDocument(broken.document, broken.problems);
  const { at, problems } = broken;
  return { kind: 'invalid', clue: noClue(at, problems[0]), problems, unquoted: [] };
}

function noClue(at: Position, problem: Problem): Clue {
  const unknown = { identity: null, target: null, targetCertain: false, dependsOn: [] };
  return { at, ...unknown, mayHoldMore: true, problem };
}

function readDocument(document: SourceDocument, found: readonly Problem[]): DocumentReading {
  const apiVersion = textMember(document.root, 'apiVersion');
  const kind = textMember(document.root, 'kind');
  const isList = isListOfOurs(document.root, kind);
  if (apiVersion !== null && isForeign(apiVersion, kind) && !isList)
    return readForeign(document, found);
  const wrong = isList ? listProblem(document) : headProblem(document, apiVersion);
  if (wrong !== null) {
    const clue = clueOf(document, wrong);
    return { kind: 'invalid', clue, problems: [...found, wrong], unquoted: [] };
  }
  const validation = validate(document, documentSchema(), { relativeTo: 'spec' });
  const { unquoted } = validation;
  const told = new Set(found.map(({ at }) => formatPosition(at)));
  const further = validation.problems.filter(({ at }) => !told.has(formatPosition(at)));
  const problems = [...found, ...further, ...capped(ruleProblems(validation))];
  if (document.file === '-') problems.push(...capped(unquotedProblems(unquoted)));
  const [first] = problems;
  if (first !== undefined) {
    return { kind: 'invalid', clue: clueOf(document, first), problems, unquoted };
  }
  // The schema has just guaranteed this shape.
  const value = validation.value as unknown as ProvisionedProductDocument;
  const warnings = unlikeIds(validation, value);
  return { kind: 'valid', draft: buildDraft(value, document), warnings, unquoted };
}

/** Of another group, and skipped; unless it took in another document, where a line `---` was lost. */
function readForeign(document: SourceDocument, found: readonly Problem[]): DocumentReading {
  const [first] = found;
  const lost = refusedKeys(document.root);
  if (first === undefined || !['apiVersion', 'kind'].some((key) => lost.includes(key)))
    return { kind: 'skipped' };
  const clue = noClue(placeOf(document), first);
  return { kind: 'invalid', clue, problems: found, unquoted: [] };
}

/**
 * Another API group, and not a misspelling of ours, which would make a document vanish in silence. Of no
 * group at all (`v1`) is only what Kubernetes itself has, and it has no kind of this name.
 */
function isForeign(apiVersion: string, kind: string | null): boolean {
  const [group = '', version] = apiVersion.split('/');
  // The two parts of ours, the other way round.
  if (kind === KIND && (version === undefined || nearest(version, [API_GROUP]) !== null))
    return false;
  return group !== API_GROUP && nearest(group, [API_GROUP]) === null;
}

/** Kubernetes wraps documents so; skipped in silence, each of them would count as removed. */
function isListOfOurs(root: DocumentNode | null, kind: string | null): boolean {
  const items = kind === 'List' ? member(root, 'items') : null;
  if (items?.kind !== 'sequence') return false;
  return items.items.some((item) => {
    const apiVersion = textMember(item, 'apiVersion');
    return apiVersion !== null && !isForeign(apiVersion, textMember(item, 'kind'));
  });
}

function listProblem(document: SourceDocument): Problem {
  const at = positionAt(document, (member(document.root, 'kind') ?? document.root).offset);
  const message = 'documents inside a "List" are not read';
  const next = 'write each of them by itself, with --- between them';
  return fault('document/unknown-kind', at, message, { field: 'kind', next });
}

/** What keeps a document from being read as a ProvisionedProduct at all. */
function headProblem(document: SourceDocument, apiVersion: string | null): Problem | null {
  const start = positionAt(document, document.root.offset);
  if (document.root.kind !== 'mapping') {
    const message = `the document is ${document.root.kind === 'sequence' ? 'a list' : 'a single value'}`;
    return fault('document/not-a-mapping', start, message);
  }
  if (apiVersion === null) {
    const message = 'the key "apiVersion" is missing, so what the document is cannot be told';
    const next = `write apiVersion: ${API_VERSION}, or move files of other tools out of the directory`;
    return fault('document/missing-key', start, message, { field: 'apiVersion', next });
  }
  const at = positionAt(document, (member(document.root, 'apiVersion') ?? document.root).offset);
  if (apiVersion !== API_VERSION) {
    const message = `the apiVersion ${quote(apiVersion)} is not known`;
    return fault('document/unknown-version', at, message, { field: 'apiVersion' });
  }
  return kindProblem(document);
}

function kindProblem(document: SourceDocument): Problem | null {
  const kind = textMember(document.root, 'kind');
  if (kind === KIND) return null;
  const at = positionAt(document, (member(document.root, 'kind') ?? document.root).offset);
  const field = 'kind';
  if (kind === null) {
    return fault('document/missing-key', at, 'the key "kind" is missing', {
      field,
      next: `write kind: ${KIND}`,
    });
  }
  if (LATER_KINDS.includes(kind)) {
    return fault('document/not-supported', at, `the kind ${kind} is not yet supported`, { field });
  }
  return fault('document/unknown-kind', at, `the kind ${quote(kind)} is not known`, { field });
}
