import { AwsError } from './aws-error.ts';
import type { CatalogRecord, ProvisionedProduct } from './entities.ts';
import type { AccessLevel, Caller } from './model.ts';
import type { Place } from './state.ts';

/** Refuses an operation that the caller's rights do not cover, in IAM's words. */
export function authorize(caller: Caller, service: string, operation: string, place: Place): void {
  const action = `${service}:${operation}`;
  if (matchesAny(caller.allow, action) && !matchesAny(caller.deny, action)) return;
  throw accessDenied(caller, service, operation, place);
}

export function accessDenied(
  caller: Caller,
  service: string,
  operation: string,
  place: Place,
): AwsError {
  const action = `${service}:${operation}`;
  const resource =
    service === 'servicecatalog'
      ? `arn:aws:servicecatalog:${place.region}:${place.account}:*/*`
      : `arn:aws:${service}:${place.region}:${place.account}:*`;
  const query = service === 'cloudformation' || service === 'sts';
  return new AwsError(
    query ? 'AccessDenied' : 'AccessDeniedException',
    `User: ${caller.sessionArn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    query ? 403 : 400,
  );
}

function matchesAny(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern,
  );
}

interface LevelFilter {
  readonly Key?: AccessLevel | undefined;
  readonly Value?: string | undefined;
}

/**
 * Whose provisioned products a listing shows. A caller with rights at a lower level than the
 * listing asks for gets an empty list, not an error.
 */
export function visibleTo(
  caller: Caller,
  filter: LevelFilter | undefined,
  fallback: AccessLevel,
): (product: ProvisionedProduct) => boolean {
  const level = filter?.Key ?? fallback;
  if (RANK[level] > RANK[caller.level]) return () => false;
  return (product) => atLevel(caller, level, product.userArn, product.userArnSession);
}

const RANK: Record<AccessLevel, number> = { User: 0, Role: 1, Account: 2 };

function atLevel(caller: Caller, level: AccessLevel, arn: string, session: string): boolean {
  switch (level) {
    case 'Account':
      return true;
    case 'Role':
      return arn === caller.arn;
    case 'User':
      return session === caller.sessionArn || arn === caller.sessionArn || arn === caller.arn;
    default:
      return level satisfies never;
  }
}

/** Whether a caller may look at or work on one provisioned product. */
export function mayTouch(caller: Caller, product: ProvisionedProduct): boolean {
  return atLevel(caller, caller.level, product.userArn, product.userArnSession);
}

/** Past records are visible to whoever owned the provisioned product at the time. */
export function recordVisible(
  caller: Caller,
  filter: LevelFilter | undefined,
): (record: CatalogRecord) => boolean {
  const level = filter?.Key ?? 'User';
  if (RANK[level] > RANK[caller.level]) return () => false;
  return (record) => atLevel(caller, level, record.ownerArn, record.ownerSession);
}
