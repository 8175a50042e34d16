/** A block of commands in a Markdown page. */
export interface ShellBlock {
  readonly page: string;
  /** The line of its opening fence, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** The reason in `<!-- not run: reason -->` on the line before it; `undefined`: it is run. */
  readonly notRunBecause: string | undefined;
}

/** A page's blocks cannot be told apart, or would escape the check. */
export class PageUnreadable extends Error {
  constructor(page: string, line: number, rule: string) {
    super(`${page}:${line} ${rule}`);
    this.name = 'PageUnreadable';
  }
}

const FENCE = /^(?<indent> *)(?<ticks>`{3,})(?<language>[\w-]*)\s*$/;
const NOT_RUN = /^\s*<!-- not run: (?<reason>\S.*?) -->\s*$/;
const OTHER_NAMES_OF_SHELL = ['bash', 'shell', 'console', 'zsh'];

/**
 * @returns every block of a page that is fenced as `sh`, in order
 * @throws PageUnreadable  a fence is never closed, or commands are fenced under another name and would not be run
 */
export function shellBlocksOf(page: string, markdown: string): readonly ShellBlock[] {
  const lines = markdown.split('\n');
  const blocks: ShellBlock[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const fence = FENCE.exec(lines[index] ?? '')?.groups;
    if (fence === undefined) continue;
    const { indent = '', ticks = '', language = '' } = fence;
    if (OTHER_NAMES_OF_SHELL.includes(language)) {
      throw new PageUnreadable(page, index + 1, `is fenced as ${language}: write sh, so that it is run`);
    }
    const end = lines.findIndex((line, later) => later > index && line.trim() === ticks);
    if (end === -1) throw new PageUnreadable(page, index + 1, 'is a fence that is never closed');
    if (language === 'sh') {
      const code = lines
        .slice(index + 1, end)
        .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
      blocks.push({ page, line: index + 1, code: code.join('\n'), notRunBecause: reasonBefore(lines, index) });
    }
    index = end;
  }
  return blocks;
}

/** The reason may stand right above the fence or with empty lines between. */
function reasonBefore(lines: readonly string[], fence: number): string | undefined {
  const above = lines.slice(0, fence).findLast((line) => line.trim() !== '');
  return NOT_RUN.exec(above ?? '')?.groups?.['reason'];
}
