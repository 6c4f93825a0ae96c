import type { Name, Wish } from './estate.ts';
import { Rng } from './rng.ts';
import type { Action, Scenario, Step } from './scenario.ts';

/** How a document asks for its product to come into being and to go. Absent: as by default. */
export interface Life {
  readonly onMissing: 'fail' | 'provision';
  readonly onError: 'report' | 'recreate';
  readonly prune: 'never' | 'terminate' | 'retain';
  readonly deletionProtection: boolean;
  readonly dependsOn: readonly Name[];
  /** Its secret stands in Secrets Manager; null: not. */
  readonly stored: 'report' | 'update' | null;
}

const SECOND = 1_000;
const MINUTE = 60_000;

/**
 * What a scenario has besides its main story, from chance of its own: so the main stories stay as they
 * are when something is added here.
 */
export function withExtras(scenario: Scenario): Scenario {
  const rng = new Rng(`extras ${scenario.seed}`);
  const told = rng.chance(0.45) ? withLife(scenario, rng.fork('life')) : scenario;
  const steps = [...told.steps];
  const insert = (step: Step) => steps.splice(rng.int(0, steps.length), 0, step);
  if (rng.chance(0.3)) insert({ action: reboot(rng), thenMs: rng.int(20 * SECOND, 3 * MINUTE) });
  // Where tokens are not remembered, only a prompt arrival keeps "once" true.
  const isRemembered = scenario.catalog.behaviour?.tokenWindow !== '0';
  if (rng.chance(0.3)) {
    const ms = isRemembered ? rng.pick([5 * SECOND, 30 * SECOND, 55 * SECOND]) : 5 * SECOND;
    insert({ action: { kind: 'late', ms }, thenMs: rng.int(5 * SECOND, 3 * MINUTE) });
  }
  return { ...told, steps };
}

/** The machine restarts right after a result is stored, and its clock is another one then. */
function reboot(rng: Rng): Action {
  const jumpMs = rng.pick([-80, -20, 2, 20, 80]) * MINUTE;
  const point = { of: 'result', nth: rng.int(1, 2), side: 'after' } as const;
  return { kind: 'crash', point, journalLost: false, jumpMs, downMs: rng.int(0, 3 * SECOND) };
}

function withLife(scenario: Scenario, rng: Rng): Scenario {
  const { names } = scenario;
  const absent = names.filter(() => rng.chance(0.35));
  const lives = new Map(
    names.map((name, index) => [name, firstLife(rng, names.slice(0, index), absent, scenario)]),
  );
  const dressed = (wishes: readonly Wish[]) =>
    wishes.map((wish): Wish => {
      const life = lives.get(wish.name);
      if (life === undefined) return wish;
      const { secret: _elsewhere, ...rest } = wish;
      return life.stored === null ? { ...wish, life } : { ...rest, life };
    });
  const first = dressed(scenario.first);
  let latest = first;
  const steps: Step[] = [];
  for (const step of scenario.steps) {
    if (rng.chance(0.15)) steps.push({ action: lifeEvent(rng, names), thenMs: pause(rng) });
    if (rng.chance(0.1)) steps.push(...parting(rng, latest, names));
    if (step.action.kind !== 'commit') {
      steps.push(step);
      continue;
    }
    for (const [name, life] of lives) if (rng.chance(0.15)) lives.set(name, edited(rng, life));
    latest = dressed(step.action.wishes);
    steps.push({ ...step, action: { kind: 'commit', wishes: latest } });
  }
  steps.push(...parting(rng, latest, names));
  return {
    ...scenario,
    absent,
    first,
    steps,
    hasLife: true,
    maxProvisions: rng.pick([10, 10, 2]),
    maxTerminations: rng.pick([3, 3, 1]),
  };
}

function firstLife(
  rng: Rng,
  earlier: readonly Name[],
  absent: readonly Name[],
  { quotes, maxChanges }: Scenario,
): Life {
  // What waits for another counts as planned, so a low limit and a chain could hold up each other.
  const needs = earlier.length > 0 && maxChanges > 5 && rng.chance(0.35);
  return {
    onMissing: rng.chance(absent.length > 0 ? 0.8 : 0.4) ? 'provision' : 'fail',
    onError: rng.chance(0.4) ? 'recreate' : 'report',
    prune: rng.pick(['never', 'terminate', 'terminate', 'retain']),
    deletionProtection: rng.chance(0.2),
    dependsOn: needs ? [rng.pick(earlier)] : [],
    stored: !quotes && rng.chance(0.3) ? rng.pick(['report', 'update', 'update']) : null,
  };
}

function edited(rng: Rng, life: Life): Life {
  return rng.pick([
    { ...life, prune: rng.pick(['never', 'terminate', 'retain']) },
    { ...life, deletionProtection: !life.deletionProtection },
    { ...life, onError: life.onError === 'report' ? 'recreate' : 'report' },
    { ...life, onMissing: life.onMissing === 'fail' ? 'provision' : 'fail' },
  ]);
}

function pause(rng: Rng): number {
  return rng.weighted<() => number>([
    [3, () => rng.int(0, 5 * SECOND)],
    [3, () => rng.int(5 * SECOND, 2 * MINUTE)],
    [1, () => rng.int(2 * MINUTE, 15 * MINUTE)],
  ])();
}

/** A document goes, for long enough or not, while other things happen. */
function parting(rng: Rng, wishes: readonly Wish[], names: readonly Name[]): readonly Step[] {
  const going = wishes.filter(() => rng.chance(0.3)).map(({ name }) => name);
  const left = wishes.filter(({ name }) => !going.includes(name));
  if (going.length === 0 || left.length === 0) return [];
  const short = () => rng.int(30 * SECOND, 6 * MINUTE);
  const steps: Step[] = [{ action: { kind: 'commit', wishes: left }, thenMs: short() }];
  while (rng.chance(0.6)) steps.push({ action: partingEvent(rng, names, wishes), thenMs: short() });
  const long = rng.chance(0.7) ? rng.int(8 * MINUTE, 25 * MINUTE) : short();
  steps.push({ action: { kind: 'sourceBack' }, thenMs: long });
  return rng.chance(0.3)
    ? [...steps, { action: { kind: 'commit', wishes }, thenMs: short() }]
    : steps;
}

function partingEvent(rng: Rng, names: readonly Name[], wishes: readonly Wish[]): Action {
  return rng.weighted<() => Action>([
    [1, () => ({ kind: 'kill', journalLost: false })],
    [1, () => ({ kind: 'unreadableFile', on: rng.chance(0.5) })],
    [1, () => ({ kind: 'sourceLost', why: 'the link dangles' })],
    [1, () => ({ kind: 'sourceBack' })],
    [1, () => ({ kind: 'other', name: rng.pick(names), version: 'v2', cidr: 'parting' })],
    [0.5, () => ({ kind: 'jump', ms: rng.pick([-20, -5, 5, 20]) * MINUTE })],
    [0.5, () => ({ kind: 'commit', wishes })],
    [2, () => lifeEvent(rng, names)],
  ])();
}

function lifeEvent(rng: Rng, names: readonly Name[]): Action {
  const product = rng.pick(names);
  const operation = rng.pick(['ProvisionProduct', 'TerminateProvisionedProduct']);
  const once = { operation, count: 1 } as const;
  return rng.weighted<() => Action>([
    [2, () => ({ kind: 'rotate', name: product })],
    [1, () => ({ kind: 'terminatedByOther', name: product })],
    [2, () => ({ kind: 'fault', fault: { ...once, effect: { kind: 'lostReply' } } })],
    [1, () => ({ kind: 'fault', fault: { ...once, effect: { kind: 'lostRequest' } } })],
    [1, () => ({ kind: 'fault', fault: { ...once, effect: { kind: 'accessDenied' } } })],
    [
      2,
      () => ({
        kind: 'fault',
        fault: { ...once, effect: { kind: 'recordFails', message: 'Resource limit exceeded' } },
      }),
    ],
    [
      1.5,
      () => ({
        kind: 'fault',
        fault: {
          operation: rng.pick(['DescribeProvisionedProduct', 'SearchProvisionedProducts']),
          count: rng.int(1, 8),
          effect: { kind: rng.pick(['accessDenied', 'internalError'] as const) },
        },
      }),
    ],
    [
      2,
      () => ({
        kind: 'crash',
        point: { of: 'send', nth: rng.int(1, 2), side: rng.pick(['before', 'after'] as const) },
        journalLost: false,
      }),
    ],
    [1, () => ({ kind: 'unreadableFile', on: rng.chance(0.5) })],
  ])();
}
