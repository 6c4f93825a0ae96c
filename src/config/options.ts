import { LOG_FORMATS, LOG_LEVELS } from './config.ts';

/** What a value may be, and how its text is read. */
export type OptionRule =
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** Text such as 5m; `min` and `max` in milliseconds. */
  | { readonly kind: 'duration'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'text'; readonly pattern?: RegExp; readonly rule?: string }
  | { readonly kind: 'boolean' };

/** One row of the table that flags, variables, trueup.yaml, `--help` and the docs agree on. */
export interface ConfigOption {
  readonly name: OptionName;
  /** As the help shows it, with its argument. */
  readonly flag: string;
  readonly env: string;
  /** Key in trueup.yaml; null: not there. */
  readonly fileKey: string | null;
  readonly rule: OptionRule;
  /** As it would be written; null: none. */
  readonly default: string | null;
  readonly shownDefault: string;
  readonly unit: string | null;
  readonly meaning: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Row {
  readonly argument: string;
  readonly rule: OptionRule;
  readonly default: string | null;
  /** In place of the default where there is none. */
  readonly shownDefault?: string;
  readonly unit?: string;
  readonly inFile?: boolean;
  readonly meaning: string;
}

const ROWS = {
  region: {
    argument: '<region>',
    rule: {
      kind: 'text',
      pattern: /^[a-z]{2}-([a-z]+-)+[1-9][0-9]?$/,
      rule: 'a region looks like eu-west-1',
    },
    default: null,
    shownDefault: 'AWS_REGION, then what the SDK finds',
    inFile: false,
    meaning: 'region of the only target',
  },
  account: {
    argument: '<id>',
    rule: { kind: 'text', pattern: /^[0-9]{12}$/, rule: 'an account id has 12 digits' },
    default: null,
    shownDefault: 'not checked by plan, asked for by apply, needed by run',
    inFile: false,
    meaning: 'account id that the only target must be in',
  },
  readsPerSecond: {
    argument: '<number>',
    rule: { kind: 'number', min: 0.1, max: 100 },
    default: '5',
    unit: 'calls per second',
    meaning: 'reading calls to each service of each target, sustained',
  },
  readBurst: {
    argument: '<number>',
    rule: { kind: 'integer', min: 1, max: 1_000 },
    default: '20',
    unit: 'calls',
    meaning: 'reading calls that may follow each other at once before the sustained rate holds',
  },
  writesPerSecond: {
    argument: '<number>',
    rule: { kind: 'number', min: 0.01, max: 20 },
    default: '1',
    unit: 'calls per second',
    meaning: 'operations started in each target, strictly spaced',
  },
  maxInFlight: {
    argument: '<number>',
    rule: { kind: 'integer', min: 1, max: 100 },
    default: '5',
    unit: 'operations',
    meaning: 'operations in flight at one time in each target',
  },
  maxInFlightByType: {
    argument: '<list>',
    rule: {
      kind: 'text',
      pattern:
        /^[A-Z][A-Z0-9_]{0,62}=(?:[1-9]|[1-9][0-9]|100)(?:,[A-Z][A-Z0-9_]{0,62}=(?:[1-9]|[1-9][0-9]|100))*$/,
      rule: 'a list like CONTROL_TOWER_ACCOUNT=4,EXTERNAL=2, each from 1 to 100',
    },
    default: 'CONTROL_TOWER_ACCOUNT=4',
    unit: 'operations',
    meaning:
      'operations in flight by type of product, within max-in-flight; Control Tower takes 5 at one time, of which one is left free. Types that the list does not name keep their default',
  },
  interval: {
    argument: '<duration>',
    rule: { kind: 'duration', min: 100, max: 7 * DAY },
    default: '5m',
    unit: 'duration',
    meaning: 'time between two full passes of run, with jitter',
  },
  pollInterval: {
    argument: '<duration>',
    rule: { kind: 'duration', min: 100, max: HOUR },
    default: '5s',
    unit: 'duration',
    meaning: 'time between two looks at the directory and at what people asked for',
  },
  settle: {
    argument: '<duration>',
    rule: { kind: 'duration', min: 0, max: MINUTE },
    default: '1s',
    unit: 'duration',
    meaning: 'how long a plain directory must be unchanged before it is taken',
  },
  recordTimeout: {
    argument: '<duration>',
    rule: { kind: 'duration', min: SECOND, max: 7 * DAY },
    default: null,
    shownDefault: '2h; 12h for Terraform and External products',
    unit: 'duration',
    meaning:
      'after this an operation counts as stalled; it is still followed. By default 2h; 12h for Terraform and External products',
  },
  timeout: {
    argument: '<duration>',
    rule: { kind: 'duration', min: SECOND, max: 7 * DAY },
    default: '60m',
    unit: 'duration',
    meaning: 'how long apply waits for everything to reach its desired state',
  },
  shutdownTimeout: {
    argument: '<duration>',
    rule: { kind: 'duration', min: 0, max: HOUR },
    default: '25s',
    unit: 'duration',
    meaning: 'how long run may take to end after SIGTERM',
  },
  maxChanges: {
    argument: '<number>',
    rule: { kind: 'integer', min: 0, max: 100_000 },
    default: '50',
    unit: 'provisioned products',
    meaning:
      'most updates of one target in 24 hours and in one revision, however large the target is (docs/guards.md)',
  },
  maxProvisions: {
    argument: '<number>',
    rule: { kind: 'integer', min: 0, max: 100_000 },
    default: '10',
    unit: 'provisioned products',
    meaning: 'the same for provisionings and new stack instances',
  },
  maxTerminations: {
    argument: '<number>',
    rule: { kind: 'integer', min: 0, max: 100_000 },
    default: '3',
    unit: 'provisioned products',
    meaning: 'the same for terminations, replacements and removed stack instances',
  },
  journal: {
    argument: '<file>',
    rule: { kind: 'text' },
    default: '.trueup/journal.db',
    meaning: 'where the journal is kept',
  },
  fingerprintKeyFile: {
    argument: '<file>',
    rule: { kind: 'text' },
    default: null,
    shownDefault: 'a file beside the journal',
    meaning: 'key for the digests of values that AWS does not return',
  },
  logLevel: {
    argument: '<level>',
    rule: { kind: 'choice', choices: LOG_LEVELS },
    default: 'info',
    meaning: `least level that is logged: ${LOG_LEVELS.join(', ')}`,
  },
  logFormat: {
    argument: '<format>',
    rule: { kind: 'choice', choices: LOG_FORMATS },
    default: null,
    shownDefault: 'text on a terminal, json elsewhere',
    meaning: `form of the log on standard error: ${LOG_FORMATS.join(' or ')}`,
  },
  observe: {
    argument: '',
    rule: { kind: 'boolean' },
    default: 'false',
    meaning: 'compare and report, and change nothing',
  },
} as const satisfies Readonly<Record<string, Row>>;

export type OptionName = keyof typeof ROWS;

/** Every option, in the order of the help. A flag beats its variable, which beats trueup.yaml. */
export const OPTIONS: readonly ConfigOption[] = (Object.keys(ROWS) as OptionName[]).map((name) => {
  const row: Row = ROWS[name];
  return {
    name,
    flag: `--${kebab(name)}${row.argument === '' ? '' : ` ${row.argument}`}`,
    env: `TRUEUP_${kebab(name).replaceAll('-', '_').toUpperCase()}`,
    fileKey: row.inFile === false ? null : name,
    rule: row.rule,
    default: row.default,
    shownDefault: row.default ?? row.shownDefault ?? 'none',
    unit: row.unit ?? null,
    meaning: row.meaning,
  };
});

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Variables that other parts of the program read; they are no options, and not misspellings. */
export const OTHER_VARIABLES = ['TRUEUP_CONFIG'] as const;
