import { formatPosition, type Problem } from '../../domain/problem.ts';
import { nextFor, noPaint, type Paint, visible, wrap } from './words.ts';

const INDENT = '    ';

/** `file:line:col  severity  field: message`, wrapped to the page, then the next step. Of a flag there is no place. */
export function renderProblem(problem: Problem, paint: Paint = noPaint): string {
  const position = problem.at === null ? '' : `${visible(formatPosition(problem.at))}  `;
  const severity = problem.severity === 'error' ? 'error' : 'warning';
  const head = `${position}${severity}  `;
  const field = problem.field === '' ? '' : `${visible(problem.field)}: `;
  const style = problem.severity === 'error' ? 'refused' : 'drift';
  const [first = '', ...rest] = wrap(`${field}${visible(problem.message)}`, head, INDENT);
  const lines = [
    `${position}${paint(style, severity)}  ${first.slice(head.length)}`,
    ...rest,
    ...wrap(`next:  ${visible(problem.next)}`, INDENT, `${INDENT}       `),
  ];
  return lines.join('\n');
}

/** All problems, one after the other, each ended by a line feed; '' for none. */
export function renderProblems(problems: readonly Problem[], paint: Paint = noPaint): string {
  return problems.map((problem) => `${renderProblem(problem, paint)}\n`).join('');
}

/** A problem below the provisioned product it belongs to, if it is known, wrapped to the page. */
export function problemLines(
  problem: Problem,
  of: { readonly target: string; readonly name: string } | null,
): readonly string[] {
  const field = shortField(problem.field);
  const message = `${field}${visible(problem.message)}`;
  const next = visible(of === null ? problem.next : nextFor(problem.next, of.target, of.name));
  return [...wrap(message, '    ', '    '), ...wrap(`next:  ${next}`, '    ', '           ')];
}

/** The field as people name it beside its document: parameters by their key alone. */
export function shortField(field: string): string {
  if (field === '') return '';
  return `${visible(field.replace(/^provisioningParameters\./, ''))}: `;
}
