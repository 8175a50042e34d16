/** Names in tokens that are the system's, and not ours; the server hands them down to what issues tokens. */

/** The grant that proves an API key: as clients ask for it, and as tokens tell (IBM Cloud IAM Identity API, token operations). */
export const API_KEY_GRANT = 'urn:ibm:params:oauth:grant-type:apikey';

/** The scope of every token (IBM Cloud IAM). */
export const TOKEN_SCOPE = 'ibm openid';
