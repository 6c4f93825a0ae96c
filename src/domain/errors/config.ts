import type { ErrorTable } from './entry.ts';

export const configErrors = {
  'config/bad-option': {
    title: 'An option has a value that it cannot take',
    meaning: 'The value of a flag, a TRUEUP_ variable or a field of trueup.yaml breaks its rule.',
    next: 'give a value that follows the rule',
  },
  'config/unknown-variable': {
    title: 'A TRUEUP_ variable is not known',
    meaning:
      'The name is close to a variable that trueup reads, and is not one; its value has no effect.',
    next: 'correct the name of the variable, or unset it',
  },
  'config/not-one-document': {
    title: 'The configuration file is not one mapping',
    meaning: 'trueup.yaml holds one YAML document.',
    next: 'keep one document in the file',
  },
  'config/duplicate-target': {
    title: 'Two targets are the same',
    meaning:
      'Each target has its own name, and each account and region is one target: two queues on one account could run two operations on one provisioned product.',
    next: 'remove one of the two targets',
  },
  'config/unknown-default-target': {
    title: 'The default target is not in the list of targets',
    meaning: 'defaultTarget names one of the targets in the file.',
    next: 'correct defaultTarget, or add the target',
  },
  'config/target-override': {
    title: 'A region or account is given, and there are several targets',
    meaning: 'It cannot be told which of the targets it is for.',
    next: 'leave it out, or change the target in the configuration file',
  },
  'config/region-missing': {
    title: 'A target has no region',
    meaning:
      'With several targets, each must say its region: the default of the SDK is one for all.',
    next: 'add the region to the target',
  },
  'config/account-mismatch': {
    title: 'A role is in another account than its target',
    meaning: 'The role that is assumed for a target decides which account is worked on.',
    next: 'correct accountId or roleArn of the target',
  },
  'config/bad-schedule': {
    title: 'The schedule of a sync window cannot be read',
    meaning:
      'It has five fields: minute, hour, day of the month, month, day of the week. A window that never opens would allow or deny nothing, and nobody would notice.',
    next: 'write it like 0 22 * * 1-5',
  },
  'config/bad-window-duration': {
    title: 'The duration of a sync window is out of its range',
    meaning: 'A window stays open from one minute to 366 days, in whole seconds.',
    next: 'write it like 90m, 8h or 2d',
  },
  'config/bad-time-zone': {
    title: 'A time zone is not known',
    meaning: 'The schedule of a sync window is read in an IANA time zone.',
    next: 'write it like Europe/Berlin, America/New_York or UTC',
  },
  'config/unknown-window-target': {
    title: 'A sync window is for a target that does not exist',
    meaning: 'A window that concerns nothing would hold nothing back, and nobody would notice.',
    next: 'correct the name, or add the target',
  },
  'config/no-canary-label': {
    title: 'Canaries are chosen by no label',
    meaning: 'Every document has all of no labels, so that all would go first at once.',
    next: 'name a label, or give the number of canaries',
  },
  'config/unknown-rollout': {
    title: 'A rollout rule is for a product that no document names',
    meaning: 'A misspelled product would be rolled out without canaries, and nobody would notice.',
    next: 'correct the name of the product, or remove the rule',
  },
  'config/duplicate-rollout': {
    title: 'Two rollout rules are for the same product',
    meaning: 'A product has one rule; which of two would hold cannot be told.',
    next: 'keep one of the two rules',
  },
} as const satisfies ErrorTable;
