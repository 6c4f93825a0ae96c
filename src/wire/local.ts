import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JOURNAL_BESIDE } from '../cli/again.ts';
import { type LocalCatalog, startLocalCatalog } from '../local-catalog/local-catalog.ts';
import { seedFor } from '../local-catalog/run-local.ts';

/** The embedded Service Catalog of one command, and where that command keeps its journal. */
export interface LocalSession {
  readonly catalog: LocalCatalog;
  readonly account: string;
  readonly region: string;
  /** Where the journal goes unless the user says otherwise: it belongs to this catalog's state. */
  readonly journal: string;
  close(): Promise<void>;
}

/**
 * Starts the embedded Service Catalog on loopback. Without a state file both its state and the
 * journal live as long as the command: a journal of a world that is gone would only mislead.
 */
export async function startLocal(
  seedFile: string | null,
  stateFile: string | null,
): Promise<LocalSession> {
  const seed = await seedFor({ seedFile, generate: null });
  const catalog = await startLocalCatalog({
    seed,
    port: 0,
    ...(stateFile === null ? {} : { statePath: stateFile }),
  });
  const scratch = stateFile === null ? await mkdtemp(join(tmpdir(), 'trueup-')) : null;
  return {
    catalog,
    account: seed.account,
    region: seed.region,
    journal: scratch === null ? `${stateFile}${JOURNAL_BESIDE}` : join(scratch, 'journal.db'),
    async close() {
      await catalog.close();
      if (scratch !== null) await rm(scratch, { recursive: true, force: true });
    },
  };
}
