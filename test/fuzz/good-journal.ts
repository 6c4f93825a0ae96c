import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { asAccountId, asProductKey, asRecordId, asTargetName } from '../../src/domain/ids.ts';
import { type JournalOptions, openJournal } from '../../src/journal/journal.ts';
import type { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import type { Input } from './corpus.ts';

const TARGET = asTargetName('prod-eu');
const ENTRIES = 60;

/** A directory of this process; gone when it ends. */
const directory = mkdtempSync(join(tmpdir(), 'trueup-fuzz-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
export const JOURNAL = join(directory, 'journal.db');

export const openAt = (path: string, mode: JournalOptions['mode']): Promise<SqliteJournal> =>
  openJournal({ path, clock: new VirtualClock(), host: 'fuzz', pid: 1, mode });

/** Everything that the program reads of a journal before it acts. */
export async function contentOf(journal: SqliteJournal): Promise<string> {
  return JSON.stringify([
    [...(await journal.list(TARGET))],
    await journal.documents(TARGET),
    await journal.statuses(),
    await journal.daemon(),
    await journal.account(TARGET),
  ]);
}

interface Good {
  readonly input: Input;
  readonly content: string;
}

let good: Good | null = null;

/** Makes the journal that all damaged ones come from; before this, nothing of it can be used. */
export async function prepareJournal(): Promise<void> {
  if (good !== null) return;
  const path = join(directory, 'good.db');
  const journal = await openAt(path, 'write');
  await journal.bindAccount(TARGET, asAccountId('111122223333'), 'eu-west-1');
  const entries = Array.from({ length: ENTRIES }, (_, n) => ({
    key: asProductKey(`name:product-${n}`),
    entry: {
      ...EMPTY_ENTRY,
      ownTags: [`tag-${n}`, 'cost-center'],
      ownRecords: [asRecordId(`rec-${n}`)],
      declaredPath: 'name:platform' as const,
    },
    version: 0,
  }));
  await journal.putAll(TARGET, entries);
  const content = await contentOf(journal);
  await journal.close();
  good = { input: { path: 'journal.db', bytes: readFileSync(path) }, content };
}

function prepared(): Good {
  if (good === null) throw new Error('prepareJournal comes first');
  return good;
}

export const goodJournal = (): Input => prepared().input;
export const goodContent = (): string => prepared().content;
