import { isNullText } from './node.ts';

/** What a plain scalar is under the YAML 1.2 core schema. */
export type CoreValue = null | boolean | number | string;

const INTEGER = /^[-+]?[0-9]+$/;
const OCTAL = /^0o[0-7]+$/;
const HEX = /^0x[0-9a-fA-F]+$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;

export function coreValue(text: string): CoreValue {
  if (isNullText(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INTEGER.test(text) || OCTAL.test(text) || HEX.test(text) || FLOAT.test(text)) {
    return Number(text);
  }
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return NAN.test(text) ? Number.NaN : text;
}

/** Forms that YAML 1.1 readers take for a boolean, a number or a date, and YAML 1.2 does not. */
const LEGACY = [
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/,
  /^[-+]?0b[01_]+$/,
  /^[-+]?(?:0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
  /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]+(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?$/,
];

/**
 * True where some YAML reader takes the plain scalar for something other than text. Nearly every
 * such form starts with a digit, a sign, a dot or one of a few letters, so most texts cost one look.
 */
export function readsAsOther(text: string): boolean {
  if (!/^[-+.0-9~yYnNoOtTfF]/.test(text)) return text === '';
  return typeof coreValue(text) !== 'string' || LEGACY.some((form) => form.test(text));
}
