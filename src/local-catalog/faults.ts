import type { ProvisionedProduct, RecordFault } from './entities.ts';
import type { Random } from './ids.ts';

/** What can be made to go wrong on demand. Times in milliseconds. */
export type FaultEffect =
  | { readonly kind: 'throttle' }
  | { readonly kind: 'internalError' }
  | { readonly kind: 'accessDenied' }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message: string;
      readonly status?: number;
    }
  /** The connection breaks before anything was done. */
  | { readonly kind: 'lostRequest' }
  /** The request is carried out, and then the connection breaks. */
  | { readonly kind: 'lostReply' }
  | { readonly kind: 'slow'; readonly ms: number }
  | {
      readonly kind: 'recordFails';
      readonly message?: string;
      /** false: the record carries no errors, only the provisioned product's status message. */
      readonly listErrors?: boolean;
      readonly rollback?: RecordFault['rollback'];
    }
  /** The record takes this much longer. */
  | { readonly kind: 'straggle'; readonly ms: number };

export interface FaultSpec {
  /** `UpdateProvisionedProduct`, `servicecatalog:*`, `*`; default: every operation. */
  readonly operation?: string;
  /** Name or id of a provisioned product; without it, every one of them. */
  readonly product?: string;
  /** 0 to 1; default 1. */
  readonly probability?: number;
  /** How many times it strikes; default: for ever. */
  readonly count?: number;
  readonly effect: FaultEffect;
}

export interface ActiveFault {
  readonly id: string;
  readonly spec: FaultSpec;
  struck: number;
}

export class FaultBook {
  readonly #faults: ActiveFault[] = [];
  #next = 1;

  add(spec: FaultSpec): string {
    const id = `fault-${this.#next}`;
    this.#next += 1;
    this.#faults.push({ id, spec, struck: 0 });
    return id;
  }

  remove(id: string): boolean {
    const index = this.#faults.findIndex((fault) => fault.id === id);
    if (index < 0) return false;
    this.#faults.splice(index, 1);
    return true;
  }

  clear(): void {
    this.#faults.length = 0;
  }

  list(): readonly ActiveFault[] {
    return this.#faults;
  }

  /** The effects that strike this call. Each strike counts. */
  strike(
    call: {
      readonly service: string;
      readonly operation: string;
      readonly product: ProvisionedProduct | null;
    },
    random: Random,
  ): readonly FaultEffect[] {
    const struck = this.#faults.filter((fault) => {
      const { spec } = fault;
      if (spec.count !== undefined && fault.struck >= spec.count) return false;
      if (!matchesOperation(spec.operation, call.service, call.operation)) return false;
      if (spec.product !== undefined && !isProduct(spec.product, call.product)) return false;
      return spec.probability === undefined || random() < spec.probability;
    });
    for (const fault of struck) fault.struck += 1;
    return struck.map((fault) => fault.spec.effect);
  }
}

function matchesOperation(wanted: string | undefined, service: string, name: string): boolean {
  if (wanted === undefined || wanted === '*') return true;
  return wanted === name || wanted === `${service}:${name}` || wanted === `${service}:*`;
}

function isProduct(wanted: string, product: ProvisionedProduct | null): boolean {
  return product !== null && (product.name === wanted || product.id === wanted);
}

/** The faults that concern the record of a call rather than the call. */
export function recordFaultOf(effects: readonly FaultEffect[]): {
  readonly fault: RecordFault | null;
  readonly straggle: number;
} {
  let fault: RecordFault | null = null;
  let straggle = 0;
  for (const effect of effects) {
    if (effect.kind === 'straggle') straggle += effect.ms;
    if (effect.kind === 'recordFails')
      fault = {
        message: effect.message ?? 'The operation failed.',
        listErrors: effect.listErrors ?? null,
        rollback: effect.rollback ?? 'complete',
      };
  }
  return { fault, straggle };
}
