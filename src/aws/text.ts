import { withoutUnsafe } from '../domain/visible.ts';

const MESSAGE_LIMIT = 2000;

/**
 * Text of AWS made fit to be shown: line breaks and tabs become blanks, other control characters
 * and those that reorder or hide text go, at most 2,000 characters stay.
 */
export function cleanText(text: string): string {
  const clean = withoutUnsafe(text.toWellFormed().replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '));
  if (clean.length <= MESSAGE_LIMIT) return clean;
  return `${clean.slice(0, MESSAGE_LIMIT - 1).toWellFormed()}…`;
}
