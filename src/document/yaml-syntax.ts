import type { YAMLError } from 'yaml';
import type { ErrorCode } from '../domain/errors/registry.ts';

/**
 * The library's error codes in our words. Its own messages quote the source, which may be a
 * secret, so none of them is passed on.
 */
const WORDS: Readonly<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag of its own',
  BAD_ALIAS: 'an anchor or alias has no name, or ends in a colon',
  BAD_COLLECTION_TYPE: 'a tag does not fit the value it stands before',
  BAD_DIRECTIVE: 'a directive (a line that starts with %) is not valid',
  BAD_DQ_ESCAPE: 'a backslash in double quotes starts an escape that YAML does not know',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place',
  BAD_SCALAR_START: 'an unquoted value cannot start with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a nested mapping or list cannot start on this line',
  BLOCK_IN_FLOW: 'an indented mapping or list cannot stand inside brackets or braces',
  DUPLICATE_KEY: 'a key is written twice',
  IMPOSSIBLE: 'the text cannot be understood here',
  KEY_OVER_1024_CHARS: 'a key is longer than 1,024 characters',
  MISSING_CHAR: 'a colon, comma, bracket, quote or line break is missing here',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; a colon may be missing above',
  MULTIPLE_ANCHORS: 'a value can have only one anchor',
  MULTIPLE_DOCS: 'only one document may stand here',
  MULTIPLE_TAGS: 'a value can have only one tag',
  NON_STRING_KEY: 'a key is not text',
  RESOURCE_EXHAUSTION: 'the nesting is too deep',
  TAB_AS_INDENT: 'a tab is used for indentation; YAML indents with spaces',
  TAG_RESOLVE_FAILED: 'a tag cannot be resolved',
  UNEXPECTED_TOKEN: 'something stands here that YAML does not expect',
};

export interface Slip {
  readonly offset: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * What was written wrong, of what the library reports. A line that is indented deeper than the key it
 * belongs beside continues the value above it: of that it reports two errors, both at the value.
 */
export function* slipsOf(errors: readonly YAMLError[], text: string): Generator<Slip> {
  const startsOf = (code: YAMLError['code']) =>
    new Set(errors.flatMap((error) => (error.code === code ? error.pos[0] : [])));
  const nested = startsOf('BLOCK_AS_IMPLICIT_KEY');
  const onLines = startsOf('MULTILINE_IMPLICIT_KEY');
  for (const error of errors) {
    const [start, end] = error.pos;
    if (!nested.has(start) || !onLines.has(start)) yield { offset: start, ...worded(error) };
    else if (error.code === 'MULTILINE_IMPLICIT_KEY') {
      const line = text.lastIndexOf('\n', end - 1) + 1;
      const offset = line + text.slice(line, end).search(/\S|$/);
      yield { offset, code: 'document/syntax', message: TOO_DEEP };
    }
  }
}

const TOO_DEEP =
  'this line is indented deeper than the key above it, so that it is read as part of the value there';

function worded(error: YAMLError): Pick<Slip, 'code' | 'message'> {
  const code = error.code === 'TAB_AS_INDENT' ? 'document/tab' : 'document/syntax';
  if (error.code === 'MISSING_CHAR' && error.message.startsWith('Missing closing')) {
    return { code, message: 'a quote that was opened above or on this line is never closed' };
  }
  if (error.message === 'Nested mappings are not allowed in compact mappings') {
    return { code, message: 'a value that holds a colon and a space must stand in quotes' };
  }
  if (error.code === 'BAD_INDENT' && error.message.startsWith('Flow')) {
    return { code, message: 'a brace or bracket that was opened above is not closed before this' };
  }
  return { code, message: WORDS[error.code] };
}
