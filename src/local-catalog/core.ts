import { accessDenied, authorize } from './access.ts';
import { AwsError } from './aws-error.ts';
import type { CallLog } from './call-log.ts';
import type { ProvisionedProduct } from './entities.ts';
import { type FaultBook, type FaultEffect, recordFaultOf } from './faults.ts';
import { type Random, randomUuid } from './ids.ts';
import { advance } from './lifecycle.ts';
import type { Caller } from './model.ts';
import { idInArn } from './provisioning.ts';
import type { Service } from './registry.ts';
import { adminOf } from './seed.ts';
import { currentProduct, type Place, placeOf, type World } from './state.ts';
import type { Throttle } from './throttle.ts';
import { isObject, type Json, type JsonObject, validateInput } from './validate.ts';
import {
  type Credential,
  errorReply,
  type ParsedCall,
  parseCall,
  reply,
  serviceOf,
  unknownOperation,
  type WireRequest,
  type WireResponse,
} from './wire.ts';

/** Everything that answering one request needs. Time and chance come from outside. */
export interface Core {
  readonly world: World;
  readonly faults: FaultBook;
  readonly throttle: Throttle;
  readonly log: CallLog;
  readonly random: Random;
}

/** What becomes of a request: an answer after a while, or a broken connection. */
export interface Outcome {
  readonly response: WireResponse;
  readonly delay: number;
  /** The connection breaks: before the request was carried out, or after. */
  readonly lost: 'request' | 'reply' | null;
  /** Whether the world may have changed, so that its state must be kept before answering. */
  readonly changed: boolean;
}

/** Answers one request at time `now`. Deterministic, given the core's chance. */
export function execute(core: Core, request: WireRequest, now: number): Outcome {
  advance(core.world, now);
  const requestId = randomUuid(core.random);
  const service = serviceOf(request);
  if (service === null) return noService(requestId);
  try {
    return answer(core, parseCall(request, service), requestId, now);
  } catch (error) {
    return failed(service, asAwsError(error), requestId);
  }
}

function noService(requestId: string): Outcome {
  const body = JSON.stringify({ __type: 'UnknownOperationException', message: 'No such service.' });
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  return { response: { status: 404, headers, body }, delay: 0, lost: null, changed: false };
}

function failed(service: Service, error: AwsError, requestId: string): Outcome {
  return { response: errorReply(service, error, requestId), delay: 0, lost: null, changed: false };
}

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AwsError('InternalFailure', message, 500);
}

function answer(core: Core, call: ParsedCall, requestId: string, now: number): Outcome {
  const { world } = core;
  const { service, operation, credential } = call;
  const caller = callerOf(world, credential);
  const place = placeOf(world, caller.account, credential?.region ?? world.defaultRegion);
  const product = productMeant(place, call.input);
  const effects = core.faults.strike({ service: service.name, operation, product }, core.random);
  const lost = effects.find((e) => e.kind === 'lostRequest' || e.kind === 'lostReply')?.kind;
  const result =
    lost === 'lostRequest'
      ? { kind: 'lost' as const }
      : attempt(() => run(core, call, { caller, place, effects, now }));
  const output = result.kind === 'ok' ? result.output : undefined;
  const known = service.operations.get(operation);
  core.log.add({
    at: now,
    service: service.name,
    operation,
    account: place.account,
    region: place.region,
    caller: caller.sessionArn,
    result: lost ?? (result.kind === 'error' ? result.error.code : 'ok'),
    requestId,
    input: known?.mutating === true ? call.input : undefined,
    recordId: output === undefined ? undefined : recordIdOf(output),
  });
  const delay = effects.reduce((sum, effect) => sum + (effect.kind === 'slow' ? effect.ms : 0), 0);
  const response =
    result.kind === 'error'
      ? errorReply(service, result.error, requestId)
      : reply(service, operation, output ?? {}, requestId);
  return {
    response,
    delay,
    lost: lost === 'lostRequest' ? 'request' : lost === 'lostReply' ? 'reply' : null,
    changed: result.kind === 'ok' && known?.mutating === true,
  };
}

type Attempt =
  | { readonly kind: 'ok'; readonly output: JsonObject }
  | { readonly kind: 'error'; readonly error: AwsError }
  | { readonly kind: 'lost' };

function attempt(run: () => JsonObject): Attempt {
  try {
    return { kind: 'ok', output: run() };
  } catch (error) {
    return { kind: 'error', error: asAwsError(error) };
  }
}

interface Who {
  readonly caller: Caller;
  readonly place: Place;
  readonly effects: readonly FaultEffect[];
  readonly now: number;
}

/** The gates in the order in which AWS's own front door has them, and then the operation. */
function run(core: Core, call: ParsedCall, who: Who): JsonObject {
  const { world } = core;
  const { service } = call;
  const { caller, place, effects, now } = who;
  if (call.credential === null)
    throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', 403);
  const operation = service.operations.get(call.operation);
  if (operation === undefined) throw unknownOperation(service, call.operation);
  for (const effect of effects) {
    const error = errorOf(effect, service, call.operation, who);
    if (error !== null) throw error;
  }
  if (!core.throttle.allows(world.limits, place.key, call.operation, now))
    throw new AwsError(service.throttlingCode, 'Rate exceeded');
  if (call.operation !== 'GetCallerIdentity')
    authorize(caller, service.name, call.operation, place);
  const typing = service.protocol.kind;
  const input = validateInput(operation.shape, call.input, typing, service.validationCode);
  const { fault, straggle } = recordFaultOf(effects);
  return operation.run({ world, place, caller, now, random: core.random, fault, straggle }, input);
}

function errorOf(effect: FaultEffect, service: Service, operation: string, who: Who) {
  switch (effect.kind) {
    case 'throttle':
      return new AwsError(service.throttlingCode, 'Rate exceeded');
    case 'internalError':
      return new AwsError('InternalFailure', 'The request processing has failed.', 500);
    case 'accessDenied':
      return accessDenied(who.caller, service.name, operation, who.place);
    case 'error':
      return new AwsError(effect.code, effect.message, effect.status ?? 400);
    case 'lostRequest':
    case 'lostReply':
    case 'slow':
    case 'recordFails':
    case 'straggle':
      return null;
    default:
      return effect satisfies never;
  }
}

/**
 * Whoever signed: a caller of the seed, a session from AssumeRole, the administrator of the
 * account whose number the access key is, else the administrator of the default account.
 */
export function callerOf(world: World, credential: Credential | null): Caller {
  const key = credential?.accessKeyId;
  if (key === undefined) return world.defaultCaller;
  const known = world.callers.get(key);
  if (known !== undefined) return known;
  return /^\d{12}$/.test(key) ? adminOf(key) : world.defaultCaller;
}

const PRODUCT_FIELDS = [
  'ProvisionedProductId',
  'ProvisionedProductName',
  'ProvisionProductId',
  'Id',
  'Name',
] as const;

/** The provisioned product that a request speaks of, for faults that strike only one. */
function productMeant(place: Place, input: Json): ProvisionedProduct | null {
  if (!isObject(input)) return null;
  for (const field of PRODUCT_FIELDS) {
    const value = input[field];
    if (typeof value !== 'string') continue;
    const id = place.idByName.get(value) ?? idInArn(value) ?? value;
    const product =
      currentProduct(place, id) ??
      currentProduct(place, place.records.get(id)?.provisionedProductId ?? '');
    if (product !== null) return product;
  }
  return null;
}

function recordIdOf(output: JsonObject): string | undefined {
  const detail = output.RecordDetail;
  const id = isObject(detail) ? detail.RecordId : output.RecordId;
  return typeof id === 'string' ? id : undefined;
}
