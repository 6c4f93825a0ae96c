/** Shorter values are looked for as whole words only: they would blank out harmless text everywhere. */
export const SHORTEST = 4;

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/** What texts of AWS lose or join on their way here: blanks, line ends, control and bidi characters. */
const LOOSE = String.raw`[\s\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]`;
const PARTS = new RegExp(`${LOOSE}+`, 'u');

/** One way in which a secret can stand in a text. */
export interface SecretText {
  readonly text: string;
  readonly pattern: RegExp;
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
