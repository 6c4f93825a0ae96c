import type { Account, App, OpenRequest } from '../../src/cli/app.ts';
import { applyCommand } from '../../src/cli/apply.ts';
import { makePlan } from '../../src/diff/plan.ts';
import type { PlanHolds } from '../../src/domain/hold.ts';
import { asDigest, asProductKey, asTargetName } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { assessed, META } from '../diff/build.ts';

export const target = asTargetName('prod-eu');
export const why = 'outside its sync windows until 2026-11-21 22:00:00 UTC';

/** Two that are in their desired state. */
export function planOfNothing(): Plan {
  const plan = planWith([]);
  const changes = plan.body.targets.flatMap((one) =>
    one.changes.map((change) => ({ ...change, verdict: { kind: 'inSync' } as const })),
  );
  const targets = [{ name: target, accountId: null, region: '', unreadable: null, changes }];
  return { ...makePlan({ targets, documents: [], problems: [] }), meta: plan.meta };
}

/** Two updates, of which the named ones would not be started now. */
export function planWith(
  held: readonly string[],
  guards: Plan['meta']['guards'] = [],
  ending: string | null = null,
): Plan {
  const digest = asDigest(`sha256:${'0'.repeat(64)}`);
  const cause = { kind: 'document' } as const;
  const verdict = { kind: 'update', steps: ['update'], cause, digest } as const;
  const end = { kind: 'terminate', steps: ['terminate'], retain: false, digest } as const;
  const changes = ['net-a', 'net-b'].map((name) => ({
    ...assessed(),
    differences: [],
    target,
    name,
    key: asProductKey(`name:${name}`),
    verdict: name === ending ? end : verdict,
  }));
  const targets = [
    { name: target, accountId: null, region: 'eu-west-1', unreadable: null, changes },
  ];
  const holds: PlanHolds = {
    freezes: [],
    windows: [],
    held: held.map((name) => ({ target, name, kind: 'window', why, until: null })),
  };
  const meta = { ...META, holds, guards };
  return { ...makePlan({ targets, documents: [], problems: [] }), meta };
}

interface Circumstances {
  /** What the person says; null: the input has ended. */
  readonly answer: string | null;
  readonly interactive: boolean;
  readonly yes: boolean;
  readonly accounts: readonly Account[];
  readonly unmatched: readonly string[];
  readonly unanswered: readonly OpenRequest[];
  /** SIGTERM comes while the question stands. */
  readonly isKilled: boolean;
}

/** `apply` by a person, at a terminal and with "yes" if nothing else is said. */
export async function apply(plan: Plan, given: Partial<Circumstances> = {}) {
  const { answer = 'yes', interactive = true, yes = false } = given;
  const stop = new AbortController();
  const seen = { out: [] as string[], err: [] as string[], asked: [] as string[], applied: 0 };
  const app: Partial<App> = {
    io: {
      out: (text) => void seen.out.push(text),
      err: (text) => void seen.err.push(text),
      interactive,
      colour: false,
      columns: 80,
      env: {},
      ask: async (question, signal) => {
        seen.asked.push(question);
        if (given.isKilled === true) stop.abort();
        return signal.aborted ? null : answer;
      },
      readInput: async () => new Uint8Array(),
    },
    invocation: {
      ...{ command: { kind: 'apply', directory: 'd', yes }, format: 'text', flags: {} },
      ...{ configFile: null, local: null, localState: null, only: [], labels: [] },
    } as unknown as App['invocation'],
    timeoutMs: 1_000,
    load: async () => ({ kind: 'ok', revision: 'r', documents: 2, skipped: 0, problems: [] }),
    openEstate: async () => ({
      plan: async () => plan,
      accounts: () => given.accounts ?? [],
      unmatched: () => given.unmatched ?? [],
      unanswered: async () => given.unanswered ?? [],
      stop: stop.signal,
      interrupted: () => (stop.signal.aborted ? 143 : null),
      apply: async () => {
        seen.applied += 1;
        return { released: 2, timedOut: false, after: plan, interrupted: null, statuses: [] };
      },
      close: async () => undefined,
    }),
  };
  return { code: await applyCommand(app as App, 'd', yes), seen };
}
