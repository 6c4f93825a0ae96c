import { configErrors } from './config.ts';
import type { ErrorTable } from './entry.ts';

export const cliErrors = { ...configErrors } as const satisfies ErrorTable;
