import { cutSecretAt, longestFirst, type SecretText, secretTexts } from '../domain/secret-text.ts';

const HIDDEN = '(hidden)';

/**
 * Replaces every value known to be secret wherever it turns up in a text, also inside AWS's own
 * messages: as it is, with its blanks joined, as JSON writes it, and cut off at the end of a text.
 * Values live in memory only, for as long as the process does.
 */
export class Redactor {
  readonly #values = new Set<string>();
  readonly #versions = new Set<string>();
  #secrets: readonly SecretText[] = [];

  learn(value: string): void {
    if (this.#values.has(value) || value.trim() === '') return;
    this.#values.add(value);
    this.#secrets = longestFirst([...this.#secrets, ...secretTexts(value)]);
  }

  /** The value that this version of a source has was learned; see `versionKey`. */
  learnVersion(key: string): void {
    this.#versions.add(key);
  }

  knowsVersion(key: string): boolean {
    return this.#versions.has(key);
  }

  redact(text: string): string {
    let clean = text;
    for (const { pattern } of this.#secrets) clean = clean.replace(pattern, HIDDEN);
    return clean.endsWith('…') ? withoutCutSecret(clean, this.#secrets) : clean;
  }

  some(test: (secret: string) => boolean): boolean {
    return [...this.#values].some(test);
  }
}

/** A text that was shortened may end in the beginning of a secret: of the one that reaches back furthest. */
function withoutCutSecret(text: string, secrets: readonly SecretText[]): string {
  const seen = text.slice(0, -1);
  const cuts = secrets.flatMap((secret) => cutSecretAt(seen, secret) ?? []);
  return cuts.length === 0 ? text : `${seen.slice(0, Math.min(...cuts))}${HIDDEN}…`;
}

/** A version of a source as one text; null: the one that the document means. */
export function versionKey(reference: string, version: string | null): string {
  return JSON.stringify([reference, version]);
}
