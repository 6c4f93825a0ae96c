import type { TargetName } from '../domain/ids.ts';
import type { DesiredState } from './context.ts';
import type { Clock, Log } from './ports/runtime.ts';
import type { Snapshot, Source } from './ports/source.ts';
import type { Revision } from './revision.ts';

interface LatestParts {
  readonly source: Source;
  readonly load: (snapshot: Snapshot) => Revision;
  readonly clock: Clock;
  readonly log: Log;
}

/** `recovered`: the content is as it was, but the directory could not be read in between. */
export type ReadEnd = 'unavailable' | 'same' | 'recovered' | 'new';

/** The newest revision that could be read whole. What cannot be read takes nothing away from it. */
export class LatestRevision {
  readonly #parts: LatestParts;
  #revision: Revision | null = null;
  #problem: string | null = 'not read yet';
  #since: string | null = null;
  #readAtMs: number | null = null;

  constructor(parts: LatestParts) {
    this.#parts = parts;
  }

  get revision(): Revision | null {
    return this.#revision;
  }

  /** Why the directory cannot be read now, or null. */
  get problem(): string | null {
    return this.#problem;
  }

  /** ISO 8601; when the present revision was first read. */
  get since(): string | null {
    return this.#since;
  }

  /** Monotonic ms of the last complete read; null while the directory cannot be read. */
  get readAtMs(): number | null {
    return this.#problem === null ? this.#readAtMs : null;
  }

  async read(): Promise<ReadEnd> {
    const { source, load, clock, log } = this.#parts;
    const result = await source.read();
    if (result.kind === 'unavailable') {
      if (this.#problem !== result.why) {
        const message = 'keeping the last good revision; no new call is made';
        log.write('error', 'source.unavailable', { reason: result.why }, message);
      }
      this.#problem = result.why;
      return 'unavailable';
    }
    this.#readAtMs = clock.monotonic();
    const known = this.#revision?.digest === result.snapshot.digest;
    const recovered = this.#problem !== null;
    this.#problem = null;
    if (recovered && this.#revision !== null)
      log.write('info', 'source.recovered', { revision: result.snapshot.revision });
    if (known) return recovered ? 'recovered' : 'same';
    this.#revision = load(result.snapshot);
    this.#since = new Date(clock.now()).toISOString();
    logRevision(log, this.#revision);
    return 'new';
  }

  /** What it asks of one target: nothing, where no document is for it. */
  desiredOf(target: TargetName): DesiredState | null {
    if (this.#revision === null) return null;
    return this.#revision.targets.get(target) ?? nothingOf(this.#revision);
  }
}

function nothingOf({ revision }: Revision): DesiredState {
  return {
    revision,
    specs: new Map(),
    invalid: new Map(),
    declared: new Set(),
    unknownIdentity: false,
  };
}

function logRevision(log: Log, { revision, documents, invalid, problems }: Revision): void {
  log.write('info', 'source.revision', { revision, documents, invalid });
  for (const { at, severity, code, field, message, next } of problems) {
    const document = at === null ? undefined : `${at.file}:${at.line}:${at.column}`;
    const level = severity === 'error' ? 'error' : 'warn';
    log.write(level, 'document.problem', { code, document, field, reason: message, next });
  }
}
