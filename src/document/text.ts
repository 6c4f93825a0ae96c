import type { Problem } from '../domain/problem.ts';
import { fault } from './fault.ts';
import type { Limits } from './limits.ts';
import { LineIndex } from './lines.ts';

export type Decoded =
  | { readonly kind: 'text'; readonly text: string; readonly lines: LineIndex }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Control characters that YAML does not allow in a file: all of C0 but tab and line ends, DEL, and C1 but NEL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;

/** Bytes → text. Strict: nothing is replaced. A byte order mark of UTF-8 is dropped. */
export function decodeText(file: string, bytes: Uint8Array, limits: Limits): Decoded {
  const start = { file, line: 1, column: 1 };
  if (bytes.length > limits.bytes) {
    const message = `the file has ${bytes.length} bytes; at most ${limits.bytes} are read`;
    return { kind: 'refused', problem: fault('document/too-large', start, message) };
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { kind: 'refused', problem: fault('document/bad-utf8', start, 'the file is UTF-16') };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { kind: 'refused', problem: badUtf8(file, bytes) };
  }
  const lines = new LineIndex(text);
  // Read as one line by some and as many by others: a comment would hide all that follows.
  const alone = text.search(/\r(?!\n)/);
  if (alone !== -1) {
    const message = 'the file holds a carriage return that no line feed follows';
    const at = { file, ...lines.at(alone) };
    return { kind: 'refused', problem: fault('document/control-character', at, message) };
  }
  const control = text.search(FORBIDDEN);
  if (control === -1) return { kind: 'text', text, lines };
  const code = text.charCodeAt(control).toString(16).padStart(4, '0').toUpperCase();
  const at = { file, ...lines.at(control) };
  const message = `the file holds the control character U+${code}`;
  return { kind: 'refused', problem: fault('document/control-character', at, message) };
}

/** The longest prefix that may still become valid is found by halving: 20 steps for 1 MiB. */
function badUtf8(file: string, bytes: Uint8Array): Problem {
  let good = 0;
  let bad = bytes.length;
  while (good < bad) {
    const middle = (good + bad + 1) >> 1;
    if (decodesSoFar(bytes.subarray(0, middle))) good = middle;
    else bad = middle - 1;
  }
  const before = new TextDecoder().decode(bytes.subarray(0, good), { stream: true });
  const at = { file, ...new LineIndex(before).at(before.length) };
  const begun = startOfCharacter(bytes, good);
  const byte = bytes[begun]?.toString(16).toUpperCase().padStart(2, '0');
  const message =
    good === bytes.length
      ? `the file ends in the middle of a character, at byte ${bytes.length}`
      : `byte 0x${byte} at offset ${begun} is not valid UTF-8`;
  return fault('document/bad-utf8', at, message);
}

/** What breaks a character off is mostly sound itself: at fault is the byte that began it. */
function startOfCharacter(bytes: Uint8Array, end: number): number {
  let start = end;
  while (start > 0 && ((bytes[start - 1] ?? 0) & 0xc0) === 0x80) start--;
  const first = bytes[start - 1] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return start > 0 && start - 1 + length > end ? start - 1 : end;
}

function decodesSoFar(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
