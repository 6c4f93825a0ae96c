import type { Plan } from '../../domain/plan.ts';

/** The plan as `schemas/plan.schema.json` describes it, ended by a line feed. */
export function renderPlanJson({ body, meta, digest }: Plan): string {
  return `${JSON.stringify({ body, meta, digest }, null, 2)}\n`;
}
