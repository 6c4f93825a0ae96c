import {
  referenceOf,
  rotatedWith,
  type SourceVersion,
  type ValueSource,
} from '../domain/values.ts';
import type { Fetched, Values, WantedValue } from './ports/values.ts';
import { type Redactor, versionKey } from './redact.ts';

/** For a target that was given no way to values: whatever asks for one is held back. */
export const NO_VALUES: Values = {
  versions: async (sources) => sources.map(() => NOT_HERE),
  fetch: async (wanted) => wanted.map(() => NOT_HERE),
};

const NOT_HERE = { kind: 'unreadable', why: 'this run has no way to read values' } as const;

/**
 * What was asked about values that stand elsewhere since a review began: each is asked for once, in
 * batches, however many provisioned products name it. Made anew for every review, because secrets are
 * rotated. Every value that was fetched is known to the redactor before anything else sees it.
 */
export class ValueFacts {
  readonly #values: Values;
  readonly #redactor: Redactor;
  readonly #versions = new Map<string, Promise<SourceVersion>>();
  readonly #fetched = new Map<string, Fetched>();
  /** References of what was asked about, by what they are rotated with. */
  readonly #together = new Map<string, Map<string, ValueSource>>();

  constructor(values: Values, redactor: Redactor) {
    this.#values = values;
    this.#redactor = redactor;
  }

  /** By reference. */
  async versions(sources: readonly ValueSource[]): Promise<ReadonlyMap<string, SourceVersion>> {
    const distinct = new Map(sources.map((source) => [referenceOf(source), source]));
    for (const source of distinct.values()) this.#note(source);
    const unasked = [...distinct].filter(([reference]) => !this.#versions.has(reference));
    if (unasked.length > 0) {
      const answers = this.#values.versions(unasked.map(([, source]) => source));
      for (const [index, [reference]] of unasked.entries())
        this.#versions.set(
          reference,
          answers.then((all) => all[index] ?? { kind: 'unreadable', why: 'it was not answered' }),
        );
    }
    const found = new Map<string, SourceVersion>();
    for (const reference of distinct.keys()) {
      const version = await this.#versions.get(reference);
      if (version !== undefined) found.set(reference, version);
    }
    return found;
  }

  /** In the order asked for. Failures are asked for again the next time. */
  async fetch(wanted: readonly WantedValue[]): Promise<readonly Fetched[]> {
    const unknown = [...new Map(wanted.map((one) => [keyOf(one), one]))].filter(
      ([key]) => !this.#fetched.has(key),
    );
    for (const [, { source }] of unknown) this.#note(source);
    const failed = new Map<string, Fetched>();
    if (unknown.length > 0) {
      const answers = await this.#values.fetch(unknown.map(([, one]) => one));
      for (const [index, [key, one]] of unknown.entries()) {
        const answer = answers[index] ?? { kind: 'unreadable', why: 'it was not answered' };
        if (answer.kind === 'read') {
          this.#redactor.learn(answer.value);
          this.#redactor.learnVersion(keyOf({ ...one, version: answer.version }));
          this.#fetched.set(key, answer);
        } else failed.set(key, answer);
      }
    }
    return wanted.map((one) => {
      const key = keyOf(one);
      return this.#fetched.get(key) ?? failed.get(key) ?? NOT_HERE;
    });
  }

  /** It has changed since it was asked for, with whatever is rotated with it: the next question is put anew. */
  forget(source: ValueSource): void {
    for (const [reference, one] of this.#together.get(rotatedWith(source)) ?? []) {
      this.#versions.delete(reference);
      this.#fetched.delete(keyOf({ source: one, version: null }));
    }
  }

  #note(source: ValueSource): void {
    const key = rotatedWith(source);
    const known = this.#together.get(key) ?? new Map<string, ValueSource>();
    this.#together.set(key, known.set(referenceOf(source), source));
  }
}

function keyOf({ source, version }: WantedValue): string {
  return versionKey(referenceOf(source), version);
}
