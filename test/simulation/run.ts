import type { ProductKey } from '../../src/domain/ids.ts';
import type { ProductStatusView } from '../../src/domain/status.ts';
import { finalWish, type Name, ROLES, type Wish } from './estate.ts';
import { simulate } from './patch.ts';
import { Rng } from './rng.ts';
import { Violation, WRITES } from './rules.ts';
import { type Action, generate, type Scenario } from './scenario.ts';
import { TARGET, type Tier, World } from './world.ts';

export interface RunResult {
  readonly seed: number;
  readonly tier: Tier;
  readonly hash: string;
  readonly violation: { readonly rule: string; readonly message: string } | null;
  readonly trace: readonly string[];
  readonly simulatedMs: number;
  readonly calls: number;
  readonly updates: number;
  readonly faults: number;
  readonly crashes: number;
  readonly steps: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Runs the scenario of one seed to its end, or to the first broken rule. */
export async function runSeed(
  seed: number,
  tier: Tier,
  scratch: string,
  scenario: Scenario = generate(seed),
): Promise<RunResult> {
  const world = await World.create(scenario, tier, scratch);
  simulate({
    now: () => world.clock.wall(),
    monotonic: () => world.clock.elapsed(),
    random: () => world.random.next(),
  });
  const counts = { faults: 0 };
  let violation: RunResult['violation'] = null;
  try {
    await play(world, counts);
    await finish(world);
  } catch (error) {
    const broken = error instanceof Violation ? error : null;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    violation = { rule: broken?.rule ?? 'harness', message: broken?.message ?? text };
  } finally {
    await world.close();
    simulate(null);
  }
  return {
    seed,
    tier,
    hash: world.trace.hash(),
    violation,
    trace: world.trace.lines,
    simulatedMs: world.clock.elapsed(),
    calls: world.calls,
    updates: world.rules.updates,
    faults: counts.faults + world.crashes,
    crashes: world.crashes,
    steps: world.clock.steps,
  };
}

function check(world: World): void {
  world.rules.look();
  if (world.rules.violation !== null) throw world.rules.violation;
}

async function pass(world: World, ms: number, until: () => boolean = () => false): Promise<void> {
  await world.clock.pass(ms, () => {
    check(world);
    return until();
  });
  check(world);
}

async function play(world: World, counts: { faults: number }): Promise<void> {
  world.publish(world.scenario.first);
  await world.start();
  await pass(world, 2_000);
  for (const { action, thenMs } of world.scenario.steps) {
    world.trace.add(`# ${JSON.stringify(action).slice(0, 400)}`);
    if (action.kind !== 'commit' && action.kind !== 'ask') counts.faults += 1;
    await act(world, action);
    let revive: (() => Promise<void>) | null = null;
    let downMs: number | null = null;
    if (action.kind === 'crash') {
      world.arm(action.point);
      revive = async () => {
        if (action.journalLost) await world.loseJournal();
        world.rules.jumps();
        world.clock.jump(action.jumpMs ?? 0);
        downMs = action.downMs ?? null;
      };
    }
    await pass(world, thenMs, () => !world.isUp);
    if (world.isUp) continue;
    await world.kill();
    await revive?.();
    await restart(world, downMs);
  }
}

/** Describe lags at most so far: who lost the journal knows of nothing to wait for (docs/simulation.md). */
const LAG_MS = 25_000;

/** Somebody restarts a dead program a little later. */
async function restart(world: World, downMs: number | null = null): Promise<void> {
  await world.kill();
  const wantedMs = downMs ?? world.random.int(1_000, 20_000);
  await pass(world, world.takeJournalLost() ? Math.max(LAG_MS, wantedMs) : wantedMs);
  await world.start();
  await pass(world, 1_000);
}

async function act(world: World, action: Action): Promise<void> {
  switch (action.kind) {
    case 'commit':
      return world.publish(action.wishes);
    case 'revert':
      return world.revert(action.back);
    case 'sourceLost':
      return world.sourceLost(action.why);
    case 'sourceBack':
      return world.sourceBack();
    case 'drift':
      return world.drift(action.name, action.parameters);
    case 'other':
      return world.other(action.name, action.version, action.cidr);
    case 'fault':
      world.service.admin.addFault(action.fault);
      return;
    case 'clearFaults':
      return world.service.admin.clearFaults();
    case 'behaviour':
      return world.service.admin.setBehaviour(action.change);
    case 'jump':
      world.rules.jumps();
      return world.clock.jump(action.ms);
    case 'disk':
      world.disk.state = action.state;
      return;
    case 'kill':
      await world.kill();
      if (action.journalLost) await world.loseJournal();
      return;
    case 'stop':
      return world.stop();
    case 'crash':
      return;
    case 'credentials':
      await world.kill();
      return world.setCredentials(action.wrong);
    case 'ask':
      return world.ask(action.what, action.name);
    case 'freeze':
      return world.freeze(action.name);
    case 'liftFreezes':
      return world.liftFreezes();
    case 'hangUp':
      return world.hangUp();
    case 'late':
      return world.holdNextWrite(action.ms);
    case 'unreadableFile':
      return world.unreadableFile(action.on);
    case 'rotate':
      return world.rotate(action.name);
    case 'terminatedByOther':
      return world.terminatedByOther(action.name);
    default:
      action satisfies never;
  }
}

/** Faults stop: what can be reached is reached, and then nothing more is called. */
async function finish(world: World): Promise<void> {
  world.trace.add('# faults stop');
  world.service.admin.clearFaults();
  world.holdNextWrite(null);
  world.service.admin.setLimit('UpdateProvisionedProduct', null);
  world.service.admin.setBehaviour({ describeLag: '0', searchLag: '0' });
  world.disk.state = 'ok';
  if (world.account !== '111122223333') {
    await world.kill();
    world.setCredentials(false);
  }
  if (!world.isUp) await restart(world);
  await world.liftFreezes();
  world.arm({ of: 'any', nth: Number.POSITIVE_INFINITY, side: 'before' });
  world.unreadableFile(false);
  world.sourceBack();
  await converge(world, 'as it was', (wish) => openPoint(world, wish, false));
  world.trace.add('# the last word');
  const late = await lastWord(world);
  await askForTheRest(world);
  await bringBack(world, late);
  await toAndFro(world);
  await partings(world);
  await silence(world);
}

/** How many documents may come at once, whatever each of them asks for. */
function atOnce({ scenario }: World): number {
  const { maxChanges, maxProvisions, maxTerminations, hasLife } = scenario;
  return hasLife ? Math.min(maxChanges, maxProvisions, maxTerminations) : maxChanges;
}

/**
 * New content for every document, so many at a time as the guard lets through. What waits for a day,
 * because of somebody's failure in what it needs, stays in the plan and would hold up the rest by its
 * limit: it is left suspended, and returned.
 */
async function lastWord(world: World): Promise<readonly string[]> {
  const { hasLife, quotes } = world.scenario;
  // Documents that went come back: what waits to be terminated would hold up the rest by its limit.
  const papers = hasLife ? world.everWished() : world.wishes;
  const wishes = papers.map((wish) => finalWish(wish, quotes));
  const late = new Set<string>();
  const publish = (upTo: number) =>
    world.publish(
      wishes.map((wish, index) =>
        index < upTo && !late.has(wish.name) ? wish : { ...wish, suspend: true },
      ),
    );
  for (let upTo = atOnce(world); upTo - atOnce(world) < wishes.length; upTo += atOnce(world)) {
    publish(upTo);
    await converge(world, 'the last word', (wish) => openPoint(world, wish, true));
    // What needs one that is late is late too, whichever of them is told first.
    for (const _ of wishes)
      for (const { name, life } of wishes)
        if (
          life?.dependsOn.some((other) => isLeftForADay(world, other) || late.has(other)) === true
        )
          late.add(name);
  }
  if (late.size > 0) publish(wishes.length);
  return [...late];
}

/** What waited for others that were asked for since. */
async function bringBack(world: World, late: readonly string[]): Promise<void> {
  for (let done = 0; done < late.length; done += atOnce(world)) {
    const back = new Set(late.slice(0, done + atOnce(world)));
    world.publish(
      world.wishes.map((wish) => (back.has(wish.name) ? { ...wish, suspend: false } : wish)),
    );
    await converge(world, 'brought back', (wish) => openPoint(world, wish, true));
  }
  if (late.length > 0) await askForTheRest(world);
}

/** Documents go, one after the other; what they said about their end comes true, and nothing else. */
async function partings(world: World): Promise<void> {
  if (!world.scenario.hasLife) return;
  const rng = new Rng(`partings ${world.scenario.seed}`);
  for (const { name } of [...world.wishes].reverse().slice(0, 2)) {
    const wish = world.wishes.find((one) => one.name === name);
    if (wish === undefined || world.wishes.length === 1 || !isPartable(world, wish)) continue;
    world.trace.add(`# ${name} goes`);
    const stack = world.service.admin.product(name)?.stack?.id ?? '';
    world.publish(world.wishes.filter((one) => one !== wish));
    const isVisited = rng.chance(0.3) && (await visit(world, name, rng));
    await pass(world, 12 * MINUTE + 2 * world.scenario.intervalMs + Math.abs(world.clock.jumpedMs));
    checkParting(world, wish, { stack, isVisited });
  }
}

/** Somebody else needs what is to go, and changes it before its time has come. Whether AWS took that. */
async function visit(world: World, name: Name, rng: Rng): Promise<boolean> {
  await pass(world, rng.int(MINUTE, 8 * MINUTE));
  const before = lastRecordOf(world, name);
  await world.other(name, rng.pick(['v1', 'v2']), 'visited');
  return before !== undefined && lastRecordOf(world, name) !== before;
}

function lastRecordOf(world: World, name: Name) {
  return world.service.admin.provisionedProduct(name)?.lastRecordId;
}

function checkParting(
  world: World,
  { name, life }: Wish,
  { stack, isVisited }: { readonly stack: string; readonly isVisited: boolean },
): void {
  const goes =
    life !== undefined && life.prune !== 'never' && !life.deletionProtection && !isVisited;
  const end = world.service.admin.product(name);
  if (goes && end !== null && end.product.status !== 'UNDER_CHANGE')
    throw new Violation('4 convergence', `(parting) ${name} is still there: ${end.product.status}`);
  const who = isVisited ? ' (which somebody else had changed since)' : '';
  if (!goes && end === null)
    throw new Violation('6 nothing is terminated', `${name}${who} is gone`);
  if (goes && end === null && stack !== '' && world.hasStack(stack) !== (life.prune === 'retain'))
    throw new Violation('6 nothing is terminated', `${name}: wrong end of its stack ${stack}`);
}

/** It was in its desired state, so it is ours, and nothing needs it. */
function isPartable(world: World, wish: Wish): boolean {
  // What depends on something goes first, and what is protected never goes.
  const neededBy = world
    .everWished()
    .some(
      (one) =>
        one.life?.dependsOn.includes(wish.name) &&
        (world.wishes.some(({ name }) => name === one.name) ||
          world.service.admin.product(one.name) !== null),
    );
  const isHandsOff = wish.suspend || wish.observe || world.accepted.has(wish.name);
  const view = world.board?.get(TARGET, `name:${wish.name}` as ProductKey);
  return !neededBy && !isHandsOff && view?.condition === 'Ready' && isTrue(world, wish);
}

/** Launch roles to, fro and to on one base: where they do not move it, AWS answers with an old record. */
async function toAndFro(world: World): Promise<void> {
  if (world.rules.propertiesMoveBase || world.scenario.maxChanges < 5) return;
  for (const role of [1, 0, 1]) {
    const wishes = world.wishes.map((wish) =>
      wish.launchRole === undefined || isBroken(world, wish)
        ? wish
        : { ...wish, launchRole: ROLES[role] ?? wish.launchRole },
    );
    world.publish(wishes);
    await converge(world, 'to and fro', (wish) => openPoint(world, wish, true));
  }
}

/** What waits for a person by design gets one, so many at a time as the guard lets through. */
async function askForTheRest(world: World): Promise<void> {
  const isDone = (wish: Wish) =>
    wish.suspend ||
    isThere(world, wish) ||
    isOutOfReach(world, wish) ||
    isPassedBy(world, wish) ||
    isOverLimit(world, wish);
  for (;;) {
    const some = world.wishes.filter((wish) => !isDone(wish)).slice(0, atOnce(world));
    if (some.length === 0) return;
    for (const wish of some) await world.ask('retry', wish.name);
    await converge(world, 'asked', (wish) =>
      isDone(wish) || !some.includes(wish) ? null : `${wish.name} was asked for`,
    );
  }
}

/** Waits until no wish is open any more. A clock that went back holds up what waits by the wall clock. */
async function converge(world: World, phase: string, open: (wish: Wish) => string | null) {
  const limitMs = 5 * HOUR + Math.abs(world.clock.jumpedMs) + stragglingMs(world);
  const startMs = world.clock.elapsed();
  const points = () => world.wishes.flatMap((wish) => open(wish) ?? []);
  for (let waitMs = 30_000; ; waitMs = Math.min(waitMs * 1.5, 10 * MINUTE)) {
    await pass(world, waitMs);
    if (points().length === 0) return;
    if (world.clock.elapsed() - startMs > limitMs)
      throw new Violation('4 convergence', `(${phase}) ${points().join('; ')}`);
  }
}

/** How long one record may take where every fault that makes it straggle strikes it. */
function stragglingMs({ scenario }: World): number {
  const faults = scenario.steps.flatMap(({ action }) =>
    action.kind === 'fault' ? [action.fault.effect] : [],
  );
  return faults.reduce((sum, one) => sum + (one.kind === 'straggle' ? one.ms : 0), 0);
}

/** Whether what is live is what the document declares. */
function isTrue(world: World, wish: Wish): boolean {
  return differences(world, wish).length === 0;
}

function differences(world: World, wish: Wish): readonly string[] {
  const truth = world.service.admin.product(wish.name);
  if (truth === null) return ['it does not exist'];
  const stored = wish.life?.stored === 'update' ? world.storedSecret(wish.name) : undefined;
  const pairs: (readonly [string, string | undefined, string | null | undefined])[] = [
    ['Cidr', wish.cidr, truth.parameters.Cidr],
    ['Mode', wish.mode, truth.parameters.Mode],
    ['Secret', wish.secret ?? stored, truth.parameters.Secret],
    ['version', wish.version, world.versionOf(world.rules.artifactOf(truth))],
    ['team', wish.team, truth.tags.team],
    ['launchRole', wish.launchRole, truth.product.launchRole],
    ['owner', wish.owner, truth.product.userArn],
  ];
  return pairs.flatMap(([label, wanted, found]) =>
    wanted === undefined || wanted === found ? [] : [label],
  );
}

/** Nothing that trueup may do brings it there, or what it needs is not there. */
function isOutOfReach(world: World, wish: Wish): boolean {
  const truth = world.service.admin.product(wish.name);
  const isOwed = wish.life?.onError === 'recreate' && world.rules.life.isBetween(wish.name);
  if (truth === null && wish.life?.onMissing !== 'provision' && !isOwed) return true;
  if (isBroken(world, wish)) return true;
  return (wish.life?.dependsOn ?? []).some((name) => {
    const needed = world.wishes.find((one) => one.name === name);
    if (needed === undefined || !isThere(world, needed)) return true;
    // What is where it should be, as far as it can be told, keeps nothing waiting.
    const view = world.board?.get(TARGET, `name:${name}` as ProductKey);
    const isLeft = isEngine(world) && view?.condition === 'Ready';
    if (!isLeft && isOutOfReach(world, needed)) return true;
    return needed.suspend || needed.observe || needed.spoilt !== null;
  });
}

/** AWS brings it back by no update: a person must. */
function isBroken(world: World, wish: Wish): boolean {
  const truth = world.service.admin.product(wish.name);
  const stack = truth?.stack?.status ?? '';
  // What runs there may end it: a termination on whose behalf it comes back leaves the stack as it is till then.
  if (truth?.product.status === 'UNDER_CHANGE') return false;
  const { onError, deletionProtection } = wish.life ?? {};
  const isRecreated = onError === 'recreate' && deletionProtection === false;
  if (isRecreated && truth?.product.status === 'ERROR') return false;
  return (
    truth?.product.status === 'ERROR' || stack.endsWith('_FAILED') || stack === 'ROLLBACK_COMPLETE'
  );
}

/** Semantics 5: somebody's failure that the journal does not know; what needs it waits with it. */
function isLeftForADay(world: World, name: string): boolean {
  const view = world.board?.get(TARGET, `name:${name}` as ProductKey);
  return view?.reason === 'Backoff' && /the journal does not know it/.test(view.message);
}

/** Why this document is not yet where it should be; null: it is, or it is right that it is not. */
function openPoint(world: World, wish: Wish, strict: boolean): string | null {
  if (!world.isUp) return 'the daemon is down';
  if (wish.spoilt !== null || wish.suspend || wish.observe || isOutOfReach(world, wish))
    return null;
  const wrong = differences(world, wish);
  const view = world.board?.get(TARGET, `name:${wish.name}` as ProductKey);
  const say = `${wish.name}: ${wrong.join(', ')} (${view?.condition} ${view?.reason} ${view?.message})`;
  const truth = world.service.admin.product(wish.name);
  if (truth?.product.status === 'UNDER_CHANGE') return say;
  if (wrong.length === 0) return null;
  if (view === undefined) return say;
  if ([wish.name, ...(wish.life?.dependsOn ?? [])].some((name) => isLeftForADay(world, name)))
    return null;
  if (isAmbiguous(world, wish)) return null;
  const takenForRight =
    view.unverified > 0 || world.accepted.has(wish.name) || world.rules.wasMistaken(wish.name);
  const isJudged = view.condition === 'Ready' && view.revision === world.revision;
  if (isEngine(world) && view.sync === 'Synced' && !world.accepted.has(wish.name))
    if (world.rules.hasFailed(wish.name)) return `${say}: our last update of it failed`;
  const isUnread = (label: string) =>
    label === 'Secret' || (VALUES.includes(label) && isEngine(world) && isJudged);
  if (takenForRight && wrong.every(isUnread)) return null;
  // Somebody looks at what was left half done, and asks.
  if (/nothing tells what (it left|runs)/.test(view.message)) return null;
  if (isOverLimit(world, wish)) return null;
  if (strict ? isPassedBy(world, wish) : waitsInRollout(world, view)) return null;
  if (strict) return say;
  if (view.condition === 'Stalled' || /only reported/.test(view.message)) return null;
  if (/^waits for .* which is (refused|stalled)/.test(view.message)) return null;
  return say;
}

function waitsInRollout({ scenario, disk }: World, view: ProductStatusView): boolean {
  const { key, reason, message } = view;
  if (scenario.rollout === null || disk.entries.get(key)?.intent != null) return false;
  // What is on its way ends, and then it is its turn.
  const isForOthers =
    /^waits for .* which (?!is not in its desired state|was not looked at|is on its way)/;
  return reason === 'RolloutPaused' || (reason === 'WaitsFor' && isForOthers.test(message));
}

/** Where it should be, as far as it can be told. */
function isThere(world: World, wish: Wish): boolean {
  if (isTrue(world, wish)) return true;
  const view = world.board?.get(TARGET, `name:${wish.name}` as ProductKey);
  if (!isEngine(world) || view?.condition !== 'Ready') return false;
  if (view.revision !== world.revision) return false;
  return openPoint(world, wish, true) === null;
}

/** What nothing tells of what an engine made. */
const VALUES = ['Cidr', 'Mode'];
const isEngine = ({ scenario }: World) => scenario.kind !== 'CFN_STACK';

/** What waits in a rollout counts for the guards, and may so hold up what comes after it. */
function isOverLimit({ board, scenario }: World, { name }: Wish): boolean {
  const view = board?.get(TARGET, `name:${name}` as ProductKey);
  const isHeld = view?.reason === 'HeldByGuard' && /replacements: /.test(view.message);
  return isHeld && scenario.rollout !== null;
}

/** Its turn in its rollout never comes. */
function isPassedBy(world: World, wish: Wish): boolean {
  const view = world.board?.get(TARGET, `name:${wish.name}` as ProductKey);
  return view !== undefined && waitsInRollout(world, view) && isHeldUp(world, wish);
}

/** A person has to look what became of a request. */
function isAmbiguous(world: World, { name }: Wish): boolean {
  const view = world.board?.get(TARGET, `name:${name}` as ProductKey);
  return view !== undefined && /could each be the answer/.test(view.message);
}

/** Another one of its rollout gets there by nothing that trueup may do. */
function isHeldUp(world: World, { name, version }: Wish): boolean {
  return world.wishes.some((one) => {
    if (one.name === name || one.version !== version) return false;
    const isHandsOff = one.suspend || one.observe || one.spoilt !== null;
    return (
      isHandsOff ||
      isOutOfReach(world, one) ||
      isLeftForADay(world, one.name) ||
      isAmbiguous(world, one)
    );
  });
}

/**
 * What others have begun has ended and was seen to: that lets go on what could only wait for it, as the
 * rest of a rollout does where its other canary cannot be had.
 */
async function rest(world: World): Promise<void> {
  const { intervalMs } = world.scenario;
  const isBusy = ({ name }: Wish) =>
    world.service.admin.provisionedProduct(name)?.status === 'UNDER_CHANGE';
  for (let looks = 0; looks < 100 && world.wishes.some(isBusy); looks++)
    await pass(world, intervalMs);
  await pass(world, intervalMs);
}

/** Three intervals in which nothing is sent. */
async function silence(world: World): Promise<void> {
  await rest(world);
  await pass(world, 2 * MINUTE);
  const { updates } = world.rules;
  const calls = () =>
    world.service.admin
      .calls()
      .filter((call) => WRITES.test(call.operation) && !call.caller.includes('other'));
  const before = calls().length;
  await pass(world, 3.5 * world.scenario.intervalMs);
  if (calls().length > before)
    throw new Violation(
      '4 silence',
      `${calls().length - before} mutating calls (${world.rules.updates - updates} accepted) after all was done`,
    );
}
