import type { RolloutRule } from '../../src/domain/rollout.ts';
import type { FaultSpec } from '../../src/local-catalog/faults.ts';
import type { ProductKind } from '../../src/local-catalog/model.ts';
import type { BehaviourInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { edited, firstWish, type Leaning, NAMES, type Name, type Wish } from './estate.ts';
import { withFreezes } from './freezes.ts';
import { withExtras } from './life.ts';
import { Rng } from './rng.ts';
import { withKind, withLanes, withRollout } from './variants.ts';

/** When a process dies: at the nth port call of a kind from now on, before or after its effect. */
export interface CrashPoint {
  readonly of: 'any' | 'send' | 'journal' | 'read' | 'source' | 'result';
  readonly nth: number;
  readonly side: 'before' | 'after';
}

export type Action =
  | { readonly kind: 'commit'; readonly wishes: readonly Wish[] }
  | { readonly kind: 'revert'; readonly back: number }
  | { readonly kind: 'sourceLost'; readonly why: string }
  | { readonly kind: 'sourceBack' }
  | { readonly kind: 'drift'; readonly name: Name; readonly parameters: Record<string, string> }
  | { readonly kind: 'other'; readonly name: Name; readonly version: string; readonly cidr: string }
  | { readonly kind: 'fault'; readonly fault: FaultSpec }
  | { readonly kind: 'clearFaults' }
  | { readonly kind: 'behaviour'; readonly change: BehaviourInput }
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'disk'; readonly state: 'ok' | 'full' | 'readOnly' }
  | { readonly kind: 'kill'; readonly journalLost: boolean }
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'crash';
      readonly point: CrashPoint;
      readonly journalLost: boolean;
      /** How far the wall clock of the machine is moved before the next start. */
      readonly jumpMs?: number;
      /** How soon the next start is. */
      readonly downMs?: number;
    }
  | { readonly kind: 'credentials'; readonly wrong: boolean }
  | { readonly kind: 'ask'; readonly what: 'retry' | 'accept'; readonly name: Name }
  | { readonly kind: 'hangUp' }
  /** Of one product, or of all. */
  | { readonly kind: 'freeze'; readonly name: Name | null }
  | { readonly kind: 'liftFreezes' }
  /** The connection breaks under the next write, which arrives so much later. */
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'unreadableFile'; readonly on: boolean }
  | { readonly kind: 'rotate'; readonly name: Name }
  | { readonly kind: 'terminatedByOther'; readonly name: Name };

export interface Step {
  readonly action: Action;
  /** Time that passes after it, ms. */
  readonly thenMs: number;
}

export interface Scenario {
  readonly seed: number;
  readonly names: readonly Name[];
  readonly tagUpdate: 'allowed' | 'notAllowed';
  readonly first: readonly Wish[];
  readonly catalog: Pick<SeedInput, 'timing' | 'behaviour' | 'limits'>;
  readonly maxInFlight: number;
  /** The same for the one type that there is; null: it has no limit of its own. */
  readonly maxInFlightOfType: number | null;
  /** null: every product moves on its own. */
  readonly rollout: RolloutRule | null;
  readonly kind: ProductKind;
  readonly maxChanges: number;
  readonly maxProvisions: number;
  readonly maxTerminations: number;
  /** Documents say how their products come into being and go. */
  readonly hasLife: boolean;
  /** What there is a document for and does not exist at first. */
  readonly absent: readonly Name[];
  readonly writesPerSecond: number;
  readonly intervalMs: number;
  readonly pollIntervalMs: number;
  /** Whether the journal is the real one, on a disk. */
  readonly sqlite: boolean;
  /** AWS's messages quote secrets, which then stay the same: what nobody declares nobody can know. */
  readonly quotes: boolean;
  readonly steps: readonly Step[];
}

const SECOND = 1_000;
const MINUTE = 60_000;

export function generate(seed: number): Scenario {
  return withKind(withRollout(withLanes(withFreezes(withExtras(mainStory(seed))))));
}

function mainStory(seed: number): Scenario {
  const rng = new Rng(`scenario ${seed}`);
  const names = NAMES.slice(0, rng.int(1, NAMES.length));
  const tagUpdate = rng.chance(0.7) ? 'allowed' : 'notAllowed';
  const tags = tagUpdate === 'allowed';
  const catalog = catalogOf(rng);
  const canLoseJournal = catalog.behaviour.tokenWindow !== '0';
  const roles = catalog.behaviour.propertiesMoveLastRecordId ? rng.chance(0.1) : rng.chance(0.4);
  const first = names.map((name) => firstWish(name, rng, { tags, roles }));
  const quotes = rng.chance(0.15);
  const author = new Author(rng, first, { tags, roles, canLoseJournal, quotes });
  const steps = Array.from({ length: rng.int(4, 22) }, () => ({
    action: author.next(),
    thenMs: pause(rng),
  }));
  return {
    seed,
    names,
    tagUpdate,
    first,
    catalog,
    maxInFlight: rng.int(1, 3),
    maxInFlightOfType: null,
    rollout: null,
    kind: 'CFN_STACK',
    maxChanges: rng.chance(0.15) ? 2 : 50,
    maxProvisions: 10,
    maxTerminations: 3,
    hasLife: false,
    absent: [],
    writesPerSecond: rng.pick([0.2, 1, 1, 5]),
    intervalMs: rng.pick([2 * MINUTE, 5 * MINUTE]),
    pollIntervalMs: rng.pick([5 * SECOND, 20 * SECOND]),
    sqlite: rng.chance(0.03),
    quotes,
    steps,
  };
}

/** Every switch of the local catalog that CloudFormation products can feel. */
function catalogOf(rng: Rng) {
  const propertiesMoveLastRecordId = rng.chance(0.7);
  const lag = () =>
    rng.weighted([
      [6, '0'],
      [1, '3s'],
      [1, '10s'],
      [2, '20s'],
    ] as const);
  const behaviour = {
    underChangeCode: rng.pick([
      'InvalidParametersException',
      'ValidationException',
      'InvalidStateException',
      'ResourceInUseException',
    ]),
    parameterErrors: rng.pick(['record', 'record', 'atOnce']),
    recordErrors: rng.pick(['listed', 'empty']),
    propertiesMoveLastRecordId,
    properties: rng.pick(['atOnce', 'later']),
    tokenWindow: rng.pick(['forever', 'forever', '1h', '10m', '0']),
    tokenReuse: rng.pick(['oldRecord', 'error']),
    omittedParameters: rng.pick(['default', 'previous']),
    describeLag: lag(),
    // The owner is told by Search alone: if no record tells that the row is old, it may lag 60 s.
    searchLag: rng.chance(0.3)
      ? rng.pick(['5s', '40s', propertiesMoveLastRecordId ? '120s' : '20s'])
      : '0',
    statusAfterFailedUpdate: rng.pick(['TAINTED', 'TAINTED', 'TAINTED', 'AVAILABLE', 'ERROR']),
    errorUpdatable: rng.pick(['refused', 'fails', 'allowed']),
    versionAfterFailedUpdate: rng.pick(['attempted', 'previous']),
    tagsAfterFailedUpdate: rng.pick(['attempted', 'previous']),
    tagsNotAllowed: rng.pick(['ignored', 'refused']),
    firstRecordStatus: rng.pick(['CREATED', 'IN_PROGRESS']),
    updateReplacesToken: rng.chance(0.5),
    omittedVersion: rng.pick(['keeps', 'refused']),
    searchEntries: rng.pick(['all', 'any']),
    propertiesRecordType: rng.pick(['UPDATE_PROVISIONED_PRODUCT_PROPERTIES', 'OTHER', 'CHANGE']),
    recordErrorCode: rng.pick(['400', 'ValidationError']),
  } as const satisfies BehaviourInput;
  const timing = {
    accepted: rng.pick(['100ms', '1s', '3s']),
    running: rng.pick(['200ms', '2s', '10s', '45s', '4m']),
    remediation: rng.pick(['1s', '20s']),
    properties: rng.pick(['100ms', '2s', '30s']),
  };
  const limits = rng.chance(0.2)
    ? { operations: { UpdateProvisionedProduct: { perSecond: 0.5, burst: 1 } } }
    : {};
  return { behaviour, timing, limits };
}

function pause(rng: Rng): number {
  return rng.weighted<() => number>([
    [2, () => 0],
    [4, () => rng.int(1, 2 * SECOND)],
    [4, () => rng.int(2 * SECOND, 30 * SECOND)],
    [2, () => rng.int(30 * SECOND, 5 * MINUTE)],
    [0.3, () => rng.int(5 * MINUTE, 70 * MINUTE)],
  ])();
}

const OPERATIONS = [
  '*',
  'servicecatalog:*',
  'cloudformation:*',
  'UpdateProvisionedProduct',
  'UpdateProvisionedProduct',
  'UpdateProvisionedProduct',
  'DescribeProvisionedProduct',
  'SearchProvisionedProducts',
  'DescribeRecord',
  'ListRecordHistory',
  'DescribeStacks',
  'DescribeProvisioningParameters',
  'UpdateProvisionedProductProperties',
  'GetCallerIdentity',
] as const;

const PASSES =
  'Account Factory cannot complete an operation on this account, because another AWS Control Tower operation is in progress. Try again later.';

interface Permits extends Leaning {
  readonly canLoseJournal: boolean;
  readonly quotes: boolean;
}

/** Makes up what happens, with what was committed so far in mind. */
class Author {
  readonly #rng: Rng;
  readonly #may: Permits;
  #wishes: readonly Wish[];
  #serial = 1;

  constructor(rng: Rng, first: readonly Wish[], may: Permits) {
    this.#rng = rng;
    this.#wishes = first;
    this.#may = may;
  }

  next(): Action {
    const rng = this.#rng;
    return rng.weighted<() => Action>([
      [7, () => this.#commit()],
      [1, () => ({ kind: 'revert', back: rng.int(1, 3) })],
      [0.7, () => ({ kind: 'sourceLost', why: 'the link dangles' })],
      [1.2, () => ({ kind: 'sourceBack' })],
      [2, () => this.#drift()],
      [2, () => this.#other()],
      [6, () => ({ kind: 'fault', fault: this.#fault() })],
      [2, () => ({ kind: 'clearFaults' })],
      [0.7, () => this.#behaviour()],
      [0.8, () => ({ kind: 'jump', ms: this.#jump() })],
      [1, () => ({ kind: 'disk', state: rng.pick(['full', 'readOnly']) })],
      [1.6, () => ({ kind: 'disk', state: 'ok' })],
      [1, () => ({ kind: 'kill', journalLost: this.#losesJournal() })],
      [0.4, () => ({ kind: 'stop' })],
      [6, () => this.#crash()],
      [0.3, () => ({ kind: 'credentials', wrong: rng.chance(0.5) })],
      [
        0.7,
        () => ({ kind: 'ask', what: rng.chance(0.7) ? 'retry' : 'accept', name: this.#name() }),
      ],
      [0.3, () => ({ kind: 'hangUp' })],
    ])();
  }

  #name(): Name {
    return this.#rng.pick(NAMES.slice(0, Math.max(1, this.#wishes.length)));
  }

  #losesJournal(): boolean {
    return this.#may.canLoseJournal && this.#rng.chance(0.12);
  }

  #commit(): Action {
    const rng = this.#rng;
    const share = rng.pick([0.3, 0.5, 1]);
    this.#wishes = this.#wishes.map((wish) => (rng.chance(share) ? this.#edited(wish) : wish));
    const less = this.#wishes.length > 1 && rng.chance(0.08);
    const left = less ? this.#wishes.slice(1) : this.#wishes;
    return { kind: 'commit', wishes: left };
  }

  #edited(wish: Wish): Wish {
    const after = edited(wish, this.#rng, this.#serial++, this.#may);
    return this.#may.quotes && after.secret !== wish.secret ? wish : after;
  }

  #drift(): Action {
    const rng = this.#rng;
    const cidr = { Cidr: rng.pick([`d${this.#serial++}`, 'start', 'first']) };
    const parameters = rng.chance(0.2) ? { Secret: `hush-drift-${this.#serial}` } : cidr;
    return { kind: 'drift', name: this.#name(), parameters };
  }

  #other(): Action {
    const rng = this.#rng;
    const cidr = rng.pick([
      `o${this.#serial++}`,
      'start',
      'first',
      'boom-1',
      `c${this.#serial - 2}`,
    ]);
    return { kind: 'other', name: this.#name(), version: rng.pick(['v1', 'v1', 'v2']), cidr };
  }

  #fault(): FaultSpec {
    const rng = this.#rng;
    const where = {
      operation: rng.pick(OPERATIONS),
      ...(rng.chance(0.3) ? { product: this.#name() } : {}),
      ...(rng.chance(0.4) ? { probability: rng.pick([0.1, 0.3, 0.7]) } : {}),
      ...(rng.chance(0.8) ? { count: rng.pick([1, 1, 1, 2, 4, 12]) } : {}),
    };
    const update = { ...where, operation: 'UpdateProvisionedProduct' };
    return rng.weighted<() => FaultSpec>([
      [2, () => ({ ...where, effect: { kind: 'throttle' } })],
      [2, () => ({ ...where, effect: { kind: 'internalError' } })],
      [1, () => ({ ...where, effect: { kind: 'accessDenied' } })],
      [2, () => ({ ...where, effect: { kind: 'lostRequest' } })],
      [3, () => ({ ...where, effect: { kind: 'lostReply' } })],
      [2, () => ({ ...where, effect: { kind: 'slow', ms: rng.pick([300, 5_000, 50_000]) } })],
      [2, () => this.#recordFails(update)],
      [
        1,
        () => ({
          ...update,
          effect: { kind: 'straggle', ms: rng.pick([60_000, 900_000, 9_000_000]) },
        }),
      ],
    ])();
  }

  #recordFails(where: Omit<FaultSpec, 'effect'>): FaultSpec {
    const rng = this.#rng;
    const talker = this.#may.quotes
      ? this.#wishes.find((wish) => wish.secret !== undefined)
      : undefined;
    const said =
      talker === undefined ? 'Resource limit exceeded' : `Secret: ${talker.secret} is short`;
    return {
      ...where,
      ...(talker === undefined ? {} : { product: talker.name }),
      effect: {
        kind: 'recordFails',
        message: rng.pick([PASSES, said]),
        listErrors: rng.chance(0.6),
        rollback: rng.weighted([
          [6, 'complete'],
          [2, 'none'],
          [0.3, 'failed'],
        ] as const),
      },
    };
  }

  #behaviour(): Action {
    const rng = this.#rng;
    const lag = rng.pick(['0', '5s', '20s']);
    return {
      kind: 'behaviour',
      change: rng.chance(0.5) ? { describeLag: lag } : { searchLag: lag },
    };
  }

  #jump(): number {
    const rng = this.#rng;
    return (
      rng.pick([-1, 1]) * rng.pick([SECOND, 30 * SECOND, 4 * MINUTE, 20 * MINUTE, 80 * MINUTE])
    );
  }

  #crash(): Action {
    const rng = this.#rng;
    const of = rng.weighted([
      [3, 'any'],
      [4, 'send'],
      [3, 'journal'],
      [1, 'read'],
      [0.3, 'source'],
    ] as const);
    const nth = of === 'send' ? rng.pick([1, 1, 1, 2]) : rng.int(1, of === 'any' ? 40 : 15);
    const side = rng.pick(['before', 'after'] as const);
    return { kind: 'crash', point: { of, nth, side }, journalLost: this.#losesJournal() };
  }
}
