import type { Invocation } from '../cli/invocation.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Spec } from '../domain/spec.ts';
import { nearest } from '../domain/suggest.ts';
import type { Log } from '../reconciler/ports/runtime.ts';
import type { LoadedRevision, RevisionLoader } from './revision.ts';

/** `--only NAME,…` and `-l key=value`: a document must satisfy both, and every label. */
export function selection(invocation: Invocation): (spec: Spec) => boolean {
  const { only, labels } = invocation;
  const wanted = labels.map((label) => {
    const at = label.indexOf('=');
    return at < 0
      ? { key: label, value: null }
      : { key: label.slice(0, at), value: label.slice(at + 1) };
  });
  return (spec) => {
    const named =
      only.length === 0 || only.includes(spec.name) || only.includes(`${spec.target}/${spec.name}`);
    return (
      named &&
      wanted.every(
        ({ key, value }) =>
          Object.hasOwn(spec.labels, key) && (value === null || spec.labels[key] === value),
      )
    );
  };
}

/** A misspelled name must not look like an estate in which there is nothing to do. */
export function refuseEmptySelection(invocation: Invocation, revision: LoadedRevision): void {
  const { only, labels } = invocation;
  const missing = missingNames(only, revision);
  if (missing.length > 0) throw new TrueupError('cli/nothing-selected', missing.join('; '));
  const given = [...only.map((name) => `--only ${name}`), ...labels.map((label) => `-l ${label}`)];
  if (given.length === 0 || isSelecting(revision)) return;
  throw new TrueupError('cli/nothing-selected', `no valid document matches ${given.join(' ')}`);
}

/** To a daemon a document may come later, so it is told and goes on; once, until it changes. */
export function warnOfEmptySelection(
  { only, labels }: Invocation,
  load: RevisionLoader,
  log: Log,
): RevisionLoader {
  let told = '';
  return (snapshot) => {
    const revision = load(snapshot);
    const missing = missingNames(only, revision);
    const isEmpty = only.length + labels.length > 0 && !isSelecting(revision);
    const none = isEmpty ? ['no valid document is selected, so nothing is looked at'] : [];
    const reason = [...missing, ...none].join('; ');
    if (reason !== '' && reason !== told) log.write('warn', 'selection.unmatched', { reason });
    told = reason;
    return revision;
  };
}

function isSelecting({ targets }: LoadedRevision): boolean {
  return [...targets.values()].some(({ specs }) => specs.size > 0);
}

/** A sentence for each name that no document has, whether valid and selected or not. */
function missingNames(only: readonly string[], revision: LoadedRevision): readonly string[] {
  if (only.length === 0) return [];
  const known = [...revision.targets].flatMap(([target, { specs, leftOut, invalid }]) =>
    [specs, leftOut, invalid].flatMap((documents) =>
      [...(documents?.values() ?? [])].map(({ name }) => ({ name, full: `${target}/${name}` })),
    ),
  );
  const names = new Set(known.flatMap(({ name, full }) => [name, full]));
  return only
    .filter((name) => !names.has(name))
    .map((name) => {
      const near = nearest(
        name,
        known.map((one) => (name.includes('/') ? one.full : one.name)),
      );
      const meant = near === null ? '' : ` (did you mean ${near}?)`;
      return `no document is named ${name}, as --only says${meant}`;
    });
}
