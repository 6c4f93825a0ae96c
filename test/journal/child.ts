/**
 * A process of its own that opens a journal: node child.ts ROLE PATH [COUNT].
 *   hold   opens it for writing, says what came of it, and stays until it is killed
 *   fill   puts entry after entry, and names each version that it was told is stored
 *   ask    puts down COUNT requests
 *   limit  writes until the file may not grow, and tells how it goes a minute later
 */
import { argv, stdout } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { TrueupError } from '../../src/domain/errors/registry.ts';
import { asProductKey, asTargetName } from '../../src/domain/ids.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const [, , role = '', path = '', count = '0'] = argv;
const TARGET = asTargetName('prod-eu');
const KEY = asProductKey('name:filled');
const say = (text: string) => stdout.write(`${text}\n`);

const clock = new VirtualClock();

async function open(mode: 'write' | 'ask'): Promise<SqliteJournal> {
  return openJournal({ path, clock, host: 'child', pid: process.pid, mode });
}

async function fill(journal: SqliteJournal): Promise<void> {
  for (let version = (await journal.get(TARGET, KEY)).version; ; ) {
    version = await journal.put(
      TARGET,
      KEY,
      { ...EMPTY_ENTRY, retryHandled: 'x'.repeat(20_000) },
      version,
    );
    say(`stored ${version}`);
    await pause(0);
  }
}

async function limit(journal: SqliteJournal): Promise<void> {
  let stored = 0;
  try {
    for (;;) {
      const key = asProductKey(`name:p-${stored}`);
      await journal.put(TARGET, key, { ...EMPTY_ENTRY, retryHandled: 'x'.repeat(20_000) }, 0);
      stored += 1;
    }
  } catch (error) {
    const code = error instanceof TrueupError ? error.code : String(error);
    const found = (await journal.list(TARGET)).size;
    await clock.pass(60_000);
    const { readOnly } = journal;
    await journal.close();
    const again = await open('write');
    say(JSON.stringify({ code, stored, found, readOnly, reopened: again.readOnly }));
    await again.close();
  }
}

try {
  const journal = await open(role === 'ask' ? 'ask' : 'write');
  if (role === 'hold') {
    say('open');
    setInterval(() => {}, 60_000);
  }
  if (role === 'fill') await fill(journal);
  if (role === 'limit') {
    // Unheard, the signal would end the process before the write can fail.
    process.on('SIGXFSZ', () => {});
    await limit(journal);
  }
  if (role === 'ask') {
    for (let n = 0; n < Number(count); n += 1) {
      const key = asProductKey(`name:${process.pid}-${n}`);
      await journal.ask({ kind: 'retry', target: TARGET, key });
    }
    await journal.close();
    say('asked');
  }
} catch (error) {
  say(error instanceof TrueupError ? `${error.code} ${error.message}` : String(error));
}
