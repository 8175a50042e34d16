/**
 * Whether an e-mail address follows a pattern: `*` stands for any characters but `.` and `@`, `**` for any (IBM Cloud IAM
 * Identity API, "Identity Account Settings"). Upper and lower case are alike. In one pass over the pattern that keeps every
 * place in the address which it may have come to, so that no pattern takes long (ReDoS).
 */
export function matchesEmailPattern(pattern: string, email: string): boolean {
  const text = email.toLowerCase();
  let places: Places = new Uint8Array(text.length + 1);
  places[0] = 1;
  for (const part of pattern.toLowerCase().match(PARTS) ?? []) places = placesAfter(part, places, text);
  return places[text.length] === 1;
}

const PARTS = /\*\*|\*|[^*]+/g;

/** 1 at each place, counted in characters, to which the pattern may have come. */
type Places = Uint8Array<ArrayBuffer>;

function placesAfter(part: string, places: Places, text: string): Places {
  const reached: Places = new Uint8Array(places.length);
  for (let place = 0; place < places.length; place += 1) {
    if (part === '**') {
      if (places[place] === 1) return reached.fill(1, place);
    } else if (part === '*') {
      const goesOn = place > 0 && reached[place - 1] === 1 && !endsLabel(text, place - 1);
      if (goesOn || places[place] === 1) reached[place] = 1;
    } else if (places[place] === 1 && text.startsWith(part, place)) {
      reached[place + part.length] = 1;
    }
  }
  return reached;
}

const endsLabel = (text: string, place: number): boolean => text[place] === '.' || text[place] === '@';
