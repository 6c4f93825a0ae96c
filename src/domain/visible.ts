/**
 * Control characters, and all that reorder, hide or break text: neither a document nor AWS may
 * steer the terminal or the page that shows it, or show a person something else than what is there.
 */
export const UNSAFE_SIGNS = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}`;
const UNSAFE = new RegExp(`[${UNSAFE_SIGNS}]`, 'gu');

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** The text on one line, with every unsafe character written as an escape. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (sign) => NAMED.get(sign) ?? escapeOf(sign.codePointAt(0) ?? 0));
}

/** The text with every unsafe character replaced by nothing. */
export function withoutUnsafe(text: string): string {
  return text.replace(UNSAFE, '');
}

function escapeOf(code: number): string {
  const digits = code.toString(16).padStart(4, '0');
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
}

/**
 * JSON for people and machines: the same data, with the unsafe characters of its texts as escapes.
 * JSON.stringify leaves all of them but the first 32 as they are.
 */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(UNSAFE, (signs) =>
    signs === '\n' ? signs : [...Array(signs.length).keys()].map((at) => unit(signs, at)).join(''),
  );
}

function unit(signs: string, at: number): string {
  return `\\u${signs.charCodeAt(at).toString(16).padStart(4, '0')}`;
}
