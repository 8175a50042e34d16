import { USER_REALM } from './user.ts';

/** @returns whether the iam id is that of a user */
export const isUser = (iamId: string): boolean => iamId.startsWith(`${USER_REALM}-`);
