import type { Journal, PersonRequest } from './ports/journal.ts';
import type { Log } from './ports/runtime.ts';

/**
 * What people ask beside the daemon, in the order in which they asked. What was taken from the
 * journal is kept here until it is honoured: a journal that is full keeps nothing of it.
 */
export class PersonRequests {
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #honour: (request: PersonRequest) => Promise<void>;
  readonly #open: PersonRequest[] = [];
  /** What AWS is asked about first, which may take long. */
  readonly #begun = new Set<PersonRequest>();

  constructor(journal: Journal, log: Log, honour: (request: PersonRequest) => Promise<void>) {
    this.#journal = journal;
    this.#log = log;
    this.#honour = honour;
  }

  /** What could not be honoured yet is asked of the journal again, which outlives us. */
  async putBack(): Promise<void> {
    this.#open.unshift(...this.#begun);
    this.#begun.clear();
    for (let next = this.#open[0]; next !== undefined; next = this.#open[0]) {
      await this.#journal.ask(next);
      this.#open.shift();
    }
  }

  async take(): Promise<void> {
    if (this.#journal.readOnly !== null) return;
    try {
      this.#open.push(...(await this.#journal.takeRequests()));
      for (let next = this.#open[0]; next !== undefined; next = this.#open[0]) {
        if (next.kind === 'accept') void this.#begin(next);
        else await this.#honour(next);
        this.#open.shift();
      }
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Nobody else waits for its answer: a slow AWS holds up no reading and no other target. */
  async #begin(request: PersonRequest): Promise<void> {
    this.#begun.add(request);
    try {
      await this.#honour(request);
    } catch (error) {
      // Put back into the journal already, whoever comes next does it.
      if (!this.#begun.has(request)) return;
      this.#tell(error);
      this.#open.push(request);
    } finally {
      this.#begun.delete(request);
    }
  }

  #tell(error: unknown): void {
    this.#log.write('error', 'request.waits', { reason: String(error) });
  }
}
