import { OPTIONS } from '../config/options.ts';
import type { AllowFlags } from '../diff/render/guards.ts';
import type { Invocation } from './invocation.ts';

/** What the name of a catalog's state has behind it where its journal lies. */
export const JOURNAL_BESIDE = '.journal.db';

/** The flags by which the same estate is found again: a command that people copy must mean this one. */
export function againFlags(invocation: Invocation): AllowFlags {
  const { local, localState, flags, only, labels } = invocation;
  const config = configFlags(invocation);
  const given = OPTIONS.flatMap(({ name, flag }) => {
    const value = flags[name];
    const [long = ''] = flag.split(' ');
    if (value === undefined || value === false) return [];
    return [value === true ? long : `${long} ${quoted(value)}`];
  });
  const localFlags = [
    ...(local === null ? [] : [local === '' ? '--local' : `--local=${quoted(local)}`]),
    ...(localState === null ? [] : [`--local-state ${quoted(localState)}`]),
  ];
  const selected = [
    ...only.map((name) => `--only ${quoted(name)}`),
    ...labels.map((label) => `--label ${quoted(label)}`),
  ];
  return {
    apply: [...config, ...given, ...localFlags, ...selected],
    // A catalog that ends with its command has no daemon beside it.
    approve: local !== null && localState === null ? null : journalFlags(invocation),
  };
}

function configFlags({ configFile }: Invocation): readonly string[] {
  return configFile === null ? [] : [`--config ${quoted(configFile)}`];
}

/** Those by which a person's word gets into the same journal. */
function journalFlags(invocation: Invocation): readonly string[] {
  const { localState, flags } = invocation;
  const beside = localState === null ? null : `${localState}${JOURNAL_BESIDE}`;
  const journal = flags.journal === undefined ? beside : String(flags.journal);
  const given = journal === null ? [] : [`--journal ${quoted(journal)}`];
  return [...configFlags(invocation), ...given];
}

/** What is shown, with the flags that its commands need where this one was given any. */
export function withJournalFlags(invocation: Invocation, text: string): string {
  const flags = journalFlags(invocation);
  const isNeeded =
    flags.length > 0 && /\btrueup (accept|approve|proceed|resume|retry)\b/.test(text);
  return isNeeded ? `${text}\nThe commands above need ${flags.join(' ')} too.\n` : text;
}

function quoted(text: string): string {
  return /^[\w./:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
