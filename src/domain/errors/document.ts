import type { ErrorTable } from './entry.ts';

export const documentErrors = {} as const satisfies ErrorTable;
