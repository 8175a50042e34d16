import { parseSync } from '@swc/core';

/** What one file imports, exactly as written. */
export interface FileImports {
  /** Type imports, re-exports, dynamic imports and `import('…')` types are imports like any other. */
  readonly specifiers: readonly string[];
  /** How many `import(…)` calls have a target that only a run can tell. */
  readonly unreadable: number;
}

/** Reads the imports of a TypeScript file with a real parser, so that no comment or string counts as one. */
export function readImports(source: string): FileImports {
  const specifiers: string[] = [];
  let unreadable = 0;
  eachNode(parseSync(source, { syntax: 'typescript', target: 'es2024' }), (node) => {
    const target = targetOf(node);
    if (target === undefined) return;
    if (isNode(target) && target['type'] === 'StringLiteral' && typeof target['value'] === 'string')
      specifiers.push(target['value']);
    else unreadable += 1;
  });
  return { specifiers: [...new Set(specifiers)], unreadable };
}

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** @returns the part of a node that says what it imports; `undefined` when the node imports nothing */
function targetOf(node: Node): unknown {
  switch (node['type']) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return node['source'];
    case 'ExportNamedDeclaration':
      return node['source'] ?? undefined;
    case 'TsExternalModuleReference':
      return node['expression'];
    case 'TsImportType':
      return node['argument'];
    case 'CallExpression':
      return isNode(node['callee']) && node['callee']['type'] === 'Import' ? firstArgument(node) : undefined;
    default:
      return undefined;
  }
}

function firstArgument(call: Node): unknown {
  const first: unknown = Array.isArray(call['arguments']) ? call['arguments'][0] : undefined;
  return isNode(first) && isNode(first['expression']) ? first['expression'] : 'none';
}

function eachNode(value: unknown, visit: (node: Node) => void): void {
  if (!isNode(value)) return;
  visit(value);
  for (const part of Object.values(value)) eachNode(part, visit);
}
