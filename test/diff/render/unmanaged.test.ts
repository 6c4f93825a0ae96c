import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import planSchema from '../../../schemas/plan.schema.json' with { type: 'json' };
import { makePlan, planResult } from '../../../src/diff/plan.ts';
import { renderPlanJson } from '../../../src/diff/render/json.ts';
import { renderPlanMarkdown } from '../../../src/diff/render/markdown.ts';
import { renderPlanText } from '../../../src/diff/render/text.ts';
import { asTargetName } from '../../../src/domain/ids.ts';
import type { Plan } from '../../../src/domain/plan.ts';

/** A plan after which so many are not declared any more. */
function planWith(count: number): Plan {
  const made = makePlan({ targets: [], documents: [], problems: [] });
  const unmanaged = Array.from({ length: count }, (_, index) => ({
    target: asTargetName('prod'),
    name: index === 0 ? 'net`a' : `net-${index}`,
    at: { file: 'a.yaml', line: index + 1, column: 9 },
  }));
  const meta = {
    ...{ revision: 'r1', createdAt: '2026-11-21T12:00:00.000Z', programVersion: '0.1.0' },
    ...{ calls: { byOperation: {}, total: 0 }, directory: 'd', guards: [] },
    ...(count === 0 ? {} : { unmanaged }),
  };
  return { ...made, meta };
}

const text = (count: number) => renderPlanText(planWith(count), { detailedExitcode: true });

describe('what no document declares any more', () => {
  it('is named with its last place, and cut at twenty', () => {
    expect(text(0)).not.toContain('No longer declared');
    expect(text(1)).toContain(
      'No longer declared (1)\n. prod/net`a  a.yaml:1:9\nIt becomes unmanaged: it is left as live;',
    );
    expect(text(20)).toContain('. prod/net-19  a.yaml:20:9\nThey become unmanaged');
    expect(text(22)).toContain('. prod/net-19  a.yaml:20:9\nand 2 more\nThey become unmanaged');
    expect(renderPlanMarkdown(planWith(22))).toContain(
      '- `prod/net-19`, `a.yaml:20:9`\n- and 2 more',
    );
    expect(renderPlanMarkdown(planWith(1))).toContain('- ``prod/net`a``, `a.yaml:1:9`');
  });

  it('changes neither digest nor exit code, and stands in the JSON as the schema says', () => {
    const [without, gone] = [planWith(0), planWith(2)];
    expect(gone.digest).toBe(without.digest);
    expect(planResult(gone, true)).toEqual(planResult(without, true));
    const ajv = new Ajv2020({ strict: true, formats: { 'date-time': true } });
    const validate = ajv.compile(planSchema);
    expect(validate(JSON.parse(renderPlanJson(gone))), JSON.stringify(validate.errors)).toBe(true);
  });
});
