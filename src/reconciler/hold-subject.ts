import type { HoldSubject } from '../domain/hold.ts';
import { nameInKey, type ProductKey, type TargetName } from '../domain/ids.ts';
import type { KnownDocument } from '../domain/known.ts';
import type { Spec } from '../domain/spec.ts';
import type { Observation } from './observe.ts';

interface Parts {
  readonly target: TargetName;
  readonly key: ProductKey;
  readonly spec: Spec | undefined;
  readonly known: KnownDocument | undefined;
  readonly observation: Observation | null;
}

/** What freezes and windows are asked about. A document that names its product by id has a label only. */
export function holdSubject({ target, key, spec, known, observation }: Parts): HoldSubject {
  const name = spec?.name ?? known?.name ?? nameInKey(key);
  const subject = { target, name, labels: spec?.labels ?? known?.labels ?? null };
  if (nameInKey(key) !== null) return subject;
  const live = observation?.products.get(key);
  const id = known?.provisionedProductId ?? null;
  const row = id === null ? undefined : observation?.others.get(id);
  return { ...subject, realName: (live?.kind === 'present' ? live.name : row?.name) ?? null };
}
