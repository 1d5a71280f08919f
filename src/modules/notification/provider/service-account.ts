import { createPrivateKey } from 'node:crypto';
import { tryParseJson } from '../try-parse-json.js';
import type { ServiceAccount } from './provider-options.js';
import { isWebUrl } from '../../../core/settings/index.js';

/** Reads the JSON of a Google service account; undefined when it lacks something. */
export function serviceAccountOf(text: string): ServiceAccount | undefined {
  const json = objectOf(text);
  const { project_id, client_email, private_key, private_key_id, token_uri } = json;
  if (!isWord(project_id) || !/^[\w:.-]+$/.test(project_id)) return undefined;
  if (!isWord(client_email) || !isWord(private_key) || !isRsaKey(private_key)) return undefined;
  if (!isWord(token_uri) || !isWebUrl(token_uri)) return undefined;
  return {
    projectId: project_id,
    clientEmail: client_email,
    privateKey: private_key,
    privateKeyId: isWord(private_key_id) ? private_key_id : undefined,
    tokenUri: token_uri,
  };
}

function objectOf(text: string): Record<string, unknown> {
  const json = tryParseJson(text);
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
