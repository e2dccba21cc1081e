/** What each node points to. */
export type Graph = ReadonlyMap<string, Iterable<string>>;

/** Circles of a graph, each from a node back to itself by the shortest way; every node of a circle is in one of them. */
export function circlesOf(graph: Graph): string[][] {
  const circles: string[][] = [];
  const told = new Set<string>();
  for (const node of graph.keys()) {
    if (told.has(node)) continue;
    const circle = circleFrom(node, graph);
    if (circle === null) continue;
    circles.push(circle);
    for (const one of circle) told.add(one);
  }
  return circles;
}

/** The shortest way from a node back to itself; null for none. */
function circleFrom(start: string, graph: Graph): string[] | null {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (const node of open) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return [...wayTo(node, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      open.push(next);
    }
  }
  return null;
}

function wayTo(node: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const before = cameFrom.get(node);
  return before === undefined ? [node] : [...wayTo(before, cameFrom), node];
}
