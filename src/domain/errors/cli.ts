import type { ErrorTable } from './entry.ts';

export const cliErrors = {
  'cli/config-unreadable': {
    title: 'The configuration file cannot be read',
    meaning:
      'A configuration file that was named, or trueup.yaml in the working directory, exists but cannot be read. Running without it could act on the wrong targets.',
    next: 'check the path given with --config or TRUEUP_CONFIG, and the permissions of the file',
  },
  'cli/bad-argument': {
    title: 'An argument of a command is not usable',
    meaning: 'The value of a flag that is no configuration option breaks its rule.',
    next: 'see the help of the command',
  },
  'cli/nothing-selected': {
    title: 'No document is selected',
    meaning:
      'The names and labels that were given match no valid document. Ending well would look as if there were nothing to do.',
    next: 'check --only and -l against metadata.name and metadata.labels; trueup validate shows invalid documents',
  },
  'cli/internal': {
    title: 'trueup contradicts itself',
    meaning:
      'A part of the program was used in an order that should not be possible. Nothing was sent because of it.',
    next: 'report it with the command, the version and this message',
  },
} as const satisfies ErrorTable;
