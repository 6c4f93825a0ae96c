import { fault } from '../document/fault.ts';
import type { UnquotedScalar } from '../document/schema.ts';
import type { Problem } from '../domain/problem.ts';

const LINES_NAMED = 5;

/**
 * Text without quotes that other YAML readers take for something else. On standard input each one
 * is an error: a tool before us may have rewritten it. In a file it is one warning for the file.
 */
export function unquotedProblems(scalars: readonly UnquotedScalar[]): Problem[] {
  const [first, ...others] = scalars;
  if (first === undefined) return [];
  if (first.at.file === '-') {
    return scalars.map((scalar) => {
      const message = `${shown(scalar)} is not in quotes, so a tool before this one may have changed it`;
      const next = 'quote the value in its source file, or let trueup read the directory itself';
      return fault('document/unquoted-scalar', scalar.at, message, { field: scalar.field, next });
    });
  }
  const message = `${shown(first)} is not in quotes; it is taken as written, but other YAML tools read it as a number, a boolean or a date${andMore(others)}`;
  const next = others.length === 0 ? 'put the value in quotes' : 'put these values in quotes';
  const options = { field: first.field, severity: 'warning', next } as const;
  return [fault('document/unquoted-scalar', first.at, message, options)];
}

function shown(scalar: UnquotedScalar): string {
  return scalar.shown ?? 'the value';
}

function andMore(others: readonly UnquotedScalar[]): string {
  if (others.length === 0) return '';
  const lines = [...new Set(others.map((scalar) => scalar.at.line))];
  const named = lines.slice(0, LINES_NAMED).join(', ');
  const rest = lines.length > LINES_NAMED ? ', …' : '';
  return ` (and ${others.length} more, on ${lines.length === 1 ? 'line' : 'lines'} ${named}${rest})`;
}
