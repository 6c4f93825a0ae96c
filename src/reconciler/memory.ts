import type { ProductKey, RecordId, TargetName } from '../domain/ids.ts';
import type { RememberedFacts } from './assemble.ts';
import type { Journal } from './ports/journal.ts';
import type { Log } from './ports/runtime.ts';

/**
 * Facts of a provisioned product that hold while its LastRecordId stays the same: they save one
 * call each per pass. Losing them costs calls, never correctness.
 */
export class Memory {
  readonly #journal: Journal;
  readonly #target: TargetName;
  readonly #log: Log;
  readonly #held = new Map<
    ProductKey,
    { readonly recordId: RecordId; readonly facts: RememberedFacts }
  >();

  constructor(journal: Journal, target: TargetName, log: Log) {
    this.#journal = journal;
    this.#target = target;
    this.#log = log;
  }

  async get(key: ProductKey, recordId: RecordId | null): Promise<RememberedFacts> {
    if (recordId === null) return {};
    const held = this.#held.get(key);
    if (held?.recordId === recordId) return held.facts;
    const stored = await this.#journal.remembered(this.#target, key, recordId);
    const facts = stored === null ? {} : (JSON.parse(stored) as RememberedFacts);
    this.#held.set(key, { recordId, facts });
    return facts;
  }

  async add(key: ProductKey, recordId: RecordId | null, more: RememberedFacts): Promise<void> {
    if (recordId === null) return;
    const facts = { ...(await this.get(key, recordId)), ...more };
    this.#held.set(key, { recordId, facts });
    if (this.#journal.readOnly !== null) return;
    try {
      await this.#journal.remember(this.#target, key, recordId, JSON.stringify(facts));
    } catch (error) {
      this.#log.write('debug', 'journal.notRemembered', { reason: String(error) });
    }
  }
}
