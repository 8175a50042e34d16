/**
 * What some doors answer, to be known without loading them: nobody waits for a door that has nothing to do with the request. Tests
 * keep it equal to the doors' own paths.
 */

/** Of `doors/logdna`. */
export const LOGDNA_PATHS = /^\/(?:v1\/config|logs\/ingest|logs\/agent)(?:\/|$)/i;

/** Of `doors/ibm-cloud-logs`. */
export const CLOUD_LOGS_PATHS = /^\/(?:instances\/[^/]+\/)?logs\/v1(?:\/|$)/i;

/** Where `doors/ibm-cloud-logs` speaks web sockets. */
export const WEB_SOCKET_PATH = /^(?:\/instances\/[^/]+)?\/logs\/v1\/stream\/?$/i;

/** Of `doors/ibm-resource-controller`. */
export const RESOURCE_PATHS =
  /^\/(?:v1\/reclamations|v2\/(?:resource_(?:instances|keys|aliases|bindings|groups)|quota_definitions))(?:\/|$)/i;

/** Of `doors/ping-aic`; `/logs` alone, which leads to `/monitoring/logs`. */
export const AIC_PATHS = /^\/(?:(?:am|openidm|environment|keys|monitoring)(?:\/|$)|logs\/?$)/i;

/** Of `doors/ping-autonomous-identity`. */
export const AUTONOMOUS_IDENTITY_PATHS =
  /^\/(?:api\/(?:authentication|admin|ingest|assignments|datasink|roles|userDetails|swagger)|jas|health-check|version)(?:\/|$)/i;

/** Of `doors/ivanti`: with and without the prefix that some of its tenants have. */
export const REST_PATHS = /^(?:\/HEAT)?\/api\/(?:odata|rest)(?:\/|$)/i;
