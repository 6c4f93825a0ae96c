/**
 * Imported before anything else in a simulation process: everything that reads time or chance by
 * itself then reads the simulated world's, and whoever sets a timer is told that it may not.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

export interface Sources {
  /** Wall time of the simulated process, ms. */
  now(): number;
  monotonic(): number;
  random(): number;
}

/** The real ones, for the harness itself. */
export const real = {
  now: Date.now.bind(Date),
  monotonic: performance.now.bind(performance),
  turn: setImmediate,
};

let current: Sources | null = null;
/** Names of what was used although it is not simulated. */
export const leaks = new Map<string, number>();

/** From here on time and chance are those of this world; null: the real ones again. */
export function simulate(sources: Sources | null): void {
  current = sources;
}

const RealDate = Date;
const realRandom = Math.random.bind(Math);

globalThis.Date = new Proxy(RealDate, {
  construct(target, args, newTarget) {
    const given = args.length === 0 && current !== null ? [current.now()] : args;
    return Reflect.construct(target, given, newTarget) as Date;
  },
  get(target, property, receiver) {
    if (property === 'now') return () => current?.now() ?? real.now();
    return Reflect.get(target, property, receiver) as unknown;
  },
});
Math.random = () => current?.random() ?? realRandom();
performance.now = () => current?.monotonic() ?? real.monotonic();

function forbid<Name extends 'setTimeout' | 'setInterval'>(name: Name): void {
  const allowed = globalThis[name];
  const guarded = (...args: Parameters<typeof allowed>) => {
    if (current === null) return Reflect.apply(allowed, globalThis, args) as unknown;
    leaks.set(name, (leaks.get(name) ?? 0) + 1);
    throw new Error(`${name} in a simulated process: ${new Error().stack}`);
  };
  globalThis[name] = Object.assign(guarded, allowed) as typeof allowed;
}
forbid('setTimeout');
forbid('setInterval');

const realUuid = crypto.randomUUID.bind(crypto);
crypto.randomUUID = ((options?: crypto.RandomUUIDOptions) => {
  if (current === null) return realUuid(options);
  const digits = () =>
    Math.floor((current?.random() ?? 0) * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const [a, b, c, d] = [digits(), digits(), digits(), digits()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
}) as typeof crypto.randomUUID;
syncBuiltinESMExports();
