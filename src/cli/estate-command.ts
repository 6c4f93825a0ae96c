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

/** The options that every command on an estate takes; its help shows those that matter to it. */
export function estate(
  parent: Commander,
  name: EstateCommand,
  syntax: string,
  description: string,
): Commander {
  const command = parent.command(syntax).description(description);
  for (const [given, option] of common(name)) {
    const isShown = SHOWN[name].common.includes(given);
    command.addOption(option.helpGroup(groupOf(given)).hideHelp(!isShown));
  }
  for (const row of OPTIONS) {
    const isShown = SHOWN[name].table.includes(row.name);
    const option = new Option(row.flag, meaningOf(row));
    command.addOption(option.helpGroup(groupOf(row.name)).hideHelp(!isShown));
  }
  return command.configureHelp({ groupItems: inOrder }).addHelpText('after', WHERE_THE_REST_IS);
}

/** A flag that is off unless it is given needs no default. */
function meaningOf({ meaning, shownDefault, rule }: (typeof OPTIONS)[number]): string {
  const isSaid = rule.kind === 'boolean' || meaning.includes(`default ${shownDefault}`);
  return isSaid ? meaning : `${meaning} (default: ${shownDefault})`;
}

function common(name: EstateCommand): readonly (readonly [CommonOption, Option])[] {
  return [
    [
      'format',
      new Option('-f, --format <format>', 'output').choices(formatsOf(name)).default('text'),
    ],
    [
      'config',
      new Option('--config <file>', 'configuration file (default: trueup.yaml, if there is one)'),
    ],
    [
      'only',
      new Option(
        '--only <names>',
        'only these provisioned products, separated by commas',
      ).argParser(collect),
    ],
    [
      'label',
      new Option(
        '-l, --label <key=value>',
        'only documents with this label; may be repeated',
      ).argParser(collect),
    ],
    [
      'local',
      new Option(
        '--local [seed]',
        'use an embedded Service Catalog instead of AWS (--local=SEED); it ends with the command',
      ),
    ],
    [
      'localState',
      new Option(
        '--local-state <file>',
        'keep the state of --local in this file between commands, and its journal beside it',
      ),
    ],
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
