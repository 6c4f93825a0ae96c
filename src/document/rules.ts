import type { Position, Problem } from '../domain/problem.ts';
import { fault, hasInvisible, quote } from './fault.ts';
import { isNullText, type ScalarNode } from './node.ts';

type Report = (problem: Problem) => void;
type Place = (offset: number) => Position;

/** Text that escapes can produce and nothing later can carry: NUL, half of a surrogate pair. */
export function checkText(node: ScalarNode, place: Place, report: Report): void {
  if (node.style === 'plain') return;
  if (node.text.includes('\u0000')) {
    const message = 'an escape stands for NUL (U+0000)';
    report(fault('document/control-character', place(node.offset), message));
  }
  if (!node.text.isWellFormed()) {
    const message = 'an escape stands for half of a surrogate pair';
    report(fault('document/lone-surrogate', place(node.offset), message));
  }
}

/** Rules for a key of a mapping. `seen` holds the keys before it. False: leave the entry out. */
export function checkKey(
  key: ScalarNode,
  seen: Map<string, number>,
  place: Place,
  report: Report,
): boolean {
  if (key.style === 'plain' && isNullText(key.text)) {
    report(
      fault('document/key-not-text', place(key.offset), 'the key is empty or null; keys are text'),
    );
    return false;
  }
  if (key.style === 'plain' && key.text === '<<') {
    report(fault('document/merge-key', place(key.offset), 'the merge key << is not read'));
    return false;
  }
  const first = seen.get(key.text);
  if (first !== undefined) {
    const message = `the key ${quote(key.text)} is already set on line ${place(first).line}`;
    report(fault('document/duplicate-key', place(key.offset), message));
    return false;
  }
  seen.set(key.text, key.offset);
  if (hasInvisible(key.text)) {
    const message = `the key ${quote(key.text)} holds a character that cannot be seen`;
    report(fault('document/control-character', place(key.offset), message));
    return false;
  }
  return true;
}
