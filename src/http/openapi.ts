import { type ZodObject, type ZodType, z } from 'zod';
import type { Method } from './methods.ts';

/** One operation of a door: the same schemas validate the request and describe it (OpenAPI 3.1, "Operation Object"). */
export interface Operation {
  readonly method: Method;
  /** As the route declares it: `/v1/apikeys/:id`. */
  readonly path: string;
  /** Unique in the whole document. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Each is enough by itself; none: the operation asks for no credentials. */
  readonly security: readonly SecurityScheme[];
  /** Who may; the matrix of docs/security.md is made of it, and a test asks every route whether it is true. */
  readonly requires: Requirement;
  readonly parameters?: OperationParameters;
  readonly body?: OperationBody;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
}

/** What an operation asks of its caller. */
export type Requirement =
  /** Nothing that somebody without credentials does not have. */
  | 'nothing'
  /** A good bearer token, of whomever. */
  | 'a token'
  /** A good bearer token of a user: it is about what service IDs do not have. */
  | 'a token of a user'
  /** A good bearer token that was made by a log-in with a password, and no other. */
  | 'the token of a log-in'
  /** A good ingestion key, and no token. */
  | 'an ingestion key'
  /** A good key that reads the log of its account, and no token. */
  | 'a log API key'
  /**
   * That the caller may do this to what it is done to: the `action` that the domain requires; `and`: and this as well; `of`: no
   * other account can be named, so that whoever asks is asking of the own one.
   */
  | { readonly action: string; readonly and?: string; readonly of?: 'the account of the token' }
  /**
   * A good bearer token of the account; the answer has only that with which the caller may do this. `of`: no other account can
   * be named, so that whoever asks is asking of the own one.
   */
  | { readonly shows: string; readonly of?: 'the account of the token' };

/** How a caller may prove itself. */
export type SecurityScheme =
  | 'bearer'
  | 'basic'
  | 'servicekey'
  | 'apikey'
  | 'restApiKey'
  | 'logkey'
  | 'programkey'
  | 'barekey';

/** The parameters of an operation, one member of the object each; what the schema needs is `required`. */
export interface OperationParameters {
  readonly path?: ZodObject;
  readonly query?: ZodObject;
  readonly headers?: ZodObject;
}

/** What an operation reads. */
export interface OperationBody {
  readonly schema: ZodType;
  /** Default: `application/json`. */
  readonly mediaType?: string;
  /** Default: true. */
  readonly required?: boolean;
}

/** What an operation answers with one status. */
export interface Answer {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly schema?: ZodType;
  /** Default: `application/json`. */
  readonly mediaType?: string;
}

/** A JSON object that goes into the document as it is. */
export type DocumentPart = Readonly<Record<string, unknown>>;

/** The two parts of an OpenAPI document that operations fill. */
export interface DescribedOperations {
  readonly paths: Readonly<Record<string, DocumentPart>>;
  /** For `components.schemas`: every schema that has an id (`.meta({ id })`). */
  readonly schemas: Readonly<Record<string, DocumentPart>>;
}

/** For `components.securitySchemes`. */
export const SECURITY_SCHEMES: Readonly<Record<SecurityScheme, DocumentPart>> = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  basic: { type: 'http', scheme: 'basic' },
  servicekey: { type: 'apiKey', in: 'header', name: 'servicekey' },
  apikey: { type: 'apiKey', in: 'header', name: 'apikey' },
  restApiKey: { type: 'apiKey', in: 'header', name: 'Authorization', description: '`rest_api_key=` and the key.' },
  logkey: { type: 'apiKey', in: 'header', name: 'x-api-secret', description: 'With the id of the key as `x-api-key`.' },
  programkey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
  barekey: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'The key alone, without a scheme.' },
};

/**
 * The paths and schemas of all operations, made from the schemas that the routes validate with.
 * @throws Error  two operations share a method and path or an operation id, or two schemas share an id
 */
export function describeOperations(operations: readonly Operation[]): DescribedOperations {
  const schemas = new Map<string, DocumentPart>();
  const paths: Record<string, Record<string, unknown>> = {};
  const ids = new Set<string>();
  for (const operation of operations) {
    const path = templateOf(operation.path);
    const method = operation.method.toLowerCase();
    const described = paths[path] ?? {};
    if (ids.has(operation.operationId) || described[method] !== undefined) {
      throw new Error(`${operation.method} ${path} (${operation.operationId}) is described twice`);
    }
    ids.add(operation.operationId);
    paths[path] = { ...described, [method]: describe(operation, schemas) };
  }
  return { paths, schemas: Object.fromEntries(schemas) };
}

/** `/v1/apikeys/:id` as OpenAPI writes it: `/v1/apikeys/{id}`. */
const templateOf = (path: string): string => path.replace(/:([A-Za-z_]+)/g, '{$1}');

const describeRequired = ({ action, and }: { readonly action: string; readonly and?: string }): DocumentPart => ({
  'x-requires-action': action,
  ...(and !== undefined && { 'x-requires-action-too': and }),
});

function describe(operation: Operation, schemas: Map<string, DocumentPart>): DocumentPart {
  const { operationId, summary, description, tags, security, requires, parameters, body, answers } = operation;
  const described = [
    ...describeParameters('path', parameters?.path, schemas),
    ...describeParameters('query', parameters?.query, schemas),
    ...describeParameters('header', parameters?.headers, schemas),
  ];
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags,
    security: security.map((scheme) => ({ [scheme]: [] })),
    ...(typeof requires === 'object' && 'action' in requires && describeRequired(requires)),
    ...(described.length > 0 && { parameters: described }),
    ...(body !== undefined && { requestBody: describeBody(body, schemas) }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer, schemas)]),
    ),
  };
}

function describeParameters(
  place: 'path' | 'query' | 'header',
  parameters: ZodObject | undefined,
  schemas: Map<string, DocumentPart>,
): DocumentPart[] {
  if (parameters === undefined) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(parameters, schemas);
  return Object.entries(properties).map(([name, property]) => {
    // Safe: zod writes a JSON Schema object for each member; a boolean schema would have no members to take out.
    const { description, ...schema } = property as DocumentPart;
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    };
  });
}

function describeBody(body: OperationBody, schemas: Map<string, DocumentPart>): DocumentPart {
  const { schema, mediaType = 'application/json', required = true } = body;
  return { required, content: { [mediaType]: { schema: referredTo(schema, schemas) } } };
}

function describeAnswer(
  { description, schema, mediaType = 'application/json' }: Answer,
  schemas: Map<string, DocumentPart>,
) {
  if (schema === undefined) return { description };
  return { description, content: { [mediaType]: { schema: referredTo(schema, schemas) } } };
}

/** The schema in place, or a reference to it when it has an id: wrapped in an object, zod decides. */
function referredTo(schema: ZodType, schemas: Map<string, DocumentPart>): unknown {
  return jsonSchemaOf(z.object({ schema }), schemas).properties?.['schema'];
}

/** As it travels: what is read before any transformation (`io: 'input'`), and what is written has none. */
function jsonSchemaOf(schema: ZodType, schemas: Map<string, DocumentPart>) {
  const { $defs = {}, ...rest } = pointedAtComponents(
    z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }),
  );
  for (const [id, definition] of Object.entries($defs)) {
    // Safe: zod writes each definition as an object.
    addSchema(schemas, id, definition as DocumentPart);
  }
  return rest;
}

function addSchema(schemas: Map<string, DocumentPart>, id: string, definition: DocumentPart): void {
  const known = schemas.get(id);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
    throw new Error(`two different schemas are called '${id}'`);
  }
  schemas.set(id, definition);
}

/** zod keeps named schemas beside the one that uses them; in the document they stand under `components`. */
function pointedAtComponents(schema: z.core.JSONSchema.BaseSchema): z.core.JSONSchema.BaseSchema {
  // Safe: what was JSON stays JSON, and only the texts of references change.
  return JSON.parse(
    JSON.stringify(schema, (name: string, value: unknown) =>
      name === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : value,
    ),
  ) as z.core.JSONSchema.BaseSchema;
}
