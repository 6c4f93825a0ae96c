import type { Secret, SecretVersion, StoredParameter } from './entities.ts';
import { derivedUuid, digestOf } from './ids.ts';
import type { Place } from './state.ts';

/** Puts a parameter into Systems Manager's store; an existing one gets its next version. */
export function storeParameter(
  place: Place,
  name: string,
  value: string,
  now: number,
  type?: StoredParameter['type'],
): void {
  const known = place.parameters.get(name);
  place.parameters.set(name, {
    name,
    value,
    type: type ?? known?.type ?? 'String',
    version: (known?.version ?? 0) + 1,
    modifiedAt: now,
  });
}

/**
 * Puts a value into a secret: the newest version is AWSCURRENT, the one before AWSPREVIOUS. Whoever
 * writes a version may choose its id.
 */
export function storeSecret(
  place: Place,
  name: string,
  value: string,
  now: number,
  id?: string,
): void {
  const known = place.secrets.get(name);
  const number = (known?.versions.length ?? 0) + 1;
  const newest: SecretVersion = {
    id: id ?? derivedUuid(place.key, name, String(number)),
    value,
    stages: ['AWSCURRENT'],
    createdAt: now,
  };
  const older = (known?.versions ?? []).map((version, index) => ({
    ...version,
    stages: index === 0 ? ['AWSPREVIOUS'] : [],
  }));
  const suffix = digestOf(`${place.key}/${name}`)
    .replace(/[^a-zA-Z0-9]/g, 'x')
    .slice(0, 6);
  const secret: Secret = {
    name,
    arn: `arn:aws:secretsmanager:${place.region}:${place.account}:secret:${name}-${suffix}`,
    createdAt: known?.createdAt ?? now,
    versions: [newest, ...older],
  };
  place.secrets.set(name, secret);
}
