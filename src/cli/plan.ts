import { planResult } from '../diff/plan.ts';
import { renderPlanJson } from '../diff/render/json.ts';
import { renderPlanMarkdown } from '../diff/render/markdown.ts';
import { renderPlanText } from '../diff/render/text.ts';
import type { Plan } from '../domain/plan.ts';
import { againFlags } from './again.ts';
import type { App } from './app.ts';
import type { ExitCode } from './io.ts';
import { paintFor } from './paint.ts';
import { planned } from './planned.ts';
import { unavailable } from './validate.ts';

/** `plan DIR`: what would change. It makes no mutating call and writes no journal. */
export async function planCommand(
  app: App,
  directory: string,
  detailedExitcode: boolean,
): Promise<ExitCode> {
  const loaded = await app.load(directory);
  if (loaded.kind === 'unavailable') return unavailable(app, directory, loaded.why);
  const estate = await app.openEstate('plan');
  try {
    const plan = await planned(app, estate);
    if (plan === null) return estate.interrupted() ?? 1;
    app.io.out(render(app, plan, detailedExitcode));
    return planResult(plan, detailedExitcode).exitCode;
  } finally {
    await estate.close();
  }
}

export function render(app: App, plan: Plan, detailedExitcode: boolean | null): string {
  const { format } = app.invocation;
  switch (format) {
    case 'text':
      return renderPlanText(plan, {
        detailedExitcode,
        paint: paintFor(app.io.colour),
        flags: againFlags(app.invocation),
      });
    case 'json':
      return renderPlanJson(plan);
    case 'markdown':
      return renderPlanMarkdown(plan);
    default:
      return format satisfies never;
  }
}
