/**
 * Writes the expected output of every golden trio anew: `npx node test/diff/write-golden.ts`. For
 * deliberate changes of what plans say; the difference in Git is then read line by line.
 */
import { writeFileSync } from 'node:fs';
import { renderPlanMarkdown } from '../../src/diff/render/markdown.ts';
import { renderPlanText } from '../../src/diff/render/text.ts';
import { loadTrio, planOf, trioFile, trioNames } from './trio.ts';

for (const name of trioNames()) {
  const plan = planOf(loadTrio(name));
  const { body, digest } = plan;
  writeFileSync(trioFile(name, 'plan.json'), `${JSON.stringify({ body, digest }, null, 2)}\n`);
  writeFileSync(trioFile(name, 'plan.txt'), renderPlanText(plan, { detailedExitcode: true }));
  writeFileSync(trioFile(name, 'plan.md'), renderPlanMarkdown(plan));
}
