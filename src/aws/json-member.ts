export type JsonMember =
  | { readonly kind: 'ok'; readonly value: string }
  | { readonly kind: 'missing'; readonly why: string };

/** A number as the text spells it: as a number of JavaScript it would lose digits and its form. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Calls with the source text of a plain value are newer than the types of the reviver. */
function keepNumbers(_key: string, value: unknown, context?: { readonly source?: string }) {
  return typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value;
}

const NO_OBJECT: JsonMember = {
  kind: 'missing',
  why: 'it is no JSON object, so it has no keys',
};

/** The member `key` of a JSON object as the text of a parameter. What it holds is never quoted. */
export function jsonMember(text: string, key: string): JsonMember {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, keepNumbers);
  } catch {
    return NO_OBJECT;
  }
  if (typeof parsed !== 'object' || parsed === null) return NO_OBJECT;
  if (Array.isArray(parsed) || parsed instanceof NumberText) return NO_OBJECT;
  const quoted = JSON.stringify(key);
  if (!Object.hasOwn(parsed, key)) return { kind: 'missing', why: `it has no key ${quoted}` };
  const member: unknown = Reflect.get(parsed, key);
  if (typeof member === 'string') return { kind: 'ok', value: member };
  if (typeof member === 'boolean') return { kind: 'ok', value: String(member) };
  if (member instanceof NumberText) return { kind: 'ok', value: member.text };
  const what = member === null ? 'null' : Array.isArray(member) ? 'a list' : 'an object';
  return {
    kind: 'missing',
    why: `its key ${quoted} holds ${what}, and a parameter takes a text, a number, true or false`,
  };
}
