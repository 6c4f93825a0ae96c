import type {
  Argument,
  CatalogRecord,
  Job,
  OutputValue,
  ProvisionedProduct,
  Stack,
} from './entities.ts';
import type { Version } from './model.ts';
import type { Place, World } from './state.ts';

/** One provisioning operation under way, as the engine behind a kind of product sees it. */
export interface Work {
  readonly world: World;
  readonly place: Place;
  readonly record: CatalogRecord;
  readonly product: ProvisionedProduct;
  readonly version: Version;
  readonly job: Extract<Job, { kind: 'provision' | 'update' }>;
  /** The stack before work began; null: there was none. */
  readonly undo: Stack | null;
  readonly now: number;
}

export type Begun =
  /** Refused before anything was touched; the text is what people see. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Nothing to do: a success without any work. */
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'started';
      readonly physicalId: string | null;
      readonly undo: Stack | null;
      /** Why the work is going to fail; null: it is not. */
      readonly failure: string | null;
    };

export interface Succeeded {
  readonly physicalId: string | null;
  readonly outputs: readonly OutputValue[];
  readonly engineParameters: readonly Argument[] | null;
}

/** What carries a kind of provisioned product out: CloudFormation, or somebody else's machinery. */
export interface Engine {
  begin(work: Work): Begun;
  /** Work went wrong and is being undone. */
  rollingBack(work: Work, message: string): void;
  rolledBack(work: Work, message: string, ends: 'complete' | 'failed' | 'none'): void;
  succeeded(work: Work): Succeeded;
  /** Removes what the provisioned product stands for, at the end of a termination. */
  removed(place: Place, product: ProvisionedProduct, retain: boolean, now: number): void;
  removing(place: Place, product: ProvisionedProduct, retain: boolean): void;
}
