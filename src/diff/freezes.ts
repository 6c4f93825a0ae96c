import {
  type Freeze,
  type FreezeScope,
  type HoldSubject,
  namesOf,
  scopeKey,
} from '../domain/hold.ts';
import { byText } from './normalize.ts';
import { utc, visible } from './render/words.ts';

/** Whether a freeze is about this one. What is not known of it counts as meant: never the other way. */
export function isFrozenBy({ scope }: Freeze, subject: HoldSubject): boolean {
  const names = namesOf(subject);
  return (
    (scope.target === null || scope.target === subject.target) &&
    (scope.name === null || names === null || names.includes(scope.name)) &&
    hasLabels(scope.labels, subject.labels)
  );
}

/** Every wanted label with its value; labels that are not known may be any. */
export function hasLabels(
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> | null,
): boolean {
  if (labels === null) return true;
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/** `everything`, `target prod-eu`, `prod-eu/ledger-db`, `label team=a in target prod-eu`. */
export function scopeWords({ target, name, labels }: FreezeScope): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const named = name === null ? null : target === null ? name : `${target}/${name}`;
  const where = target === null || name !== null ? '' : `target ${target}`;
  const what = [named ?? '', pairs.length === 0 ? '' : `label ${pairs.join(', ')}`]
    .filter((part) => part !== '')
    .join(' with ');
  if (what === '') return where === '' ? 'everything' : visible(where);
  return visible(where === '' ? what : `${what} in ${where}`);
}

/** `frozen: REASON, by USER@HOST since TIME`. */
export function freezeWords({ reason, user, host, at }: Freeze): string {
  return `frozen: ${visible(reason)}, by ${visible(user)}@${visible(host)} since ${utc(at)}`;
}

/** The flags that lift it. */
export function liftingFlags({ target, name, labels }: FreezeScope): string {
  const flags = [
    target === null ? '' : ` --target ${visible(target)}`,
    name === null ? '' : ` --only ${visible(name)}`,
    ...Object.entries(labels).map(([key, value]) => ` -l ${visible(`${key}=${value}`)}`),
  ];
  return flags.join('');
}

/** Oldest first, so that the same freezes always read the same. */
export function sortedFreezes(freezes: readonly Freeze[]): readonly Freeze[] {
  return freezes.toSorted(
    (a, b) => byText(a.at, b.at) || byText(scopeKey(a.scope), scopeKey(b.scope)),
  );
}
