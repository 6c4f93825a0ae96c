/** Shorter values are looked for as whole words only: they would blank out harmless text everywhere. */
const SHORTEST = 4;

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/**
 * Replaces every value known to be secret wherever it turns up in a text, also inside AWS's own
 * messages. Values live in memory only, for as long as the process does.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  learn(value: string): void {
    for (const form of [value, value.trim(), value.trim().replace(/\s+/g, ' ')])
      if (form.trim() !== '') this.#secrets.add(form);
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length)) {
      const alone = new RegExp(`(?<![\\w])${literally(secret)}(?![\\w])`, 'g');
      clean =
        secret.length < SHORTEST
          ? clean.replace(alone, '(hidden)')
          : clean.replaceAll(secret, '(hidden)');
    }
    return clean;
  }

  some(test: (secret: string) => boolean): boolean {
    return [...this.#secrets].some(test);
  }
}
