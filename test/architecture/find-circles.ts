/** @returns each circle as a path that ends where it began; at least one for every group of nodes that reach each other */
export function findCircles(arrows: Iterable<{ readonly from: string; readonly to: string }>): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of arrows) targets.set(from, [...(targets.get(from) ?? []), to]);
  const circles: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];

  const follow = (node: string): void => {
    const begun = path.indexOf(node);
    if (begun !== -1) {
      circles.push([...path.slice(begun), node]);
      return;
    }
    if (finished.has(node)) return;
    path.push(node);
    for (const target of targets.get(node) ?? []) follow(target);
    path.pop();
    finished.add(node);
  };

  for (const node of targets.keys()) follow(node);
  return circles;
}
