/** The rows of docs/api-coverage.md about stack sets. */
import {
  A,
  B,
  C,
  type Case,
  EU,
  type Fields,
  nothing,
  nudge,
  type Row,
  refused,
  sends,
  UPDATE,
  US,
} from './api-row.ts';

const onSet = (preferences: Fields, more: Fields = {}): Fields => ({
  provisioningPreferences: preferences,
  ...more,
});

/** A document of the stack set, and the preferences that are sent for it. */
const prefers = (spec: Fields, preferences: Fields = {}): Case =>
  sends(
    spec,
    { ProvisioningPreferences: { StackSetOperationType: 'UPDATE', ...preferences } },
    { name: 'set' },
  );

/** A preference that causes nothing by itself and goes with the next update; its other form excludes it. */
function tolerance(field: string, otherForm: string): Row {
  const [key, other] = [field, otherForm].map((name) => `s${name.slice(1)}`) as [string, string];
  return {
    operation: UPDATE,
    field: `ProvisioningPreferences.${field}`,
    document: `spec.provisioningPreferences.${key}`,
    set: prefers(onSet({ [key]: 2 }, nudge('1')), { [field]: 2 }),
    changed: nothing(onSet({ [key]: 3 }, nudge('1')), 'set'),
    removed: prefers(onSet({}, nudge('2'))),
    invalid: refused(onSet({ [key]: 2, [other]: 1 }), 'document/conflict', 'set'),
    words: [
      'sent with each update',
      'causes no update',
      'not sent',
      'count and percentage together, or out of range: refused',
    ],
  };
}

interface Scope {
  readonly set: readonly string[];
  readonly sent: readonly string[];
  readonly changed: readonly string[];
  readonly outside: string;
}

/** The accounts or regions of an update. */
function scope(field: string, { set, sent, changed, outside }: Scope): Row {
  const key = `s${field.slice(1)}`;
  return {
    operation: UPDATE,
    field: `ProvisioningPreferences.${field}`,
    document: `spec.provisioningPreferences.${key}`,
    set: prefers(onSet({ [key]: set }, nudge('1')), { [field]: sent }),
    changed: prefers(onSet({ [key]: changed }, nudge('1')), { [field]: changed }),
    removed: prefers(onSet({}, nudge('2'))),
    invalid: refused(onSet({ [key]: [outside] }, nudge('3')), 'plan/outside-stack-set', 'set'),
    words: [
      'sent',
      'instances behind the stack set are updated',
      'not sent: AWS takes all of the constraint',
      'outside the constraint: refused in the plan',
    ],
  };
}

export const STACK_SET: readonly Row[] = [
  scope('StackSetAccounts', { set: [B, A], sent: [A, B], changed: [C], outside: '999900001111' }),
  scope('StackSetRegions', { set: [EU], sent: [EU], changed: [US], outside: 'ap-south-1' }),
  tolerance('StackSetFailureToleranceCount', 'StackSetFailureTolerancePercentage'),
  tolerance('StackSetFailureTolerancePercentage', 'StackSetFailureToleranceCount'),
  tolerance('StackSetMaxConcurrencyCount', 'StackSetMaxConcurrencyPercentage'),
  tolerance('StackSetMaxConcurrencyPercentage', 'StackSetMaxConcurrencyCount'),
  {
    operation: UPDATE,
    field: 'ProvisioningPreferences.StackSetOperationType',
    document: 'spec.provisioningPreferences.stackSetOperationType, or spec.stackInstances',
    set: prefers(
      onSet(
        { stackSetOperationType: 'DELETE', stackSetAccounts: [C], stackSetRegions: [US] },
        { reconcile: { removeInstances: true } },
      ),
      { StackSetOperationType: 'DELETE', StackSetAccounts: [C], StackSetRegions: [US] },
    ),
    changed: prefers(
      onSet({ stackSetOperationType: 'CREATE', stackSetAccounts: [C], stackSetRegions: [US] }),
      { StackSetOperationType: 'CREATE', StackSetAccounts: [C], StackSetRegions: [US] },
    ),
    removed: prefers(onSet({}, nudge('3'))),
    invalid: refused(
      onSet({ stackSetOperationType: 'DELETE', stackSetAccounts: [C] }),
      'document/conflict',
      'set',
    ),
    words: [
      'CREATE and DELETE are sent once for their content',
      'sent',
      'UPDATE',
      'CREATE or DELETE without accounts and regions: refused',
    ],
  },
];
