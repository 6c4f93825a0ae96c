/**
 * From the SDK's optional everything to the domain's types. What the API promises and an answer
 * lacks makes the whole answer malformed; nothing is made up, and a missing list is not an empty one.
 */
import { MalformedAnswer } from './error-facts.ts';
import { cleanText } from './text.ts';

/** `value`, which the API promises. */
export function promised<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new MalformedAnswer(`the answer lacks ${what}`);
  return value;
}

/** A text that identifies something: promised, and not empty. */
export function promisedText(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new MalformedAnswer(`the answer lacks ${what}`);
  return value;
}

/** An optional text; AWS leaves it out or sends it empty. */
export function optionalText(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

export function branded<Id>(text: string | undefined, brand: (text: string) => Id): Id | null {
  const present = optionalText(text);
  return present === null ? null : brand(present);
}

/** Prose of AWS, fit to be shown. */
export function optionalMessage(text: string | undefined): string | null {
  const present = optionalText(text);
  return present === null ? null : cleanText(present);
}

/** ISO 8601 UTC. */
export function isoTime(value: Date | undefined, what: string): string {
  const time = promised(value, what);
  if (Number.isNaN(time.getTime())) throw new MalformedAnswer(`${what} is no time`);
  return time.toISOString();
}

/** A number that the API carries as text; `null` if it is not there or not a number. */
export function numberOf(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Keys come from outside, so the record has no prototype. */
export function recordOf<T, V>(
  items: readonly T[] | undefined,
  entry: (item: T) => readonly [key: string, value: V],
): Readonly<Record<string, V>> {
  const record: Record<string, V> = Object.create(null);
  for (const item of items ?? []) {
    const [key, value] = entry(item);
    record[key] = value;
  }
  return record;
}

export function tagsOf(
  tags:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined,
): Readonly<Record<string, string>> {
  return recordOf(tags, (tag) => [promised(tag.Key, 'the key of a tag'), tag.Value ?? '']);
}
