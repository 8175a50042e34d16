/** Pieces shorter than this may be alike by chance; this long they are part of a secret (R2). */
const PIECE_CHARACTERS = 16;

/** Looks for secrets, and for every piece of 16 characters of one, in texts of any size. */
export interface SecretTraces {
  /** Secrets that are looked for. */
  readonly secrets: number;
  /** Adds a secret. One that is shorter than a piece is looked for as a whole. */
  add(secret: string): void;
  /** @returns how many positions of the text begin a piece of a secret */
  countIn(text: string): number;
}

/** @returns a book of secrets, empty */
export function secretTraces(): SecretTraces {
  const pieces = new Set<string>();
  let secrets = 0;
  return {
    get secrets() {
      return secrets;
    },
    add(secret) {
      if (secret.length < PIECE_CHARACTERS) throw new RangeError('too short to be a secret of this service');
      secrets += 1;
      for (let at = 0; at + PIECE_CHARACTERS <= secret.length; at += 1) {
        pieces.add(secret.slice(at, at + PIECE_CHARACTERS));
      }
    },
    countIn(text) {
      let found = 0;
      for (let at = 0; at + PIECE_CHARACTERS <= text.length; at += 1) {
        if (pieces.has(text.slice(at, at + PIECE_CHARACTERS))) found += 1;
      }
      return found;
    },
  };
}
