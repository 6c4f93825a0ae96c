const WRITES: ReadonlySet<string> = new Set([
  'UpdateProvisionedProduct',
  'UpdateProvisionedProductProperties',
  'ProvisionProduct',
  'TerminateProvisionedProduct',
  'ImportAsProvisionedProduct',
]);

/** The calls that change something, of all that arrived. */
export const writesOf = <Call extends { readonly operation: string }>(calls: readonly Call[]) =>
  calls.filter(({ operation }) => WRITES.has(operation));
