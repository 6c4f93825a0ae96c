import type { Plan } from '../../domain/plan.ts';
import { visibleJson } from '../../domain/visible.ts';

/** The plan as `schemas/plan.schema.json` describes it, ended by a line feed. */
export function renderPlanJson({ body, meta, digest }: Plan): string {
  return `${visibleJson({ body, meta, digest })}\n`;
}
