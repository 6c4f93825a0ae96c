import type { Shown } from '../domain/change.ts';
import { kindOf } from '../domain/kind.ts';
import type { PresentProduct } from '../domain/live.ts';
import { type CompareInput, differs, type Finding, none, text, whyOpen } from './finding.ts';
import { lastProvisioningFailed, own, userTags } from './normalize.ts';

/** The field of a tag in `spec`. */
export function tagField(key: string): string {
  return `tags.${key}`;
}

/**
 * Declared tags against live ones; a live tag that is not declared is somebody else's and stays.
 * After a failed update Service Catalog may already show the new tags while the stack has the old
 * ones, so then the stack is asked too.
 */
export function compareTags({ spec, live }: CompareInput): readonly Finding[] {
  if (spec.tags === null) return [];
  const declared = userTags(spec.tags);
  if (live.tags.kind !== 'read') {
    const why = whyOpen(live.tags);
    return [...declared.keys()].map((key) => unreadableTag(key, why));
  }
  const liveTags = live.tags.value;
  return [...declared].flatMap(([key, value]): readonly Finding[] => {
    const current = own(liveTags, key);
    if (current !== value) return [tagDiffers(spec, key, shown(current, 'not set'), value)];
    return kindOf(live) === 'stack' && !live.stackDenied && lastProvisioningFailed(live)
      ? compareStackTag(spec, live, key, value)
      : [];
  });
}

function compareStackTag(
  spec: CompareInput['spec'],
  live: PresentProduct,
  key: string,
  value: string,
): readonly Finding[] {
  if (live.stack.kind !== 'read') return [unreadableTag(key, whyOpen(live.stack))];
  const current = own(live.stack.value.tags, key);
  if (current === value) return [];
  return [tagDiffers(spec, key, shown(current, 'not on the stack'), value)];
}

function shown(value: string | undefined, note: string): Shown {
  return value === undefined ? none(note) : text(value);
}

function tagDiffers(spec: CompareInput['spec'], key: string, live: Shown, value: string): Finding {
  return differs(spec, tagField(key), `tag ${key}`, live, text(value), 'update');
}

function unreadableTag(key: string, why: string): Finding {
  return { kind: 'unreadable', field: { field: tagField(key), label: `tag ${key}`, why } };
}
