import type { Engine } from './engine.ts';
import { externalEngine } from './engine-external.ts';
import { stackEngine } from './engine-stack.ts';
import { stackSetEngine } from './engine-stack-set.ts';
import type { ProductKind } from './model.ts';

export function engineOf(kind: ProductKind): Engine {
  switch (kind) {
    case 'CFN_STACK':
      return stackEngine;
    case 'CFN_STACKSET':
      return stackSetEngine;
    case 'CONTROL_TOWER_ACCOUNT':
    case 'TERRAFORM_OPEN_SOURCE':
    case 'TERRAFORM_CLOUD':
    case 'EXTERNAL':
      return externalEngine;
    default:
      return kind satisfies never;
  }
}
