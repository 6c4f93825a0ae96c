import { createHash } from 'node:crypto';

/** What happened, line by line. Its hash proves that one seed replays one run. */
export class Trace {
  readonly #lines: string[] = [];
  readonly #elapsed: () => number;

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  add(text: string): void {
    this.#lines.push(`${this.#elapsed().toFixed(3)} ${text}`);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  hash(): string {
    return createHash('sha256').update(this.#lines.join('\n')).digest('hex').slice(0, 16);
  }
}
