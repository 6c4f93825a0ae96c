import type { Problem } from '../domain/problem.ts';
import { fault } from './fault.ts';
import type { LineIndex } from './lines.ts';

const MARKERS = /^(?:<{7}|={7}|>{7})(?=\s|$)/gm;

/**
 * What a text that is no YAML or JSON is told if Git left a merge conflict in it. Asked of broken
 * texts only: in one that can be read, the markers are somebody's words.
 */
export function mergeConflict(file: string, text: string, lines: LineIndex): Problem | null {
  let opened: number | null = null;
  let isParted = false;
  for (const { index, 0: marker } of text.matchAll(MARKERS)) {
    if (marker.startsWith('<')) opened = index;
    if (!marker.startsWith('>')) isParted = marker.startsWith('=');
    else if (opened !== null && isParted) {
      const message = 'the lines from here on are a merge conflict that Git could not resolve';
      return fault('document/merge-conflict', { file, ...lines.at(opened) }, message);
    }
  }
  return null;
}
