import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  Schema,
  type YAMLError,
} from 'yaml';
import type { ErrorCode } from '../domain/errors/registry.ts';
import type { Position, Problem } from '../domain/problem.ts';
import { capped, fault } from './fault.ts';
import { type Limits, MAX_DEPTH, MAX_MARKS, MAX_PROBLEMS, MAX_SYNTAX_ERRORS } from './limits.ts';
import type { LineIndex } from './lines.ts';
import { type DocumentNode, isNullText } from './node.ts';
import { convert, type TagPolicy } from './yaml-convert.ts';
import { slipsOf } from './yaml-syntax.ts';

/** One document of a text; `root` is null where the text does not say what it means. */
export interface ReadDocument {
  readonly offset: number;
  readonly root: DocumentNode | null;
  readonly problems: readonly Problem[];
}

export interface ReadResult {
  readonly documents: readonly ReadDocument[];
  readonly empty: number;
}

export interface YamlText {
  readonly file: string;
  readonly text: string;
  readonly lines: LineIndex;
  readonly limits: Limits;
  readonly tags: TagPolicy;
}

/** Ends the reading of a file: what comes after this place is not looked at. */
class Refusal extends Error {
  readonly problem: Problem;
  readonly offset: number;
  constructor(problem: Problem, offset: number) {
    super(problem.message);
    this.problem = problem;
    this.offset = offset;
  }
}

/** With the failsafe schema every scalar is text; what else it may be is for a schema to say. */
const FAILSAFE = new Schema({ schema: 'failsafe', resolveKnownTags: false });

/**
 * Every document of a YAML text, one at a time, so that the parser's own tree of a large stream is
 * never in memory as a whole. Duplicate keys are found in `convert`: the library compares every
 * key with every other.
 */
export function readYaml(input: YamlText): ReadResult {
  const place = (offset: number): Position => ({ file: input.file, ...input.lines.at(offset) });
  const documents: ReadDocument[] = [];
  let empty = 0;
  const composer = new Composer({ schema: FAILSAFE, uniqueKeys: false, logLevel: 'silent' });
  const traceLimit = Error.stackTraceLimit;
  // A hostile text makes the library build an error object for every other character: without
  // stack traces that costs half the memory and a third of the time.
  Error.stackTraceLimit = 0;
  try {
    for (const document of composer.compose(tokens(input, place))) {
      const found = readDocument(document, place, input);
      if (found === null) empty += 1;
      else documents.push(found);
      if (documents.length + empty > input.limits.documents)
        throw tooManyDocuments(input, place, document);
    }
    const problems = syntaxProblems(composer.streamInfo().errors, input.text, place);
    if (problems.length > 0) documents.push({ offset: 0, root: null, problems });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    documents.push({ offset: error.offset, root: null, problems: [error.problem] });
  } finally {
    Error.stackTraceLimit = traceLimit;
  }
  return { documents, empty };
}

function readDocument(
  document: Document.Parsed,
  place: (offset: number) => Position,
  { tags, text }: YamlText,
): ReadDocument | null {
  const contents: unknown = document.contents;
  const offset = contentOffset(contents) ?? document.range[0];
  if (document.errors.length > 0) {
    return { offset, root: null, problems: syntaxProblems(document.errors, text, place) };
  }
  if (contents === null || (isScalar(contents) && isEmpty(contents))) return null;
  const { root, problems } = convert(contents, place, tags);
  return { offset, root, problems: capped(problems) };
}

function contentOffset(contents: unknown): number | undefined {
  if (isMap(contents) || isSeq(contents) || isScalar(contents) || isAlias(contents)) {
    return contents.range?.[0];
  }
  return undefined;
}

function isEmpty(scalar: {
  readonly type?: unknown;
  readonly value: unknown;
  readonly tag?: string;
}) {
  return scalar.type === 'PLAIN' && scalar.tag === undefined && isNullText(String(scalar.value));
}

/** Lexemes → syntax tokens, stopped as soon as a bound is passed. */
function* tokens(input: YamlText, place: (offset: number) => Position): Generator<CST.Token> {
  const parser = new Parser();
  const errorLimit = MAX_SYNTAX_ERRORS + input.limits.documents;
  let marks = 0;
  let errors = 0;
  for (const lexeme of new Lexer().lex(input.text)) {
    for (const token of parser.next(lexeme)) {
      // A stray end marker (...) is one too, and only shows as an error when composed.
      if (token.type === 'error' || token.type === 'doc-end') errors += 1;
      yield token;
    }
    if (isMark(lexeme)) marks += 1;
    if (parser.stack.length > MAX_DEPTH + 2) {
      throw refusal('document/too-deep', `the nesting is deeper than ${MAX_DEPTH} levels`);
    }
    if (marks > MAX_MARKS) throw tooComplex(`more than ${MAX_MARKS} anchors, tags and directives`);
    if (errors > errorLimit) throw tooComplex(`more than ${MAX_SYNTAX_ERRORS} syntax errors`);
  }
  yield* parser.end();

  function refusal(code: ErrorCode, message: string): Refusal {
    return new Refusal(fault(code, place(parser.offset), message), parser.offset);
  }

  function tooComplex(what: string): Refusal {
    const message = `the file holds ${what}; the rest of it is not read`;
    return refusal('document/too-complex', message);
  }
}

/** An anchor, a tag or a directive; or text of a block that looks like one, which does no harm. */
function isMark(lexeme: string): boolean {
  const first = lexeme[0];
  return first === '&' || first === '!' || first === '%';
}

function tooManyDocuments(
  input: YamlText,
  place: (offset: number) => Position,
  document: Document.Parsed,
): Refusal {
  const offset = document.range[0];
  const message = `the file holds more than ${input.limits.documents} documents; the rest of it is not read`;
  return new Refusal(fault('document/too-many-documents', place(offset), message), offset);
}

/** One problem for each line and kind: a single slip makes the library report several. */
function syntaxProblems(
  errors: readonly YAMLError[],
  text: string,
  place: (offset: number) => Position,
): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const { offset, code, message } of slipsOf(errors, text)) {
    const at = place(offset);
    const key = `${at.line} ${message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    problems.push(fault(code, at, message));
    if (problems.length > MAX_PROBLEMS) break;
  }
  return capped(problems);
}
