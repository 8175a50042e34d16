import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';

/** A certificate for 127.0.0.1 and its key, both as PEM. */
export interface SelfSigned {
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** One ASN.1 value in DER: its tag, its length, its content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
}

const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content);
const ECDSA_WITH_SHA256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

/** Makes a certificate of a new key that signs itself (RFC 5280), because Node can read certificates and not make them. */
export function selfSigned(name: string): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const commonName = sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(name)));
  const named = sequence(der(0x31, commonName));
  const years = (first: string, last: string) => sequence(der(0x17, Buffer.from(first)), der(0x17, Buffer.from(last)));
  const addresses = sequence(der(0x87, Buffer.from([127, 0, 0, 1])));
  const extension = sequence(der(0x06, Buffer.from('551d11', 'hex')), der(0x04, addresses));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    named,
    years('200101000000Z', '491231235959Z'),
    named,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, privateKey));
  const bytes = sequence(toBeSigned, ECDSA_WITH_SHA256, signature);
  const cert = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  // Reading it back proves that it is well formed.
  if (!new X509Certificate(cert).checkPrivateKey(privateKey)) throw new Error('The certificate is not of its key.');
  const fingerprint = createHash('sha256').update(bytes).digest('hex');
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), fingerprint };
}
