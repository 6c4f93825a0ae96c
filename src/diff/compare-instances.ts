import { kindOf } from '../domain/kind.ts';
import { type CompareInput, differs, type Finding, none, text, whyOpen } from './finding.ts';
import { keyOf, nameOf, pairsOf, type Where } from './rectangles.ts';
import { needsInstances, planInstances } from './stack-set.ts';

const INSTANCE = 'instance ';

/** Where a stack set and the document disagree about instances. */
export function compareInstances(input: CompareInput): readonly Finding[] {
  const { spec, live, entry } = input;
  if (kindOf(live) !== 'stackSet' || !needsInstances(spec, live.status)) return [];
  const label = 'stack instances';
  if (live.instances.kind !== 'read') {
    const field = spec.stackInstances === null ? 'provisioningPreferences' : 'stackInstances';
    return [{ kind: 'unreadable', field: { field, label, why: whyOpen(live.instances) } }];
  }
  const plan = planInstances(spec, live, entry);
  if (plan === null) return [];
  const { field } = plan;
  const absent = none('not there');
  return [
    ...plan.missing.map((one) => differs(spec, field, label, absent, text(nameOf(one)), 'update')),
    ...plan.outdated.map((one) =>
      differs(spec, field, label, text(`outdated: ${nameOf(one)}`), text('current'), 'update'),
    ),
    ...plan.create.map((one) =>
      differs(spec, field, label, absent, text(nameOf(one)), 'createInstances'),
    ),
    // One by one: each is a stack that goes, and each counts against the guard.
    ...plan.remove.flatMap(pairsOf).flatMap((pair): readonly Finding[] => {
      const found = live.instances.kind === 'read' ? live.instances.value : [];
      const instance = found.find((one) => keyOf(one) === keyOf(pair));
      if (instance === undefined) return [];
      const name = `${INSTANCE}${keyOf(pair)}`;
      return [
        differs(spec, field, name, text(instance.status), none('removed'), 'deleteInstances'),
      ];
    }),
  ];
}

/** The one that the label of a removal names; null: it is another label. */
export function instanceIn(label: string): Where | null {
  const [account, region] = label.startsWith(INSTANCE)
    ? label.slice(INSTANCE.length).split('/')
    : [];
  return account === undefined || region === undefined ? null : { account, region };
}
