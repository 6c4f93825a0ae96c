/**
 * What can be read of a provisioned product and what must be sent, which its type decides:
 * - stack: the live stack tells every value.
 * - stackSet: the stack set tells every value; a listing tells its instances.
 * - engine: nothing tells its values, so that an update must carry all of them. Control Tower
 *   accounts, Terraform, External, and every type that is not known.
 */
export type Kind = 'stack' | 'stackSet' | 'engine';

/** Older Control Tower accounts are stacks, which their physical id tells. */
export function kindOf(of: { readonly type: string; readonly physicalId: string | null }): Kind {
  if (of.type === 'CFN_STACK') return 'stack';
  if (of.type === 'CFN_STACKSET') return 'stackSet';
  const isAccount = of.type === 'CONTROL_TOWER_ACCOUNT';
  return isAccount && isStackArn(of.physicalId) ? 'stack' : 'engine';
}

export function isStackArn(id: string | null): boolean {
  return id !== null && /^arn:[^:]*:cloudformation:[^:]*:[^:]*:stack\//.test(id);
}

/** Engines outside AWS: their operations may take hours. */
export function isExternalEngine(type: string | null): boolean {
  return type !== null && (type.startsWith('TERRAFORM_') || type === 'EXTERNAL');
}

/** The one type that an update may bring out of ERROR. */
export function mayLeaveError(of: { readonly type: string }): boolean {
  return of.type === 'TERRAFORM_OPEN_SOURCE';
}
