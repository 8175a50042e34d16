import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type Server as TlsServer } from 'node:tls';

/** Where the service's certificate and its key lie, both as PEM. */
export interface TlsFiles {
  /** The certificate, then those of its issuers. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The pair as it was read. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** What became of a changed pair: in use, or refused while the one before stays in use. */
export type TlsReload = { readonly reloaded: true } | { readonly reloaded: false; readonly cause: unknown };

/** What `followTlsFiles` takes. */
export interface FollowTlsFilesParts {
  readonly server: TlsServer;
  readonly files: TlsFiles;
  readonly onReload: (reload: TlsReload) => void;
  /** Default: 2000 ms. */
  readonly pollMilliseconds?: number;
}

/**
 * Reads and tries the pair.
 * @throws Error  a file cannot be read, or the key is not that of the certificate
 */
export async function readTlsPair({ certificateFile, keyFile }: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([readFile(certificateFile), readFile(keyFile)]);
  // Throws here, before anything in use is touched, when one file is already new and the other still old.
  createSecureContext({ cert, key });
  return { cert, key };
}

/**
 * Looks at the files every few seconds and gives a changed pair to the server. Connections that are open keep the pair
 * they began with. By time and size, not by file events: those are lost on network and container mounts.
 * @returns ends the watching
 */
export function followTlsFiles({ server, files, onReload, pollMilliseconds = 2000 }: FollowTlsFilesParts): () => void {
  let seen: string | undefined;
  let looking = false;

  const look = async (): Promise<void> => {
    const version = await versionOf(files);
    seen ??= version;
    if (version === undefined || version === seen) return;
    seen = version;
    try {
      server.setSecureContext({ ...(await readTlsPair(files)), minVersion: 'TLSv1.2' });
      onReload({ reloaded: true });
    } catch (cause) {
      onReload({ reloaded: false, cause });
    }
  };
  const polling = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, pollMilliseconds).unref();
  void look();
  return () => clearInterval(polling);
}

/** Changes whenever a file is written or replaced; `undefined` while one is missing. */
async function versionOf({ certificateFile, keyFile }: TlsFiles): Promise<string | undefined> {
  try {
    const [certificate, key] = await Promise.all([stat(certificateFile), stat(keyFile)]);
    return [certificate, key].map(({ mtimeMs, size, ino }) => `${mtimeMs}:${size}:${ino}`).join(' ');
  } catch {
    return undefined;
  }
}
