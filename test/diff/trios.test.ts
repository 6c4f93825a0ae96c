import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import planSchema from '../../schemas/plan.schema.json' with { type: 'json' };
import { renderPlanJson } from '../../src/diff/render/json.ts';
import { renderPlanMarkdown } from '../../src/diff/render/markdown.ts';
import { renderPlanText } from '../../src/diff/render/text.ts';
import type { Spec } from '../../src/domain/spec.ts';
import { applyAll, judge } from './model.ts';
import { loadTrio, modelled, planOf, type Trio, trioFile, trioNames } from './trio.ts';

const golden = (name: string, file: string) => readFileSync(trioFile(name, file), 'utf8');
const ajv = new Ajv2020({ strict: true, formats: { 'date-time': true } });
const validate = ajv.compile(planSchema);

/** The same record with its keys in another order, all the way down. Lists keep theirs. */
function reordered<T>(value: T, random: () => number): T {
  if (Array.isArray(value)) return value.map((one) => reordered(one, random)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => ({ at: random(), key, one }));
  const shuffled = entries.sort((a, b) => a.at - b.at);
  return Object.fromEntries(shuffled.map(({ key, one }) => [key, reordered(one, random)])) as T;
}

function shuffled({ name, desired, world }: Trio, seed: number): Trio {
  let state = seed + 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const order = <T>(list: readonly T[]) =>
    list
      .map((one) => ({ at: random(), one }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
  const specs = order(desired.specs).map(
    (spec): Spec => ({
      ...spec,
      parameters: reordered(spec.parameters, random),
      tags: reordered(spec.tags, random),
    }),
  );
  const problems = order(desired.problems);
  return { name, world: reordered(world, random), desired: { ...desired, specs, problems } };
}

describe.each(trioNames())('%s', (name) => {
  it('comes to the plan that was written down', () => {
    const { body, digest } = planOf(loadTrio(name));
    expect({ body, digest }).toEqual(JSON.parse(golden(name, 'plan.json')));
  });

  it('reads as written down', () => {
    const plan = planOf(loadTrio(name));
    expect(renderPlanText(plan, { detailedExitcode: true })).toBe(golden(name, 'plan.txt'));
    expect(renderPlanMarkdown(plan)).toBe(golden(name, 'plan.md'));
  });

  it('is what the schema says', () => {
    const valid = validate(JSON.parse(renderPlanJson(planOf(loadTrio(name)))));
    expect(validate.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('is the same plan in whatever order things come', () => {
    const trio = loadTrio(name);
    const { body, digest } = planOf(trio);
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const other = planOf(shuffled(trio, seed));
        expect(other.digest).toBe(digest);
        expect(other.body).toEqual(body);
      }),
      { numRuns: 20 },
    );
  });

  it('leaves nothing to do once applied, with a token for each step', () => {
    for (const start of modelled(loadTrio(name))) {
      const { verdict } = judge(start);
      if (verdict.kind !== 'update') continue;
      const { end, tokens } = applyAll(start);
      const after = judge(end);
      expect(after.verdict).toEqual({ kind: 'inSync' });
      expect(after.differences).toEqual([]);
      expect(new Set(tokens).size).toBe(verdict.steps.length);
    }
  });
});
