import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/diff/plan.ts';
import { renderPlanMarkdown } from '../../../src/diff/render/markdown.ts';
import { renderProblem, renderProblems } from '../../../src/diff/render/problem.ts';
import { renderPlanText } from '../../../src/diff/render/text.ts';
import type { Paint } from '../../../src/diff/render/words.ts';
import type { Change } from '../../../src/domain/change.ts';
import { asProvisionedProductId, asTargetName, productKey } from '../../../src/domain/ids.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { Problem } from '../../../src/domain/problem.ts';
import { anEntry, aSpec, assessed, META, prints, value } from '../build.ts';
import { guardsOf } from '../guarded.ts';

function planWith(changes: readonly Change[], problems: readonly Problem[] = []): Plan {
  const targets = [
    { name: asTargetName('prod'), accountId: null, region: 'eu-west-1', unreadable: null, changes },
  ];
  const made = makePlan({
    targets,
    documents: [],
    problems,
  });
  const meta = {
    ...META,
    guards: guardsOf(made.body.targets, {
      maxChanges: 10_000,
      maxProvisions: 10_000,
      maxTerminations: 10_000,
    }),
  };
  return { ...made, meta };
}

function manyChanges(count: number): readonly Change[] {
  const change = assessed({ spec: aSpec({ parameters: { Size: value('big') } }) });
  return Array.from({ length: count }, (_, i) => {
    const name = `net-${String(i).padStart(5, '0')}`;
    const id = asProvisionedProductId(`pp-${i}`);
    return { ...change, name, key: productKey({ kind: 'name', name }), provisionedProductId: id };
  });
}

const problem: Problem = {
  code: 'plan/value-not-allowed',
  severity: 'error',
  at: { file: 'network/dev/set.yaml', line: 19, column: 58 },
  field: 'provisioningParameters.AzCount',
  message: '"4" is not allowed by version 1.5.0 (AllowedValues: 2, 3)',
  next: 'use an allowed value, or a version that allows "4"',
};

describe('renderProblem', () => {
  it('says where, what and the next step, within 80 columns', () => {
    expect(renderProblem(problem)).toBe(
      'network/dev/set.yaml:19:58  error  provisioningParameters.AzCount: "4" is not\n' +
        '    allowed by version 1.5.0 (AllowedValues: 2, 3)\n' +
        '    next:  use an allowed value, or a version that allows "4"',
    );
  });

  it('leaves out what there is not', () => {
    expect(renderProblem({ ...problem, at: null, field: '', message: 'm', next: 'n' })).toBe(
      'error  m\n    next:  n',
    );
    expect(renderProblems([])).toBe('');
  });

  it('lets nothing in it steer the terminal', () => {
    const hostile = { ...problem, message: 'a\u001b[2J', at: { file: 'x\ny', line: 1, column: 1 } };
    expect(renderProblem(hostile).split('\n')).toHaveLength(2);
    expect(renderProblem(hostile)).not.toContain('\u001b');
  });
});

describe('renderProblems', () => {
  const inFiles = (files: readonly string[]) =>
    files.map((file) => ({ ...problem, at: { file, line: 1, column: 1 } }));
  const heads = (text: string) => text.split('\n').filter((line) => line.includes('  error  '));

  it('shows each of a few that are alike', () => {
    const few = inFiles(Array.from({ length: 10 }, (_, index) => `prod/${index}.yaml`));
    expect(heads(renderProblems(few))).toHaveLength(10);
    expect(renderProblems(few)).not.toContain('the same');
  });

  it('counts very many by the directories that they are in, and hides no other one', () => {
    const many = inFiles([
      ...Array.from({ length: 6 }, (_, index) => `a${index}/x.yaml`),
      ...Array.from({ length: 1_200 }, (_, index) => `tools/one/${index}.json`),
      'biome.json',
    ]);
    const other = { ...problem, message: 'another one' };
    const text = renderProblems([...many, other]);
    expect(heads(text)).toEqual([
      ...['a0', 'a1', 'a2'].map((at) => expect.stringContaining(`${at}/x.yaml:1:1`)),
      expect.stringContaining('another one'),
    ]);
    expect(text).toContain(
      '    the same 1,204 times more: 1,200 in tools/, 1 in a3/, 1 in a4/, 1 in a5/, 1\n' +
        '    in the directory itself (--format json has each)\n',
    );
    const more = inFiles(Array.from({ length: 12 }, (_, index) => `b${index}/x.yaml`));
    expect(renderProblems(more)).toContain('the same 9 times more: 1 in b3/, 1 in b4/');
    expect(renderProblems(more)).toContain('1 in b7/, 4\n    elsewhere');
  });
});

describe('renderPlanText', () => {
  it('is the same text with colour, once the colour is taken off', () => {
    const paint: Paint = (style, given) => `\u001b[1m<${style}>${given}\u001b[0m`;
    const plan = planWith(manyChanges(2), [problem]);
    const painted = renderPlanText(plan, { detailedExitcode: false, paint });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is what is taken off
    const plain = painted.replace(/\u001b\[1m<\w+>|\u001b\[0m/g, '');
    expect(plain).toBe(renderPlanText(plan, { detailedExitcode: false }));
    expect(painted).not.toBe(plain);
  });

  it('stays within 80 columns', () => {
    const text = renderPlanText(planWith(manyChanges(3)), { detailedExitcode: false });
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    [false, 'Result  exit 0: there are 3 changes'],
    [true, 'Result  exit 2, because there are 3 changes'],
  ])('tells the exit code (--detailed-exitcode: %s)', (detailedExitcode, line) => {
    const text = renderPlanText(planWith(manyChanges(3)), { detailedExitcode });
    expect(text.trimEnd().split('\n').at(-1)).toBe(line);
  });

  it('tells none where the command goes on, and what comes then is its end', () => {
    const text = renderPlanText(planWith(manyChanges(3)), { detailedExitcode: null });
    expect(text).toContain('To update (3)');
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^Digest {2}sha256:/);
  });
});

describe('renderPlanMarkdown', () => {
  it('fits into a comment however large the plan is, and says what it leaves out', () => {
    const text = renderPlanMarkdown(planWith(manyChanges(1_000)));
    expect(text.length).toBeLessThan(65_000);
    expect(text).toMatch(/and \d+ more/);
    expect(text).toMatch(/Details of [\d,]+ more are in the JSON plan/);
  });

  it('fits even where every problem is long', () => {
    const problems = Array.from({ length: 500 }, () => ({
      ...problem,
      message: 'x'.repeat(2_000),
    }));
    expect(renderPlanMarkdown(planWith([], problems)).length).toBeLessThan(65_000);
  });

  it('starts with a marker that a later run finds', () => {
    expect(renderPlanMarkdown(planWith([]))).toMatch(/^<!-- trueup-plan targets=prod -->\n/);
  });
});

describe('a NoEcho value', () => {
  it('is in no form of a plan', () => {
    const secret = 'hunter2-never-shown';
    const spec = aSpec({ parameters: { Password: value(secret), Unknown: value(secret) } });
    const entry = anEntry({ fingerprints: prints({ Password: 'another-secret' }) });
    const plan = planWith([assessed({ spec, entry })]);
    const forms = [
      JSON.stringify(plan),
      renderPlanText(plan, { detailedExitcode: false }),
      renderPlanMarkdown(plan),
    ].join('\n');
    expect(forms).toContain('Password');
    expect(forms).not.toContain(secret);
    expect(forms).not.toContain('another-secret');
    expect(forms).not.toContain('hmac:');
  });
});
