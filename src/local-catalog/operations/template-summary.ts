import { validationError } from '../aws-error.ts';
import { versionOf } from '../catalog.ts';
import type { ParameterDef } from '../model.ts';
import { type Context, reads } from '../operation.ts';
import { normaliseParameters } from '../seed-products.ts';
import type { Infer } from '../shape.ts';
import * as shapes from '../shapes/query.ts';
import { templateVersion } from '../template.ts';
import { oneStack, oneStackSet } from './cloudformation.ts';

type Input = Infer<typeof shapes.getTemplateSummary>;

interface Summary {
  readonly parameters: readonly ParameterDef[];
  readonly description: string | null;
  readonly resourceTypes: readonly string[];
}

/** The declarations of a template: of a stack, of a stack set, or given in the request. */
export const getTemplateSummary = reads(
  'GetTemplateSummary',
  shapes.getTemplateSummary,
  (context, input) => {
    const summary = summaryOf(context, input);
    return {
      Parameters: summary.parameters.map((def) => ({
        ParameterKey: def.key,
        DefaultValue: def.defaultValue ?? undefined,
        ParameterType: def.type,
        NoEcho: def.noEcho,
        Description: def.description ?? undefined,
        ParameterConstraints: { AllowedValues: def.allowedValues ?? undefined },
      })),
      Description: summary.description ?? undefined,
      ResourceTypes: [...new Set(summary.resourceTypes)],
      Version: '2010-09-09',
    };
  },
);

function summaryOf(context: Context, input: Input): Summary {
  const given = [input.TemplateBody, input.TemplateURL, input.StackName, input.StackSetName];
  if (given.filter((value) => value !== undefined).length !== 1)
    throw validationError(
      'Exactly one of StackName, StackSetName, TemplateBody or TemplateURL must be specified',
    );
  if (input.TemplateBody !== undefined) return ofTemplate(input.TemplateBody);
  if (input.StackName !== undefined) return ofStored(context, oneStack(context, input.StackName));
  if (input.StackSetName !== undefined)
    return ofStored(context, oneStackSet(context, input.StackSetName));
  return ofUrl(context, input.TemplateURL ?? '');
}

function ofTemplate(body: string): Summary {
  const { version, problems } = templateVersion('template', new TextEncoder().encode(body));
  const [first] = problems;
  if (first !== undefined) throw validationError(`Template format error: ${first}`);
  return {
    parameters: normaliseParameters(version.parameters ?? {}),
    description: version.templateDescription ?? null,
    resourceTypes: (version.resources ?? []).map((resource) => resource.type),
  };
}

function ofStored(
  context: Context,
  of: { readonly productId: string | null; readonly artifactId: string | null },
): Summary {
  const version =
    of.productId === null || of.artifactId === null
      ? null
      : versionOf(context.world, of.productId, of.artifactId);
  return {
    parameters: version?.parameters ?? [],
    description: version?.templateDescription ?? null,
    resourceTypes: (version?.resources ?? []).map((resource) => resource.type),
  };
}

/** The addresses that DescribeProvisioningArtifact gives out; nothing else can be reached. */
function ofUrl(context: Context, url: string): Summary {
  const [, productId = '', artifactId = ''] = /\/([^/]+)\/([^/]+)\.template$/.exec(url) ?? [];
  if (versionOf(context.world, productId, artifactId) === null)
    throw validationError(`S3 error: Access Denied for ${url}`);
  return ofStored(context, { productId, artifactId });
}
