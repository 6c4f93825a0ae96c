import type { PresentProduct, VersionDefinitions } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import { own, userTags } from './normalize.ts';

interface LiveKeys {
  readonly live: PresentProduct;
  /** Of the live version, where its stack may not be read. */
  readonly current?: VersionDefinitions | null;
}

/** Whether the live template has the parameter, so that its value can be kept. */
export function isLiveKey({ live, current }: LiveKeys, key: string): boolean {
  if (live.stack.kind === 'read') return own(live.stack.value.parameters, key) !== undefined;
  return current?.parameters.some((definition) => definition.key === key) ?? false;
}

/**
 * What the live stack itself tells of its version, for an update that keeps product and version:
 * the keys, and which are NoEcho. null: it does not do, as defaults or tags are at stake, which only
 * Service Catalog tells.
 */
export function definitionsOfStack(spec: Spec, live: PresentProduct): VersionDefinitions | null {
  if (live.stack.kind !== 'read' || live.tags.kind !== 'read') return null;
  if (Object.values(spec.parameters).some(({ kind }) => kind === 'useDefault')) return null;
  if (spec.tags !== null || userTags(live.tags.value).size > 0) return null;
  const parameters = Object.entries(live.stack.value.parameters).map(([key, { kind }]) => ({
    key,
    defaultValue: null,
    type: 'String',
    noEcho: kind === 'noEcho',
    description: '',
    allowedValues: [],
    allowedPattern: null,
    constraintDescription: null,
    minLength: null,
    maxLength: null,
    minValue: null,
    maxValue: null,
  }));
  return { parameters, tagUpdate: 'notAllowed', tagOptions: {}, stackSet: null };
}
