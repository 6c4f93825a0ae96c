import { OPTIONS } from '../config/options.ts';
import { FORMATS, type Format } from './shown-options.ts';

/** What the command line asks for. Values of configuration options stay text: config reads them. */
export interface Invocation {
  readonly command: Action;
  /** Flags of the configuration table, by option name, as typed. */
  readonly flags: Readonly<Partial<Record<string, string | boolean>>>;
  readonly configFile: string | null;
  /** null: AWS; otherwise the embedded Service Catalog, from this seed ('' : its own). */
  readonly local: string | null;
  /** Where its state is kept; it is never given without `local`. */
  readonly localState: string | null;
  /** Rename the journal that is there and start with an empty one. */
  readonly journalReset: boolean;
  readonly format: Format;
  readonly only: readonly string[];
  readonly labels: readonly string[];
  /** Digests of what a person allows although a guard refuses it. */
  readonly approve: readonly string[];
  /** All of what is approved, or nothing. */
  readonly strict: boolean;
}

export type Action =
  | { readonly kind: 'validate'; readonly directory: string }
  | { readonly kind: 'plan'; readonly directory: string; readonly detailedExitcode: boolean }
  | { readonly kind: 'apply'; readonly directory: string; readonly yes: boolean }
  | { readonly kind: 'run'; readonly directory: string }
  | { readonly kind: 'status'; readonly check: boolean }
  | { readonly kind: 'retry'; readonly name: string }
  | { readonly kind: 'accept'; readonly name: string }
  | { readonly kind: 'freeze'; readonly targets: readonly string[]; readonly reason: string }
  | { readonly kind: 'resume'; readonly targets: readonly string[] }
  | { readonly kind: 'proceed'; readonly product: string }
  | { readonly kind: 'approve'; readonly digest: string }
  | {
      readonly kind: 'local';
      readonly port: string;
      readonly seed: string | null;
      readonly state: string | null;
      readonly generate: string | null;
    }
  | {
      readonly kind: 'demo';
      readonly exitWhenConverged: boolean;
      readonly directory: string | null;
    }
  | { readonly kind: 'schema'; readonly name: string };

export type Raw = Readonly<Record<string, unknown>>;

export function from(command: Action, options: Raw): Invocation {
  const localState = text(options.localState);
  // Who names the state of an embedded catalog means that catalog, never an account of AWS.
  const local = text(options.local) ?? (localState === null ? null : '');
  return {
    command,
    flags: configFlags(options),
    configFile: text(options.config),
    local,
    localState,
    journalReset: options.journalReset === true,
    format: FORMATS.find((format) => format === options.format) ?? 'text',
    only: texts(options.only),
    labels: texts(options.label),
    approve: texts(options.approve),
    strict: options.strict === true,
  };
}

function configFlags(options: Raw): Invocation['flags'] {
  const flags: Record<string, string | boolean> = Object.create(null);
  for (const { name } of OPTIONS) {
    const value = options[name];
    if (typeof value === 'string' || typeof value === 'boolean') flags[name] = value;
  }
  return flags;
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export function plain(command: Action): Invocation {
  return {
    command,
    flags: {},
    configFile: null,
    local: null,
    localState: null,
    journalReset: false,
    format: 'text',
    only: [],
    labels: [],
    approve: [],
    strict: false,
  };
}
