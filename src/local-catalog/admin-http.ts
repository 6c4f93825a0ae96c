import type { Admin, StackEdit, Where } from './admin.ts';
import type { ProductStatus, StoredParameter } from './entities.ts';
import type { FaultSpec } from './faults.ts';
import type { BehaviourInput, RateInput } from './seed-input.ts';
import type { JsonObject } from './validate.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** Under this path the admin interface answers; AWS clients never go there. */
export const ADMIN_PATH = '/_local';

/** The admin interface over HTTP, for tests in any language. */
export async function handleAdmin(
  admin: Admin,
  request: WireRequest,
  skip: (ms: number) => void,
): Promise<WireResponse> {
  const url = new URL(request.path, 'http://local');
  const path = url.pathname.slice(ADMIN_PATH.length);
  const operation = `${request.method} ${path}`;
  try {
    return await dispatch(admin, operation, url, body(request), skip);
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function dispatch(
  admin: Admin,
  operation: string,
  url: URL,
  input: unknown,
  skip: (ms: number) => void,
): Promise<WireResponse> {
  const query = url.searchParams;
  const where = whereOf(query);
  switch (operation) {
    case 'GET /calls':
      return json(200, { calls: admin.calls(query.get('operation') ?? undefined) });
    case 'DELETE /calls':
      admin.clearCalls();
      return json(200, {});
    case 'GET /counts':
      return json(200, { total: admin.totalCalls(), operations: admin.counts() });
    case 'GET /state':
      return json(200, admin.state());
    case 'GET /product':
      return json(200, { product: admin.product(query.get('name') ?? '', where) });
    case 'GET /faults':
      return json(200, { faults: admin.faults() });
    case 'POST /faults':
      return json(200, { id: admin.addFault(input as FaultSpec) });
    case 'DELETE /faults':
      if (query.has('id')) admin.removeFault(query.get('id') ?? '');
      else admin.clearFaults();
      return json(200, {});
    case 'POST /behaviour':
      admin.setBehaviour(input as BehaviourInput);
      return json(200, {});
    case 'POST /limits': {
      const limit = input as { readonly operation: string; readonly rate: RateInput | null };
      admin.setLimit(limit.operation, limit.rate);
      return json(200, {});
    }
    case 'POST /edit-stack':
      await admin.editStack(input as StackEdit);
      return json(200, {});
    case 'POST /status': {
      const change = input as Where & { product: string; status: ProductStatus; message?: string };
      await admin.setStatus(change.product, change.status, change.message ?? null, change);
      return json(200, {});
    }
    case 'POST /secret': {
      const secret = input as Where & { readonly name: string; readonly value: string };
      await admin.setSecret(secret.name, secret.value, secret);
      return json(200, {});
    }
    case 'POST /parameter': {
      const stored = input as Where & Pick<StoredParameter, 'name' | 'value' | 'type'>;
      await admin.setParameter(stored.name, stored.value, stored.type, stored);
      return json(200, {});
    }
    case 'POST /call': {
      const call = input as Where & { readonly operation: string; readonly input: JsonObject };
      return json(200, await admin.callAs(call.operation, call.input, call));
    }
    case 'POST /skip':
      skip(Number((input as { readonly ms: number }).ms));
      return json(200, {});
    default:
      return json(404, { error: `no ${operation} here; see docs/local-catalog.md` });
  }
}

function whereOf(query: URLSearchParams): Where {
  const account = query.get('account');
  const region = query.get('region');
  return { ...(account === null ? {} : { account }), ...(region === null ? {} : { region }) };
}

function body(request: WireRequest): unknown {
  const text = request.body === undefined ? '' : Buffer.from(request.body).toString();
  return text === '' ? {} : (JSON.parse(text) as unknown);
}

function json(status: number, value: object): WireResponse {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: `${JSON.stringify(value, null, 2)}\n` };
}
