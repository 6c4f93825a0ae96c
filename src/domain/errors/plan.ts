import type { ErrorTable } from './entry.ts';

export const planErrors = {} as const satisfies ErrorTable;
