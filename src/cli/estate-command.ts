import { type Command as Commander, InvalidArgumentError, Option } from 'commander';
import { OPTIONS } from '../config/options.ts';
import {
  type CommonOption,
  type EstateCommand,
  formatsOf,
  GROUPS,
  groupOf,
  SHOWN,
  WHERE_THE_REST_IS,
} from './shown-options.ts';

const DIRECTORY = 'of documents: plain, a git-sync link or a ConfigMap mount';
const DIRECTORY_OR_INPUT = `${DIRECTORY}; "-" is standard input`;
const NAME = 'NAME, TARGET/NAME, or the id of the provisioned product';

/** What stands behind a command without a flag. */
const ARGUMENTS: Readonly<Partial<Record<EstateCommand, string>>> = {
  validate: DIRECTORY_OR_INPUT,
  plan: DIRECTORY_OR_INPUT,
  apply: DIRECTORY_OR_INPUT,
  run: DIRECTORY,
  retry: NAME,
  accept: NAME,
  approve: 'as plan prints it, or its first 32 digits',
  proceed: 'PRODUCT or TARGET/PRODUCT, by name or id',
};

/** The options that every command on an estate takes; its help shows those that matter to it. */
export function estate(
  parent: Commander,
  name: EstateCommand,
  syntax: string,
  description: string,
): Commander {
  const command = parent.command(syntax).description(description);
  const [argument] = command.registeredArguments;
  if (argument !== undefined) argument.description = ARGUMENTS[name] ?? '';
  for (const [given, option] of common(name)) {
    const isShown = SHOWN[name].common.includes(given);
    command.addOption(option.helpGroup(groupOf(given)).hideHelp(!isShown));
  }
  for (const row of OPTIONS) {
    const isShown = SHOWN[name].table.includes(row.name);
    const option = new Option(row.flag, meaningOf(row));
    command.addOption(option.helpGroup(groupOf(row.name)).hideHelp(!isShown));
  }
  return command
    .configureHelp({ groupItems: inOrder, optionTerm: ({ flags }) => termOf({ flag: flags }) })
    .addHelpText('after', WHERE_THE_REST_IS);
}

/** A flag that is off unless it is given needs no default. */
function meaningOf({ meaning, shownDefault, rule }: (typeof OPTIONS)[number]): string {
  const isSaid = rule.kind === 'boolean' || meaning.includes(`default ${shownDefault}`);
  return isSaid ? meaning : `${meaning} (default: ${shownDefault})`;
}

/** Flags that are no configuration, as the help and the reference say them. */
export const COMMON: Readonly<
  Record<CommonOption, { readonly flag: string; readonly meaning: string }>
> = {
  format: { flag: '-f, --format <format>', meaning: 'output' },
  config: {
    flag: '--config <file>',
    meaning: 'configuration file (default: trueup.yaml, if there is one)',
  },
  only: {
    flag: '--only <names>',
    meaning: 'only these provisioned products, separated by commas',
  },
  label: {
    flag: '-l, --label <key=value>',
    meaning: 'only documents with this label; may be repeated',
  },
  local: {
    flag: '--local [seed]',
    meaning: 'use an embedded Service Catalog instead of AWS; it ends with the command',
  },
  localState: {
    flag: '--local-state <file>',
    meaning:
      'an embedded Service Catalog whose state is kept in this file between commands, with its journal beside it',
  },
};

function common(name: EstateCommand): readonly (readonly [CommonOption, Option])[] {
  const option = (given: CommonOption) => new Option(COMMON[given].flag, COMMON[given].meaning);
  return [
    ['format', option('format').choices(formatsOf(name)).default('text')],
    ['config', option('config')],
    ['only', option('only').argParser(collect)],
    ['label', option('label').argParser(collect)],
    ['local', option('local')],
    ['localState', option('localState')],
  ];
}

/**
 * The parts of a list, without blanks round them. A list with an empty part comes from a variable of a
 * script that is not set: without it the command would be about everything.
 */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  const parts = value.split(',').map((part) => part.trim());
  if (!parts.includes('')) return [...before, ...parts];
  throw new InvalidArgumentError(
    'A part of it is empty, which never means everything.\nnext: say what is meant, or leave the option out; nothing was done',
  );
}

/** A value that may be left out stands right behind its flag: after a blank it would be the directory. */
export function termOf({ flag }: { readonly flag: string }): string {
  return flag.replace(' [', '[=');
}

/** Groups in the order of `GROUPS`; anything else, such as the commands, stays where it is. */
function inOrder<T extends Commander | Option>(
  _all: T[],
  visible: T[],
  heading: (item: T) => string,
): Map<string, T[]> {
  const found = Map.groupBy(visible, (item) => heading(item) || 'Options:');
  const place = (name: string) => (GROUPS.includes(name) ? GROUPS.indexOf(name) : -1);
  return new Map([...found].toSorted(([a], [b]) => place(a) - place(b)));
}
