import type { Json, JsonObject } from './validate.ts';
import { isObject } from './validate.ts';

/** The members of an output as XML elements; lists as `<member>`, absent members not at all. */
export function toXml(output: JsonObject): string {
  return Object.entries(output)
    .map(([name, value]) => (value === undefined || value === null ? '' : element(name, value)))
    .join('');
}

function element(name: string, value: Json): string {
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => element('member', item)).join('');
  if (isObject(value)) return toXml(value);
  return escapeXml(String(value));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\r', '&#13;'],
]);

export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ENTITIES.get(character) ?? character);
}
