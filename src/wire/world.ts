import { hostname } from 'node:os';
import type { Invocation } from '../cli/invocation.ts';
import type { Config } from '../config/config.ts';
import type { ApprovalWish } from '../domain/guard.ts';
import { openJournal } from '../journal/journal.ts';
import type { FreezesAfterReset } from '../journal/reset.ts';
import type { Journal } from '../reconciler/ports/journal.ts';
import type { Log } from '../reconciler/ports/runtime.ts';
import type { Redactor } from '../reconciler/redact.ts';
import type { Shared } from '../reconciler/shared.ts';
import { StatusBoard } from '../reconciler/status-board.ts';
import { systemClock } from '../server/clock.ts';
import { openFingerprinter } from '../values/fingerprint.ts';
import type { LocalSession } from './local.ts';
import type { ShutDown } from './signals.ts';

export interface WorldParts {
  readonly config: Config;
  readonly invocation: Invocation;
  readonly log: Log;
  readonly redactor: Redactor;
}

export async function openWorld(world: WorldParts, mode: 'read' | 'write', shutDown: ShutDown) {
  const { invocation } = world;
  const local = invocation.local === null ? null : await startLocal(invocation);
  try {
    return await openShared(world, mode, shutDown, local);
  } catch (error) {
    // Its server would keep the process alive for ever.
    await local?.close();
    throw error;
  }
}

async function openShared(
  world: WorldParts,
  mode: 'read' | 'write',
  shutDown: ShutDown,
  local: LocalSession | null,
) {
  const { config, invocation, log, redactor } = world;
  const path =
    local !== null && invocation.flags.journal === undefined ? local.journal : config.journal;
  const journal = await openJournal({
    path,
    clock: systemClock,
    host: hostname(),
    pid: process.pid,
    mode,
    reset: invocation.journalReset,
  });
  noteReset(journal.reset, log);
  const keyFile = config.fingerprintKeyFile;
  const fingerprinter = await openFingerprinter({
    keyFile,
    journalPath: journal.path,
    mode: journal.readOnly === null ? 'write' : 'read',
    warn: (message) => log.write('warn', 'journal.keyPermissions', { reason: message }),
  });
  const board = new StatusBoard(journal, log);
  await board.load();
  // Commands other than run read the directory once, before they open anything else.
  const readAtMs = systemClock.monotonic();
  const shared: Shared = {
    journal,
    board,
    clock: systemClock,
    random: Math.random,
    log,
    redactor,
    fingerprinter,
    observeOnly: config.observe,
    recordTimeoutMs: config.recordTimeoutMs,
    engineRecordTimeoutMs: config.engineRecordTimeoutMs,
    caps: {
      maxChanges: config.maxChanges,
      maxProvisions: config.maxProvisions,
      maxTerminations: config.maxTerminations,
      ...config.guards,
    },
    windows: config.windows,
    rolloutRules: config.rollouts,
    approvals: approvalsOf(invocation, config.approvals),
    stop: shutDown.signal,
    heldBack: () => heldByJournal(journal),
    readAtMs: () => readAtMs,
    isInRun: () => true,
  };
  return { shared, local, close: () => closeWorld(journal, local, shutDown) };
}

/** What is typed for one run is said anew; what stands in a file or in the arguments of a daemon is not. */
function approvalsOf(
  { approve, strict, command }: Invocation,
  inFile: readonly string[],
): readonly ApprovalWish[] {
  const isLasting = command.kind === 'run';
  return [
    ...approve.map((digest) => ({ digest, strict, isLasting })),
    ...inFile.map((digest) => ({ digest, strict, isLasting: true })),
  ];
}

/** Loaded only where it is wanted: against AWS it would cost a tenth of the memory for nothing. */
async function startLocal(invocation: Invocation): Promise<LocalSession> {
  const local = await import('./local.ts');
  return local.startLocal(invocation.local || null, invocation.localState);
}

/** A freeze must not go with the journal that it stood in, at least not without a word. */
function noteReset(reset: FreezesAfterReset | null, log: Log): void {
  if (reset?.kind === 'kept' && reset.freezes.length > 0)
    log.write('warn', 'journal.freezesKept', { freezes: reset.freezes.length });
  if (reset?.kind === 'lost')
    log.write('error', 'journal.freezesLost', {
      reason: `${reset.why}; whatever was frozen is not any more: freeze it again`,
    });
}

export function heldByJournal(journal: Journal): string | null {
  return journal.readOnly === null ? null : `the journal cannot be written: ${journal.readOnly}`;
}

async function closeWorld(
  journal: Journal,
  local: LocalSession | null,
  shutDown: ShutDown,
): Promise<void> {
  await journal.close();
  await local?.close();
  shutDown.release();
}
