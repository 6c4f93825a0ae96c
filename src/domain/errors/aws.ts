import type { ErrorTable } from './entry.ts';

export const awsErrors = {} as const satisfies ErrorTable;
