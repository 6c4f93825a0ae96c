import type { ErrorTable } from './entry.ts';

export const sourceErrors = {} as const satisfies ErrorTable;
