import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CatalogOptions } from '../../src/aws/target.ts';
import {
  type Answer,
  type Call,
  failedWith,
  identityXml,
  json,
  type Loopback,
  okValue,
  refusal,
  rig,
  startLoopback,
  text,
  xmlRefusal,
} from './support.ts';

let directory = '';
const servers: Loopback[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trueup-aws-'));
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  }
  // The SDK remembers a file by its path, so every test has paths of its own.
  vi.stubEnv('AWS_CONFIG_FILE', join(directory, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(directory, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(directory, { recursive: true });
});

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>`;

function answer(call: Call): Answer {
  switch (call.operation) {
    case 'GetCallerIdentity':
      return identityXml();
    case 'AssumeRole':
      return text(assumed);
    case 'DescribeStacks':
      return xmlRefusal('ValidationError', `Stack with id ${call.input.StackName} does not exist`);
    default:
      return json({ ProvisionedProducts: [], TotalResultsCount: 0 });
  }
}

async function serve(reply = answer): Promise<Loopback> {
  const server = await startLoopback(reply);
  servers.push(server);
  return server;
}

/** The access key and region that a call was signed with. */
const signedBy = (call: Call | undefined) =>
  /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(call?.headers.authorization ?? '')?.slice(1);

const operations = (server: Loopback) => server.calls.map((call) => call.operation);

const CHAIN = { name: 't', region: null, roleArn: null, externalId: null, sessionName: 'trueup' };

/** As a person runs it: nothing given, all from the SDK's chain. */
const fromChain = (target: Partial<CatalogOptions['target']> = {}) =>
  rig({ target: { ...CHAIN, ...target } }, {});

async function callAll({ catalog }: ReturnType<typeof rig>) {
  okValue(await catalog.identity());
  okValue(await catalog.search());
  expect((await catalog.stacks(new Set(['x']))).missing.size).toBe(1);
}

describe('endpoints, region and credentials of the environment', () => {
  it('uses AWS_ENDPOINT_URL for every service, AWS_REGION and keys', async () => {
    const server = await serve();
    vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    const made = fromChain();
    expect(okValue(await made.catalog.identity()).region).toBe('eu-west-3');
    await callAll(made);
    expect(operations(server)).toEqual([
      'GetCallerIdentity',
      'SearchProvisionedProducts',
      'DescribeStacks',
    ]);
    expect(server.calls.map(signedBy)).toEqual(Array(3).fill(['AKIAENV', 'eu-west-3']));
  });

  it('lets the endpoint of one service beat the general one', async () => {
    const [general, serviceCatalog, cloudFormation, sts] = await Promise.all([
      serve(),
      serve(),
      serve(),
      serve(),
    ]);
    vi.stubEnv('AWS_ENDPOINT_URL', general.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_SERVICE_CATALOG', serviceCatalog.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloudFormation.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.endpoint);
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    await callAll(fromChain());
    expect(operations(general)).toEqual([]);
    expect(operations(serviceCatalog)).toEqual(['SearchProvisionedProducts']);
    expect(operations(cloudFormation)).toEqual(['DescribeStacks']);
    expect(operations(sts)).toEqual(['GetCallerIdentity']);
  });

  it('reads the profile: keys, region and endpoint; a given region beats it', async () => {
    const server = await serve();
    writeFileSync(
      join(directory, 'config'),
      `[profile team]\nregion = ap-south-1\nendpoint_url = ${server.endpoint}\n`,
    );
    writeFileSync(
      join(directory, 'credentials'),
      '[team]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = s\n',
    );
    vi.stubEnv('AWS_PROFILE', 'team');
    await callAll(fromChain());
    await callAll(fromChain({ region: 'us-east-2' }));
    expect(server.calls.map(signedBy)).toEqual([
      ...Array(3).fill(['AKIAPROFILE', 'ap-south-1']),
      ...Array(3).fill(['AKIAPROFILE', 'us-east-2']),
    ]);
  });

  describe('keys that are replaced in the file', () => {
    const keep = (key: string) =>
      writeFileSync(
        join(directory, 'credentials'),
        `[default]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`,
      );
    const refusing = (code: string) => (call: Call) => {
      if (signedBy(call)?.[0] !== 'AKIAOLD') return answer(call);
      return call.operation.startsWith('Search') ? refusal(code, 'no') : xmlRefusal(code, 'no');
    };

    it.each([
      ['ExpiredTokenException', 'at once'],
      ['UnrecognizedClientException', 'for the next call'],
    ])('are read again when AWS answers %s to the old ones, %s', async (code, when) => {
      let isValid = true;
      const server = await serve((call) => (isValid ? answer(call) : refusing(code)(call)));
      vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
      keep('AKIAOLD');
      const made = fromChain({ region: 'eu-west-3' });
      okValue(await made.catalog.search());
      keep('AKIANEW');
      isValid = false;
      if (when !== 'at once') expect(failedWith(await made.catalog.search()).code).toBe(code);
      okValue(await made.catalog.search());
      expect(server.calls.map((call) => signedBy(call)?.[0])).toEqual([
        'AKIAOLD',
        'AKIAOLD',
        'AKIANEW',
      ]);
    });

    it('are read again for every session of a role', async () => {
      let sessions = 0;
      const server = await serve((call) => {
        if (call.operation === 'AssumeRole') {
          sessions += 1;
          return text(assumed.replace('ASIAROLE', `ASIAROLE${sessions}`));
        }
        const isOld = sessions === 1 && server.calls.length > 2;
        return isOld ? refusal('ExpiredTokenException', 'expired') : answer(call);
      });
      vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
      keep('AKIAOLD');
      const roleArn = 'arn:aws:iam::444455556666:role/trueup';
      const made = fromChain({ region: 'eu-west-3', roleArn });
      okValue(await made.catalog.search());
      keep('AKIANEW');
      okValue(await made.catalog.search());
      expect(server.calls.map((call) => signedBy(call)?.[0])).toEqual([
        'AKIAOLD',
        'ASIAROLE1',
        'ASIAROLE1',
        'AKIANEW',
        'ASIAROLE2',
      ]);
    });
  });

  it('names a missing region, and makes no call', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    const { catalog } = fromChain();
    expect(failedWith(await catalog.identity())).toMatchObject({
      kind: 'credentials',
      code: 'RegionMissing',
    });
    expect((await catalog.stacks(new Set(['x']))).failure?.code).toBe('RegionMissing');
    expect(failedWith(await catalog.search()).kind).toBe('credentials');
    expect(catalog.calls().total).toBe(0);
  });

  it('names missing credentials once, and makes no call', async () => {
    const { catalog, clock } = fromChain({ region: 'eu-west-3' });
    expect(failedWith(await catalog.identity())).toMatchObject({
      kind: 'credentials',
      code: 'CredentialsProviderError',
    });
    expect(catalog.calls().total).toBe(0);
    expect(clock.sleeps).toEqual([]);
  });
});

describe('the role of a target', () => {
  const ROLE = {
    roleArn: 'arn:aws:iam::444455556666:role/trueup',
    externalId: 'ext-1',
    sessionName: 'trueup-prod',
  };

  it('is assumed once for all services, with its external id, counted, with a ticket', async () => {
    const server = await serve();
    vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    const made = fromChain({ ...ROLE, region: 'eu-west-3' });
    await callAll(made);
    await callAll(made);
    expect(server.calls[0]?.operation).toBe('AssumeRole');
    expect(server.calls[0]?.input).toMatchObject({
      RoleArn: ROLE.roleArn,
      RoleSessionName: 'trueup-prod',
      ExternalId: 'ext-1',
    });
    expect(signedBy(server.calls[0])).toEqual(['AKIAENV', 'eu-west-3']);
    expect(signedBy(server.calls[1])).toEqual(['ASIAROLE', 'eu-west-3']);
    expect(made.catalog.calls()).toEqual({
      byOperation: {
        'cloudformation.DescribeStacks': 2,
        'servicecatalog.SearchProvisionedProducts': 2,
        'sts.AssumeRole': 1,
        'sts.GetCallerIdentity': 1,
      },
      total: server.calls.length,
    });
    expect(made.tickets).toEqual({ serviceCatalog: 2, cloudFormation: 2, sts: 2 });
  });

  it('is assumed at AWS_ENDPOINT_URL_STS, and at a given endpoint', async () => {
    const [sts, other] = await Promise.all([serve(), serve()]);
    vi.stubEnv('AWS_ENDPOINT_URL', other.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    okValue(await fromChain({ ...ROLE, region: 'eu-west-3' }).catalog.search());
    expect([operations(sts), operations(other)]).toEqual([
      ['AssumeRole'],
      ['SearchProvisionedProducts'],
    ]);
    const given = await serve();
    const made = rig({
      endpoint: given.endpoint,
      target: { ...CHAIN, ...ROLE, region: 'eu-west-3' },
    });
    okValue(await made.catalog.search());
    expect(operations(given)).toEqual(['AssumeRole', 'SearchProvisionedProducts']);
    expect(signedBy(given.calls[0])).toEqual(['AKIDLOCAL', 'eu-west-3']);
    expect(sts.calls).toHaveLength(1);
  });

  it('is assumed anew, once, when AWS says that its session has expired', async () => {
    let sessions = 0;
    let old = 1;
    const server = await serve((call) => {
      if (call.operation === 'AssumeRole') {
        sessions += 1;
        return text(assumed.replace('ASIAROLE', `ASIAROLE${sessions}`));
      }
      const stale = Number(signedBy(call)?.[0]?.slice('ASIAROLE'.length)) <= old;
      return stale ? refusal('ExpiredTokenException', 'expired') : answer(call);
    });
    const { catalog } = rig({
      endpoint: server.endpoint,
      target: { ...CHAIN, ...ROLE, region: 'eu-west-3' },
    });
    okValue(await catalog.search());
    expect((await catalog.stacks(new Set(['x']))).missing.size).toBe(1);
    expect(operations(server)).toEqual([
      'AssumeRole',
      'SearchProvisionedProducts',
      'AssumeRole',
      'SearchProvisionedProducts',
      'DescribeStacks',
    ]);
    old = Number.POSITIVE_INFINITY;
    expect(failedWith(await catalog.search()).kind).toBe('credentials');
    expect(sessions).toBe(3);
  });

  it.each([
    ['refused', xmlRefusal('AccessDenied', 'not authorized to perform: sts:AssumeRole', 403), 1],
    ['throttled', xmlRefusal('Throttling', 'Rate exceeded'), 6],
  ])('when %s, fails the read before it leaves', async (_, reply, tries) => {
    const server = await serve((call) => (call.operation === 'AssumeRole' ? reply : answer(call)));
    const made = rig({
      endpoint: server.endpoint,
      target: { ...CHAIN, ...ROLE, region: 'eu-west-3' },
    });
    const seen = failedWith(await made.catalog.search());
    expect(seen.kind).toBe(tries === 1 ? 'credentials' : 'unsent');
    expect(operations(server)).toEqual(Array(tries).fill('AssumeRole'));
    expect(made.tickets).toEqual({ serviceCatalog: 0, cloudFormation: 0, sts: tries });
  });
});

describe('an endpoint of our own with credentials of our own', () => {
  it('looks at nothing of the user: environment, profiles, files', async () => {
    const [ours, theirs] = await Promise.all([serve(), serve()]);
    const poison = [
      'region = xx-poison-1',
      `endpoint_url = ${theirs.endpoint}`,
      'services = theirs',
      'use_fips_endpoint = banana',
      'use_dualstack_endpoint = banana',
      'defaults_mode = banana',
      'retry_mode = banana',
      'max_attempts = banana',
      'disable_clock_skew_correction = banana',
      'sdk_ua_app_id = leaked-app',
      'credential_process = /bin/false',
    ].join('\n');
    writeFileSync(
      join(directory, 'config'),
      `[default]\n${poison}\n[profile theirs]\n${poison}\n[services theirs]\nservice_catalog =\n  endpoint_url = ${theirs.endpoint}\n`,
    );
    writeFileSync(join(directory, 'credentials'), '[default]\naws_access_key_id = AKIATHEIRS\n');
    for (const [name, value] of Object.entries({
      AWS_PROFILE: 'theirs',
      AWS_REGION: 'xx-poison-2',
      AWS_DEFAULT_REGION: 'xx-poison-3',
      AWS_ACCESS_KEY_ID: 'AKIATHEIRS',
      AWS_SECRET_ACCESS_KEY: 'theirs',
      AWS_SESSION_TOKEN: 'theirs',
      AWS_ENDPOINT_URL: theirs.endpoint,
      AWS_ENDPOINT_URL_SERVICE_CATALOG: theirs.endpoint,
      AWS_ENDPOINT_URL_CLOUDFORMATION: theirs.endpoint,
      AWS_ENDPOINT_URL_STS: theirs.endpoint,
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      AWS_DEFAULTS_MODE: 'banana',
      AWS_RETRY_MODE: 'banana',
      AWS_MAX_ATTEMPTS: 'banana',
      AWS_SDK_UA_APP_ID: 'leaked-app',
      AWS_DISABLE_CLOCK_SKEW_CORRECTION: 'banana',
      AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
      HTTP_PROXY: theirs.endpoint,
      HTTPS_PROXY: theirs.endpoint,
      NODE_USE_ENV_PROXY: '1',
    })) {
      vi.stubEnv(name, value);
    }
    const made = rig({ endpoint: ours.endpoint, target: { ...CHAIN, region: 'eu-central-1' } });
    await callAll(made);
    expect(ours.calls.map(signedBy)).toEqual(Array(3).fill(['AKIDLOCAL', 'eu-central-1']));
    expect(JSON.stringify(ours.calls)).not.toMatch(/theirs|leaked|poison|banana/i);
    expect(theirs.calls).toEqual([]);
    // Without a region of its own, too, and where a role is assumed.
    const bare = rig({ endpoint: ours.endpoint, target: CHAIN });
    expect(okValue(await bare.catalog.identity()).region).toBe('us-east-1');
    const role = rig({
      endpoint: ours.endpoint,
      target: {
        ...CHAIN,
        region: 'eu-central-1',
        roleArn: 'arn:aws:iam::444455556666:role/trueup',
      },
    });
    await callAll(role);
    expect(operations(ours)).toContain('AssumeRole');
    expect(JSON.stringify(ours.calls)).not.toMatch(/theirs|leaked|poison|banana/i);
    expect(theirs.calls).toEqual([]);
  });
});
