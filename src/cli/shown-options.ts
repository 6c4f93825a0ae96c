import type { OptionName } from '../config/options.ts';

export const FORMATS = ['text', 'json', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** Every command takes every option of the table; the help of each shows those that matter to it. */
export type EstateCommand =
  | 'validate'
  | 'plan'
  | 'apply'
  | 'run'
  | 'status'
  | 'retry'
  | 'accept'
  | 'approve'
  | 'proceed'
  | 'freeze'
  | 'resume'
  | 'demo';

/** Options that are no configuration: they choose what is looked at, and where. */
export type CommonOption = 'format' | 'config' | 'only' | 'label' | 'local' | 'localState';

export interface Shown {
  readonly common: readonly CommonOption[];
  readonly table: readonly OptionName[];
}

/** Only a plan is made for pull requests: the rest would print text under another name. */
export function formatsOf(command: EstateCommand): readonly Format[] {
  return command === 'validate' || command === 'status' ? ['text', 'json'] : FORMATS;
}

const GUARDS: readonly OptionName[] = ['maxChanges', 'maxProvisions', 'maxTerminations'];
const READING: readonly OptionName[] = [
  'region',
  'account',
  ...GUARDS,
  'readsPerSecond',
  'readBurst',
  'settle',
  'observe',
  'journal',
  'fingerprintKeyFile',
  'logLevel',
  'logFormat',
];
const WRITING: readonly OptionName[] = [
  ...READING,
  'writesPerSecond',
  'maxInFlight',
  'maxInFlightByType',
  'recordTimeout',
];

const SELECTION: readonly CommonOption[] = ['config', 'only', 'label'];
const ESTATE: readonly CommonOption[] = [...SELECTION, 'local', 'localState'];
/** A person's word, put into the journal. */
const ASKING: Shown = { common: ['config', 'localState'], table: ['journal'] };
const HOLDING: Shown = { common: [...SELECTION, 'localState'], table: ['journal'] };

export const SHOWN: Readonly<Record<EstateCommand, Shown>> = {
  validate: { common: ['format', 'config'], table: ['settle'] },
  plan: { common: ['format', ...ESTATE], table: READING },
  apply: { common: ['format', ...ESTATE], table: [...WRITING, 'timeout'] },
  run: {
    common: ESTATE,
    table: [...WRITING, 'interval', 'pollInterval', 'shutdownTimeout'],
  },
  status: { common: ['format', 'config', 'only', 'localState'], table: ['journal'] },
  retry: ASKING,
  accept: ASKING,
  approve: ASKING,
  proceed: ASKING,
  freeze: HOLDING,
  resume: HOLDING,
  demo: { common: ['local'], table: ['writesPerSecond', 'interval', 'logLevel', 'logFormat'] },
};

const GROUP: Readonly<Record<OptionName | CommonOption, string>> = {
  format: 'Options:',
  config: 'What it looks at:',
  only: 'What it looks at:',
  label: 'What it looks at:',
  account: 'What it looks at:',
  region: 'What it looks at:',
  local: 'Without AWS:',
  localState: 'Without AWS:',
  maxChanges: 'Guards (docs/guards.md):',
  maxProvisions: 'Guards (docs/guards.md):',
  maxTerminations: 'Guards (docs/guards.md):',
  readsPerSecond: 'Rates:',
  readBurst: 'Rates:',
  writesPerSecond: 'Rates:',
  maxInFlight: 'Rates:',
  maxInFlightByType: 'Rates:',
  interval: 'Times:',
  pollInterval: 'Times:',
  settle: 'Times:',
  recordTimeout: 'Times:',
  timeout: 'Times:',
  shutdownTimeout: 'Times:',
  observe: 'Options:',
  journal: 'Journal and log:',
  fingerprintKeyFile: 'Journal and log:',
  logLevel: 'Journal and log:',
  logFormat: 'Journal and log:',
};

export function groupOf(name: OptionName | CommonOption): string {
  return GROUP[name];
}

/** Headings in the order of the help. */
export const GROUPS: readonly string[] = [
  'Options:',
  'What it looks at:',
  'Without AWS:',
  'Guards (docs/guards.md):',
  'Rates:',
  'Times:',
  'Journal and log:',
];

/** Below the options of a command: where the rest is. */
export const WHERE_THE_REST_IS = `
Options of the configuration can also stand in trueup.yaml or in variables such
as TRUEUP_MAX_CHANGES. A command takes those of other commands as well:
docs/reference.md lists all of them.`;
