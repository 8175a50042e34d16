const PREFIX = 'ApiKey-';

/** @returns the id of a key as it is told here: without what it begins with everywhere */
export const publicId = (id: string): string => (id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id);
