import { fault } from '../document/fault.ts';
import { type Caps, GUARDS, type GuardName, type Share } from '../domain/guard.ts';
import type { Problem } from '../domain/problem.ts';
import { parseDuration } from './duration.ts';
import type { ReadConfigFile } from './read-config-file.ts';

/** `guards` of trueup.yaml as its schema guarantees it. */
export interface GuardsEntry {
  /** Like 24h. */
  readonly window?: string;
  readonly updates?: GuardEntry;
  readonly provisions?: GuardEntry;
  readonly terminations?: GuardEntry;
}

interface GuardEntry {
  readonly absolute?: number;
  readonly floor?: number;
  /** Like 30%. */
  readonly share?: string;
}

type Relative = Required<Pick<Caps, 'shares' | 'windowMs'>>;

export const DEFAULT_GUARDS: Relative = {
  shares: {
    updates: { floor: 3, share: 0.3 },
    provisions: { floor: 3, share: 0.1 },
    terminations: { floor: 1, share: 0.05 },
  },
  windowMs: 24 * 3_600_000,
};

/** The options that set the absolute caps, which trueup.yaml can also set under `guards`. */
export const ABSOLUTE_OPTIONS = {
  updates: 'maxChanges',
  provisions: 'maxProvisions',
  terminations: 'maxTerminations',
} as const satisfies Record<GuardName, keyof Caps>;

export function relativeGuards(entry: GuardsEntry): Relative {
  const shareOf = (guard: GuardName): Share => {
    const { floor, share } = entry[guard] ?? {};
    const before = DEFAULT_GUARDS.shares[guard];
    return {
      floor: floor ?? before.floor,
      share: share === undefined ? before.share : Number.parseFloat(share) / 100,
    };
  };
  const windowMs = entry.window === undefined ? null : parseDuration(entry.window);
  return {
    shares: {
      updates: shareOf('updates'),
      provisions: shareOf('provisions'),
      terminations: shareOf('terminations'),
    },
    windowMs: windowMs ?? DEFAULT_GUARDS.windowMs,
  };
}

/** The same cap in two places of one file: nobody could tell which was meant. */
export function guardProblems(file: ReadConfigFile): readonly Problem[] {
  return GUARDS.flatMap((guard) => {
    const name = ABSOLUTE_OPTIONS[guard];
    if (file.content.guards?.[guard]?.absolute === undefined || file.content[name] === undefined)
      return [];
    const field = `guards.${guard}.absolute`;
    const message = `it is the same as ${name}, which the file sets as well`;
    return [fault('config/bad-option', file.at(`/guards/${guard}/absolute`), message, { field })];
  });
}
