/** A page has no place for the text that is made for it. */
export class MarkedBlockMissing extends Error {
  constructor(name: string) {
    super(`needs the two lines ${beginOf(name)} and ${endOf(name)}, once and in this order`);
    this.name = 'MarkedBlockMissing';
  }
}

const beginOf = (name: string): string => `<!-- ${name}:begin -->`;
const endOf = (name: string): string => `<!-- ${name}:end -->`;

/**
 * Puts `content` between the lines `<!-- name:begin -->` and `<!-- name:end -->` of a Markdown page.
 * @throws MarkedBlockMissing
 */
export function withMarkedBlock(markdown: string, name: string, content: string): string {
  const [before, inside, ...second] = markdown.split(`${beginOf(name)}\n`);
  const [, after, ...more] = inside?.split(endOf(name)) ?? [];
  if (before === undefined || after === undefined || second.length > 0 || more.length > 0) {
    throw new MarkedBlockMissing(name);
  }
  return `${before}${beginOf(name)}\n\n${content.trim()}\n\n${endOf(name)}${after}`;
}
