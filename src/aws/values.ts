import type { RemoteValues } from '../reconciler/ports/values.ts';
import type { Calls } from './calls.ts';
import { parameterStore } from './parameter-store.ts';
import { secretsManager } from './secrets-manager.ts';

/** Parameter Store and Secrets Manager. */
export function remoteValues(calls: Calls): RemoteValues {
  return { ...parameterStore(calls), ...secretsManager(calls) };
}
