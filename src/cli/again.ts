import { OPTIONS } from '../config/options.ts';
import type { AllowFlags } from '../diff/render/guards.ts';
import type { Invocation } from './invocation.ts';

/** What the name of a catalog's state has behind it where its journal lies. */
export const JOURNAL_BESIDE = '.journal.db';

/** The flags by which the same estate is found again: a command that people copy must mean this one. */
export function againFlags(invocation: Invocation): AllowFlags {
  const { configFile, local, localState, flags, only, labels } = invocation;
  const config = configFile === null ? [] : [`--config ${quoted(configFile)}`];
  const given = OPTIONS.flatMap(({ name, flag }) => {
    const value = flags[name];
    const [long = ''] = flag.split(' ');
    if (value === undefined || value === false) return [];
    return [value === true ? long : `${long} ${quoted(value)}`];
  });
  const isJournalGiven = flags.journal !== undefined;
  const localFlags = [
    ...(local === null ? [] : [local === '' ? '--local' : `--local=${quoted(local)}`]),
    ...(localState === null ? [] : [`--local-state ${quoted(localState)}`]),
  ];
  const selected = [
    ...only.map((name) => `--only ${quoted(name)}`),
    ...labels.map((label) => `--label ${quoted(label)}`),
  ];
  const journal = isJournalGiven
    ? [`--journal ${quoted(String(flags.journal))}`]
    : localState === null
      ? []
      : [`--journal ${quoted(`${localState}${JOURNAL_BESIDE}`)}`];
  return {
    apply: [...config, ...given, ...localFlags, ...selected],
    // A catalog that ends with its command has no daemon beside it.
    approve: local !== null && localState === null ? null : [...config, ...journal],
  };
}

function quoted(text: string): string {
  return /^[\w./:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
