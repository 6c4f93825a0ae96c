import type { TargetName } from './ids.ts';

/** What a freeze is about: every condition that is given must hold; none given: everything. */
export interface FreezeScope {
  readonly target: TargetName | null;
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** A person's word that nothing is to be started, kept in the journal until it is lifted. */
export interface Freeze {
  readonly scope: FreezeScope;
  readonly reason: string;
  readonly user: string;
  readonly host: string;
  /** ISO 8601 UTC, by the wall clock. */
  readonly at: string;
}

/** The same for equal scopes, whatever the order of the labels. */
export function scopeKey({ target, name, labels }: FreezeScope): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([target, name, pairs]);
}

/** One per scope and person: what somebody else froze is not lost when it is frozen again. */
export function freezeKey({ scope, user, host }: Freeze): string {
  return JSON.stringify([scopeKey(scope), user, host]);
}

/** A sync window of trueup.yaml: it opens at every time of `schedule` and stays so for `durationMs`. */
export interface SyncWindow {
  readonly kind: 'allow' | 'deny';
  /** Five cron fields. */
  readonly schedule: string;
  readonly durationMs: number;
  /** An IANA time zone. */
  readonly timeZone: string;
  /** Every condition that is given must hold; none given: everything. */
  readonly targets: readonly string[];
  /** `name` or `target/name`; `*` stands for any text. */
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** A person's `apply` is let through. */
  readonly manual: boolean;
  readonly reason: string | null;
}

/** What a freeze or a window is asked about. `null`: not known, so it counts as meant. */
export interface HoldSubject {
  readonly target: TargetName;
  readonly name: string | null;
  /** Its name in AWS, where that of its document is only a label. */
  readonly realName?: string | null;
  readonly labels: Readonly<Record<string, string>> | null;
}

/** Every name that it goes by; null: one of them is not known. */
export function namesOf({ name, realName = name }: HoldSubject): readonly string[] | null {
  return name === null || realName === null ? null : [name, realName];
}

/** Whether anything may be started. `until`: when that changes, ms; null: no end in sight. */
export type WindowState =
  | { readonly kind: 'open'; readonly until: number | null }
  | {
      readonly kind: 'closed';
      readonly until: number | null;
      /** The deny window that is open; null: none of the allow windows is. */
      readonly denied: SyncWindow | null;
    };

/** Why nothing may be started for a provisioned product now. */
export interface Hold {
  readonly kind: 'freeze' | 'window' | 'unknown';
  readonly why: string;
  readonly next: string;
  /** By the wall clock, ms; null: not known, look again. */
  readonly until: number | null;
}

/** What a plan tells of freezes and windows: no part of its body, because it comes and goes. */
export interface PlanHolds {
  readonly freezes: readonly Freeze[];
  readonly windows: readonly ShownWindow[];
  /** Changes of the plan that would not be started now. Sorted by target and name. */
  readonly held: readonly {
    readonly target: TargetName;
    readonly name: string;
    readonly kind: Hold['kind'];
    readonly why: string;
    /** ISO 8601 UTC. */
    readonly until: string | null;
  }[];
}

/** A window with its state at one moment. */
export interface ShownWindow {
  readonly window: SyncWindow;
  readonly isOpen: boolean;
  /** When that changes, ISO 8601 UTC; null: no end in sight. */
  readonly until: string | null;
}
