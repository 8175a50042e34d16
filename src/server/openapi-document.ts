import { type DocumentPart, describeOperations, type Operation, SECURITY_SCHEMES } from '../http/openapi.ts';

/** What the document is made of. */
export interface OpenApiDocumentParts {
  /** Without a last slash; the one server of the document. */
  readonly publicUrl: string;
  /** Of the product. */
  readonly version: string;
  /** The rows of all doors. */
  readonly operations: readonly Operation[];
}

/**
 * The OpenAPI 3.1 document of the whole service, made from the schemas that the doors validate with: a description that
 * is not true does not come into being.
 * @throws Error  two operations or two schemas share a name
 */
export function openApiDocument({ publicUrl, version, operations }: OpenApiDocumentParts): DocumentPart {
  const { paths, schemas } = describeOperations(operations);
  const tags = [...new Set(operations.flatMap((operation) => operation.tags))];
  return {
    openapi: '3.1.1',
    info: {
      title: 'Latchkey',
      version,
      summary: 'Long-lived API keys in, one-hour bearer tokens out.',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
  };
}
