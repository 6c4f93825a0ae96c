import { quote } from '../document/fault.ts';
import { formatDuration, parseDuration } from './duration.ts';
import type { ConfigOption, OptionRule } from './options.ts';

export type OptionValue = string | number | boolean;

export type ReadOption =
  | { readonly kind: 'ok'; readonly value: OptionValue }
  | { readonly kind: 'bad'; readonly message: string };

const NUMBER = /^[0-9]{1,12}(?:\.[0-9]{1,9})?$/;

/** The text of a flag, a variable or a field → its value; durations in milliseconds. */
export function readOption(option: ConfigOption, text: string): ReadOption {
  const { rule } = option;
  switch (rule.kind) {
    case 'number':
    case 'integer': {
      const value = NUMBER.test(text) ? Number(text) : Number.NaN;
      const wrong = Number.isNaN(value) || (rule.kind === 'integer' && !Number.isInteger(value));
      return wrong || value < rule.min || value > rule.max ? bad(rule, text) : ok(value);
    }
    case 'duration': {
      const value = parseDuration(text);
      return value === null || value < rule.min || value > rule.max ? bad(rule, text) : ok(value);
    }
    case 'choice':
      return rule.choices.includes(text) ? ok(text) : bad(rule, text);
    case 'text':
      return text === '' || rule.pattern?.test(text) === false ? bad(rule, text) : ok(text);
    case 'boolean':
      return text === 'true' || text === 'false' ? ok(text === 'true') : bad(rule, text);
  }
}

function ok(value: OptionValue): ReadOption {
  return { kind: 'ok', value };
}

function bad(rule: OptionRule, text: string): ReadOption {
  return { kind: 'bad', message: `${quote(text)} is not allowed: ${ruleWords(rule)}` };
}

function ruleWords(rule: OptionRule): string {
  switch (rule.kind) {
    case 'number':
      return `a number from ${rule.min} to ${rule.max}`;
    case 'integer':
      return `a whole number from ${rule.min} to ${rule.max}`;
    case 'duration':
      return `a duration such as 100ms, 90s, 5m or 1h30m, from ${formatDuration(rule.min)} to ${formatDuration(rule.max)}`;
    case 'choice':
      return `one of ${rule.choices.join(', ')}`;
    case 'text':
      return rule.rule ?? 'it must not be empty';
    case 'boolean':
      return 'true or false';
  }
}
