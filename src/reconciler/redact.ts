/** Shorter values are not looked for: they would blank out harmless text everywhere. */
const SHORTEST = 4;

/**
 * Replaces every value known to be secret wherever it turns up in a text, also inside AWS's own
 * messages. Values live in memory only, for as long as the process does.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  learn(value: string): void {
    const trimmed = value.trim();
    if (trimmed.length >= SHORTEST) this.#secrets.add(trimmed);
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '(hidden)');
    return clean;
  }
}
