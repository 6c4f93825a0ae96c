import type { Change } from '../domain/change.ts';
import type { FailedMove } from '../domain/entry.ts';
import type { HeldPlan } from '../domain/guard.ts';
import type { Freeze, ShownWindow } from '../domain/hold.ts';
import type { Digest, ProductKey, TargetName } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import type { Problem } from '../domain/problem.ts';
import type { DaemonView, DatedView, ProductStatusView } from '../domain/status.ts';
import type { PersonRequest } from '../reconciler/ports/journal.ts';
import type { Invocation } from './invocation.ts';
import type { ExitCode, Io } from './io.ts';

/** What the documents of a directory (or standard input) say. */
export type Loaded =
  | {
      readonly kind: 'ok';
      readonly revision: string;
      readonly documents: number;
      readonly skipped: number;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'unavailable'; readonly why: string };

export interface ApplyEnd {
  readonly released: number;
  readonly timedOut: boolean;
  /** The plan made after the work. */
  readonly after: Plan;
  /** How the work on each provisioned product ended, before that plan was made. */
  readonly statuses: readonly ProductStatusView[];
  /** The exit code of the signal that ended it early, or null. */
  readonly interrupted: ExitCode | null;
}

export interface Account {
  readonly target: TargetName;
  readonly accountId: string;
  readonly region: string;
  /** Whether the configuration or --account says that it must be this one. */
  readonly declared: boolean;
}

/** Stored, and perhaps sent, by a run of which nothing more is known. */
export interface OpenRequest {
  readonly target: TargetName;
  readonly key: ProductKey;
  readonly name: string;
}

/** The targets of a configuration, opened for one command. */
export interface Estate {
  plan(): Promise<Plan>;
  accounts(): readonly Account[];
  /** Digests that were given for approval and mean nothing that this plan or the journal holds. */
  unmatched(plan: Plan): readonly string[];
  /** Requests without a record, in whatever target: those of the opened ones are taken up by `apply`. */
  unanswered(): Promise<readonly OpenRequest[]>;
  /** Aborts when a signal ends the command. */
  readonly stop: AbortSignal;
  /** The exit code of that signal, or null. */
  interrupted(): ExitCode | null;
  apply(timeoutMs: number): Promise<ApplyEnd>;
  close(): Promise<void>;
}

export interface FailedMoveOf extends FailedMove {
  readonly target: TargetName;
}

/** The journal, for commands that need no AWS. */
export interface JournalView {
  /** Why nothing is known, or null. */
  readonly note: string | null;
  statuses(): Promise<readonly ProductStatusView[]>;
  /** The same, each with the time since when it is so. */
  datedStatuses(): Promise<readonly DatedView[]>;
  daemon(): Promise<DaemonView | null>;
  /** The account that a target was found to be, or null. */
  accountId(target: TargetName): Promise<string | null>;
  /** Of the document as it was last looked at; null: none was. */
  documentDigest(target: TargetName, key: ProductKey): Promise<Digest | null>;
  freezes(): Promise<readonly Freeze[]>;
  heldPlans(): Promise<readonly HeldPlan[]>;
  ask(request: PersonRequest): Promise<void>;
  /** Failed moves to another version that hold back the rollouts of their targets. */
  failedMoves(): Promise<readonly FailedMoveOf[]>;
  close(): Promise<void>;
}

/** The journal, for a person who freezes or resumes: beside a daemon, or with none. */
export interface Freezer
  extends Pick<JournalView, 'freezes' | 'statuses' | 'daemon' | 'note' | 'close'> {
  readonly path: string;
  /** All of them, on the disk when it resolves. */
  freeze(freezes: readonly Freeze[]): Promise<void>;
  lift(freezes: readonly Freeze[]): Promise<void>;
}

/** Looks on while the daemon runs. */
export interface DaemonWatch {
  /** After each look at a target, with every change that it found. Returning an exit code ends the daemon. */
  onChanges(target: TargetName, changes: readonly Change[]): number | null;
}

/** What `main` hands to a command. Nothing is opened before it is asked for. */
export interface App {
  readonly io: Io;
  readonly invocation: Invocation;
  readonly version: string;
  readonly timeoutMs: number;
  load(directory: string): Promise<Loaded>;
  /** After `load`. For `plan` the journal is only read, and nothing can be sent. */
  openEstate(purpose: 'plan' | 'apply'): Promise<Estate>;
  /** The windows of the configuration, as they are now. */
  windows(): readonly ShownWindow[];
  /** Names of the targets of the configuration. */
  readonly targets: readonly TargetName[];
  /** Who asks, as the operating system says. */
  whoami(): { readonly user: string; readonly host: string };
  openFreezer(purpose: 'freeze' | 'resume'): Promise<Freezer>;
  /** Runs until a signal, or until `until` says so; returns the exit code. */
  runDaemon(directory: string, until?: DaemonWatch): Promise<number>;
  openJournal(purpose: 'read' | 'ask'): Promise<JournalView>;
  now(): number;
}
