import { UNSAFE_SIGNS } from './visible.ts';

/** Shorter values are looked for as whole words only: they would blank out harmless text everywhere. */
export const SHORTEST = 4;

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/** What texts of AWS lose or join on their way here: blanks, line ends, and all that nobody sees. */
const LOOSE = String.raw`[\s${UNSAFE_SIGNS}]`;
const PARTS = new RegExp(`${LOOSE}+`, 'u');
const EACH = new RegExp(LOOSE, 'gu');
const NOT_LOOSE = new RegExp(`(?!${LOOSE}).`, 'gsu');

/** One way in which a secret can stand in a text. */
export interface SecretText {
  readonly text: string;
  readonly pattern: RegExp;
}

/**
 * Where the beginning of a secret stands at the end of a text, whatever its blanks and line ends have become;
 * null: none does. A whole secret is found by its pattern.
 */
export function cutSecretAt(text: string, { text: secret }: SecretText): number | null {
  const tight = secret.replace(EACH, '');
  const kept = [...text.matchAll(NOT_LOOSE)].flatMap(({ 0: sign, index }) =>
    [...Array(sign.length).keys()].map((unit) => index + unit),
  );
  const end = text.replace(EACH, '');
  for (let length = Math.min(tight.length - 1, end.length); length >= SHORTEST; length -= 1)
    if (end.endsWith(tight.slice(0, length))) return kept[end.length - length] ?? null;
  return null;
}

/** A value as it can turn up in a text: as it is, with its blanks joined, as JSON writes it. */
export function secretTexts(value: string): readonly SecretText[] {
  if (value.trim() === '') return [];
  const forms = [value, JSON.stringify(value).slice(1, -1)].map((one) => one.trim());
  return [...new Set(forms)].map(secretOf);
}

/** The longest first, so that no part of one is left by another. */
export function longestFirst(secrets: readonly SecretText[]): readonly SecretText[] {
  return secrets.toSorted((a, b) => b.text.length - a.text.length);
}

function secretOf(form: string): SecretText {
  const text = form.toWellFormed();
  const parts = text.split(PARTS).filter(Boolean);
  const loose = parts.length === 0 ? literally(text) : parts.map(literally).join(`${LOOSE}*`);
  const alone = String.raw`(?<![\p{L}\p{N}_])(?:${loose})(?![\p{L}\p{N}_])`;
  const isShort = parts.join('').length < SHORTEST;
  return { text, pattern: new RegExp(isShort ? alone : loose, 'gu') };
}
