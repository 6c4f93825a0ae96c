import { type Answer, type Call, inProcess, REGION, rig, text, xmlRefusal } from './support.ts';

/** The ARN of a stack as Service Catalog names it. */
export const arn = (number: number, region = REGION) =>
  `arn:aws:cloudformation:${region}:111122223333:stack/SC-${number}/id-${number}`;

export const stackXml = (id: string, more = '') =>
  `<member><StackId>${id}</StackId><StackName>${id.split('/')[1]}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-01-02T03:04:05.678Z</CreationTime>${more}</member>`;

export const listXml = (members: readonly string[], next?: string): Answer =>
  text(
    `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>${
      members.length === 0 ? '<Stacks/>' : `<Stacks>${members.join('')}</Stacks>`
    }${next === undefined ? '' : `<NextToken>${next}</NextToken>`}</DescribeStacksResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeStacksResponse>`,
  );

const doesNotExist = (id: string) =>
  xmlRefusal('ValidationError', `Stack with id ${id} does not exist`);

/** CloudFormation with these stacks listed; `hidden` ones answer to their ARN only (deleted). */
export function cloudFormation(
  listed: readonly string[],
  options: {
    readonly hidden?: readonly string[];
    readonly pageSize?: number;
    readonly bulk?: (call: Call) => Answer | null;
    readonly single?: (id: string) => Answer | null;
  } = {},
) {
  const pageSize = options.pageSize ?? 100;
  const known = new Set([...listed, ...(options.hidden ?? [])]);
  const wire = inProcess((call) => {
    const id = call.input.StackName;
    if (typeof id === 'string') {
      const answer = options.single?.(id) ?? null;
      return answer ?? (known.has(id) ? listXml([stackXml(id)]) : doesNotExist(id));
    }
    const special = options.bulk?.(call) ?? null;
    if (special !== null) return special;
    const from = Number(call.input.NextToken ?? 0);
    const page = listed.slice(from, from + pageSize);
    const next = from + pageSize < listed.length ? String(from + pageSize) : undefined;
    return listXml(
      page.map((each) => stackXml(each)),
      next,
    );
  });
  return { ...rig({ requestHandler: wire.requestHandler }), wire };
}

export const denied = () => xmlRefusal('AccessDenied', 'User x is not authorized', 403);
