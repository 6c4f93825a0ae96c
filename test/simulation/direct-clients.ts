/**
 * The clients of one target without the SDK: commands go straight to a wire handler. All of
 * `src/aws` above the SDK (paging, tickets, repeats, classification of failures) is the real one.
 */
import type { Clients } from '../../src/aws/clients.ts';
import type { CallOptions, Ear, WireHandler, WireResponse } from '../../src/aws/wire.ts';

interface Command {
  readonly operation: string;
  readonly input: object;
}

/** Any `sdk.SomethingCommand` makes a plain command of that name. */
const sdk: unknown = new Proxy(
  {},
  {
    get: (_target, name) =>
      function command(input: object): Command {
        return { operation: String(name).replace(/Command$/, ''), input };
      },
  },
);

interface Protocol {
  /** As in the credential scope of a signature. */
  readonly service: string;
  request(command: Command): { readonly headers: Record<string, string>; readonly body: string };
  answer(response: WireResponse): object;
  error(response: WireResponse): { readonly code: string; readonly message: string };
}

const TIMES: ReadonlySet<string> = new Set(['CreatedTime', 'UpdatedTime']);

/** Times as the SDK gives them; in place, for nobody has seen the value yet. */
function withTimes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'object') withTimes(member);
    else if (typeof member === 'number' && TIMES.has(key))
      Object.assign(value, { [key]: new Date(member * 1000) });
  }
  return value;
}

/** Parses each text once: most answers are like the one before, and nobody changes an answer. */
function parsedOnce(parse: (text: string) => object): (text: string) => object {
  const parsed = new Map<string, object>();
  return (text) => {
    const known = parsed.get(text);
    if (known !== undefined) return known;
    if (parsed.size >= PARSED) parsed.clear();
    const answer = frozen(parse(text));
    parsed.set(text, answer);
    return answer;
  };
}

const PARSED = 200;

function frozen<T extends object>(value: T): T {
  for (const member of Object.values(value))
    if (typeof member === 'object' && member !== null) frozen(member);
  return Object.freeze(value);
}

const parseJson = parsedOnce((text) => withTimes(JSON.parse(text)) as object);

const jsonProtocol = (service: string, prefix: string): Protocol => ({
  service,
  request: ({ operation, input }) => ({
    headers: { 'x-amz-target': `${prefix}.${operation}` },
    body: JSON.stringify(input),
  }),
  answer: ({ body }) => parseJson(body),
  error({ body }) {
    const { __type = '', message = '' } = JSON.parse(body) as { __type?: string; message?: string };
    return { code: __type, message };
  },
});

function queryProtocol(service: string, version: string): Protocol {
  return {
    service,
    request: ({ operation, input }) => ({
      headers: {},
      body: new URLSearchParams({ Action: operation, Version: version, ...input }).toString(),
    }),
    // What follows names the request, which is another one each time.
    answer: ({ body }) => parseQueryAnswer(body.split('<ResponseMetadata>')[0] ?? ''),
    error: ({ body }) => ({ code: inTag(body, 'Code'), message: inTag(body, 'Message') }),
  };
}

const PROTOCOLS = {
  serviceCatalog: jsonProtocol('servicecatalog', 'AWS242ServiceCatalogService'),
  secretsManager: jsonProtocol('secretsmanager', 'secretsmanager'),
  cloudFormation: queryProtocol('cloudformation', '2010-05-15'),
  sts: queryProtocol('sts', '2011-06-15'),
};

type Tree = string | Date | readonly Tree[] | { readonly [name: string]: Tree };

function inTag(xml: string, tag: string): string {
  return unescapeXml(new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? '');
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#13;', '\r')
    .replaceAll('&amp;', '&');
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Elements without attributes, as the local catalog writes them; `<member>` makes a list. */
function parseXml(xml: string): Tree {
  const tokens = xml.match(/<[^>]+>|[^<]+/g) ?? [];
  let at = 0;
  const content = (): Tree => {
    const members: [string, Tree][] = [];
    let text = '';
    while (at < tokens.length) {
      const token = tokens[at] ?? '';
      if (token.startsWith('</')) break;
      at += 1;
      if (token.startsWith('<')) {
        const name = /^<([^\s>]+)/.exec(token)?.[1] ?? '';
        members.push([name, content()]);
        at += 1;
      } else text = unescapeXml(token);
    }
    if (members.length === 0) return TIME.test(text) ? new Date(text) : text;
    if (members[0]?.[0] === 'member') return members.map(([, value]) => value);
    return Object.fromEntries(members);
  };
  return content();
}

const LISTS: readonly string[] = ['Stacks', 'Parameters', 'Tags', 'Outputs'];

/** The `XResult` of an answer; lists without members come as empty texts. */
function resultOf(tree: Tree): object {
  const [response] = Object.values(tree) as [Record<string, Tree>];
  const result = Object.entries(response).find(([name]) => name.endsWith('Result'))?.[1];
  const mend = (value: Tree): Tree => {
    if (typeof value === 'string' || value instanceof Date) return value;
    if (Array.isArray(value)) return value.map(mend);
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        one === '' && LISTS.includes(name) ? [] : mend(one),
      ]),
    );
  };
  return typeof result === 'object' ? (mend(result) as object) : {};
}

const parseQueryAnswer = parsedOnce((text) => resultOf(parseXml(text)));

/** An error as the SDK throws it, as far as our classification looks at it. */
function sdkError(protocol: Protocol, response: WireResponse): Error {
  const { code, message } = protocol.error(response);
  return Object.assign(new Error(message), {
    name: code,
    $fault: response.status >= 500 ? 'server' : 'client',
    $metadata: {
      httpStatusCode: response.status,
      requestId: response.headers['x-amzn-requestid'] ?? null,
    },
  });
}

/** `accessKeyId` is who the local catalog takes us for. */
export function directClients(
  handler: WireHandler,
  ear: Ear,
  region: string,
  accessKeyId: string,
): Clients {
  const api = <S extends keyof typeof PROTOCOLS>(name: S) => {
    const protocol = PROTOCOLS[name];
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261121/${region}/${protocol.service}/aws4_request`;
    const client = {
      config: { region: async () => region },
      async send(command: Command, options: CallOptions): Promise<object> {
        const { headers, body } = protocol.request(command);
        ear.onCall(`${protocol.service}.${command.operation}`);
        options.onLeave();
        const response = await handler.handle({
          method: 'POST',
          hostname: 'simulated',
          path: '/',
          headers: { ...headers, authorization },
          body,
        });
        if (response.status !== 200) throw sdkError(protocol, response);
        return protocol.answer(response);
      },
    };
    const made = Promise.resolve({ sdk, client }) as unknown as ReturnType<Clients['api'][S]>;
    return () => made;
  };
  const absent = () => Promise.reject(new Error('the simulation has no parameter store'));
  return {
    api: {
      serviceCatalog: api('serviceCatalog'),
      cloudFormation: api('cloudFormation'),
      sts: api('sts'),
      ssm: absent,
      secretsManager: api('secretsManager'),
    },
    signIn: async () => undefined,
    expired: () => undefined,
    destroy: () => undefined,
  };
}
