import { formatPosition, type Problem } from '../../domain/problem.ts';
import { nextFor, noPaint, type Paint, thousands, visible, wrap } from './words.ts';

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

/** Of one problem that more files than this share, the first few are shown. */
const MANY = 10;
const SHOWN = 3;
const DIRECTORIES = 5;

/**
 * All problems, one after the other, each ended by a line feed; '' for none. What very many files share,
 * as where those of another tool lie among the documents, is shown a few times and then counted.
 */
export function renderProblems(problems: readonly Problem[], paint: Paint = noPaint): string {
  const alike = Map.groupBy(problems, likeness);
  const seen = new Map<string, number>();
  let text = '';
  for (const problem of problems) {
    const like = likeness(problem);
    const all = alike.get(like) ?? [];
    const count = (seen.get(like) ?? 0) + 1;
    seen.set(like, count);
    const isCut = all.length > MANY;
    if (!isCut || count <= SHOWN) text += `${renderProblem(problem, paint)}\n`;
    if (isCut && count === SHOWN) text += `${sameIn(all.slice(SHOWN))}\n`;
  }
  return text;
}

function likeness({ code, severity, field, message, next }: Problem): string {
  return JSON.stringify([code, severity, field, message, next]);
}

function sameIn(others: readonly Problem[]): string {
  const places = Map.groupBy(others, ({ at }) => at?.file.match(/^[^/]+\/(?=.)/)?.[0] ?? '');
  const most = [...places].sort(([, a], [, b]) => b.length - a.length);
  const named = most
    .slice(0, DIRECTORIES)
    .map(
      ([place, { length }]) =>
        `${thousands(length)} ${place === '' ? 'in the directory itself' : `in ${visible(place)}`}`,
    );
  const rest = most.slice(DIRECTORIES).flatMap(([, some]) => some).length;
  const where = [...named, ...(rest === 0 ? [] : [`${thousands(rest)} elsewhere`])].join(', ');
  const text = `the same ${thousands(others.length)} times more: ${where} (--format json has each)`;
  return wrap(text, INDENT, INDENT).join('\n');
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
