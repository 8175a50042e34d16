/**
 * Whether an e-mail address follows a pattern: `*` stands for any characters but `.` and `@`, `**` for any (IBM Cloud IAM
 * Identity API, "Identity Account Settings"). Upper and lower case are alike. In one pass over the pattern that keeps every
 * place in the address which it may have come to, so that no pattern takes long (ReDoS).
 */
export function matchesEmailPattern(pattern: string, email: string): boolean {
  const text = email.toLowerCase();
  let places = new Set([0]);
  for (const part of partsOf(pattern.toLowerCase())) {
    places =
      part === '**' ? fromFirst(places, text) : part === '*' ? withinLabels(places, text) : after(part, places, text);
  }
  return places.has(text.length);
}

const partsOf = (pattern: string): readonly string[] => pattern.match(/\*\*|\*|[^*]+/g) ?? [];

/** `**`: to everywhere from the first place on. */
function fromFirst(places: ReadonlySet<number>, text: string): Set<number> {
  const reached = new Set<number>();
  for (let place = Math.min(...places); place <= text.length; place += 1) reached.add(place);
  return reached;
}

/** `*`: on to the next `.` or `@`. */
function withinLabels(places: ReadonlySet<number>, text: string): Set<number> {
  const reached = new Set(places);
  for (let place = 0; place < text.length; place += 1) {
    if (reached.has(place) && text[place] !== '.' && text[place] !== '@') reached.add(place + 1);
  }
  return reached;
}

function after(letters: string, places: ReadonlySet<number>, text: string): Set<number> {
  const found = [...places].filter((place) => text.startsWith(letters, place));
  return new Set(found.map((place) => place + letters.length));
}
