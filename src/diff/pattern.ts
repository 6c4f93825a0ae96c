/** Longer values are not checked, so that a pattern that backtracks polynomially ends soon. */
const LENGTH_MAX = 256;
/** With repetition inside repetition a failed match may try 2^length ways. */
const NESTED_LENGTH_MAX = 20;

/** Escapes that mean the same in both languages; a sign that is no letter or digit always does. */
const SHARED_ESCAPE = /\\(?:[dDwWsSbBnrtf]|[^A-Za-z0-9])/g;
const GROUP_EXTENSION = /\(\?(?![:=!]|<[=!])/;

/**
 * Whether the whole value matches a pattern of a CloudFormation template. Such patterns are written
 * in Java's language: where JavaScript might understand one differently, or where checking could
 * take long, the answer is `unchecked`, never a guess.
 */
export function matchesWhole(pattern: string, value: string): 'matches' | 'differs' | 'unchecked' {
  const limit = hasNestedRepetition(pattern) ? NESTED_LENGTH_MAX : LENGTH_MAX;
  if (value.length > limit || !isShared(pattern)) return 'unchecked';
  try {
    return new RegExp(`^(?:${pattern})$`).test(value) ? 'matches' : 'differs';
  } catch {
    return 'unchecked';
  }
}

function isShared(pattern: string): boolean {
  const rest = pattern.replace(SHARED_ESCAPE, '');
  // Left over: letter escapes (\p, \A, \Q, back references), set operations, inline flags.
  if (rest.includes('\\') || rest.includes('&&') || GROUP_EXTENSION.test(rest)) return false;
  // A bracket inside a class is a union in Java and a plain sign in JavaScript.
  return !/\[[^\]]*\[/.test(rest) && !/\[\^?\]/.test(rest);
}

/** A group with a choice or a repetition inside, itself repeated without bound. */
function hasNestedRepetition(pattern: string): boolean {
  const plain = pattern.replace(/\\./gs, 'x').replace(/\[[^\]]*\]/g, 'x');
  const risky: boolean[] = [];
  for (let i = 0; i < plain.length; i++) {
    const sign = plain.charAt(i);
    if (sign === '(') risky.push(false);
    else if (sign === ')') {
      const inner = risky.pop() ?? false;
      if (inner && /^(?:[*+]|\{\d+,\d*\})/.test(plain.slice(i + 1))) return true;
      if (inner) markRisky(risky);
    } else if ('*+|{'.includes(sign)) markRisky(risky);
  }
  return false;
}

function markRisky(groups: boolean[]): void {
  if (groups.length > 0) groups[groups.length - 1] = true;
}
