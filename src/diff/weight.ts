import type { Change } from '../domain/change.ts';

/** What a change weighs in the limits. */
export interface Weight {
  /** Updates and imports. */
  readonly changes: number;
  readonly provisions: number;
  readonly terminations: number;
}

export type Weighed = Pick<Change, 'verdict' | 'instances'>;

/** A stack instance is a stack: to create one is to provision it, to remove one is to terminate it. */
export function weightOf({ verdict, instances }: Weighed): Weight {
  const { created, removed } = instances ?? { created: 0, removed: 0 };
  switch (verdict.kind) {
    case 'update':
      return { changes: 1, provisions: created, terminations: removed };
    case 'import':
      return { changes: 1, provisions: 0, terminations: 0 };
    case 'provision': {
      const recreates = verdict.steps.includes('terminate');
      const terminations = recreates ? Math.max(1, removed) : 0;
      return { changes: 0, provisions: Math.max(1, created), terminations };
    }
    case 'terminate':
      return { changes: 0, provisions: 0, terminations: Math.max(1, removed) };
    case 'inSync':
    case 'waits':
    case 'reported':
    case 'suspended':
    case 'busy':
    case 'latched':
    case 'refused':
    case 'unreadable':
      return { changes: 0, provisions: 0, terminations: 0 };
    default:
      return verdict satisfies never;
  }
}
