import type { ErrorTable } from './entry.ts';

export const journalErrors = {} as const satisfies ErrorTable;
